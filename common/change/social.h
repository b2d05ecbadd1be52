// SPDX-License-Identifier: Apache-2.0
// Changes of the host's social connections (POLICY V1): an operator's alone, since they name no org.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// Makes it, or changes what is there. STATUS_INVALID: no legal name; STATUS_EXISTS: it speaks otherwise.
struct social_set {
  const char *name;
  const char *title; // for people
  enum speaks speaks;
  const struct connection *connection; // what is for the store alone to say is not read
  bool secret_given;                   // another secret or key than the one that was stored
};

struct change change_social_set(const struct social_set *set, struct change_done *ret_result);

// Its identities go with it: who came by it signs in by another way, if there is one. STATUS_NOT_FOUND.
struct social_remove {
  const char *name;
};

struct change change_social_remove(const struct social_remove *removed, struct change_done *ret_result);

// How a test found that the client authenticates, where that was left to it. STATUS_NOT_FOUND.
struct social_found {
  const char *name;
  uint8_t client_auth; // enum client_auth
};

struct change change_social_found(const struct social_found *found, struct change_done *ret_result);

// Forgets the identity that the account has there: whoever has that social account is somebody else from now on. The
// audit event is "identity.unlink". STATUS_NOT_FOUND: no such connection or account.
struct social_unlink {
  const char *name;
  const char *account; // by login or email
};

struct change change_social_unlink(const struct social_unlink *unlink, struct change_done *ret_result);
