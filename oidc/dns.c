// SPDX-License-Identifier: Apache-2.0
#include "dns.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"

void dns_close(ares_channel *channel)
{
  if (*channel != NULL) {
    ares_destroy(*channel);
  }
}

static bool set_server(ares_channel channel, const struct address *server)
{
  struct ares_addr_port_node node = {.family = server->family, .udp_port = server->port, .tcp_port = server->port};
  memcpy(&node.addr, server->number, server->family == AF_INET6 ? sizeof node.addr.addr6 : sizeof node.addr.addr4);
  return ares_set_servers_ports(channel, &node) == ARES_SUCCESS;
}

enum status dns_open(const struct address *server, int flags, ares_channel *ret_channel)
{
  ares_channel channel __attribute__((cleanup(dns_close))) = NULL;
  struct ares_options options = {.flags = ARES_FLAG_NOSEARCH | flags, // a name is whole
                                 .timeout = DNS_TRY_MS,
                                 .tries = DNS_TRIES,
                                 .lookups = (char[]){"fb"}}; // files, then servers
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS;
  bool open = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS &&
              ares_init_options(&channel, &options, mask) == ARES_SUCCESS &&
              (server == NULL || set_server(channel, server));
  if (!open) {
    return STATUS_NO_MEMORY;
  }
  *ret_channel = channel;
  channel = NULL;
  return STATUS_OK;
}

// Waits for one event and lets c-ares have it.
enum status dns_step(ares_channel channel, int parent_fd, int64_t deadline_ms)
{
  ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
  struct pollfd entries[ARES_GETSOCK_MAXNUM + 1] = {{.fd = parent_fd, .events = POLLIN | POLLRDHUP}};
  nfds_t count = 1;
  unsigned wanted = (unsigned)ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
  for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
    bool readable = (wanted >> i & 1) != 0;
    bool writable = (wanted >> (i + ARES_GETSOCK_MAXNUM) & 1) != 0;
    if (readable || writable) {
      short events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
      entries[count++] = (struct pollfd){.fd = sockets[i], .events = events};
    }
  }
  int left_ms = clock_left_ms(deadline_ms);
  struct timeval most = {left_ms / 1000, left_ms % 1000 * 1000};
  struct timeval room;
  const struct timeval *wait = ares_timeout(channel, &most, &room);
  // Rounded up, so that a rest under a millisecond is no busy loop.
  int ready = poll(entries, count, (int)(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000));
  if (left_ms == 0) {
    return STATUS_TIMEOUT;
  }
  if (entries[0].revents != 0 && ready > 0) {
    return STATUS_CLOSED;
  }
  if (ready <= 0) {
    ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
  for (nfds_t i = 1; ready > 0 && i < count; i++) {
    short got = entries[i].revents;
    ares_process_fd(channel, (got & ~POLLOUT) != 0 ? entries[i].fd : ARES_SOCKET_BAD,
                    (got & POLLOUT) != 0 ? entries[i].fd : ARES_SOCKET_BAD);
  }
  return STATUS_OK;
}
