// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { SQLSTATE_LENGTH = 5, LINE_SIZE = 512 };

// The less a reason says, the earlier it stands: of several hosts the one that says most counts.
static const enum failure_reason ORDER[] = {FAILURE_INTERNAL,      FAILURE_UNREACHABLE, FAILURE_EXPIRED,
                                            FAILURE_MISCONFIGURED, FAILURE_TLS,         FAILURE_CLIENT};

static size_t rank(enum failure_reason reason)
{
  size_t at = COUNT_OF(ORDER);
  while (at > 0 && ORDER[at - 1] != reason) {
    at--;
  }
  return at;
}

// Lines of a message's end say where in PostgreSQL's source it comes from.
static bool is_of_use(const char *line)
{
  static const char LOCATION[] = "LOCATION:";
  return *line != '\0' && strncmp(line, LOCATION, strlen(LOCATION)) != 0;
}

// Of LINE without where it was, which libpq begins with, by numbers alone.
static size_t place_length(const char *line, size_t length)
{
  static const char PLACE[] = "connection to server at ";
  static const char FAILED[] = " failed: ";
  const char *failed = memmem(line, length, FAILED, strlen(FAILED));
  bool has_place = length > strlen(PLACE) && memcmp(line, PLACE, strlen(PLACE)) == 0 && failed != NULL;
  return has_place ? (size_t)(failed - line) + strlen(FAILED) : 0;
}

void explain_line(const char *message, char *text, size_t size)
{
  struct bytes line CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && *message != '\0') {
    message += strspn(message, "\t ");
    size_t length = strcspn(message, "\n");
    size_t place = place_length(message, length);
    message += place;
    length -= place;
    if (is_of_use(message) && length > 0) {
      status = line.length > 0 ? bytes_append_text(&line, "; ") : STATUS_OK;
      status = status != STATUS_OK ? status : bytes_append(&line, message, length);
    }
    message += length + (message[length] == '\n' ? 1 : 0);
  }
  text_escape(bytes_text(&line), line.length, text, size);
}

// The last SQLSTATE of MESSAGE, as in "FATAL:  28P01: ..."; "" without one.
static void find_sqlstate(const char *message, char sqlstate[static SQLSTATE_LENGTH + 1])
{
  static const char LEGAL[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  static const char BEFORE[] = ":  ";
  sqlstate[0] = '\0';
  for (const char *at = message; (at = strstr(at, BEFORE)) != NULL;) {
    at += strlen(BEFORE);
    if (strspn(at, LEGAL) == SQLSTATE_LENGTH && at[SQLSTATE_LENGTH] == ':') {
      memcpy(sqlstate, at, SQLSTATE_LENGTH);
      sqlstate[SQLSTATE_LENGTH] = '\0';
    }
  }
}

// What the engine says, by the beginning of its SQLSTATE; any other: it starts, it stops, it is full.
static const struct {
  const char *sqlstate;
  enum failure_reason reason;
} SQLSTATES[] = {
    {"28", FAILURE_CLIENT},        {"3D", FAILURE_MISCONFIGURED}, {"42", FAILURE_MISCONFIGURED},
    {"22", FAILURE_MISCONFIGURED}, {"", FAILURE_UNREACHABLE},
};

// What libpq itself says, which knows no SQLSTATE.
static const struct {
  const char *words;
  enum failure_reason reason;
} WORDS[] = {
    {"session is read-only", FAILURE_UNREACHABLE}, // a standby, until it takes over
    {"no password supplied", FAILURE_CLIENT},
    {"authentication method requirement", FAILURE_CLIENT}, // it wants the password itself
    {"does not support SSL", FAILURE_TLS},
    {"certificate", FAILURE_TLS},
    {"SSL error", FAILURE_TLS},
};

static enum failure_reason reason_of(const char *message, ConnStatusType stage)
{
  char sqlstate[SQLSTATE_LENGTH + 1];
  find_sqlstate(message, sqlstate);
  for (size_t i = 0; sqlstate[0] != '\0' && i < COUNT_OF(SQLSTATES); i++) {
    if (strncmp(sqlstate, SQLSTATES[i].sqlstate, strlen(SQLSTATES[i].sqlstate)) == 0) {
      return SQLSTATES[i].reason;
    }
  }
  for (size_t i = 0; sqlstate[0] == '\0' && i < COUNT_OF(WORDS); i++) {
    if (strstr(message, WORDS[i].words) != NULL) {
      return WORDS[i].reason;
    }
  }
  return stage == CONNECTION_SSL_STARTUP ? FAILURE_TLS : FAILURE_UNREACHABLE;
}

void explain_add(struct failure *r, enum failure_reason reason, const char *detail)
{
  char before[sizeof r->detail];
  enum failure_reason most = rank(reason) > rank(r->reason) ? reason : r->reason;
  memcpy(before, r->detail, sizeof before);
  (void)failure_set(r, most, "%s%s%s", before, before[0] != '\0' ? "; " : "", detail);
}

void explain_connection(const struct explain_where *where, const char *message, ConnStatusType stage, bool timed_out,
                        struct failure *r)
{
  char line[LINE_SIZE];
  struct failure one = {.reason = FAILURE_INTERNAL};
  explain_line(timed_out ? "no answer in time" : message, line, sizeof line);
  (void)failure_set(&one, timed_out ? FAILURE_EXPIRED : reason_of(message, stage), "%s (%s) port %u: %s", where->host,
                    where->address, (unsigned)where->port, line);
  explain_add(r, one.reason, one.detail);
}
