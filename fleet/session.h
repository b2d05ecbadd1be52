// SPDX-License-Identifier: Apache-2.0
// What the parent asks over an open connection, until it closes or the connection is lost.
#pragma once
#include "connection.h"
#include "protocol/channel.h"
#include "told.h"

struct session {
  struct channel *channel;
  struct connection *connection;
  struct told told;
};

// For CLEANUP().
void session_done(struct session *session);

// Answers until the end. R says why it came, unless it was the parent who has gone: STATUS_CLOSED.
MUST_CHECK enum status session_serve(struct session *session, struct failure *r);
