// SPDX-License-Identifier: Apache-2.0
// Stands in for ssoorg-signin: answers by the local part of the login name, so that the PAM module is tested alone.
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "protocol/channel.h"

enum { WAIT_MS = 120000, UID_IN_WRAPPER = 70001, ORG_GID = 70100 };

static int64_t soon(void)
{
  return clock_monotonic_ms() + WAIT_MS;
}

static void say(struct channel *module, enum message_type type, const char *text)
{
  struct message_notice notice = {.text = ""};
  (void)snprintf(notice.text, sizeof notice.text, "%s", text);
  if (channel_send(module, type, &notice, soon()) != STATUS_OK) {
    _exit(1);
  }
}

static bool ask(struct channel *module, bool echo, const char *text, const char *wanted)
{
  struct message_prompt prompt = {.echo = echo};
  enum message_type type;
  void *value = NULL;
  (void)snprintf(prompt.text, sizeof prompt.text, "%s", text);
  if (channel_send(module, MESSAGE_PROMPT, &prompt, soon()) != STATUS_OK ||
      channel_receive(module, soon(), &type, &value) != STATUS_OK) {
    _exit(1);
  }
  const struct message_answer *answer = value;
  bool right = answer->given == 1 && strcmp(bytes_text(&answer->text), wanted) == 0;
  channel_free_message(type, value);
  return right;
}

static void send_verdict(struct channel *module, enum verdict verdict)
{
  struct message_verdict message = {.verdict = (uint8_t)verdict, .uid = UID_IN_WRAPPER, .gid = UID_IN_WRAPPER};
  message.groups = (struct u32_list){1, {ORG_GID}};
  (void)snprintf(message.ticket, sizeof message.ticket, "0123456789abcdef0123456789abcdef");
  (void)snprintf(message.org, sizeof message.org, "acme");
  (void)snprintf(message.role, sizeof message.role, "viewer");
  if (channel_send(module, MESSAGE_VERDICT, &message, soon()) != STATUS_OK) {
    _exit(1);
  }
}

static enum verdict verdict_of(const char *login)
{
  static const struct {
    const char *login;
    enum verdict verdict;
  } VERDICTS[] = {{"grant@acme.test", VERDICT_GRANTED},
                  {"notours@acme.test", VERDICT_NOT_OURS},
                  {"wrong@acme.test", VERDICT_TRY_AGAIN},
                  {"nostore@acme.test", VERDICT_UNAVAILABLE}};
  for (size_t i = 0; i < COUNT_OF(VERDICTS); i++) {
    if (strcmp(VERDICTS[i].login, login) == 0) {
      return VERDICTS[i].verdict;
    }
  }
  return VERDICT_REFUSED;
}

// What environment, descriptors and ids the module gives its helper; told as a verdict.
static bool started_cleanly(void)
{
  extern char **environ;
  bool clean = environ[0] == NULL && getsid(0) == getpid();
  for (int fd = 3; fd < 256; fd++) {
    clean = clean && lseek(fd, 0, SEEK_CUR) < 0 && close(fd) != 0;
  }
  return clean;
}

static void answer(struct channel *module, enum message_type type, const struct message_request *request)
{
  const char *login = request->login;
  if (strcmp(login, "asks@acme.test") == 0) {
    send_verdict(module,
                 ask(module, true, "\nOpen: https://idp.test\nPress Enter: ", "") ? VERDICT_GRANTED : VERDICT_REFUSED);
  } else if (strcmp(login, "hidden@acme.test") == 0) {
    send_verdict(module, ask(module, false, "Password: ", "secret") ? VERDICT_GRANTED : VERDICT_TRY_AGAIN);
  } else if (strcmp(login, "tells@acme.test") == 0) {
    say(module, MESSAGE_INFO, "an information");
    say(module, MESSAGE_ERROR, "an error %s%n");
    send_verdict(module, VERDICT_REFUSED);
  } else if (strcmp(login, "dies@acme.test") == 0) {
    _exit(1);
  } else if (strcmp(login, "diesasked@acme.test") == 0) {
    (void)ask(module, true, "Press Enter: ", "");
    _exit(1);
  } else if (strcmp(login, "babbles@acme.test") == 0) {
    _exit(write(0, "\xff\xff\xff\xff\x0a\0\1\0rubbish", 15) == 15 ? 0 : 1);
  } else if (strcmp(login, "clean@acme.test") == 0) {
    send_verdict(module, started_cleanly() ? VERDICT_GRANTED : VERDICT_REFUSED);
  } else if (strcmp(login, "ticket@acme.test") == 0) {
    bool there = strcmp(request->ticket, "0123456789abcdef0123456789abcdef") == 0;
    bool wanted = type == MESSAGE_ACCOUNT || type == MESSAGE_CRED;
    send_verdict(module, there == wanted ? VERDICT_GRANTED : VERDICT_REFUSED);
  } else {
    send_verdict(module, verdict_of(login));
  }
}

int main(void)
{
  struct channel module = channel_init(0, LINK_MODULE_SIGNIN, PARTY_SIGNIN);
  enum message_type type;
  void *value = NULL;
  if (channel_receive(&module, soon(), &type, &value) != STATUS_OK) {
    return 1;
  }
  answer(&module, type, value);
  channel_free_message(type, value);
  return 0;
}
