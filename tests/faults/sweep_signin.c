// SPDX-License-Identifier: Apache-2.0
// sweep_signin LIBRARY ANSWER-FILE SSOCTL: ssoorg-signin with each of its allocations failing (HOLES H12, H59), asked
// as pam_ssoorg.so asks it, with stand_in_oidc for ssoorg-oidc. Whoever is refused without a failure must never be
// granted anything nor be "not ours"; a grant must stand in the store, whole. The people are those of tests/faults/run.
//
// sweep_signin LIBRARY ANSWER-FILE SSOCTL LOGIN TYPED ANSWER: one sign-in without failures; exit 0 if it is granted.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "ground.h"
#include "paths.h"
#include "sweep.h"

enum { WAIT_MS = SWEEP_HANG_MS, ROUNDS_MAX = 8, NO_VERDICT = 255, TICKET_SIZE = PROTOCOL_TICKET_SIZE };

static const char NOT_A_TICKET[] = "0123456789abcdef0123456789abcdef";

struct scene {
  const char *name;
  enum message_type type;
  const char *login;
  const char *typed;  // at every prompt
  const char *answer; // of the stand-in
  enum verdict usual;
  const char *ticket; // NULL for that of a sign-in just before
  bool cold;          // the name service starts within it: that is most of the allocations, and once is enough
};

static const char RIGHT[] = "right-Lantern-47-quartz";

static const struct scene SCENES[] = {
    {"cold_start", MESSAGE_AUTH, "member@acme.test", "", "declines", VERDICT_REFUSED, "", true},
    {"wrong_password", MESSAGE_AUTH, "pw@beta.test", "not-the-Password-1", "declines", VERDICT_TRY_AGAIN, "", false},
    {"declined_by_a_member", MESSAGE_AUTH, "member@acme.test", "", "declines", VERDICT_REFUSED, "", false},
    {"declined_by_a_stranger", MESSAGE_AUTH, "stranger@acme.test", "", "declines", VERDICT_REFUSED, "", false},
    {"approved_by_another", MESSAGE_AUTH, "member@acme.test", "", "stranger@acme.test", VERDICT_REFUSED, "", false},
    {"locked_account", MESSAGE_AUTH, "locked@beta.test", RIGHT, "declines", VERDICT_REFUSED, "", false},
    {"suspended_member", MESSAGE_ACCOUNT, "away@beta.test", "", "declines", VERDICT_REFUSED, "", false},
    {"removed_member", MESSAGE_ACCOUNT, "gone@beta.test", "", "declines", VERDICT_REFUSED, "", false},
    {"key_where_sso_is_enforced", MESSAGE_ACCOUNT, "member@acme.test", "", "declines", VERDICT_REFUSED, "", false},
    {"forged_ticket", MESSAGE_CRED, "member@acme.test", "", "declines", VERDICT_REFUSED, NOT_A_TICKET, false},
    {"changing_a_password_wrongly", MESSAGE_CHAUTHTOK, "pw@beta.test", "", "declines", VERDICT_REFUSED, "", false},
    {"changing_an_enforced_password", MESSAGE_CHAUTHTOK, "member@acme.test", RIGHT, "declines", VERDICT_REFUSED, "",
     false},
    {"code_that_is_none", MESSAGE_AUTH, "invited@nowhere.test", "0123456789ABCDEFGHJK", "declines", VERDICT_TRY_AGAIN,
     "", false},
    {"right_password", MESSAGE_AUTH, "pw@beta.test", RIGHT, "declines", VERDICT_GRANTED, "", false},
    {"first_sign_in", MESSAGE_AUTH, "new@acme.test", "", "new@acme.test", VERDICT_GRANTED, "", false},
    {"sign_in_again", MESSAGE_AUTH, "member@acme.test", "", "member@acme.test", VERDICT_GRANTED, "", false},
    {"ticket_of_a_sign_in", MESSAGE_CRED, "member@acme.test", "", "member@acme.test", VERDICT_GRANTED, NULL, false},
};

// A scene being swept.
struct stage {
  const struct scene *scene;
  const char *answer_file;
  const char *ssoctl;
  struct ground *ground;
  char ticket[TICKET_SIZE];
  struct counts before;
  struct counts after; // a run without failures
  struct message_verdict verdict;
};

static enum status send_answer(struct channel *c, const char *typed)
{
  struct message_answer answer = {.given = 1};
  enum status status = bytes_append_text(&answer.text, typed);
  if (status == STATUS_OK) {
    status = channel_send(c, MESSAGE_ANSWER, &answer, clock_monotonic_ms() + WAIT_MS);
  }
  bytes_done(&answer.text);
  return status;
}

static struct message_request request_of(const struct stage *s)
{
  struct message_request request = {.service = "login", .rhost = "192.0.2.7", .flags = 0};
  (void)snprintf(request.login, sizeof request.login, "%s", s->scene->login);
  memcpy(request.ticket, s->ticket, sizeof request.ticket);
  return request;
}

// Speaks with ssoorg-signin to its end; a verdict that did not come is NO_VERDICT.
static struct message_verdict converse(const struct stage *s, int fd)
{
  struct message_verdict verdict = {.verdict = NO_VERDICT};
  const struct message_request request = request_of(s);
  struct channel c = channel_init(fd, LINK_MODULE_SIGNIN, PARTY_MODULE);
  enum status status = channel_send(&c, s->scene->type, &request, clock_monotonic_ms() + WAIT_MS);
  for (int i = 0; status == STATUS_OK && c.phase != PHASE_ENDED && i < ROUNDS_MAX; i++) {
    enum message_type type;
    void *value = NULL;
    status = channel_receive(&c, clock_monotonic_ms() + WAIT_MS, &type, &value);
    if (status == STATUS_OK && type == MESSAGE_PROMPT) {
      status = send_answer(&c, s->scene->typed);
    } else if (status == STATUS_OK && type == MESSAGE_VERDICT) {
      verdict = *(struct message_verdict *)value;
    }
    channel_free_message(type, value);
  }
  return verdict;
}

static void write_answer(const struct stage *s)
{
  int fd CLEANUP(cleanup_fd) = open(s->answer_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  size_t length = strlen(s->scene->answer);
  if (fd < 0 || write(fd, s->scene->answer, length) != (ssize_t)length) {
    perror(s->answer_file);
    exit(2);
  }
}

static struct message_verdict run_once(const struct stage *s, int *ret_end)
{
  struct started started = sweep_start(PATH_SIGNIN, "signin", 0);
  struct message_verdict verdict = converse(s, started.fd);
  *ret_end = sweep_end(&started, WAIT_MS);
  return verdict;
}

static bool ssoctl_lists(const struct stage *s)
{
  char *const words[] = {(char *)(uintptr_t)s->ssoctl, (char[]){"member"}, (char[]){"list"}, NULL};
  posix_spawn_file_actions_t silent;
  pid_t pid = -1;
  int how = -1;
  bool ran = posix_spawn_file_actions_init(&silent) == 0 &&
             posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
             posix_spawn(&pid, s->ssoctl, &silent, NULL, words, environ) == 0 && waitpid(pid, &how, 0) == pid;
  (void)posix_spawn_file_actions_destroy(&silent);
  return ran && WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

// The same session as without a failure; tickets are random.
static bool is_same_session(const struct message_verdict *one, const struct message_verdict *other)
{
  bool groups = one->groups.count == other->groups.count &&
                memcmp(one->groups.values, other->groups.values, one->groups.count * sizeof *one->groups.values) == 0;
  return groups && one->uid == other->uid && one->gid == other->gid && strcmp(one->org, other->org) == 0 &&
         strcmp(one->role, other->role) == 0 && strlen(one->ticket) == strlen(other->ticket);
}

static const char *judge(const struct stage *s, const struct message_verdict *verdict, int end)
{
  struct counts now;
  if (end == -1) {
    return "it did not end";
  }
  if (verdict->verdict == VERDICT_NOT_OURS) {
    return "a member is not ours";
  }
  if (!ground_count(&now)) {
    return "the store cannot be read any more";
  }
  if (verdict->verdict == VERDICT_GRANTED) {
    return s->scene->usual != VERDICT_GRANTED       ? "granted"
           : !is_same_session(verdict, &s->verdict) ? "granted with another session"
           : !ground_is_same(&now, &s->after, true) ? "granted, but the store does not have all of it"
                                                    : "";
  }
  bool nothing = ground_is_same(&now, &s->before, false);
  bool whole = ground_is_same(&now, &s->after, true);
  return !nothing && !whole                                       ? "refused, and the store has a half of it"
         : s->scene->usual == VERDICT_GRANTED && !ssoctl_lists(s) ? "ssoctl fails after it"
                                                                  : "";
}

static struct outcome run_point(void *context, struct fault_plan *plan)
{
  struct stage *s = context;
  struct outcome outcome = {.signal = 0};
  (void)plan;
  ground_restore(s->ground);
  int end = 0;
  struct message_verdict verdict = run_once(s, &end);
  (void)snprintf(outcome.wrong, sizeof outcome.wrong, "%s", judge(s, &verdict, end));
  outcome.signal = end > 0 ? end : 0;
  return outcome;
}

// A ticket to be redeemed comes from a sign-in that the store remembers.
static void fetch_ticket(struct stage *s)
{
  struct scene sign_in = *s->scene;
  struct stage before = *s;
  int end = 0;
  sign_in.type = MESSAGE_AUTH;
  before.scene = &sign_in;
  struct message_verdict verdict = run_once(&before, &end);
  memcpy(s->ticket, verdict.ticket, sizeof s->ticket);
}

static bool sweep_scene(struct stage *s, struct fault_plan *plan)
{
  int end = 0;
  plan->warm = !s->scene->cold;
  sweep_arm(plan, FAULT_OFF, 0);
  struct ground *untouched = ground_keep();
  write_answer(s);
  if (s->scene->ticket == NULL) {
    fetch_ticket(s);
  } else {
    (void)snprintf(s->ticket, sizeof s->ticket, "%s", s->scene->ticket);
  }
  ground_settle_tickets(s->scene->ticket == NULL ? s->ticket : "");
  s->ground = ground_keep();
  bool good = ground_count(&s->before);
  s->verdict = run_once(s, &end);
  good = ground_count(&s->after) && good && end == 0 && s->verdict.verdict == s->scene->usual;
  if (!good) {
    printf("FAIL signin_%s: without a failure the verdict is %u\n", s->scene->name, s->verdict.verdict);
  }
  char name[64];
  (void)snprintf(name, sizeof name, "signin_%s", s->scene->name);
  if (good) {
    good = sweep_all(name, FAULT_ONCE, plan, run_point, s);
    good = sweep_all(name, FAULT_FROM, plan, run_point, s) && good;
  }
  ground_restore(untouched);
  ground_free(untouched);
  ground_free(s->ground);
  return good;
}

static int sign_in_once(char **words)
{
  const struct scene scene = {"once", MESSAGE_AUTH, words[4], words[5], words[6], VERDICT_GRANTED, "", false};
  struct stage stage = {.scene = &scene, .answer_file = words[2], .ssoctl = words[3]};
  int end = 0;
  sweep_arm(sweep_plan("signin"), FAULT_OFF, 0);
  write_answer(&stage);
  return run_once(&stage, &end).verdict == VERDICT_GRANTED ? 0 : 1;
}

int main(int argc, char **argv)
{
  bool good = true;
  if (argc != 4 && argc != 7) {
    (void)fprintf(stderr, "usage: sweep_signin LIBRARY ANSWER-FILE SSOCTL [LOGIN TYPED ANSWER]\n");
    return 2;
  }
  sweep_use(argv[1]);
  if (argc == 7) {
    return sign_in_once(argv);
  }
  struct fault_plan *plan = sweep_plan("signin");
  for (size_t i = 0; i < COUNT_OF(SCENES); i++) {
    struct stage stage = {.scene = &SCENES[i], .answer_file = argv[2], .ssoctl = argv[3]};
    good = sweep_scene(&stage, plan) && good;
  }
  return good ? 0 : 1;
}
