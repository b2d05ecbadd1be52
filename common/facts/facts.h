// SPDX-License-Identifier: Apache-2.0
// What the store knows of one login name, as the plain values that policy_decide() reads.
#pragma once
#include "config/config.h"
#include "policy/policy.h"
#include "store/accounts.h"
#include "store/here.h"
#include "store/orgs.h"

struct facts {
  struct policy_person person;
  struct account account;   // if person.known
  struct account_here here; // likewise
  struct org governing;     // if person.governing.id is not 0
  char email[EMAIL_SIZE]; // the account's primary email; the login where there is no account and it is one; of a short
                          // name (L16) "" until facts_answer() has found whose it is
};

// About whom, at which service, from where (the remote host as PAM has it, "" for none) and when.
struct facts_query {
  const char *login;
  const char *service;
  const char *rhost;
  int64_t now_s;
  const char *operators;       // names of the host's groups of operators, separated by spaces
  const struct config *config; // what the host's settings say of own orgs; NULL: there are none
};

// Fills *RET_FACTS; person.guarded only where it matters to what is offered and opened, since it asks NSS:
// facts_answer() is told. person.local_user stays false: NSS is the caller's. An unknown name is no failure. Errors
// as store_get().
MUST_CHECK enum status facts_load(struct store_txn *txn, const struct facts_query *of, struct facts *ret_facts);

// Ends what facts_load() gave: the account in it owns a secret.
void facts_done(struct facts *facts);

// Whether a list of NETWORKS, as a setting has it ("": everywhere), leaves out where this is.
bool query_is_barred(const struct facts_query *of, const char *networks);

// The same for a store that cannot be read: row L3 decides.
void facts_unreadable(const char *login, struct facts *ret_facts);

// The same for CONNECTION of a social connection of the host (POLICY V5).
MUST_CHECK enum status facts_social_answer(struct store_txn *txn, const struct connection *connection,
                                           const struct message_authorized *authorized, const struct facts *facts,
                                           struct policy_answer *ret_answer);

// The same for a code that was sent to EMAIL and has come back.
MUST_CHECK enum status facts_mail_answer(struct store_txn *txn, const char *email, const struct facts *facts,
                                         struct policy_answer *ret_answer);

// What AUTHORIZED, obtained through CONNECTION of an org, means for the person of FACTS, of whom what the answer
// rows want to know besides (guarded, proven, used) is filled in.
MUST_CHECK enum status facts_answer(struct store_txn *txn, const struct facts_query *of,
                                    const struct connection *connection, const struct message_authorized *authorized,
                                    struct facts *facts, struct policy_answer *ret_answer);
