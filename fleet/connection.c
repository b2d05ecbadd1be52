// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "explain.h"
#include "helper/resolver.h"
#include "options.h"

enum { ADDRESS_TEXT_SIZE = 48 };

void connection_done(struct connection *connection)
{
  if (connection->pg != NULL) {
    (void)PQsetnonblocking(connection->pg, 1);
    PQfinish(connection->pg);
    connection->pg = NULL;
  }
}

enum status connection_wait(const struct connection *connection, short events, int64_t deadline_ms)
{
  struct pollfd entries[2] = {{.fd = connection->parent_fd, .events = POLLIN | POLLRDHUP},
                              {.fd = PQsocket(connection->pg), .events = events}};
  for (;;) {
    int ready = poll(entries, COUNT_OF(entries), clock_left_ms(deadline_ms));
    if (ready == 0) {
      return STATUS_TIMEOUT;
    }
    if (ready > 0) {
      return entries[0].revents != 0 ? STATUS_CLOSED : STATUS_OK;
    }
    if (errno != EINTR) {
      return STATUS_IO;
    }
  }
}

enum status connection_work(const struct connection *connection, int64_t deadline_ms)
{
  while (PQisBusy(connection->pg)) {
    int left = PQflush(connection->pg);
    if (left < 0) {
      return STATUS_IO;
    }
    enum status status = connection_wait(connection, (short)(POLLIN | (left > 0 ? POLLOUT : 0)), deadline_ms);
    if (status != STATUS_OK) {
      return status;
    }
    if (!PQconsumeInput(connection->pg)) {
      return STATUS_IO;
    }
  }
  // A server that goes on talking is not waited for.
  return clock_left_ms(deadline_ms) > 0 ? STATUS_OK : STATUS_TIMEOUT;
}

static void ignore_notice(void *context, const PGresult *result)
{
  (void)context;
  (void)result;
}

// The steps of the connection that PG is, to its end. *RET_STAGE: how far it came.
static enum status go_on(const struct connection *connection, int64_t until_ms, ConnStatusType *ret_stage)
{
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    enum status status = connection_wait(connection, wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms);
    if (status != STATUS_OK) {
      return status;
    }
    *ret_stage = PQstatus(connection->pg);
    wanted = PQconnectPoll(connection->pg);
    if (wanted == PGRES_POLLING_FAILED) {
      return STATUS_REFUSED;
    }
  }
  return STATUS_OK;
}

// What is the same for all hosts that are tried.
struct attempt {
  const struct message_open *request;
  const struct pem_files *files;
  bool may_be_plain;
  struct failure *r;
};

static enum status try_address(const struct attempt *a, const struct fleet_host *host, const char *address,
                               int64_t until_ms, struct connection *connection)
{
  struct options options;
  ConnStatusType stage = CONNECTION_NEEDED;
  const struct options_where where = {host->name, address, host->port, a->may_be_plain};
  options_fill(a->request, a->files, &where, PQlibVersion(), &options);
  connection_done(connection);
  connection->pg = PQconnectStartParams(options.names, options.values, 0);
  if (connection->pg == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)PQsetNoticeReceiver(connection->pg, ignore_notice, NULL);
  (void)PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE); // with the SQLSTATE
  enum status status =
      PQstatus(connection->pg) == CONNECTION_BAD ? STATUS_REFUSED : go_on(connection, until_ms, &stage);
  if (status == STATUS_OK) {
    bool ready = PQsetnonblocking(connection->pg, 1) == 0;
    (void)PQsetErrorVerbosity(connection->pg, PQERRORS_DEFAULT);
    return ready ? STATUS_OK : STATUS_NO_MEMORY;
  }
  if (status == STATUS_CLOSED) {
    return status;
  }
  const struct explain_where at = {host->name, address, host->port};
  explain_connection(&at, PQerrorMessage(connection->pg), stage, status == STATUS_TIMEOUT, a->r);
  return STATUS_REFUSED;
}

// The addresses of HOST, as resolver_find() writes them.
static enum status find_addresses(const struct fleet_host *host, int parent_fd, int64_t until_ms, struct failure *r,
                                  struct bytes *addresses)
{
  return host->is_number ? bytes_append_text(addresses, host->name)
                         : resolver_find(host->name, parent_fd, until_ms, r, addresses);
}

// The next address of the list at *AT, without brackets. False at its end.
static bool next_address(const char **at, char address[static ADDRESS_TEXT_SIZE])
{
  size_t length = strcspn(*at, ",");
  const char *from = *at;
  if (length == 0) {
    return false;
  }
  *at += length + (from[length] == ',' ? 1 : 0);
  if (*from == '[' && length > 2) {
    from++;
    length -= 2;
  }
  if (length >= ADDRESS_TEXT_SIZE) {
    return false;
  }
  memcpy(address, from, length);
  address[length] = '\0';
  return true;
}

static size_t count_addresses(const char *list)
{
  size_t count = 0;
  char address[ADDRESS_TEXT_SIZE];
  while (next_address(&list, address)) {
    count++;
  }
  return count;
}

// The share that one of COUNT has of what is left.
static int64_t share_until(int64_t deadline_ms, size_t count)
{
  return clock_monotonic_ms() + clock_left_ms(deadline_ms) / (int64_t)(count > 0 ? count : 1);
}

static enum status try_host(const struct attempt *a, const struct fleet_host *host, int64_t until_ms,
                            struct connection *connection)
{
  char address[ADDRESS_TEXT_SIZE];
  struct bytes addresses CLEANUP(bytes_done) = BYTES_EMPTY;
  struct failure unknown = {.reason = FAILURE_UNREACHABLE};
  enum status status = find_addresses(host, connection->parent_fd, until_ms, &unknown, &addresses);
  if (status == STATUS_IO) {
    explain_add(a->r, FAILURE_UNREACHABLE, unknown.detail);
    return STATUS_REFUSED;
  }
  const char *at = bytes_text(&addresses);
  size_t left = count_addresses(at);
  while (status == STATUS_OK && next_address(&at, address)) {
    status = try_address(a, host, address, share_until(until_ms, left--), connection);
    if (status == STATUS_OK) {
      memcpy(connection->host, host->name, sizeof connection->host);
      return STATUS_OK;
    }
    status = status == STATUS_REFUSED ? STATUS_OK : status;
  }
  return status == STATUS_OK ? STATUS_REFUSED : status;
}

enum status connection_open(const struct message_open *request, const struct pem_files *files, int64_t deadline_ms,
                            struct failure *r, struct connection *connection)
{
  struct fleet_hosts hosts;
  if (fleet_hosts_parse(request->hosts, &hosts) != STATUS_OK) {
    return failure_set(r, FAILURE_REQUEST, "hosts are not legal");
  }
  const struct attempt attempt = {request, files, fleet_hosts_are_loopback(&hosts) && request->ca_pem.length == 0, r};
  enum status status = STATUS_REFUSED;
  for (size_t i = 0; status == STATUS_REFUSED && i < hosts.count; i++) {
    int64_t until_ms = share_until(deadline_ms, hosts.count - i);
    status = try_host(&attempt, &hosts.hosts[i], until_ms, connection);
  }
  return status;
}
