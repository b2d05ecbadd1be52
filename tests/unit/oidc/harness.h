// SPDX-License-Identifier: Apache-2.0
// One test of ssoorg-oidc: a stub that does everything right but for the token endpoint, which the test fills, and the
// program that is asked to sign somebody in at it. Whatever is not as expected ends the test.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forge.h"
#include "program.h"
#include "stub.h"

// Guards against hanging, but for the last: so much is given to a sign-in that a test lets run into it.
enum { HARNESS_LONG_MS = 180000, HARNESS_END_MS = 60000, HARNESS_SHORT_S = 120, HARNESS_WAITED_FOR_S = 10 };
// A program that is left alone looks for its parent twice a second; it must not end by a time limit of a request.
enum { HARNESS_GONE_MS = 20000, HARNESS_PATIENT_S = 600 };

// Paths at the stub.
#define DISCOVERY "/.well-known/openid-configuration"
#define KEYS "/jwks"
#define DEVICE "/device"
#define TOKEN "/token"
#define USERINFO "/userinfo"

// Never to be seen in a detail.
#define DEVICE_CODE "dc-very-secret"
#define ACCESS_TOKEN "at-very-secret"
#define CLIENT_SECRET "cs-very secret"

extern struct stub *stub;
extern struct forge_key key; // ES256, "kid" is "k-1"

int harness_start_up(void **state);
int harness_shut_down(void **state);
int harness_set_up(void **state);
int harness_tear_down(void **state);

#define STUBBED(test) cmocka_unit_test_setup_teardown(test, harness_set_up, harness_tear_down)

void harness_reply(const char *path, int status, const char *body);
void harness_replace(const char *path, struct stub_reply with);

// Adds answers of the token endpoint: an ID token, an ID token with MORE claims behind the required ones, an error.
void harness_reply_tokens(const char *id_token);
void harness_reply_claims(const char *more);
void harness_reply_error(const char *error);

struct message_sign_in harness_request(uint32_t timeout_s);

// Speaks with a program until its last message, whose type is given back; a CODE in between is looked at.
int harness_exchange(enum message_type type, const struct message_sign_in *request, void **ret_value);

struct message_authorized harness_expect_authorized_by(const struct message_sign_in *request);
struct message_authorized harness_expect_authorized(void);

// FAILED with REASON, its detail holds WORDS and no secret.
void harness_expect_failed_by(const struct message_sign_in *request, enum failure_reason reason, const char *words);
void harness_expect_failed(enum failure_reason reason, const char *words);
