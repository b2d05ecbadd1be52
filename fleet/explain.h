// SPDX-License-Identifier: Apache-2.0
// What libpq says, and the engine through it, as a failure.
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "helper/failure.h"

struct explain_where {
  const char *host;
  const char *address;
  uint16_t port;
};

// Adds why the connection to WHERE came to nothing, to what R has of others before: MESSAGE is libpq's, with SQLSTATEs
// (PQERRORS_VERBOSE); STAGE is where it was; TIMED_OUT: it gave no answer in time.
void explain_connection(const struct explain_where *where, const char *message, ConnStatusType stage, bool timed_out,
                        struct failure *r);

// Adds DETAIL, printable ASCII, behind "; ". The reason of R becomes REASON unless it has one that says more.
void explain_add(struct failure *r, enum failure_reason reason, const char *detail);

// MESSAGE as one line of printable ASCII.
void explain_line(const char *message, char *text, size_t size);
