// SPDX-License-Identifier: Apache-2.0
// Invites at the prompt: a code typed there (POLICY L13, L15, I3), and what else is open for who has signed in (I2).
#pragma once
#include "session.h"

// An open invite as the store has it.
struct open_invite {
  char slug[SLUG_SIZE];
  char org[DISPLAY_SIZE];
  int64_t org_id;
  enum role role;
  char code[PASSWORD_HASH_SIZE]; // "" if no code accepts it
};

struct open_invites {
  size_t count;
  struct open_invite list[INVITES_MAX_POLICY];
};

// The open invites for EMAIL. Errors as store_open() and store_get().
MUST_CHECK enum status invites_load(struct session *s, const char *email, struct open_invites *ret_invites);

// The one whose code was TYPED, or NULL. Takes as long as hashing once for each code.
const struct open_invite *invites_find(const struct open_invites *invites, const struct bytes *typed);

// Signs the person of FACTS in by INVITE, whose code was typed: somebody new chooses a password, an account without
// memberships needs its own. STATUS_OK: granted. STATUS_TOLD: refused; otherwise as session_ask().
MUST_CHECK enum status invites_sign_in(struct session *s, const struct facts *facts, const struct open_invite *invite,
                                       struct signed_in *ret_result);

// Offers the other open invites to who has signed in with RESULT, of whom NOW is known: by a yes where that has
// proven the email, by their codes else. What goes wrong here leaves the sign-in as it is. True if they have joined an
// org.
bool invites_offer(struct session *s, const struct signed_in *result, const struct facts *now);
