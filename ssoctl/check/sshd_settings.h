// SPDX-License-Identifier: Apache-2.0
// The settings that sshd goes by, and what sign-ins need of them.
#pragma once
#include <stdint.h>

#include "check/findings.h"

// Adds whether TEXT, as 'sshd -T' prints it (sshd_config(5) has the keywords), lets people sign in within
// SIGN_IN_TIMEOUT_S seconds, MAX_SIGN_INS of them at a time, and whether lists of users mean what they seem to.
void check_sshd_settings(const char *text, int64_t sign_in_timeout_s, int64_t max_sign_ins, struct findings *findings);
