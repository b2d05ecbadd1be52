// SPDX-License-Identifier: Apache-2.0
// ssoorg-fleet: one connection to a fleet's engine, for who is at the other end of descriptor 0. It logs nothing.
// Exit 0: the parent has closed, or was told why it has ended; 1: it was not; 2: started by somebody who may not.
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/version_mark.h"
#include "confined.h"
#include "connection.h"
#include "helper/parent.h"
#include "paths.h"
#include "pem_file.h"
#include "protocol/channel.h"
#include "session.h"

VERSION_MARK(SSOORG_VERSION);

enum {
  EXIT_DONE = 0,
  EXIT_FAILED = 1,
  EXIT_NOT_ALLOWED = 2,
  REQUEST_WAIT_MS = 5 * 1000,
  SEND_WAIT_MS = 5 * 1000,
};

// Whether its parent will have it without Landlock.
static enum status check_confinement(const struct message_open *request, int lacks, struct failure *r)
{
  if (lacks == 0 || request->confinement == CONFINEMENT_AVAILABLE) {
    return STATUS_OK;
  }
  return failure_set(r, FAILURE_CONFINEMENT, "%s; %s, or set confinement = available in ssoorg.conf(5)",
                     confinement_lack(lacks), confinement_mend(lacks));
}

static enum status send_ready(struct channel *channel, const struct connection *connection, int lacks)
{
  struct message_ready ready = {.server_version = (uint32_t)PQserverVersion(connection->pg),
                                .encrypted = PQsslInUse(connection->pg) ? 1 : 0,
                                .lacks_landlock = (uint32_t)lacks};
  (void)snprintf(ready.host, sizeof ready.host, "%s", connection->host);
  return channel_send(channel, MESSAGE_READY, &ready, clock_monotonic_ms() + SEND_WAIT_MS);
}

// What follows from REQUEST, to the end.
static enum status work(struct channel *channel, struct message_open *request, const struct pem_files *files, int lacks,
                        struct failure *r)
{
  struct connection connection CLEANUP(connection_done) = {.parent_fd = channel->fd, .password = &request->password};
  int64_t deadline_ms = clock_monotonic_ms() + (int64_t)request->timeout_ms;
  enum status status = check_confinement(request, lacks, r);
  status = status != STATUS_OK ? status : connection_open(request, files, deadline_ms, r, &connection);
  if (status != STATUS_OK) {
    return status;
  }
  status = send_ready(channel, &connection, lacks);
  if (status != STATUS_OK) {
    return status;
  }
  struct session session CLEANUP(session_done) = {.channel = channel, .connection = &connection};
  return session_serve(&session, r);
}

static enum status send_failed(struct channel *channel, const struct message_open *request, enum status status,
                               struct failure *r)
{
  struct message_failed failed = {.reason = FAILURE_INTERNAL};
  if (r->detail[0] == '\0') {
    (void)failure_set(r, FAILURE_INTERNAL, "ssoorg-fleet: %s", status_text(status));
  }
  failure_blot_out(r, &request->password);
  failed.reason = r->reason;
  memcpy(failed.detail, r->detail, sizeof failed.detail);
  return channel_send(channel, MESSAGE_FAILED, &failed, clock_monotonic_ms() + SEND_WAIT_MS);
}

static enum status make_files(const struct message_open *request, struct pem_files *files)
{
  enum status status = pem_file_make(&request->ca_pem, &files->ca);
  status = status != STATUS_OK ? status : pem_file_make(&request->certificate_pem, &files->certificate);
  return status != STATUS_OK ? status : pem_file_make(&request->key_pem, &files->key);
}

static enum status receive_open(struct channel *channel, struct message_open **ret_request)
{
  enum message_type type;
  void *value = NULL;
  enum status status = channel_receive(channel, clock_monotonic_ms() + REQUEST_WAIT_MS, &type, &value);
  if (status == STATUS_OK) {
    *ret_request = value;
  }
  return status;
}

static void release_request(struct message_open **request)
{
  channel_free_message(MESSAGE_OPEN, *request);
}

// The parent's first message is heard before the sandbox is closed: what is a file to libpq is written then. Nothing
// has come from the network.
static enum status serve(struct channel *channel)
{
  int lacks = 0;
  struct failure r = {.reason = FAILURE_INTERNAL};
  struct message_open *request CLEANUP(release_request) = NULL;
  struct pem_files files CLEANUP(pem_files_done) = PEM_FILES_NONE;
  enum status status = receive_open(channel, &request);
  if (status != STATUS_OK) {
    return status;
  }
  status = make_files(request, &files);
  status = status != STATUS_OK ? status : sandbox_end(&CONFINED, &lacks);
  status = status != STATUS_OK ? status : work(channel, request, &files, lacks, &r);
  return status == STATUS_CLOSED ? status : send_failed(channel, request, status, &r);
}

int main(void)
{
  if (!parent_is_allowed(STDIN_FILENO)) {
    return EXIT_NOT_ALLOWED;
  }
  enum status status = sandbox_begin(&CONFINED);
  if (status != STATUS_OK) {
    return status == STATUS_PERMISSION ? EXIT_NOT_ALLOWED : EXIT_FAILED;
  }
  // Reads its settings now, and loads what they name.
  if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_SSL_STRINGS, NULL) != 1) {
    return EXIT_FAILED;
  }
  struct channel channel = channel_init(STDIN_FILENO, LINK_SYNC_FLEET, PARTY_FLEET);
  status = serve(&channel);
  return status == STATUS_OK || status == STATUS_CLOSED ? EXIT_DONE : EXIT_FAILED;
}
