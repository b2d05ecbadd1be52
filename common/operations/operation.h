// SPDX-License-Identifier: Apache-2.0
// Every change by an admin or a login is an operation: a small value applied by one function in one durable transaction
// together with its audit event. A refused operation changes nothing; a refused sign-in leaves its audit event.
#pragma once
#include <stdbool.h>

#include "base/report.h"
#include "change/change.h"
#include "change/settings.h"
#include "config/config.h"
#include "policy/policy.h"
#include "store/entities.h"
#include "store/store.h"

enum operation_kind {
  OPERATION_IDP_SET,           // org, connection
  OPERATION_IDP_REMOVE,        // org
  OPERATION_IDP_CONFIRM,       // org, fingerprint
  OPERATION_IDP_TRIED,         // org, connection, fingerprint, authorized: what a test sign-in with it said; password:
                               // the hash that matched (S8)
  OPERATION_IDP_FOUND,         // org, fingerprint, value: enum client_auth that a test found to work with auto
  OPERATION_COUNT
};

struct operation {
  enum operation_kind kind;
  char actor[ACTOR_SIZE];
  char rhost[256];
  char service[64];
  char org[SLUG_SIZE];
  char email[EMAIL_SIZE];
  char login[LOGIN_SIZE];
  char reason[REASON_SIZE];
  char password[PASSWORD_HASH_SIZE];
  bool secret_given; // IDP_SET: another secret or key than the one that was stored
  uint8_t value;
  char fingerprint[FINGERPRINT_SIZE]; // of what an operator looked at, or of what was in effect when a flow was begun
  uint32_t caller_uid;                // TRY and sign-ins without a remote host: whose process asks
  int64_t expires_at_s;
  const struct org_value *values; // borrowed; IDP_SET
  size_t value_count;
  const struct connection *connection;         // borrowed
  const struct message_authorized *authorized; // borrowed
  const struct delegate *delegate;             // borrowed; NULL: an operator acts, or the person who signs in
  enum right right;                            // what the delegate makes use of
};

struct operation_result {
  bool changed;                    // false: it was so already
  struct policy_decision decision; // of a sign-in
  struct account account;          // that signed in, or was made
  char org[SLUG_SIZE];             // under which it is filed
  bool waits; // IDP_SET: in effect, or some of it, only after a test sign-in
};

// Applies OPERATION durably and publishes what it changed. STATUS_REFUSED (policy), STATUS_NOT_FOUND, STATUS_EXISTS,
// STATUS_INVALID: REPORT says what and what is legal, and nothing is stored. STATUS_BUSY if another writer holds the
// store too long. STATUS_IO with a REPORT that says so if the change is durable but the map could not be written.
MUST_CHECK enum status operation_run(const struct change_host *host, const struct operation *operation,
                                     struct report *report, struct operation_result *ret_result);

// Many operations, by their index: GET gives one, valid until it is called again, in order, and from 0 again where all
// have to be applied anew. Another status than STATUS_OK, with its REPORT, is that of an operation that fails so.
struct operations {
  uint64_t count;
  enum status (*get)(void *context, uint64_t index, struct report *report, const struct operation **ret_op);
  // Told what became of each. Whether to go on without one that was refused and has changed nothing (STATUS_REFUSED,
  // STATUS_NOT_FOUND, STATUS_EXISTS, STATUS_INVALID). NULL: never.
  bool (*done)(void *context, uint64_t index, enum status status, const struct report *report,
               const struct operation_result *result);
  void *context;
};

// The same for many in one transaction: all of them or, where one fails and DONE does not go on, none: *RET_INDEX is
// which, *RET_RESULT that of the last one applied.
MUST_CHECK enum status operation_run_all(const struct change_host *host, const struct operations *all,
                                         struct report *report, struct operation_result *ret_result,
                                         uint64_t *ret_index);
