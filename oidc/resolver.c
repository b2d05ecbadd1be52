// SPDX-License-Identifier: Apache-2.0
#include "resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/time.h>

#include "base/cleanup.h"
#include "base/clock.h"

struct query {
  bool is_over;
  int result; // of c-ares
  enum status status;
  struct bytes *addresses;
};

static void cleanup_channel(ares_channel *channel)
{
  if (*channel != NULL) {
    ares_destroy(*channel);
  }
}

static enum status add_address(struct bytes *out, const struct sockaddr *address)
{
  char text[INET6_ADDRSTRLEN] = "";
  const struct sockaddr_in *v4 = (const void *)address;
  const struct sockaddr_in6 *v6 = (const void *)address;
  bool is_v6 = address->sa_family == AF_INET6;
  const void *number = is_v6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr;
  if (inet_ntop(address->sa_family, number, text, sizeof text) == NULL) {
    return STATUS_INVALID;
  }
  const char *const parts[] = {out->length > 0 ? "," : "", is_v6 ? "[" : "", text, is_v6 ? "]" : ""};
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(parts); i++) {
    status = bytes_append_text(out, parts[i]);
  }
  return status;
}

static enum status add_addresses(struct bytes *out, const struct ares_addrinfo *found)
{
  enum status status = STATUS_OK;
  int count = 0;
  for (const struct ares_addrinfo_node *node = found->nodes; node != NULL; node = node->ai_next) {
    if (status == STATUS_OK && count < RESOLVER_ADDRESSES_MAX) {
      status = add_address(out, node->ai_addr);
      count++;
    }
  }
  return status;
}

static void take(void *context, int result, int timeouts, struct ares_addrinfo *found)
{
  struct query *query = context;
  (void)timeouts;
  query->is_over = true;
  query->result = result;
  if (found != NULL) {
    query->status = add_addresses(query->addresses, found);
    ares_freeaddrinfo(found);
  }
}

// Waits for one event and lets c-ares have it.
static enum status step(ares_channel channel, int starter_fd, int64_t deadline_ms)
{
  ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
  struct pollfd entries[ARES_GETSOCK_MAXNUM + 1] = {{.fd = starter_fd, .events = POLLIN | POLLRDHUP}};
  nfds_t count = 1;
  int wanted = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
  for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
    short events = (short)((ARES_GETSOCK_READABLE(wanted, i) ? POLLIN : 0) |
                           (ARES_GETSOCK_WRITABLE((unsigned)wanted, i) ? POLLOUT : 0));
    if (events != 0) {
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

static enum status explain(const char *host, enum status status, const struct query *query, struct refusal *r)
{
  struct shown where = refusal_show(host, strlen(host));
  if (status == STATUS_CLOSED) {
    return status;
  }
  if (status == STATUS_TIMEOUT) {
    (void)refusal_set(r, FAILURE_UNREACHABLE, "%s: no name server answered in time", where.text);
    return STATUS_IO;
  }
  if (query->status == STATUS_NO_MEMORY || query->result == ARES_ENOMEM) {
    return STATUS_NO_MEMORY;
  }
  if (query->result == ARES_SUCCESS && query->status == STATUS_OK && query->addresses->length > 0) {
    return STATUS_OK;
  }
  const char *why = query->result != ARES_SUCCESS ? ares_strerror(query->result) : "it has no address";
  (void)refusal_set(r, FAILURE_UNREACHABLE, "%s: the name could not be resolved: %s", where.text, why);
  return STATUS_IO;
}

static bool open_channel(ares_channel *ret_channel)
{
  struct ares_options options = {
      .timeout = RESOLVER_TRY_MS, .tries = RESOLVER_TRIES, .lookups = (char[]){"fb"}}; // files, then servers
  int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS;
  return ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS &&
         ares_init_options(ret_channel, &options, mask) == ARES_SUCCESS;
}

enum status resolver_find(const char *host, int starter_fd, int64_t deadline_ms, struct refusal *r,
                          struct bytes *ret_addresses)
{
  ares_channel channel CLEANUP(cleanup_channel) = NULL;
  struct bytes addresses CLEANUP(bytes_done) = BYTES_EMPTY;
  struct query query = {.addresses = &addresses};
  const struct ares_addrinfo_hints hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  if (!open_channel(&channel)) {
    return STATUS_NO_MEMORY;
  }
  enum status status = STATUS_OK;
  ares_getaddrinfo(channel, host, NULL, &hints, take, &query);
  while (status == STATUS_OK && !query.is_over) {
    status = step(channel, starter_fd, deadline_ms);
  }
  ares_cancel(channel); // what is under way ends here, while QUERY is there
  status = explain(host, status, &query, r);
  return status != STATUS_OK ? status : bytes_append(ret_addresses, addresses.data, addresses.length);
}
