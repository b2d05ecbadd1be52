// SPDX-License-Identifier: Apache-2.0
#include "fleet/engine.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "fleet/engine_parts.h"
#include "fleet/hosts.h"
#include "process/user.h"

enum { END_GRACE_MS = 100 };

static const char HELPER_USER[] = "ssoorg-fleet";

static void end_process(struct engine *engine)
{
  process_end(&engine->process, END_GRACE_MS);
  engine->channel.phase = PHASE_ENDED;
}

void engine_end(struct engine **engine)
{
  if (*engine != NULL) {
    end_process(*engine);
    free((*engine)->orgs);
    free(*engine);
    *engine = NULL;
  }
}

uint32_t engine_version(const struct engine *engine)
{
  return engine->ready.server_version;
}

const char *engine_host(const struct engine *engine)
{
  return engine->ready.host;
}

bool engine_is_open(const struct engine *engine)
{
  return engine->process.fd >= 0 && engine->channel.phase == PHASE_OPEN;
}

static void release_open(struct message_open *message)
{
  record_done(protocol_record(MESSAGE_OPEN), message);
}

static enum status copy(const struct bytes *from, struct bytes *to)
{
  return from == NULL ? STATUS_OK : bytes_append(to, bytes_text(from), from->length);
}

static enum status fill_open(const struct engine_where *where, struct error *error, struct message_open *message)
{
  struct fleet_hosts hosts;
  bool legal = fleet_hosts_parse(where->hosts, &hosts) == STATUS_OK &&
               text_copy(where->hosts, message->hosts, sizeof message->hosts) == STATUS_OK;
  if (!legal) {
    error_set(error, "fleet: hosts \"%s\": not one to %d of HOST or HOST:PORT, with commas between them", where->hosts,
              FLEET_HOSTS_MAX);
    return STATUS_INVALID;
  }
  if (text_copy(where->database, message->database, sizeof message->database) != STATUS_OK ||
      text_copy(where->login, message->login, sizeof message->login) != STATUS_OK) {
    error_set(error, "fleet: database \"%s\", login \"%s\": at most %d bytes each are legal", where->database,
              where->login, PROTOCOL_FLEET_NAME_SIZE - 1);
    return STATUS_INVALID;
  }
  message->statement_ms = where->statement_ms != 0 ? where->statement_ms : ENGINE_STATEMENT_MS;
  message->confinement = (uint8_t)where->confinement;
  enum status status = copy(where->password, &message->password);
  status = status != STATUS_OK ? status : copy(where->certificate_pem, &message->certificate_pem);
  status = status != STATUS_OK ? status : copy(where->key_pem, &message->key_pem);
  return status != STATUS_OK ? status : copy(where->ca_pem, &message->ca_pem);
}

static enum status status_of_failure(uint32_t reason)
{
  switch ((enum failure_reason)reason) {
  case FAILURE_EXPIRED: return STATUS_TIMEOUT;
  case FAILURE_TLS:
  case FAILURE_CLIENT: return STATUS_REFUSED;
  case FAILURE_MISCONFIGURED:
  case FAILURE_REQUEST: return STATUS_INVALID;
  case FAILURE_INTERNAL:
  case FAILURE_CONFINEMENT: return STATUS_IO;
  case FAILURE_UNREACHABLE:
  case FAILURE_DECLINED:
  case FAILURE_TOKEN:
  case FAILURE_STRENGTH:
  case FAILURE_BUSY:
  case FAILURE_MAIL:
  case FAILURE_GRANT: break;
  }
  return STATUS_CLOSED;
}

static enum status take_failure(const struct message_failed *failed, struct error *error)
{
  error_set(error, "fleet: %s", failed->detail);
  return status_of_failure(failed->reason);
}

static void note_told(struct engine *engine, const struct message_told *told)
{
  for (size_t i = 0; i < engine->count; i++) {
    struct listened *org = &engine->orgs[i];
    if (org->org_id == told->org_id) {
      engine->told += org->is_told ? 0 : 1;
      org->is_told = true;
      org->revision = told->revision;
    }
  }
}

enum status engine_give_up(struct engine *engine, enum status status, const char *what, struct error *error)
{
  if (status == STATUS_TIMEOUT) {
    error_set(error, "fleet: %s: no answer in time", what);
  } else if (status != STATUS_OK) {
    error_set(error, "fleet: %s: ssoorg-fleet: %s", what, status_text(status));
  }
  end_process(engine);
  return status;
}

// One message. TOLD is noted, FAILED ends the connection, and anything else is the caller's.
static enum status receive(struct engine *engine, int64_t deadline_ms, struct error *error, enum message_type *ret_type,
                           void **ret_value)
{
  void *value = NULL;
  enum status status = channel_receive(&engine->channel, deadline_ms, ret_type, &value);
  if (status != STATUS_OK) {
    return status;
  }
  if (*ret_type == MESSAGE_FAILED) {
    status = take_failure(value, error);
    channel_free_message(MESSAGE_FAILED, value);
    end_process(engine);
    return status;
  }
  if (*ret_type == MESSAGE_TOLD) {
    note_told(engine, value);
    channel_free_message(MESSAGE_TOLD, value);
    value = NULL;
  }
  *ret_value = value;
  return STATUS_OK;
}

enum status engine_next(struct engine *engine, int64_t deadline_ms, const char *what, struct error *error,
                        enum message_type *ret_type, void **ret_value)
{
  *ret_type = MESSAGE_TOLD;
  while (*ret_type == MESSAGE_TOLD) {
    // One that goes on telling is not heard beyond the deadline, either.
    enum status status =
        clock_left_ms(deadline_ms) == 0 ? STATUS_TIMEOUT : receive(engine, deadline_ms, error, ret_type, ret_value);
    if (status != STATUS_OK) {
      return engine->process.fd < 0 ? status : engine_give_up(engine, status, what, error);
    }
  }
  return STATUS_OK;
}

enum status engine_take_told(struct engine *engine, int64_t deadline_ms, struct error *error)
{
  enum message_type type = MESSAGE_TOLD;
  void *value = NULL;
  enum status status = receive(engine, deadline_ms, error, &type, &value);
  bool goes_on = status == STATUS_OK || (status == STATUS_TIMEOUT && engine->channel.phase == PHASE_OPEN);
  return goes_on || engine->process.fd < 0 ? status : engine_give_up(engine, status, "waiting", error);
}

// What a helper that somebody has taken over may say: nothing that is no host of WHERE, and nothing of a confinement
// that is not allowed.
static bool ready_is_sound(const struct message_ready *ready, const struct engine_where *where)
{
  struct fleet_hosts hosts;
  bool known = false;
  if (fleet_hosts_parse(where->hosts, &hosts) != STATUS_OK) {
    return false;
  }
  for (size_t i = 0; i < hosts.count; i++) {
    known = known || strcmp(hosts.hosts[i].name, ready->host) == 0;
  }
  return known && ready->encrypted <= 1 &&
         (ready->lacks_landlock == 0 ||
          (where->confinement == CONFINEMENT_AVAILABLE && confinement_is_lack((int)ready->lacks_landlock)));
}

static enum status open_connection(struct engine *engine, const struct engine_where *where, int64_t deadline_ms,
                                   struct error *error)
{
  enum message_type type;
  void *value = NULL;
  struct message_open message CLEANUP(release_open) = {.timeout_ms = (uint32_t)clock_left_ms(deadline_ms)};
  enum status status = fill_open(where, error, &message);
  if (status != STATUS_OK) {
    return status;
  }
  status = channel_send(&engine->channel, MESSAGE_OPEN, &message, deadline_ms);
  if (status != STATUS_OK) {
    return engine_give_up(engine, status, where->hosts, error);
  }
  status = engine_next(engine, deadline_ms + ENGINE_SAY_GRACE_MS, where->hosts, error, &type, &value);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(&engine->ready, value, sizeof engine->ready);
  channel_free_message(type, value);
  return ready_is_sound(&engine->ready, where) ? STATUS_OK
                                               : engine_give_up(engine, STATUS_CORRUPT, where->hosts, error);
}

enum status engine_start(const char *path, const struct engine_where *where, int64_t deadline_ms, struct error *error,
                         struct engine **ret_engine)
{
  struct process_user user;
  enum status status = process_user_find(HELPER_USER, error, &user);
  if (status != STATUS_OK) {
    return status;
  }
  struct engine *engine CLEANUP(engine_end) = calloc(1, sizeof *engine);
  if (engine == NULL) {
    error_set(error, "fleet: %s", status_text(STATUS_NO_MEMORY));
    return STATUS_NO_MEMORY;
  }
  engine->process = (struct process)PROCESS_NONE;
  status = process_start(path, &user, &engine->process);
  if (status != STATUS_OK) {
    error_set(error, "%s: cannot be started: %s", path, status_text(status));
    return status;
  }
  engine->channel = channel_init(engine->process.fd, LINK_SYNC_FLEET, PARTY_SYNC);
  status = open_connection(engine, where, deadline_ms, error);
  if (status == STATUS_OK) {
    *ret_engine = engine;
    engine = NULL;
  }
  return status;
}

// Takes rows until all is said. WHAT: for the error.
static enum status take_answer(struct engine *engine, const char *what, int64_t deadline_ms, struct error *error,
                               struct engine_answer *answer)
{
  enum message_type type = MESSAGE_ROWS;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && type == MESSAGE_ROWS) {
    void *value = NULL;
    status = engine_next(engine, deadline_ms + ENGINE_SAY_GRACE_MS, what, error, &type, &value);
    if (status != STATUS_OK) {
      return status;
    }
    if (type == MESSAGE_ROWS) {
      status = engine_answer_add(answer, value);
    } else {
      status = engine_answer_end(answer, value);
    }
    channel_free_message(type, value);
  }
  return status == STATUS_OK ? STATUS_OK : engine_give_up(engine, status, what, error);
}

enum status engine_exchange(struct engine *engine, enum message_type type, const void *message, const char *what,
                            int64_t deadline_ms, struct error *error, struct engine_answer *ret_answer)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  enum status status = channel_send(&engine->channel, type, message, deadline_ms);
  if (status == STATUS_INVALID) {
    error_set(error, "fleet: %s: longer than one message may be", what);
    return STATUS_TOO_LARGE;
  }
  // A helper that has gone may have said why.
  if (status == STATUS_CLOSED) {
    engine->channel.phase = PHASE_ASKED;
  } else if (status != STATUS_OK) {
    return engine_give_up(engine, status, what, error);
  }
  status = take_answer(engine, what, deadline_ms, error, &answer);
  if (status != STATUS_OK) {
    return status;
  }
  status = engine_answer_status(answer.sqlstate);
  if (status != STATUS_OK) {
    error_set(error, "fleet: %s: %s (SQLSTATE %s)", what, answer.message, answer.sqlstate);
  }
  *ret_answer = answer;
  answer = (struct engine_answer){.columns = 0};
  return status;
}

enum status engine_must_be_open(const struct engine *engine, const char *what, int64_t deadline_ms, struct error *error)
{
  if (!engine_is_open(engine)) {
    error_set(error, "fleet: %s: the connection has ended", what);
    return STATUS_CLOSED;
  }
  if (clock_left_ms(deadline_ms) == 0) {
    error_set(error, "fleet: %s: there is no time left to ask", what);
    return STATUS_TIMEOUT;
  }
  return STATUS_OK;
}

enum status engine_ask(struct engine *engine, enum engine_statement statement, const struct engine_value *values,
                       int64_t deadline_ms, struct error *error, struct engine_answer *ret_answer)
{
  const struct engine_statement_text *text = engine_statement_text(statement);
  if (text == NULL) {
    return STATUS_INVALID;
  }
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = engine_must_be_open(engine, text->name, deadline_ms, error);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; status == STATUS_OK && i < text->count; i++) {
    status = value_list_add(&list, &values[i]);
  }
  if (status != STATUS_OK) {
    error_set(error, "fleet: %s: %s", text->name, status_text(status));
    return status;
  }
  const struct message_ask message = {statement, (uint32_t)clock_left_ms(deadline_ms), list};
  return engine_exchange(engine, MESSAGE_ASK, &message, text->name, deadline_ms, error, ret_answer);
}

enum status engine_script(struct engine *engine, const struct bytes *script, int64_t deadline_ms, struct error *error,
                          struct engine_answer *ret_answer)
{
  enum status status = engine_must_be_open(engine, "script", deadline_ms, error);
  const struct message_script message = {(uint32_t)clock_left_ms(deadline_ms), *script};
  return status != STATUS_OK
             ? status
             : engine_exchange(engine, MESSAGE_SCRIPT, &message, "script", deadline_ms, error, ret_answer);
}
