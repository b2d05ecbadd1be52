// SPDX-License-Identifier: Apache-2.0
// A sign-in being applied; for the files sign_in*.c.
#pragma once
#include "change/context.h"
#include "change/sign_in.h"

struct sign_in {
  struct change_context *c;
  struct signed_in *result;
  const char *login;
  bool with_key;
  bool with_password;  // typed beside SSO
  bool password_alone; // the one that is stored was all that was asked for
  enum way way;
  bool proves;         // the answer is about the account's own address, which the provider has verified
  const char *counted; // as whose flow the try was counted
  int64_t way_org_id;
  struct facts facts;
  struct account account;
};

// What is known of the login, and its name in the event. Errors as facts_load().
MUST_CHECK enum status sign_in_begin(struct sign_in *s);

// The same, and what row of stage LOGIN the person is in, which is in the result.
MUST_CHECK enum status sign_in_decide(struct sign_in *s);

// Keeps DECISION as the result. STATUS_REFUSED with an error.
MUST_CHECK enum status sign_in_refuse(struct sign_in *s, const struct policy_decision *decision);

// Whether the login, if it is a short one of somebody new, may be theirs beside all that change_new_account() looks at:
// not a removed account's, and not listed by a local group, which may mean somebody else. STATUS_EXISTS with an error.
MUST_CHECK enum status sign_in_check_name(const struct sign_in *s);

// The refusal of a short login, for the reason WHY that it was not given: the address itself is theirs, and is in the
// result. Always STATUS_REFUSED.
MUST_CHECK enum status sign_in_refuse_name(struct sign_in *s, enum status why);

// Into the result the login of whoever has signed in, who typed another name of theirs. Errors as identity_get().
MUST_CHECK enum status sign_in_name_other(struct sign_in *s, const struct sso_sign_in *in);

// Stores a new account made by org ORG_ID for the login, with the number that the calling program was told. Errors as
// change_new_account(); STATUS_REFUSED for another number.
MUST_CHECK enum status sign_in_create_account(struct sign_in *s, int64_t org_id, const struct told_number *told);

// The account joins the org that invited it, if it is no member there yet, and the invite is used up.
MUST_CHECK enum status sign_in_accept(const struct sign_in *s, int64_t org_id, enum role role);

// Whether the sign-in of ticket ID was one of the host's own ways, and proved the address of S (POLICY V5).
// STATUS_NOT_FOUND, STATUS_REFUSED.
MUST_CHECK enum status sign_in_check_proven(const struct sign_in *s, const char *id);

// Stores a membership.
MUST_CHECK enum status sign_in_join(const struct sign_in *s, int64_t org_id, enum role role, enum source source,
                                    int64_t until_s);

// Notes the sign-in and makes its ticket, if the session would open anything now, with all that was stored so far; a
// refusal otherwise (POLICY K2). ROW is the one by which it is granted.
MUST_CHECK enum status sign_in_finish(struct sign_in *s, const char *row);

