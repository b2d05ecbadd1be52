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
  const char *operators; // names of the host's groups of operators, separated by spaces
};

// Fills *RET_SITUATION; person.guarded only where it matters to what is offered and opened, since it asks NSS:
// situation_answer() is told. person.local_user stays false: NSS is the caller's. An unknown name is no failure. Errors
// as store_get().
MUST_CHECK enum status situation_load(struct store_txn *txn, const struct situation_of *of,
                                      struct situation *ret_situation);

// Whether a list of NETWORKS, as a setting has it ("": everywhere), leaves out where this is.
bool situation_is_barred(const struct situation_of *of, const char *networks);

// The same for a store that cannot be read: row L3 decides.
void situation_unreadable(const char *login, struct situation *ret_situation);

// What AUTHORIZED, obtained through CONNECTION of an org, means for the person of SITUATION, of whom what the answer
// rows want to know besides (guarded, proven, used) is filled in.
MUST_CHECK enum status situation_answer(struct store_txn *txn, const struct situation_of *of,
                                        const struct connection *connection,
                                        const struct message_authorized *authorized, struct situation *situation,
                                        struct policy_answer *ret_answer);
