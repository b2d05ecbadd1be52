// SPDX-License-Identifier: Apache-2.0
// How many sign-ins through providers run at once: one per login and source, where the later one takes the place of the
// earlier, which is killed (POLICY K7): a client that vanished or froze must not keep its person out. And no more than
// max-sign-ins on the host, 8 of them kept for owners (one of these for the console, and two at most for one address)
// and half of the others for names with an account: who invents names cannot shut members out; nor can who comes from
// one address, which has SIGN_INS_OF_ADDRESS until people have approved (POLICY T). Locks of the kernel on single bytes
// of one file: they end with the process that holds them.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct sign_in_limit {
  int fd;       // holds the locks; -1 for none
  int64_t slot; // of the host's
  bool instead; // an earlier one of the same login and source was ended for it
};

#define SIGN_IN_LIMIT_NONE                                                                                             \
  {                                                                                                                    \
    -1, 0, false                                                                                                       \
  }

enum { SIGN_IN_SOURCE_SIZE = 256, SIGN_INS_OF_ADDRESS = 8 };

struct sign_in_limit_request {
  const char *login;
  const char *source;  // the remote address, or which user of this host it is
  const char *address; // the same, with IPv6 addresses by their /64
  bool console;        // it is root's own console
  int64_t max_sign_ins;
  bool owner;
  bool stranger;      // a name without an account
  int wait_ms;        // how long an earlier sign-in of the same login and source may take to go away, once it is killed
  int64_t longest_ms; // that a sign-in can take; where there is no room those that have been longer at it are killed
};

// Takes both. STATUS_EXISTS if an earlier one of this login and source does not go away (it may be in another pid
// namespace, where nobody here can end it), STATUS_BUSY if the host has enough,
// STATUS_IO if the file in DIR cannot be used.
MUST_CHECK enum status sign_in_limit_take(const char *dir, const struct sign_in_limit_request *request,
                                          struct sign_in_limit *ret_limit);

void sign_in_limit_release(struct sign_in_limit *limit);
