// SPDX-License-Identifier: Apache-2.0
// Changes of an org's connection to its provider. For all of them STATUS_NOT_FOUND: no such org, or it has no
// connection.
#pragma once
#include "change/answered.h"
#include "change/change.h"
#include "change/settings.h"
#include "store/entities.h"

// What is so already, its secret compared too, is not put into effect anew. While the org enforces, and where somebody
// has signed in through what is in effect, it waits for a test sign-in (POLICY E3), which the audit trail calls
// "idp.stage".
// STATUS_REFUSED: a delegate may not say so (W7), or the org enforces and NOW was said. STATUS_INVALID: no legal value.
struct connection_set {
  const char *org;
  const struct connection *connection; // what is for the store alone to say is not read
  bool secret_given;                   // another secret or key than the one that was stored
  struct org_values values;            // what the org lets it do, in the same change
  bool now;                            // in effect at once, with what waits by then, whoever has signed in
};

struct connection_changed {
  bool changed;
  bool waits;        // in effect, or some of it, only after a test sign-in
  bool untested;     // in effect without one, in the place of one that people have signed in through
  struct org before; // with what waited by then
  struct org after;  // of VALUES: as they were asked for
};

struct change change_connection_set(const struct connection_set *set, struct connection_changed *ret_result);

// STATUS_REFUSED: the org enforces. STATUS_NOT_FOUND also where none waits and WAITING was said.
struct connection_remove {
  const char *org;
  bool waiting; // only what waits for its test, which is legal while the org enforces
};

struct change change_connection_remove(const struct connection_remove *removed, struct change_done *ret_result);

// An operator has looked at it (W8). STATUS_REFUSED: it is another one now.
struct connection_confirm {
  const char *org;
  const char *fingerprint; // of what they looked at
};

struct change change_connection_confirm(const struct connection_confirm *confirm, struct change_done *ret_result);

// A test found how the client authenticates, where that was left to it. STATUS_REFUSED: it is another one now.
struct connection_found {
  const char *org;
  const char *fingerprint; // of what was tested
  uint8_t client_auth;     // enum client_auth
};

struct change change_connection_found(const struct connection_found *found, struct change_done *ret_result);

// A test sign-in has succeeded: what was tested takes effect. STATUS_REFUSED: it is another one now, or a sign-in would
// have been refused, as the decision says.
struct connection_tried {
  const char *org;
  struct answered answered; // through the connection that was tested
  const char *password;     // the hash that matched what was typed besides (S8), "" for none
};

struct connection_try {
  bool changed;
  struct policy_decision decision;        // the row is NULL where nothing was decided
  struct account account;                 // whose sign-in it was; record_done() is the caller's
  char required_groups[GROUP_WORDS_SIZE]; // of them (POLICY S16), as protocol/group_words.h has it; "" for none
};

struct change change_connection_tried(const struct connection_tried *tried, struct connection_try *ret_result);
