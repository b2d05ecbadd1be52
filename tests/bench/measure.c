// SPDX-License-Identifier: Apache-2.0
// measure run PROGRAM ARGUMENTS...: runs a program, which has our standard input and output.
// measure sign-in SSOORG-SIGNIN LOGIN: asks ssoorg-signin as pam_ssoorg.so does. Each prompt is printed, then a line
// "---"; a line on standard input answers it.
// measure account SSOORG-SIGNIN LOGIN: the same for the account phase of a login by key.
// All close with one line of JSON: what it cost, as trace.h says.
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "protocol/channel.h"
#include "trace.h"

enum { WAIT_MS = 60000 };

struct talk {
  struct channel channel;
  enum message_type type;
  const char *login;
  int verdict;
};

static int64_t soon(void)
{
  return clock_monotonic_ms() + WAIT_MS;
}

static enum status answer_prompt(struct talk *talk, const struct message_prompt *prompt)
{
  const struct message_answer answer = {.given = 1};
  char line[64];
  printf("%s\n---\n", prompt->text);
  (void)fflush(stdout);
  return fgets(line, sizeof line, stdin) != NULL ? channel_send(&talk->channel, MESSAGE_ANSWER, &answer, soon())
                                                 : STATUS_CLOSED;
}

static void *converse(void *context)
{
  struct talk *talk = context;
  struct message_request request = {.service = "sshd", .rhost = "192.0.2.7"};
  const struct passwd *entry = getpwnam(talk->login);
  (void)snprintf(request.login, sizeof request.login, "%s", talk->login);
  if (entry != NULL) {
    request.nss_known = 1;
    request.nss_uid = entry->pw_uid;
    request.nss_gid = entry->pw_gid;
  }
  enum status status = channel_send(&talk->channel, talk->type, &request, soon());
  while (status == STATUS_OK && talk->channel.phase != PHASE_ENDED) {
    enum message_type type;
    void *value = NULL;
    status = channel_receive(&talk->channel, soon(), &type, &value);
    if (status == STATUS_OK && type == MESSAGE_PROMPT) {
      status = answer_prompt(talk, value);
    } else if (status == STATUS_OK && type == MESSAGE_VERDICT) {
      talk->verdict = ((struct message_verdict *)value)->verdict;
    }
    channel_free_message(type, value);
  }
  return NULL;
}

static void print(const struct trace *trace, int verdict)
{
  printf("{\"exit_status\": %d, \"verdict\": %d, \"cpu_us\": %llu, \"processes\": [", trace->exit_status, verdict,
         (unsigned long long)trace->all_cpu_us);
  for (size_t i = 0; i < trace->count; i++) {
    const struct traced *process = &trace->processes[i];
    printf("%s{\"name\": \"%s\", \"cpu_us\": %llu, \"peak_kib\": %llu}", i > 0 ? ", " : "", process->name,
           (unsigned long long)(process->cpu_ns / 1000), (unsigned long long)process->peak_kib);
  }
  printf("]}\n");
}

static int ask(enum message_type type, char **arguments)
{
  struct trace trace;
  pthread_t thread;
  int ends[2];
  int null CLEANUP(cleanup_fd) = open("/dev/null", O_RDWR | O_CLOEXEC);
  char *const program[] = {arguments[2], NULL};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return 1;
  }
  struct talk talk = {channel_init(ends[0], LINK_MODULE_SIGNIN, PARTY_MODULE), type, arguments[3], -1};
  pid_t pid = trace_start(program, ends[1], null);
  (void)close(ends[1]);
  if (pid < 0 || pthread_create(&thread, NULL, converse, &talk) != 0) {
    return 1;
  }
  trace_run(pid, &trace);
  (void)pthread_join(thread, NULL);
  print(&trace, talk.verdict);
  return talk.verdict == VERDICT_GRANTED ? 0 : 1;
}

static int run(char **arguments)
{
  struct trace trace;
  pid_t pid = trace_start(arguments + 2, STDIN_FILENO, STDOUT_FILENO);
  if (pid < 0) {
    return 1;
  }
  trace_run(pid, &trace);
  print(&trace, -1);
  return trace.exit_status;
}

int main(int argc, char **argv)
{
  if (argc == 4 && strcmp(argv[1], "sign-in") == 0) {
    return ask(MESSAGE_AUTH, argv);
  }
  if (argc == 4 && strcmp(argv[1], "account") == 0) {
    return ask(MESSAGE_ACCOUNT, argv);
  }
  if (argc >= 3 && strcmp(argv[1], "run") == 0) {
    return run(argv);
  }
  (void)fprintf(stderr,
                "usage: measure run PROGRAM ARGUMENTS...\n       measure sign-in|account SSOORG-SIGNIN LOGIN\n");
  return 2;
}
