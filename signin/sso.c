// SPDX-License-Identifier: Apache-2.0
#include "sso.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "facts/gate.h"
#include "helper_fault.h"
#include "paths.h"
#include "place.h"
#include "policy/person.h"
#include "process/oidc.h"
#include "sso_answer.h"
#include "sso_prompt.h"
#include "store/confirmed.h"
#include "store/socials.h"

enum {
  CODE_WAIT_MS = PROTOCOL_CODE_WAIT_MS + 1200,
  QUIET_MS = 1500,
  ENTER_WAIT_MS = 1000,
  LATE_ANSWER_MS = 120000,
  HASTY_MS = 120,
  HASTY_MAX = 7,
  ROUNDS_MAX = 60
};

// What ssoorg-oidc has said last; VALUE is owned.
struct reply {
  enum message_type type;
  void *value;
};

struct flow {
  struct session *s;
  struct oidc_request request;
  struct oidc oidc;
  struct sign_in_limit limit;
  enum way way;
  enum speaks speaks;
  struct org org; // of a social connection: its title and name alone
  struct connection connection;
  char fingerprint[FINGERPRINT_SIZE];
  bool wants_groups;
  int64_t deadline_ms;
  int hasty;          // answers in a row that came as fast as those of nobody
  int rounds;         // answers so far
  bool typed;         // the last of them was more than Enter
  struct reply reply; // AUTHORIZED or FAILED, once it is there
};

static void flow_stop(struct flow *f)
{
  oidc_end(&f->oidc);
  sign_in_limit_release(&f->limit);
}

static void flow_done(struct flow *f)
{
  flow_stop(f);
  channel_free_message(f->reply.type, f->reply.value);
  cleanup_connection(&f->connection);
}

// What stands for an org in prompts, logs and counters.
static enum status load_social(struct flow *f, struct store_txn *txn, int64_t id)
{
  struct social social;
  enum status status = social_by_id(txn, id, &social);
  if (status != STATUS_OK) {
    return status;
  }
  f->speaks = (enum speaks)social.speaks;
  memcpy(f->org.name, social.title, sizeof f->org.name);
  (void)snprintf(f->org.slug, sizeof f->org.slug, "social/%.16s", social.name);
  return STATUS_OK;
}

static enum status load_org(struct flow *f, struct store_txn *txn, int64_t id)
{
  enum status status = org_get(txn, id, &f->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = gate_wants_groups(txn, &f->org, CONNECTION_ACTIVE, &f->wants_groups);
  return status != STATUS_OK ? status : confirmed_fingerprint(txn, id, CONNECTION_ACTIVE, f->fingerprint);
}

static enum status load_connection(struct flow *f, int64_t id)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = session_read(&f->s->error, &store, &txn);
  if (status != STATUS_OK) {
    return status;
  }
  status = f->way == WAY_SOCIAL ? load_social(f, txn, id) : load_org(f, txn, id);
  return status != STATUS_OK ? status : connection_get(txn, id, CONNECTION_ACTIVE, &f->connection);
}

// Nobody has proven to be anybody yet: it is only counted.
static enum status refuse(struct flow *f, const char *row, enum notice notice, const char *detail)
{
  session_count_refusal(f->s, notice, f->org.slug, detail);
  return session_refuse(f->s, row, notice, detail);
}

static enum status refuse_failed(struct flow *f, const struct message_failed *failed)
{
  return refuse(f, f->s->decision.row, notice_of_failure(failed->reason), failed->detail);
}

// As if the helper had said so itself: the module may be asking right now, and is told afterwards.
static enum status make_failed(struct flow *f)
{
  struct message_failed *failed = calloc(1, sizeof *failed);
  if (failed == NULL) {
    return STATUS_NO_MEMORY;
  }
  failed->reason = FAILURE_INTERNAL;
  (void)snprintf(failed->detail, sizeof failed->detail, "helper");
  f->reply = (struct reply){MESSAGE_FAILED, failed};
  flow_stop(f);
  return STATUS_OK;
}

static enum status receive_reply(struct flow *f)
{
  enum status status =
      channel_receive(&f->oidc.channel, clock_monotonic_ms() + ENTER_WAIT_MS, &f->reply.type, &f->reply.value);
  if (status == STATUS_OK) {
    flow_stop(f); // nothing more is to come: free the slot while the person reads
    return STATUS_OK;
  }
  session_log(LOG_ERR, "ssoorg-oidc ended without an answer: %s", status_text(status));
  return make_failed(f);
}

// Where it takes a while the person hears of it, unless it would only come with the prompt: sshd holds words back until
// then.
static enum status await_code(const struct flow *f, int64_t deadline_ms, bool *ret_oidc)
{
  enum status status = oidc_await(&f->oidc, f->s->module.fd, clock_monotonic_ms() + QUIET_MS, ret_oidc);
  if (status == STATUS_TIMEOUT && !session_is_ssh(f->s)) {
    session_tell(f->s, MESSAGE_INFO, "Asking your organization's sign-in for a code...");
  }
  return status == STATUS_TIMEOUT ? oidc_await(&f->oidc, f->s->module.fd, deadline_ms, ret_oidc) : status;
}

// While the codes are being obtained a person who goes away is noticed: the module may not speak now.
static enum status receive_code(struct flow *f, struct message_code *ret_code)
{
  bool oidc = false;
  enum message_type type;
  void *value = NULL;
  int64_t deadline_ms = clock_monotonic_ms() + CODE_WAIT_MS;
  enum status status = await_code(f, deadline_ms, &oidc);
  if (status == STATUS_TIMEOUT) {
    return refuse(f, f->s->decision.row, NOTICE_UNREACHABLE, "no codes in time");
  }
  if (!oidc) {
    return STATUS_CLOSED;
  }
  status = channel_receive(&f->oidc.channel, deadline_ms, &type, &value);
  if (status != STATUS_OK) {
    helper_fault_log(status);
    return refuse(f, f->s->decision.row, NOTICE_INTERNAL, "helper");
  }
  if (type == MESSAGE_FAILED) {
    helper_fault_log_lack(((const struct message_failed *)value)->lacks_landlock);
    status = refuse_failed(f, value);
  } else if (!oidc_code_is_clean(value, &f->request)) {
    session_log(LOG_ALERT, "ssoorg-oidc sent a code that it must never send: has it been taken over?");
    status = refuse(f, f->s->decision.row, NOTICE_INTERNAL, "helper");
  } else {
    memcpy(ret_code, value, sizeof *ret_code);
    helper_fault_log_lack(ret_code->lacks_landlock);
  }
  channel_free_message(type, value);
  return status;
}

// The open prompt: a reply that comes meanwhile is kept, the answer ends it.
static enum status await_enter(struct flow *f)
{
  enum message_type type;
  void *value = NULL;
  int64_t deadline_ms = f->deadline_ms + LATE_ANSWER_MS;
  bool oidc = f->reply.value == NULL;
  while (f->reply.value == NULL) {
    enum status status = oidc_await(&f->oidc, f->s->module.fd, deadline_ms, &oidc);
    if (status != STATUS_OK || !oidc) {
      break;
    }
    status = receive_reply(f);
    if (status != STATUS_OK) {
      return status;
    }
  }
  enum status status = channel_receive(&f->s->module, deadline_ms, &type, &value);
  if (status != STATUS_OK) {
    return status == STATUS_TIMEOUT ? STATUS_CLOSED : status;
  }
  const struct message_answer *answer = value;
  bool given = answer->given == 1;
  f->typed = answer->text.length > 0;
  channel_free_message(type, value);
  return given ? STATUS_OK : refuse(f, f->s->decision.row, NOTICE_NEEDS_TERMINAL, "");
}

static enum status ask_enter(struct flow *f, const char *text)
{
  // sshd's password method would answer one that does not echo, with what somebody has typed before.
  bool echo = session_is_ssh(f->s);
  int64_t began_ms = clock_monotonic_ms();
  enum status status = session_prompt(f->s, echo, text, began_ms + ENTER_WAIT_MS);
  if (status == STATUS_OK) {
    status = await_enter(f);
  }
  // A client without a terminal answers for nobody, and would go on until the codes expire. One that is far away is
  // known only by how often it answers.
  f->hasty = clock_monotonic_ms() - began_ms < HASTY_MS ? f->hasty + 1 : 0;
  f->rounds++;
  bool nobody = f->hasty >= HASTY_MAX || f->rounds >= ROUNDS_MAX;
  if (status == STATUS_OK && f->reply.value == NULL && nobody) {
    return refuse(f, f->s->decision.row, NOTICE_NOT_APPROVED, "nobody reads the prompt");
  }
  return status;
}

// Asks until the reply is there: after each Enter it may take a second to come.
static enum status relay(struct flow *f, const struct message_code *code, enum qr qr)
{
  char text[PROTOCOL_PROMPT_SIZE];
  const struct sso_prompt prompt = {f->s, &f->org, f->way, code, qr};
  sso_prompt_compose(&prompt, text);
  enum status status = ask_enter(f, text);
  while (status == STATUS_OK && f->reply.value == NULL) {
    bool oidc = false;
    status = oidc_await(&f->oidc, -1, clock_monotonic_ms() + ENTER_WAIT_MS, &oidc);
    if (status == STATUS_OK) {
      status = receive_reply(f);
    } else {
      status = ask_enter(
          f, f->typed ? "Not approved yet, and no password is needed here. Press Enter when you have approved it: "
                      : "Not approved yet. Press Enter when you have approved it: ");
    }
  }
  return status;
}

// Whether a picture may be shown: what the person of an account has chosen is read while the code is awaited.
static bool wants_qr(const struct flow *f, const struct facts *facts)
{
  return f->org.device_link == DEVICE_LINK_FULL && (f->s->config.qr != QR_NEVER || facts->person.known);
}

static enum status begin(struct flow *f, const struct facts *facts, int64_t id)
{
  struct session *s = f->s;
  enum status status = load_connection(f, id);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "the connection cannot be read: %s", status_text(status));
    return status;
  }
  // Who has too many under way is told so first: that does not count as one more.
  status = place_take(s, facts, s->config.sign_in_timeout_s * 1000, &f->limit);
  if (status != STATUS_OK) {
    return status;
  }
  status = session_try(s, TRY_SIGN_IN, f->org.slug, policy_is_owner(&facts->person));
  if (status != STATUS_OK) {
    return status;
  }
  f->request = (struct oidc_request){MESSAGE_SIGN_IN,
                                     &f->connection,
                                     (uint32_t)s->config.sign_in_timeout_s,
                                     s->config.allow_loopback_http,
                                     wants_qr(f, facts),
                                     &f->org,
                                     f->wants_groups,
                                     false,
                                     f->speaks,
                                     f->way == WAY_SOCIAL,
                                     s->config.confinement,
                                     NULL};
  f->deadline_ms = clock_monotonic_ms() + s->config.sign_in_timeout_s * 1000;
  status = oidc_start(PATH_OIDC, &f->request, &s->error, &f->oidc);
  if (status != STATUS_OK) {
    session_log(LOG_ERR, "%s", s->error.text);
    return refuse(f, s->decision.row, NOTICE_INTERNAL, "helper");
  }
  return STATUS_OK;
}

enum status sso_sign_in(struct session *s, const struct facts *facts, struct sso_through through,
                        struct signed_in *ret_result)
{
  struct flow f CLEANUP(flow_done) = {.s = s, .oidc = OIDC_NONE, .limit = SIGN_IN_LIMIT_NONE, .way = through.way};
  struct message_code code;
  enum status status = begin(&f, facts, through.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = receive_code(&f, &code);
  if (status != STATUS_OK) {
    return status;
  }
  status = relay(&f, &code, sso_prompt_qr(s, facts));
  if (status != STATUS_OK) {
    return status;
  }
  if (f.reply.type == MESSAGE_FAILED) {
    return refuse_failed(&f, f.reply.value);
  }
  const struct sso_answer answer = {s, facts, through.way, &f.org, &f.connection, f.fingerprint, f.reply.value};
  return f.reply.type == MESSAGE_AUTHORIZED ? sso_answer_store(&answer, ret_result) : STATUS_PROTOCOL;
}
