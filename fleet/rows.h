// SPDX-License-Identifier: Apache-2.0
// The rows of an answer on their way to the parent, in as many messages as they need.
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "protocol/channel.h"

struct rows {
  struct channel *channel;
  int64_t deadline_ms;
  struct message_rows message; // that is being filled
  uint32_t columns;
  uint32_t sent; // with those in MESSAGE
  size_t length; // of all values
  bool is_too_large;
};

// For CLEANUP().
void rows_done(struct rows *rows);

// Adds the rows of RESULT. Once the answer is too large nothing more is added. STATUS_CORRUPT: a value is not what its
// type says. STATUS_NO_MEMORY, and those of channel_send().
MUST_CHECK enum status rows_add(struct rows *rows, const PGresult *result);

// Sends what is left. Errors as rows_add().
MUST_CHECK enum status rows_flush(struct rows *rows);
