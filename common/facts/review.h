// SPDX-License-Identifier: Apache-2.0
// What of an org is to be looked through: who is in it, by what, and why somebody should be looked at.
#pragma once
#include "protocol/group_words.h"
#include "store/accounts.h"
#include "store/orgs.h"

enum { REVIEW_IDLE_S = 90 * 86400 }; // without a sign-in: then somebody is idle, unless something else is said

// Why; in the order in which they are said.
enum review_reason {
  REVIEW_GONE,      // their provider does not know them any more (POLICY K9)
  REVIEW_REFUSED,   // it did not when it was asked last
  REVIEW_LOCKED,    // the account is
  REVIEW_SUSPENDED, // by somebody
  REVIEW_ENDED,     // by itself
  REVIEW_IDLE,      // for too long
  REVIEW_NEVER,     // likewise, and has never signed in
  REVIEW_ADMIN,     // an admin for good, by no group of the provider
  REVIEW_UNPROVEN,  // nobody has proven their address
  REVIEW_GUEST,     // the address is on none of the org's domains, and it has some
  REVIEW_REASON_COUNT
};

// One member. Borrowed.
struct reviewed {
  const struct account *account;
  struct membership membership; // as it is now (POLICY K10)
  bool gone;
  char groups[GROUP_WORDS_SIZE]; // on this host, by groups of the provider; as protocol/group_words.h has it
  uint32_t reasons;              // bits of enum review_reason
  int64_t last_sign_in_at_s;     // on this host, 0 for never
  int64_t idle_s;                // since then, or since they joined
};

enum { REVIEW_DIGEST_SIZE = 33 };

struct review {
  int64_t members;
  int64_t admins;
  int64_t to_look_at;              // those with a reason
  char issuer[PROTOCOL_URL_SIZE];  // of the org's connection; "" for none
  char digest[REVIEW_DIGEST_SIZE]; // of what is stored of who is in by what, not of sign-ins
};

struct review_of {
  const struct org *org;
  int64_t now_s;
  int64_t idle_s; // 0: REVIEW_IDLE_S
};

typedef enum status review_visit(void *context, const struct reviewed *reviewed);

// Calls VISIT, unless it is NULL, with each member, in the order in which their accounts were made; another status than
// STATUS_OK ends the walk. Errors as store_get().
MUST_CHECK enum status review_read(struct store_txn *txn, const struct review_of *of, review_visit *visit,
                                   void *context, struct review *ret_review);

// "admin without end": what REASON is called; "idle" and "never signed in" have a time behind them where they are
// shown. Static.
const char *review_reason_words(enum review_reason reason);
