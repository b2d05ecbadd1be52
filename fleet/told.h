// SPDX-License-Identifier: Apache-2.0
// What the engine tells of orgs that are listened to: of each the last, once, however often it is told.
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/channel.h"

struct told_org {
  int64_t org_id;
  int64_t revision;
  bool is_told;
};

struct told {
  struct told_org *orgs;
  size_t count;
  size_t waiting; // of them
};

void told_done(struct told *told);

// Listens to the orgs of MESSAGE from now on, and appends to SQL what the engine is told for that. STATUS_INVALID: it
// is no list of orgs. STATUS_NO_MEMORY.
MUST_CHECK enum status told_listen(struct told *told, const struct message_listen *message, struct bytes *sql);

// Takes what PG has been told.
void told_take(struct told *told, PGconn *pg);

// Sends one, if there is one, which must be ours to send now. Errors as channel_send().
MUST_CHECK enum status told_send(struct told *told, struct channel *channel, int64_t deadline_ms);
