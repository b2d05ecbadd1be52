// SPDX-License-Identifier: Apache-2.0
// Asking a provider again about somebody who has signed in before (POLICY K9), as it is stored: before it is asked, and
// what came of it.
#pragma once
#include "base/bytes.h"
#include "change/change.h"
#include "store/entities.h"

// What a provider is asked with; for refresh_asked_done().
struct refresh_asked {
  struct refresh refresh;
  struct connection connection; // the org's, as it is now
  struct org org;
  char fingerprint[FINGERPRINT_SIZE];
  bool wants_groups;
};

void refresh_asked_done(struct refresh_asked *asked);

// STATUS_NOT_FOUND: nobody can be asked about the account there, or not any more. Otherwise as store_get().
MUST_CHECK enum status refresh_asked_load(struct store_txn *txn, int64_t org_id, int64_t account_id,
                                          struct refresh_asked *ret_asked);

// What a sign-in has brought.
struct refresh_given {
  int64_t org_id; // 0: none's
  int64_t account_id;
  const struct connection *connection;
  const struct message_authorized *authorized;
};

// Within a sign-in: its token takes the place of what the one before has left; without one that goes all the same.
MUST_CHECK enum status change_keep_refresh(struct change_context *c, const struct refresh_given *given);

// Notes, before it is, that the token is sent. No audit event. STATUS_NOT_FOUND: it is another one by now.
struct change change_refresh_begin(const struct refresh_asked *asked, struct change_done *ret_result);

// What came of it. ROTATED takes the token's place whatever else did; AUTHORIZED comes with REFRESH_ANSWERED alone. A
// token that a sign-in has brought meanwhile stays. Name and groups are refreshed; nothing else counts as a sign-in
// does. Audit event "refresh" for what closes keys.
struct refresh_end {
  const char *login;
  const struct refresh_asked *asked; // as it was before it was begun
  enum refresh_result result;
  bool unanswered;                             // with REFRESH_UNREACHABLE: what became of the token is not known
  const struct bytes *rotated;                 // NULL: the token stays
  const struct message_authorized *authorized; // NULL: none
  const char *detail;                          // why; "" for nothing
};

struct refresh_ended {
  bool changed;
  enum refresh_result result; // as it is stored: an answer through a connection that was changed meanwhile is none
};

struct change change_refresh_end(const struct refresh_end *in, struct refresh_ended *ret_result);
