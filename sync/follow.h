// SPDX-License-Identifier: Apache-2.0
// Following the fleet over one connection: what other hosts change is taken over here.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"
#include "config/config.h"

enum { POLL_S = 30 }; // so often it is asked for what nobody has told of

// Where this host's things are. All borrowed.
struct follow_where {
  const char *store_dir;
  const char *config_path;
  const char *map_path;
  int end_fd; // can be read once it is to end
  bool once;  // what there is by now alone
};

// Connects, takes over what has changed, says that this host is there, and does so again when it is told of more, or
// POLL_S later at the latest, until the connection or END_FD comes to its end. STATUS_NOT_FOUND: this host is in no
// fleet. STATUS_OK: it was to end, or once. Statuses as engine_start(), fleet_contact() and fleet_catch_up(); ERROR
// says what. *RET_CAUGHT_UP: all was taken over at least once.
MUST_CHECK enum status follow(const struct follow_where *where, struct error *error, bool *ret_caught_up);
