// SPDX-License-Identifier: Apache-2.0
// The words of the numbers that records hold (entities.h).
#pragma once
#include <stdint.h>

#include "base/status.h"

// The words of POLICY.md for the numbers; "?" for a number that has none. Static.
const char *provisioning_word(uint8_t value);
const char *enforcement_word(uint8_t value);
const char *trust_word(uint8_t value);
const char *on_link_word(uint8_t value);
const char *invite_via_word(uint8_t value);
const char *role_word(uint8_t value);
const char *source_word(uint8_t value);
const char *member_status_word(uint8_t value);
const char *account_status_word(uint8_t value);
const char *client_auth_word(uint8_t value);
const char *unverified_mail_word(uint8_t value);
const char *userinfo_for_word(uint8_t value);
const char *way_word(uint8_t value);
const char *device_link_word(uint8_t value);
const char *login_form_word(uint8_t value);
const char *yes_word(uint8_t value);
const char *throttle_word(uint8_t value);

// The number of a word. STATUS_INVALID.
MUST_CHECK enum status provisioning_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status enforcement_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status role_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status source_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status client_auth_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status unverified_mail_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status userinfo_for_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status trust_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status on_link_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status device_link_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status login_form_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status yes_from(const char *word, uint8_t *ret_value);
MUST_CHECK enum status invite_via_from(const char *word, uint8_t *ret_value);
