// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL by libpq, which never waits by itself here: each step ends at its deadline, and as soon
// as the parent is gone.
#pragma once
#include <libpq-fe.h>
#include <stdint.h>

#include "fleet/hosts.h"
#include "helper/failure.h"
#include "pem_file.h"
#include "protocol/protocol.h"

struct connection {
  PGconn *pg;
  int parent_fd;
  const struct bytes *password; // which nothing that is said may hold; borrowed
  char host[FLEET_HOST_SIZE];   // which of them it is, as it was asked for
};

// For CLEANUP(): says nothing to the server and waits for nothing.
void connection_done(struct connection *connection);

// Connects to the first of REQUEST's hosts that takes writes, until DEADLINE_MS (monotonic), with the certificates in
// FILES. Of what is left each has its equal share, so that one that hangs does not keep us from the next. R says of
// each why not. STATUS_REFUSED: none; STATUS_CLOSED: the parent behind PARENT_FD is gone. STATUS_NO_MEMORY.
MUST_CHECK enum status connection_open(const struct message_open *request, const struct pem_files *files,
                                       int64_t deadline_ms, struct failure *r, struct connection *connection);

// Waits until the socket is fit for EVENTS (poll(2)). STATUS_TIMEOUT at DEADLINE_MS; STATUS_CLOSED: the parent is gone.
MUST_CHECK enum status connection_wait(const struct connection *connection, short events, int64_t deadline_ms);

// Sends what is still to be sent, and takes in what the server says, until a result is whole or there is none to come.
// STATUS_IO: the connection is lost. STATUS_TIMEOUT, STATUS_CLOSED as above.
MUST_CHECK enum status connection_work(const struct connection *connection, int64_t deadline_ms);
