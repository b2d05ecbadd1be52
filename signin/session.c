// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/password_hash.h"
#include "change/refusal.h"
#include "fleet/link.h"
#include "map/caller.h"
#include "map/map_read.h"
#include "paths.h"
#include "policy/throttle.h"
#include "process/hold.h"
#include "publish/publish.h"

enum { LINE_WAIT_MS = 60000, SEND_WAIT_MS = 5000, LOG_LINE_SIZE = 2048 };

void session_log(int priority, const char *format, ...)
{
  char line[LOG_LINE_SIZE];
  char escaped[LOG_LINE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  text_escape(line, strlen(line), escaped, sizeof escaped);
  syslog(LOG_AUTHPRIV | priority, "%s", escaped);
}

// Whether a name service other than the published map holds the name (POLICY L2, N3).
static bool is_local_user(const char *login, const struct facts *facts)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account published;
  const struct passwd *entry = getpwnam(login);
  if (entry == NULL) {
    return false;
  }
  if (facts->person.known) {
    return entry->pw_uid != facts->account.uid;
  }
  bool ours = map_open(PATH_MAP, &map) == STATUS_OK && map_account_by_login(&map, login, &published) == STATUS_OK &&
              published.uid == entry->pw_uid;
  return !ours;
}

static void mend_map(struct session *s, struct store *store, bool current)
{
  const struct change_host host = {.store = store, .config = &s->config, .map_path = PATH_MAP};
  struct error error = {.text = ""};
  if (!current && change_publish(&host, s->request->login, &error) != STATUS_OK) {
    session_log(LOG_ERR, "%s", error.text);
  }
}

static enum status load_from(struct session *s, struct store *store, struct facts *ret_facts)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  const struct facts_query of = {s->request->login, s->request->service, s->request->rhost,
                                 clock_now_s(),     s->config.operators, &s->config};
  enum status status = store_begin(store, false, &txn);
  status = status != STATUS_OK ? status : facts_load(txn, &of, ret_facts);
  if (status != STATUS_OK) {
    error_set(&s->error, "store " PATH_STORE ": %s", status_text(status));
    return status;
  }
  bool current = publish_is_current(txn, &s->config, PATH_MAP, s->request->login);
  store_abort(&txn);
  mend_map(s, store, current);
  return STATUS_OK;
}

// sshd is root's and runs where root has put it; su, sudo, passwd and all others are held to be their user's.
static void say_who_calls(const struct session *s)
{
  uint32_t uid = s->request->caller_uid;
  const struct hold_caller caller = {uid == 0 && caller_parent_is_sshd(s->config.map.sshd_paths), uid};
  hold_set_caller(&caller);
}

static enum status load(struct session *s, struct facts *ret_facts)
{
  struct store *store CLEANUP(store_close) = NULL;
  enum status status = config_load(PATH_CONF, &s->error, &s->config);
  s->config_readable = status == STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  say_who_calls(s);
  status = store_open(PATH_STORE, STORE_READ_WRITE, &s->error, &store);
  return status != STATUS_OK ? status : load_from(s, store, ret_facts);
}

void session_load(struct session *s, struct facts *ret_facts)
{
  if (load(s, ret_facts) != STATUS_OK) {
    session_log(LOG_CRIT, "sign-in is not available: %s", s->error.text);
    facts_unreadable(s->request->login, ret_facts);
  }
  memcpy(s->org, ret_facts->governing.slug, sizeof s->org);
  memcpy(s->help, ret_facts->governing.help, sizeof s->help);
  ret_facts->person.local_user = is_local_user(s->request->login, ret_facts);
}

enum status session_read(struct error *error, struct store **ret_store, struct store_txn **ret_txn)
{
  enum status status = store_open(PATH_STORE, STORE_READ_ONLY, error, ret_store);
  return status != STATUS_OK ? status : store_begin(*ret_store, false, ret_txn);
}

struct change_by session_by(const struct session *s)
{
  return (struct change_by){.actor = s->request->login,
                            .rhost = s->request->rhost,
                            .service = s->request->service,
                            .caller_uid = s->request->caller_uid};
}

enum status session_change(struct session *s, struct change change)
{
  struct store *store CLEANUP(store_close) = NULL;
  const struct change_by by = session_by(s);
  s->error = (struct error){.text = ""};
  enum status status = store_open(PATH_STORE, STORE_READ_WRITE, &s->error, &store);
  if (status == STATUS_OK) {
    struct change_host host = {.store = store, .config = &s->config, .map_path = PATH_MAP};
    struct fleet_link link;
    fleet_link_begin(&link, PATH_FLEET, &host, &by);
    status = change_run(&host, &by, change, &s->error);
    fleet_link_end(&link);
  }
  if (status != STATUS_OK && status != STATUS_REFUSED && status != STATUS_NOT_FOUND) {
    session_log(LOG_ERR, "%s", s->error.text);
  }
  return status;
}

bool session_with_key(const struct session *s)
{
  return (s->request->flags & REQUEST_WITH_KEY) != 0;
}

struct told_number session_told_number(const struct session *s)
{
  return (struct told_number){s->request->nss_known == 1, s->request->nss_uid};
}

void session_note_refused(struct session *s, const char *org, const char *row, const char *reason)
{
  const struct sign_in_refused refused = {s->request->login, org, row, reason};
  struct change_done ignored;
  if (session_change(s, change_sign_in_refused(&refused, &ignored)) != STATUS_OK) {
    session_log(LOG_WARNING, "the refusal below could not be added to the audit trail");
  }
}

static void send_words(struct session *s, enum message_type type, const char *text)
{
  struct message_notice notice = {.text = ""};
  (void)snprintf(notice.text, sizeof notice.text, "%s", text);
  enum status status = channel_send(&s->module, type, &notice, clock_monotonic_ms() + SEND_WAIT_MS);
  if (status != STATUS_OK) {
    session_log(LOG_NOTICE, "a message to the person could not be sent: %s", status_text(status));
  }
}

void session_tell(struct session *s, enum message_type type, const char *text)
{
  bool silent = (s->request->flags & REQUEST_SILENT) != 0 && type == MESSAGE_INFO;
  if (!silent) {
    send_words(s, type, text);
  }
}

bool session_is_ssh(const struct session *s)
{
  return strcmp(s->request->service, "sshd") == 0;
}

enum status session_prompt(struct session *s, bool echo, const char *text, int64_t deadline_ms)
{
  struct message_prompt prompt = {.echo = echo ? 1 : 0};
  const char *question = session_is_ssh(s) ? NULL : strrchr(text, '\n');
  if (question != NULL) {
    char lines[PROTOCOL_PROMPT_SIZE];
    const char *first = text + (text[0] == '\n' && question > text ? 1 : 0);
    (void)snprintf(lines, sizeof lines, "%.*s", (int)(question - first), first);
    send_words(s, MESSAGE_INFO, lines);
  }
  (void)snprintf(prompt.text, sizeof prompt.text, "%s", question != NULL ? question + 1 : text);
  return channel_send(&s->module, MESSAGE_PROMPT, &prompt, deadline_ms);
}

enum status session_refuse(struct session *s, const char *row, enum notice notice, const char *detail)
{
  return session_refuse_saying(s, row, notice, detail, "");
}

enum status session_refuse_saying(struct session *s, const char *row, enum notice notice, const char *detail,
                                  const char *line)
{
  const struct message_request *request = s->request;
  char text[HELP_SIZE + LOGIN_SIZE + 320];
  session_log(LOG_NOTICE, "refused: login=%s org=%s service=%s rhost=%s row=%s reason=%s%s%s", request->login, s->org,
              request->service, request->rhost, row, notice_name(notice), detail[0] != '\0' ? " " : "", detail);
  (void)snprintf(text, sizeof text, "%s%s%s%s%s", notice_sentence(notice), line[0] != '\0' ? "\n" : "", line,
                 s->help[0] != '\0' ? "\n" : "", s->help);
  session_tell(s, MESSAGE_ERROR, text);
  return STATUS_TOLD;
}

bool session_is_over(enum status status)
{
  return status == STATUS_TOLD || status == STATUS_CLOSED || status == STATUS_REFUSED;
}

enum notice session_notice_of(enum status status)
{
  return status_is_unwritable(status) ? NOTICE_DISK : NOTICE_INTERNAL;
}

// As struct change_push says of a claim. What was refused although the policy grants it is an admin host's to change.
enum notice session_refusal_of(enum status status, const struct policy_decision *decision)
{
  bool decided = status == STATUS_REFUSED && decision->row != NULL;
  if (decided) {
    bool granted = decision->notice == NOTICE_NONE && decision->ask == ASK_NOTHING;
    return granted ? NOTICE_FLEET_ADMIN : decision->notice;
  }
  switch ((int)status) {
  case STATUS_TIMEOUT: return NOTICE_FLEET_AWAY;
  case STATUS_NOT_FOUND: return NOTICE_NOT_SET_UP;
  default: return session_notice_of(status);
  }
}

// Tries that cannot be counted are made one at a time: the lock goes with this process, after the answer.
static bool wait_in_line(void)
{
  bool left = false;
  (void)mkdir(PATH_RUN, 0700); // where it cannot be made the file says so
  int fd = open(PATH_RUN "/uncounted", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 || hold_take(fd, 0, LINE_WAIT_MS, &left) != STATUS_OK) {
    return false;
  }
  hold_note_kind(fd, 0, HOLDER_SLOW);
  return true;
}

enum status session_try(struct session *s, enum try_kind kind, const char *org, bool owner)
{
  const struct try_count try = {kind, s->request->login, org};
  struct try_counted result = {.delay_s = 0};
  enum status status = session_change(s, change_try_count(&try, &result));
  if (status == STATUS_REFUSED) {
    session_count_refusal(s, result.decision.notice, "", "");
    return session_refuse(s, result.decision.row, result.decision.notice, "");
  }
  bool uncounted = status != STATUS_OK;
  bool in_vain = status_is_unwritable(status) && kind != TRY_PASSWORD;
  if (uncounted && (!owner || in_vain || !wait_in_line())) {
    enum notice notice = status_is_unwritable(status) ? NOTICE_DISK : NOTICE_UNAVAILABLE;
    return session_refuse(s, "T", notice, status_text(status));
  }
  int64_t delay_s = uncounted ? THROTTLE_DELAY_S : result.delay_s;
  if (delay_s > 0) {
    (void)sleep((unsigned)delay_s);
  }
  return STATUS_OK;
}

void session_count_refusal(struct session *s, enum notice notice, const char *slug, const char *detail)
{
  const struct refusal_count refusal = {notice_name(notice), s->request->login, slug, detail};
  struct change_done ignored;
  if (session_change(s, change_refusal_count(&refusal, &ignored)) != STATUS_OK) {
    session_log(LOG_WARNING, "a refusal could not be counted");
  }
}

enum status session_ask(struct session *s, bool echo, const char *text, int64_t deadline_ms, struct bytes *ret_answer)
{
  enum message_type type;
  void *value = NULL;
  enum status status = session_prompt(s, echo, text, clock_monotonic_ms() + SEND_WAIT_MS);
  if (status != STATUS_OK) {
    return status;
  }
  status = channel_receive(&s->module, deadline_ms, &type, &value);
  if (status != STATUS_OK) {
    return status;
  }
  struct message_answer *answer = value;
  bool given = answer->given == 1;
  if (given) {
    bytes_take(ret_answer, &answer->text);
  }
  channel_free_message(type, value);
  return given ? STATUS_OK : STATUS_REFUSED;
}

enum status session_ask_own_password(struct session *s, const struct account *account,
                                     const struct own_password *question, struct bytes *ret_typed)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = session_ask(s, false, question->text, question->deadline_ms, &typed);
  if (status != STATUS_OK) {
    return status;
  }
  status = session_try(s, TRY_PASSWORD, "", question->owner);
  if (status != STATUS_OK) {
    return status;
  }
  if (!password_matches(&typed, account->password)) {
    session_count_refusal(s, NOTICE_WRONG_PASSWORD, "", "");
    return STATUS_NOT_FOUND;
  }
  bytes_take(ret_typed, &typed);
  return STATUS_OK;
}
