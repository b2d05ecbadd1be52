// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <errno.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "explain.h"
#include "query.h"

enum { SEND_WAIT_MS = 5000, RECEIVE_WAIT_MS = 5000 };

void session_done(struct session *session)
{
  told_done(&session->told);
}

static enum status listen_to(struct session *session, const struct query *query, const struct message_listen *message,
                             struct failure *r)
{
  struct bytes sql CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = told_listen(&session->told, message, &sql);
  return status != STATUS_OK ? status : query_run(query, bytes_text(&sql), r);
}

// What is done for one message of the parent.
static enum status handle(struct session *session, enum message_type type, const void *value, struct failure *r)
{
  const struct message_ask *ask = value;
  const struct message_listen *listen = value;
  const struct message_script *script = value;
  uint32_t timeout_ms = type == MESSAGE_ASK      ? ask->timeout_ms
                        : type == MESSAGE_LISTEN ? listen->timeout_ms
                                                 : script->timeout_ms;
  const struct query query = {session->channel, session->connection, clock_monotonic_ms() + (int64_t)timeout_ms};
  if (type == MESSAGE_ASK) {
    return query_ask(&query, ask, r);
  }
  return type == MESSAGE_LISTEN ? listen_to(session, &query, listen, r)
                                : query_run(&query, bytes_text(&script->text), r);
}

static enum status take_request(struct session *session, struct failure *r)
{
  enum message_type type;
  void *value = NULL;
  enum status status = channel_receive(session->channel, clock_monotonic_ms() + RECEIVE_WAIT_MS, &type, &value);
  if (status != STATUS_OK) {
    return STATUS_CLOSED; // it has gone, or speaks otherwise
  }
  status = handle(session, type, value, r);
  channel_free_message(type, value);
  return status;
}

// What the engine says unasked.
static enum status take_news(struct session *session, struct failure *r)
{
  PGconn *pg = session->connection->pg;
  if (PQconsumeInput(pg) && PQstatus(pg) == CONNECTION_OK) {
    return STATUS_OK;
  }
  char line[512];
  explain_line(PQerrorMessage(pg), line, sizeof line);
  return failure_set(r, FAILURE_UNREACHABLE, "%s: the connection is lost: %s", session->connection->host, line);
}

// Waits for the parent or the engine, however long it takes, and does what it wants.
static enum status serve_once(struct session *session, struct failure *r)
{
  short parent = (short)(POLLIN | POLLRDHUP | (session->told.waiting > 0 ? POLLOUT : 0));
  struct pollfd entries[2] = {{.fd = session->channel->fd, .events = parent},
                              {.fd = PQsocket(session->connection->pg), .events = POLLIN}};
  int ready = poll(entries, COUNT_OF(entries), -1);
  if (ready < 0) {
    return errno == EINTR ? STATUS_OK : STATUS_IO;
  }
  if ((entries[0].revents & ~POLLOUT) != 0) {
    return take_request(session, r);
  }
  enum status status = entries[1].revents != 0 ? take_news(session, r) : STATUS_OK;
  if (status == STATUS_OK && (entries[0].revents & POLLOUT) != 0) {
    status = told_send(&session->told, session->channel, clock_monotonic_ms() + SEND_WAIT_MS);
  }
  return status;
}

enum status session_serve(struct session *session, struct failure *r)
{
  enum status status = STATUS_OK;
  while (status == STATUS_OK) {
    status = serve_once(session, r);
    told_take(&session->told, session->connection->pg);
  }
  return status;
}
