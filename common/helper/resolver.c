// SPDX-License-Identifier: Apache-2.0
#include "helper/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "helper/dns.h"

enum { FAMILIES = 2 };

// One question for each family; the answers are kept apart, since the better family may come later.
struct query {
  int family;
  bool is_over;
  int result; // of c-ares
  enum status status;
  struct bytes addresses;
};

static void queries_done(struct query (*queries)[FAMILIES])
{
  for (size_t i = 0; i < FAMILIES; i++) {
    bytes_done(&(*queries)[i].addresses);
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
  return bytes_append_texts(out, parts, COUNT_OF(parts));
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
    query->status = add_addresses(&query->addresses, found);
    ares_freeaddrinfo(found);
  }
}

static bool has_addresses(const struct query *query)
{
  return query->is_over && query->result == ARES_SUCCESS && query->status == STATUS_OK && query->addresses.length > 0;
}

// Until both families have answered, or one has and the other had its grace (RFC 8305 3).
static enum status wait_for_answers(struct dns *dns, const struct query *queries, int parent_fd, int64_t deadline_ms)
{
  int64_t until_ms = deadline_ms;
  bool grace = false;
  while (!queries[0].is_over || !queries[1].is_over) {
    if (!grace && (has_addresses(&queries[0]) || has_addresses(&queries[1]))) {
      int64_t grace_ms = clock_monotonic_ms() + RESOLVER_GRACE_MS;
      until_ms = grace_ms < deadline_ms ? grace_ms : deadline_ms;
      grace = true;
    }
    enum status status = dns_step(dns, parent_fd, until_ms);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status explain(const char *host, const struct query *queries, struct failure *r)
{
  struct shown where = failure_show(host, strlen(host));
  const char *why = NULL;
  for (size_t i = 0; i < FAMILIES; i++) {
    const struct query *query = &queries[i];
    if (query->status == STATUS_NO_MEMORY || query->result == ARES_ENOMEM) {
      return STATUS_NO_MEMORY;
    }
    if (query->is_over && query->result != ARES_SUCCESS && (why == NULL || query->result != ARES_ENODATA)) {
      why = ares_strerror(query->result);
    }
  }
  if (why == NULL) {
    (void)failure_set(r, FAILURE_UNREACHABLE, "%s: no name server answered in time", where.text);
  } else {
    (void)failure_set(r, FAILURE_UNREACHABLE, "%s: the name could not be resolved: %s", where.text, why);
  }
  return STATUS_IO;
}

// IPv6 first: where it does not work, the connection falls back by itself.
static enum status collect(const struct query *queries, struct bytes *out)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < FAMILIES; i++) {
    bool comma = i > 0 && has_addresses(&queries[0]) && has_addresses(&queries[i]);
    if (comma) {
      status = bytes_append_text(out, ",");
    }
    if (status == STATUS_OK && has_addresses(&queries[i])) {
      status = bytes_append(out, queries[i].addresses.data, queries[i].addresses.length);
    }
  }
  return status;
}

enum status resolver_find(const char *host, int parent_fd, int64_t deadline_ms, struct failure *r,
                          struct bytes *ret_addresses)
{
  struct dns dns CLEANUP(dns_close) = {.channel = NULL};
  struct query queries[FAMILIES] CLEANUP(queries_done) = {{.family = AF_INET6}, {.family = AF_INET}};
  if (dns_open(NULL, 0, &dns) != STATUS_OK) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < FAMILIES; i++) {
    const struct ares_addrinfo_hints hints = {.ai_family = queries[i].family, .ai_socktype = SOCK_STREAM};
    ares_getaddrinfo(dns.channel, host, NULL, &hints, take, &queries[i]);
  }
  enum status status = wait_for_answers(&dns, queries, parent_fd, deadline_ms);
  bool complete[FAMILIES] = {has_addresses(&queries[0]), has_addresses(&queries[1])};
  bool over[FAMILIES] = {queries[0].is_over, queries[1].is_over};
  ares_cancel(dns.channel); // what is under way ends here, while QUERIES are there
  if (status == STATUS_CLOSED) {
    return status;
  }
  queries[0].is_over = over[0];
  queries[1].is_over = over[1];
  return complete[0] || complete[1] ? collect(queries, ret_addresses) : explain(host, queries, r);
}
