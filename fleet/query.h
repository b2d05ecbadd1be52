// SPDX-License-Identifier: Apache-2.0
// One thing that is asked of the engine, and its answer.
#pragma once
#include "connection.h"
#include "protocol/channel.h"

// For query_run(); all borrowed.
struct query {
  struct channel *channel;
  struct connection *connection;
  int64_t deadline_ms; // monotonic, for the whole of it
};

// Asks what MESSAGE says and sends rows and DONE. STATUS_OK: it was answered, if only with an SQLSTATE. R says why the
// connection cannot go on: STATUS_REFUSED; STATUS_CLOSED: the parent has gone. STATUS_NO_MEMORY, and those of
// channel_send().
MUST_CHECK enum status query_ask(const struct query *query, const struct message_ask *message, struct failure *r);

// The same for SQL, which may be several statements, whose rows nobody wants.
MUST_CHECK enum status query_run(const struct query *query, const char *sql, struct failure *r);
