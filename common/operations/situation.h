// SPDX-License-Identifier: Apache-2.0
// What the store knows of one login name, as the plain values that policy_decide() reads.
#pragma once
#include "policy/policy.h"
#include "store/accounts.h"
#include "store/orgs.h"

struct situation {
  struct policy_person person;
  struct account account; // if person.known
  struct org governing;   // if person.governing.id is not 0
  char email[EMAIL_SIZE]; // the account's primary email; the login where there is no account and it is one
};

// Whose situation, at which service, from where (the remote host as PAM has it, "" for none) and when.
struct situation_of {
  const char *login;
  const char *service;
  const char *rhost;
  int64_t now_s;
};

// Fills *RET_SITUATION. person.local_user stays false: NSS is the caller's. An unknown name is no failure. Errors as
// store_get().
MUST_CHECK enum status situation_load(struct store_txn *txn, const struct situation_of *of,
                                      struct situation *ret_situation);

// The same for a store that cannot be read: row L3 decides.
void situation_unreadable(const char *login, struct situation *ret_situation);

// What AUTHORIZED, obtained through CONNECTION of org ORG, means for the person of SITUATION.
MUST_CHECK enum status situation_answer(struct store_txn *txn, const struct situation *situation,
                                        const struct connection *connection,
                                        const struct message_authorized *authorized, struct policy_answer *ret_answer);
