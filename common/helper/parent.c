// SPDX-License-Identifier: Apache-2.0
#include "helper/parent.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

static bool has_option(int fd, int option, int value)
{
  int found = 0;
  socklen_t length = sizeof found;
  return getsockopt(fd, SOL_SOCKET, option, &found, &length) == 0 && found == value;
}

bool parent_is_allowed(int fd)
{
  struct ucred peer = {.uid = (uid_t)-1};
  socklen_t length = sizeof peer;
  if (!has_option(fd, SO_DOMAIN, AF_UNIX) || !has_option(fd, SO_TYPE, SOCK_STREAM)) {
    return false;
  }
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || length != sizeof peer) {
    return false;
  }
  // A socket that is not connected has no peer: uid -1, which is nobody's.
  return peer.uid == 0 || peer.uid == geteuid();
}

bool parent_is_gone(int fd)
{
  struct pollfd entry = {.fd = fd, .events = POLLIN | POLLRDHUP};
  int ready = poll(&entry, 1, 0);
  return ready > 0 || (ready < 0 && errno != EINTR && errno != EAGAIN);
}

enum status parent_wait(int fd, int64_t until_ms)
{
  for (;;) {
    struct pollfd entry = {.fd = fd, .events = POLLIN | POLLRDHUP};
    int ready = poll(&entry, 1, clock_left_ms(until_ms));
    if (ready == 0) {
      return STATUS_OK;
    }
    if (ready > 0 || errno != EINTR) {
      return STATUS_CLOSED;
    }
  }
}
