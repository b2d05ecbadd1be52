// SPDX-License-Identifier: Apache-2.0
#include "mail_code.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "helper_fault.h"
#include "mail/mail_text.h"
#include "paths.h"
#include "place.h"
#include "process/oidc.h"
#include "sso_answer.h"
#include "store/mail_server.h"

// POLICY V2.
enum { CODE_DIGITS = 8, CODE_MINUTES = 10, CODE_TRIES = 5 };

enum { CODE_VALUES = 100000000, SENT_WAIT_MS = OIDC_MAIL_S * 1000 + 5000, HOST_SIZE = 256, TEXT_SIZE = 2048 };

struct mail_code {
  struct session *s;
  const struct facts *facts;
  struct sign_in_limit place;
  struct oidc oidc;
  struct mail_server server;
  char host[HOST_SIZE];
  char org[DISPLAY_SIZE + SLUG_SIZE + 4]; // that is meant; "" for none, or more than one
  char code[CODE_DIGITS + 1];
  int64_t deadline_ms;
};

static void mail_code_done(struct mail_code *m)
{
  explicit_bzero(m->code, sizeof m->code);
  oidc_end(&m->oidc);
  sign_in_limit_release(&m->place);
  cleanup_mail_server(&m->server);
}

// Nobody has proven to be anybody yet: it is only counted.
static enum status refuse(const struct mail_code *m, enum notice notice, const char *detail)
{
  session_count_refusal(m->s, notice, "", detail);
  return session_refuse(m->s, "V2", notice, detail);
}

static enum status refuse_failed(const struct mail_code *m, const struct message_failed *failed)
{
  helper_fault_log_lack(failed->lacks_landlock);
  return refuse(m, failed->reason == FAILURE_CONFINEMENT ? NOTICE_INTERNAL : NOTICE_MAIL, failed->detail);
}

// The one org that the person is in, or is invited to by one alone.
static int64_t org_meant(const struct policy_person *person)
{
  if (person->membership_count == 1) {
    return person->memberships[0].org.id;
  }
  return person->membership_count == 0 && person->invite_count == 1 ? person->invites[0].org.id : 0;
}

static enum status load_org(struct mail_code *m, struct store_txn *txn)
{
  struct org org;
  int64_t id = org_meant(&m->facts->person);
  enum status status = id != 0 ? org_get(txn, id, &org) : STATUS_NOT_FOUND;
  if (status == STATUS_OK && org.self_made != 1) { // the host carries no stranger's words (POLICY V6)
    (void)snprintf(m->org, sizeof m->org, "%s (%s)", org.name, org.slug);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status load(struct mail_code *m)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = session_read(&m->s->error, &store, &txn);
  status = status != STATUS_OK ? status : mail_server_get(txn, &m->server);
  return status != STATUS_OK ? status : load_org(m, txn);
}

static enum status make_code(struct mail_code *m)
{
  uint64_t random = 0;
  enum status status = file_random(&random, sizeof random);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(m->code, sizeof m->code, "%0*u", CODE_DIGITS, (unsigned)(random % CODE_VALUES));
  random = 0;
  return STATUS_OK;
}

static enum status compose(const struct mail_code *m, struct mail_text *ret_text)
{
  const struct message_request *request = m->s->request;
  char minutes[8];
  struct error error = {.text = ""};
  const struct mail_said said = {.host = m->host,
                                 .org = m->org,
                                 .login = request->login,
                                 .address = request->rhost[0] != '\0' ? request->rhost : "the host itself",
                                 .code = m->code,
                                 .minutes = minutes};
  (void)snprintf(minutes, sizeof minutes, "%d", CODE_MINUTES);
  enum status status = mail_text_fill(PATH_MAIL_TEMPLATE, MAIL_CODE, &said, &error, ret_text);
  if (status == STATUS_NO_MEMORY) {
    return status;
  }
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "%s; the text that came with the program is sent instead", error.text);
  }
  return STATUS_OK;
}

static enum status start(struct mail_code *m)
{
  struct mail_text text CLEANUP(mail_text_done) = {.subject = ""};
  const struct mail_out out = {&m->server, m->s->config.allow_loopback_smtp, m->host, m->facts->email, &text,
                               m->code,    m->s->config.confinement};
  enum status status = compose(m, &text);
  if (status != STATUS_OK) {
    return status;
  }
  status = oidc_start_mail(PATH_OIDC, &out, &m->s->error, &m->oidc);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "%s", m->s->error.text);
    return refuse(m, NOTICE_INTERNAL, "helper");
  }
  return STATUS_OK;
}

// Whether ssoorg-oidc has something to say before the module has, which means that the person is gone.
static enum status await_helper(const struct mail_code *m)
{
  bool oidc = false;
  enum status status = oidc_await(&m->oidc, m->s->module.fd, clock_monotonic_ms() + SENT_WAIT_MS, &oidc);
  return status == STATUS_OK && !oidc ? STATUS_CLOSED : status;
}

static enum status send_mail(struct mail_code *m)
{
  enum message_type type;
  void *value = NULL;
  enum status status = start(m);
  status = status != STATUS_OK ? status : await_helper(m);
  if (status == STATUS_TIMEOUT) {
    return refuse(m, NOTICE_MAIL, "no answer in time");
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = channel_receive(&m->oidc.channel, clock_monotonic_ms() + SENT_WAIT_MS, &type, &value);
  if (status != STATUS_OK) {
    helper_fault_log(status);
    return refuse(m, NOTICE_INTERNAL, "helper");
  }
  if (type == MESSAGE_FAILED) {
    status = refuse_failed(m, value);
  } else {
    helper_fault_log_lack(((const struct message_sent *)value)->lacks_landlock);
  }
  channel_free_message(type, value);
  oidc_end(&m->oidc);
  return status;
}

// People group digits.
static bool is_code(const struct mail_code *m, const struct bytes *typed)
{
  char digits[CODE_DIGITS] = {0};
  size_t count = 0;
  bool legal = true;
  for (size_t i = 0; i < typed->length; i++) {
    char c = typed->data[i];
    if (c == ' ' || c == '-') {
      continue;
    }
    legal = legal && c >= '0' && c <= '9' && count < CODE_DIGITS;
    if (legal) {
      digits[count++] = c;
    }
  }
  bool same = bytes_equal_constant_time(digits, m->code, CODE_DIGITS);
  explicit_bzero(digits, sizeof digits);
  return legal && count == CODE_DIGITS && same;
}

static void compose_prompt(const struct mail_code *m, bool again, char *text, size_t size)
{
  char from[4 * HOST_SIZE];
  const char *rhost = m->s->request->rhost;
  if (again) {
    (void)snprintf(text, size, "That is not the code. Code: ");
    return;
  }
  text_escape(rhost, strlen(rhost), from, sizeof from);
  // Begins with a newline: sshd's client puts "(user@host) " in front of the first line.
  (void)snprintf(text, size,
                 "\nSign in to %s as %s%s%s\n"
                 "  A code was sent to your email address.\n"
                 "  It is good for %d minutes.\n"
                 "Code: ",
                 m->host, m->s->request->login, rhost[0] != '\0' ? " from " : "", from, CODE_MINUTES);
}

// Each counts as a password does, before it is compared: many at once are as many tries (POLICY T).
static enum status ask_code(const struct mail_code *m)
{
  for (int i = 0; i < CODE_TRIES; i++) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    char text[TEXT_SIZE];
    compose_prompt(m, i > 0, text, sizeof text);
    enum status status = session_ask(m->s, true, text, m->deadline_ms, &typed);
    if (status == STATUS_REFUSED) {
      return session_refuse(m->s, m->s->decision.row, NOTICE_NEEDS_TERMINAL, "");
    }
    if (status == STATUS_TIMEOUT) {
      return refuse(m, NOTICE_MAIL_CODE, "time");
    }
    if (status != STATUS_OK) {
      return status;
    }
    if (clock_left_ms(m->deadline_ms) == 0) {
      return refuse(m, NOTICE_MAIL_CODE, "time");
    }
    status = session_try(m->s, TRY_PASSWORD, "", false);
    if (status != STATUS_OK || is_code(m, &typed)) {
      return status;
    }
  }
  return refuse(m, NOTICE_MAIL_CODE, "tries");
}

static enum status prepare(struct mail_code *m)
{
  enum status status = load(m);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "the mail server cannot be read: %s", status_text(status));
    return status;
  }
  status = place_take(m->s, m->facts, CODE_MINUTES * 60 * 1000, &m->place);
  if (status != STATUS_OK) {
    return status;
  }
  status = session_try(m->s, TRY_MAIL, "", false);
  return status != STATUS_OK ? status : make_code(m);
}

static enum status prove(struct mail_code *m)
{
  enum status status = prepare(m);
  if (status != STATUS_OK) {
    return status;
  }
  status = send_mail(m);
  cleanup_mail_server(&m->server); // not kept while the person looks for the mail
  if (status != STATUS_OK) {
    return status;
  }
  m->deadline_ms = clock_monotonic_ms() + CODE_MINUTES * 60 * 1000;
  return ask_code(m);
}

enum status mail_code_sign_in(struct session *s, const struct facts *facts, struct signed_in *ret_result)
{
  struct mail_code m CLEANUP(mail_code_done) = {
      .s = s, .facts = facts, .oidc = OIDC_NONE, .place = SIGN_IN_LIMIT_NONE, .host = "this host"};
  (void)gethostname(m.host, sizeof m.host - 1);
  enum status status = prove(&m);
  if (status != STATUS_OK) {
    return status;
  }
  explicit_bzero(m.code, sizeof m.code); // once
  sign_in_limit_release(&m.place);
  m.place = (struct sign_in_limit)SIGN_IN_LIMIT_NONE;
  struct message_authorized proven = {.email_state = EMAIL_VERIFIED};
  memcpy(proven.email, facts->email, sizeof proven.email);
  const struct sso_answer answer = {.s = s, .facts = facts, .way = WAY_MAIL, .fingerprint = "", .authorized = &proven};
  return sso_answer_store(&answer, ret_result);
}
