// SPDX-License-Identifier: Apache-2.0
#include "query.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "explain.h"
#include "fleet/statements.h"
#include "fleet/value_list.h"
#include "rows.h"

enum { BYTEA_OID = 17, SQLSTATE_LENGTH = 5 };

static const char TOO_LARGE[] = "54000"; // program_limit_exceeded
static const char INTERNAL[] = "XX000";  // internal_error
static const char NOT_LEGAL[] = "22023"; // invalid_parameter_value

static void release_result(PGresult **result)
{
  PQclear(*result);
}

// What the server has said in notices, the last of it.
static void keep_notice(void *context, const PGresult *result)
{
  struct message_done *done = context;
  const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (text != NULL) {
    explain_line(text, done->message, sizeof done->message);
  }
}

static void ignore_notice(void *context, const PGresult *result)
{
  (void)context;
  (void)result;
}

static bool is_sqlstate(const char *text)
{
  static const char LEGAL[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return text != NULL && strlen(text) == SQLSTATE_LENGTH && strspn(text, LEGAL) == SQLSTATE_LENGTH;
}

// The first error counts: those behind it come of it.
static void take_error(const PGresult *result, struct message_done *done)
{
  const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (done->sqlstate[0] == '\0') {
    memcpy(done->sqlstate, is_sqlstate(sqlstate) ? sqlstate : INTERNAL, sizeof done->sqlstate);
    explain_line(text != NULL ? text : PQresultErrorMessage(result), done->message, sizeof done->message);
  }
}

static enum status lost(const struct query *query, struct failure *r)
{
  char line[512];
  explain_line(PQerrorMessage(query->connection->pg), line, sizeof line);
  return failure_set(r, FAILURE_UNREACHABLE, "%s: the connection is lost: %s", query->connection->host, line);
}

// One result. ROWS is NULL where nobody wants them.
static enum status take_result(const struct query *query, const PGresult *result, struct rows *rows,
                               struct message_done *done, struct failure *r)
{
  ExecStatusType kind = PQresultStatus(result);
  enum status status = STATUS_OK;
  if (kind == PGRES_SINGLE_TUPLE || kind == PGRES_TUPLES_OK) {
    status = rows == NULL ? STATUS_OK : rows_add(rows, result);
  } else if (kind == PGRES_FATAL_ERROR && PQstatus(query->connection->pg) == CONNECTION_BAD) {
    return lost(query, r);
  } else if (kind == PGRES_FATAL_ERROR) {
    take_error(result, done);
  } else if (kind != PGRES_COMMAND_OK && kind != PGRES_EMPTY_QUERY) {
    status = STATUS_CORRUPT;
  }
  return status == STATUS_CORRUPT
             ? failure_set(r, FAILURE_UNREACHABLE, "%s: its answer is none that was asked for", query->connection->host)
             : status;
}

static enum status take_results(const struct query *query, struct rows *rows, struct message_done *done,
                                struct failure *r)
{
  for (;;) {
    enum status status = connection_work(query->connection, query->deadline_ms);
    if (status == STATUS_TIMEOUT) {
      return failure_set(r, FAILURE_EXPIRED, "%s: no answer in time", query->connection->host);
    }
    if (status != STATUS_OK) {
      return status == STATUS_IO ? lost(query, r) : status;
    }
    PGresult *result CLEANUP(release_result) = PQgetResult(query->connection->pg);
    if (result == NULL) {
      return STATUS_OK;
    }
    status = take_result(query, result, rows, done, r);
    if (status != STATUS_OK) {
      return status;
    }
  }
}

// A server that was told the password may say it back.
static void blot_out(const struct query *query, struct message_done *done)
{
  struct failure said = {.reason = FAILURE_INTERNAL};
  _Static_assert(sizeof said.detail == sizeof done->message, "both hold what is said");
  memcpy(said.detail, done->message, sizeof said.detail);
  failure_blot_out(&said, query->connection->password);
  memcpy(done->message, said.detail, sizeof done->message);
}

static enum status say_done(const struct query *query, const struct rows *rows, struct message_done *done)
{
  if (done->sqlstate[0] == '\0' && rows->is_too_large) {
    memcpy(done->sqlstate, TOO_LARGE, sizeof TOO_LARGE);
    (void)snprintf(done->message, sizeof done->message, "the answer is too large");
  }
  blot_out(query, done);
  done->columns = rows->columns;
  done->rows = rows->sent;
  return channel_send(query->channel, MESSAGE_DONE, done, query->deadline_ms);
}

static enum status answer(const struct query *query, bool wants_rows, struct failure *r)
{
  struct message_done done = {.columns = 0};
  struct rows rows CLEANUP(rows_done) = {.channel = query->channel, .deadline_ms = query->deadline_ms};
  PGconn *pg = query->connection->pg;
  if (!wants_rows) {
    (void)PQsetNoticeReceiver(pg, keep_notice, &done);
  }
  enum status status = take_results(query, wants_rows ? &rows : NULL, &done, r);
  (void)PQsetNoticeReceiver(pg, ignore_notice, NULL);
  status = status != STATUS_OK ? status : rows_flush(&rows);
  return status != STATUS_OK ? status : say_done(query, &rows, &done);
}

enum status query_run(const struct query *query, const char *sql, struct failure *r)
{
  return PQsendQuery(query->connection->pg, sql) ? answer(query, false, r) : lost(query, r);
}

static enum status refuse(const struct query *query, const char *why)
{
  struct message_done done = {.columns = 0};
  memcpy(done.sqlstate, NOT_LEGAL, sizeof NOT_LEGAL);
  (void)snprintf(done.message, sizeof done.message, "%s", why);
  return channel_send(query->channel, MESSAGE_DONE, &done, query->deadline_ms);
}

// As PQsendQueryParams() wants them.
struct parameters {
  const char *values[ENGINE_VALUES_MAX];
  int lengths[ENGINE_VALUES_MAX];
  int formats[ENGINE_VALUES_MAX];
  Oid types[ENGINE_VALUES_MAX];
  struct bytes texts; // the values, each with a NUL
};

static void parameters_done(struct parameters *parameters)
{
  bytes_done(&parameters->texts);
}

// STATUS_INVALID: a text has a NUL in it.
static enum status fill(const struct engine_statement_text *statement, const struct engine_value *values,
                        struct parameters *p)
{
  size_t starts[ENGINE_VALUES_MAX];
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < statement->count; i++) {
    bool bytea = (statement->bytea >> i & 1) != 0;
    if (!bytea && !values[i].null && memchr(values[i].data, '\0', values[i].length) != NULL) {
      return STATUS_INVALID;
    }
    starts[i] = p->texts.length;
    p->lengths[i] = (int)values[i].length;
    p->formats[i] = bytea ? 1 : 0;
    p->types[i] = bytea ? BYTEA_OID : 0;
    status = values[i].null ? STATUS_OK : bytes_append(&p->texts, values[i].data, values[i].length);
    status = status != STATUS_OK ? status : bytes_append(&p->texts, "", 1);
  }
  for (size_t i = 0; status == STATUS_OK && i < statement->count; i++) {
    p->values[i] = values[i].null ? NULL : p->texts.data + starts[i];
  }
  return status;
}

enum status query_ask(const struct query *query, const struct message_ask *message, struct failure *r)
{
  struct engine_value values[ENGINE_VALUES_MAX];
  struct parameters p CLEANUP(parameters_done) = {.texts = BYTES_EMPTY};
  PGconn *pg = query->connection->pg;
  const struct engine_statement_text *statement = engine_statement_text(message->statement);
  if (statement == NULL || statement->count > ENGINE_VALUES_MAX ||
      value_list_read(&message->values, statement->count, values) != STATUS_OK) {
    return refuse(query, "no such statement, or not with so many parameters");
  }
  enum status status = fill(statement, values, &p);
  if (status != STATUS_OK) {
    return status == STATUS_INVALID ? refuse(query, "a text has a NUL in it") : status;
  }
  if (!PQsendQueryParams(pg, statement->sql, (int)statement->count, p.types, p.values, p.lengths, p.formats, 0) ||
      !PQsetSingleRowMode(pg)) {
    return lost(query, r);
  }
  return answer(query, true, r);
}
