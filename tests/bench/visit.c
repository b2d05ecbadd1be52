// SPDX-License-Identifier: Apache-2.0
#include "visit.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "moment.h"
#include "process/process.h"
#include "protocol/channel.h"

enum { WAIT_MS = 120000, GRACE_MS = 10000, ENTER_US = 500000, ENTER_EVERY = 5, BUFFER_SIZE = 16384 };

static const enum message_type TYPES[VISIT_PHASES] = {MESSAGE_AUTH, MESSAGE_ACCOUNT, MESSAGE_CRED};

struct talk {
  struct visit *visit;
  struct quick_provider *provider;
  struct channel channel;
  uint32_t code;
};

static int64_t soon(void)
{
  return clock_monotonic_ms() + WAIT_MS;
}

// As the module asks, and before it sshd.
static void ask_nss(const struct visit *visit, struct message_request *request)
{
  char buffer[BUFFER_SIZE];
  struct passwd storage;
  struct passwd *found = NULL;
  if (getpwnam_r(visit->login, &storage, buffer, sizeof buffer, &found) == 0 && found != NULL) {
    request->nss_known = 1;
    request->nss_uid = found->pw_uid;
    request->nss_gid = found->pw_gid;
  }
}

// The first prompt is read before Enter is pressed. Who presses it at once all the time is no person, and refused.
static enum status press_enter(struct talk *t, const struct message_prompt *prompt)
{
  const struct message_answer answer = {.given = 1};
  struct visit *v = t->visit;
  if (v->prompts == 0) {
    v->prompt_ns = moment_now();
    if (!quick_provider_approve(t->provider, prompt->text, v->login, &t->code)) {
      return STATUS_NOT_FOUND;
    }
  }
  if (v->prompts % ENTER_EVERY == 0) {
    (void)usleep(ENTER_US);
  }
  v->prompts++;
  return channel_send(&t->channel, MESSAGE_ANSWER, &answer, soon());
}

static enum status converse(struct talk *t, struct message_verdict *ret_verdict)
{
  enum status status = STATUS_OK;
  while (status == STATUS_OK && t->channel.phase != PHASE_ENDED) {
    enum message_type type;
    void *value = NULL;
    status = channel_receive(&t->channel, soon(), &type, &value);
    if (status == STATUS_OK && type == MESSAGE_PROMPT) {
      status = press_enter(t, value);
    } else if (status == STATUS_OK && type == MESSAGE_VERDICT) {
      memcpy(ret_verdict, value, sizeof *ret_verdict);
    } else if (status == STATUS_OK && type == MESSAGE_ERROR) {
      const struct message_notice *notice = value;
      text_escape(notice->text, strlen(notice->text), t->visit->said, sizeof t->visit->said);
    }
    channel_free_message(type, value);
  }
  return status;
}

static bool carry_out_phase(struct talk *t, enum visit_phase phase, const char *signin, struct message_verdict *verdict)
{
  struct visit *v = t->visit;
  struct message_request request = {.service = "sshd"};
  const struct process_user same = {.drop = false};
  struct process process = PROCESS_NONE;
  (void)snprintf(request.login, sizeof request.login, "%s", v->login);
  (void)snprintf(request.rhost, sizeof request.rhost, "%s", v->rhost);
  memcpy(request.ticket, verdict->ticket, sizeof request.ticket);
  v->start_ns[phase] = moment_now();
  ask_nss(v, &request);
  if (phase == VISIT_AUTH) {
    v->known = request.nss_known == 1;
    v->uid = request.nss_uid;
  }
  *verdict = (struct message_verdict){.verdict = VERDICT_UNAVAILABLE};
  enum status status = process_start(signin, &same, &process);
  t->channel = channel_init(process.fd, LINK_MODULE_SIGNIN, PARTY_MODULE);
  if (status == STATUS_OK) {
    status = channel_send(&t->channel, TYPES[phase], &request, soon());
  }
  if (status == STATUS_OK) {
    status = converse(t, verdict);
  }
  v->verdict_ns[phase] = moment_now();
  process_end(&process, GRACE_MS);
  if (status != STATUS_OK) {
    (void)snprintf(v->said, sizeof v->said, "%s: %s", protocol_name(TYPES[phase]), status_text(status));
  }
  return status == STATUS_OK && verdict->verdict == VERDICT_GRANTED;
}

void visit_carry_out(struct visit *visit, const char *signin, struct quick_provider *provider)
{
  struct talk talk = {.visit = visit, .provider = provider};
  struct message_verdict verdict = {.verdict = VERDICT_REFUSED};
  char ticket[PROTOCOL_TICKET_SIZE] = "";
  bool granted = true;
  bool same = true;
  for (int phase = 0; granted && phase < VISIT_PHASES; phase++) {
    memcpy(verdict.ticket, ticket, sizeof ticket);
    granted = carry_out_phase(&talk, (enum visit_phase)phase, signin, &verdict);
    if (phase == VISIT_AUTH) {
      memcpy(ticket, verdict.ticket, sizeof ticket);
      visit->granted_uid = verdict.uid;
      visit->gid = verdict.gid;
    }
    same = same && verdict.uid == visit->granted_uid && verdict.gid == visit->gid;
  }
  if (visit->prompts > 0) {
    visit->provider = quick_provider_share(provider, talk.code);
  }
  visit->granted = granted && same;
  if (granted && !same) {
    (void)snprintf(visit->said, sizeof visit->said, "the phases name different numbers");
  }
}
