// SPDX-License-Identifier: Apache-2.0
#include "helper/dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"

void dns_close(struct dns *dns)
{
  if (dns->channel != NULL) {
    ares_destroy(dns->channel);
    dns->channel = NULL;
  }
}

// c-ares says which of its sockets it waits for, and when one is done with. Those beyond the table are served when a
// try of their question ends.
static void note_socket(void *context, ares_socket_t fd, int readable, int writable)
{
  struct dns *dns = context;
  nfds_t at = 0;
  short events = (short)((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
  while (at < dns->count && dns->sockets[at].fd != fd) {
    at++;
  }
  if (events != 0 && at < DNS_SOCKETS_MAX) {
    dns->sockets[at] = (struct pollfd){.fd = fd, .events = events};
    dns->count += at == dns->count ? 1 : 0;
  }
  if (events == 0 && at < dns->count) {
    dns->sockets[at] = dns->sockets[--dns->count];
  }
}

static bool set_server(ares_channel channel, const struct address *server)
{
  char number[INET6_ADDRSTRLEN];
  char text[sizeof number + sizeof "[]:65535"];
  bool is_v6 = server->family == AF_INET6;
  if (inet_ntop(server->family, server->number, number, sizeof number) == NULL) {
    return false;
  }
  (void)snprintf(text, sizeof text, is_v6 ? "[%s]:%u" : "%s:%u", number, (unsigned)server->port);
  return ares_set_servers_ports_csv(channel, text) == ARES_SUCCESS;
}

enum status dns_open(const struct address *server, int flags, struct dns *ret_dns)
{
  struct ares_options options = {.flags = ARES_FLAG_NOSEARCH | flags, // a name is whole
                                 .timeout = DNS_TRY_MS,
                                 .tries = DNS_TRIES,
                                 .lookups = (char[]){"fb"}, // files, then servers
                                 .sock_state_cb = note_socket,
                                 .sock_state_cb_data = ret_dns};
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
  bool open = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS &&
              ares_init_options(&ret_dns->channel, &options, mask) == ARES_SUCCESS &&
              (server == NULL || set_server(ret_dns->channel, server));
  return open ? STATUS_OK : STATUS_NO_MEMORY;
}

// As long as C-ARES would wait, and not beyond LEFT_MS. Rounded up, so that a rest under a millisecond is no busy loop.
static int wait_ms(ares_channel channel, int left_ms)
{
  struct timeval most = {left_ms / 1000, left_ms % 1000 * 1000};
  struct timeval room;
  const struct timeval *wait = ares_timeout(channel, &most, &room);
  return (int)(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000);
}

// Waits for one event and lets c-ares have it.
enum status dns_step(struct dns *dns, int parent_fd, int64_t deadline_ms)
{
  struct pollfd entries[DNS_SOCKETS_MAX + 1] = {{.fd = parent_fd, .events = POLLIN | POLLRDHUP}};
  nfds_t count = 1 + dns->count;
  // A copy: what is done with one of them may change the table.
  memcpy(&entries[1], dns->sockets, dns->count * sizeof dns->sockets[0]);
  int left_ms = clock_left_ms(deadline_ms);
  int ready = poll(entries, count, wait_ms(dns->channel, left_ms));
  if (left_ms == 0) {
    return STATUS_TIMEOUT;
  }
  if (entries[0].revents != 0 && ready > 0) {
    return STATUS_CLOSED;
  }
  if (ready <= 0) {
    ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
  for (nfds_t i = 1; ready > 0 && i < count; i++) {
    short got = entries[i].revents;
    ares_process_fd(dns->channel, (got & ~POLLOUT) != 0 ? entries[i].fd : ARES_SOCKET_BAD,
                    (got & POLLOUT) != 0 ? entries[i].fd : ARES_SOCKET_BAD);
  }
  return STATUS_OK;
}
