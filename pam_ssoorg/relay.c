// SPDX-License-Identifier: Apache-2.0
#include "relay.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "host_user.h"
#include "paths.h"
#include "process/process.h"
#include "protocol/channel.h"
#include "sigchld.h"

enum { SEND_WAIT_MS = 5000, ANSWER_WAIT_MS = 60000, END_GRACE_MS = 1000 };

static void copy_item(const pam_handle_t *pamh, int item, char *to, size_t size)
{
  const void *value = NULL;
  if (pam_get_item(pamh, item, &value) == PAM_SUCCESS && value != NULL) {
    (void)snprintf(to, size, "%s", (const char *)value);
  }
}

// What sshd has accepted before in this connection, a line each (AuthenticationMethods); it is put there by sshd alone,
// and read while it authenticates, before anything of the person's can be.
static bool has_key(pam_handle_t *pamh, const struct relay_request *from, const char *service)
{
  static const char KEY[] = "publickey ";
  const char *at =
      strcmp(service, "sshd") == 0 && from->type == MESSAGE_AUTH ? pam_getenv(pamh, "SSH_AUTH_INFO_0") : NULL;
  while (at != NULL && *at != '\0') {
    if (strncmp(at, KEY, sizeof KEY - 1) == 0) {
      return true;
    }
    at += strcspn(at, "\n");
    at += *at == '\n' ? 1 : 0;
  }
  return false;
}

static enum status fill_request(pam_handle_t *pamh, const struct relay_request *from, struct message_request *request)
{
  struct host_user known;
  enum status status = host_user_find(from->user, &known);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(request->login, sizeof request->login, "%s", from->user);
  (void)snprintf(request->ticket, sizeof request->ticket, "%s", from->ticket);
  copy_item(pamh, PAM_SERVICE, request->service, sizeof request->service);
  copy_item(pamh, PAM_RHOST, request->rhost, sizeof request->rhost);
  copy_item(pamh, PAM_TTY, request->tty, sizeof request->tty);
  request->flags = (from->flags & PAM_SILENT) != 0 ? REQUEST_SILENT : 0;
  request->flags |= (from->flags & PAM_PRELIM_CHECK) != 0 ? REQUEST_PRELIM : 0;
  request->flags |= from->reauth ? REQUEST_REAUTH : 0;
  request->flags |= from->after_password ? REQUEST_AFTER_PASSWORD : 0;
  request->flags |= has_key(pamh, from, request->service) ? REQUEST_WITH_KEY : 0;
  request->caller_uid = getuid();
  if (known.known) {
    request->nss_known = 1;
    request->nss_uid = known.uid;
    request->nss_gid = known.gid;
  }
  return STATUS_OK;
}

static void answer_done(struct message_answer *answer)
{
  bytes_done(&answer->text);
}

struct relay {
  pam_handle_t *pamh;
  struct channel channel;
  bool spoken; // the person has been shown something
  bool unseen; // an echoing prompt could not be shown
};

static enum status show_prompt(struct relay *r, const struct message_prompt *prompt)
{
  char *typed = NULL;
  struct message_answer answer CLEANUP(answer_done) = {.given = 0};
  int style = prompt->echo == 1 ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;
  enum status status = STATUS_OK;
  if (pam_prompt(r->pamh, style, &typed, "%s", prompt->text) == PAM_SUCCESS && typed != NULL) {
    size_t length = strlen(typed);
    answer.given = length <= PROTOCOL_SECRET_MAX ? 1 : 0;
    status = answer.given == 1 ? bytes_append(&answer.text, typed, length) : STATUS_OK;
    explicit_bzero(typed, length);
  }
  free(typed);
  r->unseen = r->unseen || (answer.given == 0 && prompt->echo == 1);
  return status != STATUS_OK ? status
                             : channel_send(&r->channel, MESSAGE_ANSWER, &answer, clock_monotonic_ms() + SEND_WAIT_MS);
}

// Whether something is worth saying where PAM_SILENT asks for silence the helper knows.
static enum status show_notice(pam_handle_t *pamh, enum message_type type, const struct message_notice *notice)
{
  // Nobody may be there to read it: not a reason to fail.
  (void)pam_prompt(pamh, type == MESSAGE_ERROR ? PAM_ERROR_MSG : PAM_TEXT_INFO, NULL, "%s", notice->text);
  return STATUS_OK;
}

// What is not a helper's to say in a conversation ends it as a refusal, whatever lets it through.
static enum status handle(struct relay *r, enum message_type type, const void *value,
                          struct message_verdict *ret_verdict)
{
  switch (type) {
  case MESSAGE_PROMPT: return show_prompt(r, value);
  case MESSAGE_INFO:
  case MESSAGE_ERROR: return show_notice(r->pamh, type, value);
  case MESSAGE_VERDICT: memcpy(ret_verdict, value, sizeof *ret_verdict); return STATUS_OK;
  case MESSAGE_AUTH:
  case MESSAGE_ACCOUNT:
  case MESSAGE_CRED:
  case MESSAGE_SESSION:
  case MESSAGE_CHAUTHTOK:
  case MESSAGE_ANSWER:
  case MESSAGE_SIGN_IN:
  case MESSAGE_DISCOVER:
  case MESSAGE_CODE:
  case MESSAGE_AUTHORIZED:
  case MESSAGE_FOUND:
  case MESSAGE_FAILED:
  case MESSAGE_TXT:
  case MESSAGE_TEXTS:
  case MESSAGE_MAIL:
  case MESSAGE_SENT:
  case MESSAGE_REFRESH:
  case MESSAGE_ROTATED:
  case MESSAGE_OPEN:
  case MESSAGE_READY:
  case MESSAGE_ASK:
  case MESSAGE_ROWS:
  case MESSAGE_DONE:
  case MESSAGE_LISTEN:
  case MESSAGE_TOLD:
  case MESSAGE_SCRIPT:
  case MESSAGE_COUNT: break;
  }
  return STATUS_PROTOCOL;
}

static enum status relay_message(struct relay *r, struct message_verdict *ret_verdict)
{
  enum message_type type;
  void *value = NULL;
  enum status status = channel_receive(&r->channel, clock_monotonic_ms() + ANSWER_WAIT_MS, &type, &value);
  if (status != STATUS_OK) {
    return status;
  }
  r->spoken = true;
  status = handle(r, type, value, ret_verdict);
  channel_free_message(type, value);
  return status;
}

struct helper {
  struct process process;
  struct sigchld hold;
};

static void end_helper(struct helper *helper)
{
  process_end(&helper->process, END_GRACE_MS);
  sigchld_end(&helper->hold);
}

bool relay_ask(pam_handle_t *pamh, const struct relay_request *from, struct message_verdict *ret_verdict)
{
  struct helper helper CLEANUP(end_helper) = {PROCESS_NONE, sigchld_begin()};
  struct message_request request = {.flags = 0};
  const struct process_user same = {.drop = false};
  *ret_verdict = (struct message_verdict){.verdict = VERDICT_UNAVAILABLE};
  enum status status = fill_request(pamh, from, &request);
  status = status != STATUS_OK ? status : process_start(PATH_SIGNIN, &same, &helper.process);
  struct relay r = {pamh, channel_init(helper.process.fd, LINK_MODULE_SIGNIN, PARTY_MODULE), false, false};
  int64_t deadline_ms = clock_monotonic_ms() + SEND_WAIT_MS;
  status = status != STATUS_OK ? status : channel_send(&r.channel, from->type, &request, deadline_ms);
  while (status == STATUS_OK && r.channel.phase != PHASE_ENDED) {
    status = relay_message(&r, ret_verdict);
  }
  if (status != STATUS_OK) {
    pam_syslog(pamh, LOG_ERR, "%s: %s", PATH_SIGNIN, status_text(status));
    // A person who has been asked is refused for good: with anything less their client would try again at once.
    *ret_verdict = (struct message_verdict){.verdict = r.spoken ? VERDICT_REFUSED : VERDICT_UNAVAILABLE};
  }
  return !r.unseen;
}
