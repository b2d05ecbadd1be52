// SPDX-License-Identifier: Apache-2.0
// People who sign in to acme: through its provider, of which the test says what it says, or with a password.
#pragma once
#include "change/sign_in.h"
#include "fixture.h"

// Of the functions below.
extern struct signed_in sign_in_result;

// The person types LOGIN; EMAIL, SUBJECT and GROUPS are what the provider says. sign_in(): without groups.
enum status sign_in(const char *login, const char *email, const char *subject);
enum status sign_in_with(const char *login, const char *email, const char *subject, const struct bytes *groups);

// The same after a yes or no to every other org's invite.
enum status sign_in_saying(const char *login, const char *email, const char *subject, enum policy_consent said);

// The same by hand; the result is in sign_in_result.
enum status sign_in_by(const struct sso_sign_in *in);

// LOGIN types their password.
enum status sign_in_by_password(const char *login);
