// SPDX-License-Identifier: Apache-2.0
// Identities linked and unlinked by an admin, or linked by the person themself (POLICY S6, W1, W5).
#pragma once
#include "change/change.h"
#include "store/entities.h"

struct identity_linked {
  bool changed;         // false: it is theirs already
  int64_t expires_at_s; // of what is expected; else 0
};

// An admin knows the subject. STATUS_NOT_FOUND: no such org, account or connection. STATUS_REFUSED: it is linked to
// another account, or the account has another one there (rows S2, S5). Both for all three.
struct identity_link {
  const char *org;
  const char *account; // by email, login or number
  const char *subject;
};

struct change change_identity_link(const struct identity_link *in, struct identity_linked *ret_result);

// For the first answer of the provider with that address (row S6).
struct identity_expect {
  const char *org;
  const char *account;   // by email, login or number
  const char *idp_email; // as the provider will say it
};

struct change change_identity_expect(const struct identity_expect *in, struct identity_linked *ret_result);

// By the person, who has just signed in there. STATUS_REFUSED besides: the org lets nobody but admins link (trust
// linked), the answer is not of its connection as it is now, or is somebody else's.
struct identity_link_own {
  const char *org;
  const char *account; // by email, login or number
  const struct connection *connection;
  const struct message_authorized *authorized;
  const char *fingerprint; // of what was in effect when it was begun
};

struct change change_identity_link_own(const struct identity_link_own *in, struct identity_linked *ret_result);

struct identity_unlink {
  const char *org;
  const char *account; // by email, login or number
};

struct identity_unlinked {
  bool changed; // false: there was none, and none was expected
  bool no_way;  // nothing is left by which the account signs in
};

// Also those of earlier issuers and clients, which might come back. STATUS_NOT_FOUND: no such org or account.
struct change change_identity_unlink(const struct identity_unlink *in, struct identity_unlinked *ret_result);
