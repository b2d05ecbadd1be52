// SPDX-License-Identifier: Apache-2.0
// One connection to a fleet's engine, by one ssoorg-fleet, for ssoorg-sync, ssoctl and ssoorg-signin. Nothing here
// waits longer than its deadline says, whatever the engine does.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "fleet/statements.h"
#include "fleet/value_list.h"
#include "protocol/confinement.h"

enum {
  ENGINE_MESSAGE_SIZE = 1024,
  ENGINE_STATEMENT_MS = 30 * 1000,      // where nothing else is said
  ENGINE_ANSWER_MAX = 16 * 1024 * 1024, // of all values of an answer, with 4 bytes for each
};

// Where it is, and as whom. All borrowed.
struct engine_where {
  const char *hosts; // as fleet/hosts.h reads them; they are tried in this order, standbys are passed over
  const char *database;
  const char *login;
  const struct bytes *password;        // NULL or empty: none
  const struct bytes *certificate_pem; // of the client, with KEY_PEM; NULL or empty: none
  const struct bytes *key_pem;
  const struct bytes *ca_pem;   // that the engine's certificate is from; NULL or empty: the system's certificates
  uint32_t statement_ms;        // after which the engine itself gives up a statement; 0: ENGINE_STATEMENT_MS
  enum confinement confinement; // as ssoorg.conf(5) has it
};

struct engine;

// Starts the helper at PATH as the system user "ssoorg-fleet" and connects. STATUS_OK: the connection is open, to a
// host that takes writes. STATUS_TIMEOUT: no host answered until DEADLINE_MS (monotonic). STATUS_CLOSED: none can be
// reached, or what answers is no engine. STATUS_REFUSED: a certificate or the login is not taken. STATUS_INVALID: WHERE
// is not legal, there is no such database, or all hosts are standbys. STATUS_NOT_FOUND: no such system user.
// STATUS_CORRUPT, STATUS_PROTOCOL: the helper says what it must not say. STATUS_NO_MEMORY, STATUS_IO: also of a helper
// that could not shut itself in. Where hosts fail in several ways the one that says most counts: a login that is
// refused before a host that is away. ERROR says what, where; it holds no secret. *RET_ENGINE is ended by engine_end().
MUST_CHECK enum status engine_start(const char *path, const struct engine_where *where, int64_t deadline_ms,
                                    struct error *error, struct engine **ret_engine);

// Ends the connection at once, and with it what the engine was asked and has not done. NULL is legal.
void engine_end(struct engine **engine);

// As 150004; the host that it is.
uint32_t engine_version(const struct engine *engine);
const char *engine_host(const struct engine *engine);

// For engine_answer_done(). All zero is a valid empty one.
struct engine_answer {
  char sqlstate[6];                  // "" of what was done
  char message[ENGINE_MESSAGE_SIZE]; // the engine's, as printable ASCII
  size_t columns;
  size_t rows;
  struct engine_value *cells; // ROWS times COLUMNS, borrowed from VALUES
  struct bytes values;
};

void engine_answer_done(struct engine_answer *answer);

// The value at ROW and COLUMN, both from 0, which must be there. Borrowed from ANSWER. Text ends in no NUL.
const struct engine_value *engine_cell(const struct engine_answer *answer, size_t row, size_t column);

// The value as a number. STATUS_INVALID: it is NULL or none.
MUST_CHECK enum status engine_cell_i64(const struct engine_answer *answer, size_t row, size_t column,
                                       int64_t *ret_number);

// The value as a C string of SIZE bytes. STATUS_INVALID: it is NULL or not clean by text_is_clean(). STATUS_TOO_LARGE.
MUST_CHECK enum status engine_cell_text(const struct engine_answer *answer, size_t row, size_t column, char *ret_text,
                                        size_t size);

// "t" or "f". STATUS_INVALID.
MUST_CHECK enum status engine_cell_bool(const struct engine_answer *answer, size_t row, size_t column, bool *ret_value);

// The parameter that TEXT, borrowed, or nothing is (NULL).
struct engine_value engine_text(const char *text);

// Asks STATEMENT with as many VALUES as it has parameters, borrowed. *RET_ANSWER is all zero before; its SQLSTATE and
// message are there whenever the engine has answered. STATUS_OK: it is done.
//
// What the engine refuses, and the connection goes on: STATUS_REFUSED (SF001, SF003, SF006, SF010; 28xxx, 42501),
// STATUS_NOT_FOUND (SF002, SF009), STATUS_CORRUPT (SF004: the fleet is not the one that was), STATUS_BUSY (SF005: it
// was changed since; locks and deadlocks, no more connections), STATUS_EXISTS (SF007, SF008, 23505), STATUS_TIMEOUT
// (57014: the engine gave it up), STATUS_NO_SPACE (53100), STATUS_READ_ONLY (25006), STATUS_TOO_LARGE (54000: the
// answer is over ENGINE_ANSWER_MAX), STATUS_INVALID (SF011, 22xxx, 23xxx), STATUS_IO (any other). The helper is as it
// was, too, at STATUS_TOO_LARGE without an SQLSTATE: the parameters are too long, nothing was asked.
//
// The connection is at its end, and what becomes of what was asked is not known: STATUS_TIMEOUT without an SQLSTATE: no
// answer until DEADLINE_MS; STATUS_CLOSED; STATUS_PROTOCOL, STATUS_CORRUPT without an SQLSTATE: the helper says what it
// must not say. From then on all is STATUS_CLOSED. STATUS_NO_MEMORY likewise. ERROR says what.
MUST_CHECK enum status engine_ask(struct engine *engine, enum engine_statement statement,
                                  const struct engine_value *values, int64_t deadline_ms, struct error *error,
                                  struct engine_answer *ret_answer);

// Whether the connection can still be asked.
bool engine_is_open(const struct engine *engine);

// From now on changes of the COUNT orgs, at most PROTOCOL_FLEET_ORGS_MAX, are told, and of no others. Whoever wants to
// miss none listens first and then asks for what has changed. Statuses as engine_ask().
MUST_CHECK enum status engine_listen(struct engine *engine, const int64_t *orgs, size_t count, int64_t deadline_ms,
                                     struct error *error);

struct engine_event {
  bool is_told;     // of ORG_ID something was told; else FD can be read
  int64_t org_id;   // one of those that are listened to
  int64_t revision; // its last one that was told; 0 if not said. A hint: anybody in the database can say it
};

// Waits for one of them until DEADLINE_MS: STATUS_TIMEOUT, and the connection goes on. FD is borrowed; -1: none.
// STATUS_CLOSED: the connection has ended; STATUS_PROTOCOL, STATUS_CORRUPT, STATUS_NO_MEMORY likewise.
MUST_CHECK enum status engine_await(struct engine *engine, int fd, int64_t deadline_ms, struct error *error,
                                    struct engine_event *ret_event);

// Runs SCRIPT, a file of SQL, as one. RET_ANSWER->message: what it warned of at the end. Statuses as engine_ask().
MUST_CHECK enum status engine_script(struct engine *engine, const struct bytes *script, int64_t deadline_ms,
                                     struct error *error, struct engine_answer *ret_answer);
