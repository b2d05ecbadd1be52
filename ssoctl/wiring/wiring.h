// SPDX-License-Identifier: Apache-2.0
// What of the host asks us: PAM stacks, name service, sshd's settings, login's time. One row for each file; what it
// would be with our lines and without; and putting that in place.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"
#include "wiring/stack.h"

enum wiring_kind { WIRING_STACK, WIRING_NSSWITCH, WIRING_SSHD, WIRING_SUDOERS, WIRING_LOGIN_DEFS };

struct wiring {
  const char *name;    // as it is typed: a PAM service, or what it is
  const char *service; // with which it is wired; its own name for a stack; "" with any
  const char *path;
  const char *vendor; // where the distribution keeps what PATH, in /etc, would override; NULL: PATH is its place
  enum wiring_kind kind;
  unsigned parts;   // of enum stack_part
  const char *what; // it does, a few words
};

// All rows, in the order in which they are wired; static.
const struct wiring *wiring_table(size_t *ret_count);

// What the lines are made of.
struct wiring_values {
  int64_t sign_in_timeout_s;
  int64_t max_sign_ins;
  bool has_penalties;      // whether the host's sshd knows PerSourcePenalties (OpenSSH 9.8)
  struct bytes sudo_rules; // lines of sudoers(5) that the store asks for
};

void wiring_values_done(struct wiring_values *values);

enum wiring_state {
  WIRING_ABSENT,   // the host has no such service
  WIRING_OPEN,     // nothing of ours is in it
  WIRING_WIRED,    // all of ours is, as this version writes it
  WIRING_OUTDATED, // something of ours is, but not this
  WIRING_BY_HAND,  // it names our module by lines that are not ours: left alone
  WIRING_THROUGH,  // it asks another service for all
};

// "wired"; static.
const char *wiring_state_name(enum wiring_state state);

// How a file is and how it would be. wiring_plan_done() ends it.
struct wiring_plan {
  const struct wiring *row;
  enum wiring_state state;
  char through[STACK_SERVICE_SIZE]; // WIRING_THROUGH: which
  bool changes;                     // whether AFTER is not what is there
  bool removes;                     // the file goes
  struct bytes before;              // "" where there is none
  struct bytes after;
};

#define WIRING_PLAN_EMPTY                                                                                              \
  {                                                                                                                    \
    .row = NULL                                                                                                        \
  }

void wiring_plan_done(struct wiring_plan *plan);

// What ROW is, and what becomes of it: wired if WANTED, else as if it never had been. STATUS_REFUSED and STATUS_INVALID
// where it cannot be wired, with all but AFTER filled in; ERROR says why, and the mend. STATUS_IO, STATUS_TOO_LARGE,
// STATUS_NO_MEMORY.
MUST_CHECK enum status wiring_plan(const struct wiring *row, const struct wiring_values *values, bool wanted,
                                   struct error *error, struct wiring_plan *ret_plan);

// Whether ROW's file is a copy that we made of what the distribution has, and that has changed since, or was edited.
bool wiring_copy_is_behind(const struct wiring *row);

// Puts PLAN in place: all of it or nothing of it. STATUS_IO.
MUST_CHECK enum status wiring_write(const struct wiring_plan *plan, struct error *error);
