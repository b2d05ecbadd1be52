// SPDX-License-Identifier: Apache-2.0
// What ssoorg-oidc thinks of a token: everything that it does with one, in its order, for tests that forge them. The
// functions that expect something end the test if it is not so.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"
#include "helper/failure.h"
#include "forge.h"

#define JUDGE_ISSUER "https://idp.test/acme"
#define JUDGE_CLIENT "hosts"
#define JUDGE_AUDIENCE "project hosts-api" // that may stand beside it

extern struct forge_key rsa, pss, p256, p384, other_rsa, weak_rsa; // weak_rsa has 1024 bits

int judge_start_up(void **state);
int judge_shut_down(void **state);

// Good claims with MORE behind them. A header with the key's algorithm and MORE behind it. A key set of the one KEY
// with MEMBERS added. Each for free().
char *judge_claims(const char *more);
char *judge_header(const struct forge_key *key, const char *more);
char *judge_set(const struct forge_key *key, const char *members);

// The whole judgement of TOKEN with the key set SET.
enum status judge(const char *token, const char *set, struct failure *r);

// TOKEN is refused as FAILURE_TOKEN, for a reason that names CLAUSE.
void judge_refused(const char *token, const char *set, const char *clause);

// So is a token with good claims and HEADER, and one with a good header and PAYLOAD.
void judge_header_refused(const struct forge_key *key, const char *header, const char *clause);
void judge_claims_refused(const char *payload, const char *clause);

// A token of HEADER and PAYLOAD, signed by KEY, is accepted.
void judge_accepted(const struct forge_key *key, const char *header, const char *payload);
