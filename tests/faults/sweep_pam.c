// SPDX-License-Identifier: Apache-2.0
// sweep_pam LIBRARY SERVICE: pam_ssoorg.so through libpam with each allocation of either failing (HOLES H12, H59), in a
// process of its own for each. ssoorg-signin is stood in for by tests/unit/pam/fake_signin.c, which answers by login.
// The SERVICE says IGNORED where our module leaves the decision to others: with a member, nothing may bring it to that.
// Started again by itself under the library.
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "sweep.h"

enum { IGNORED = PAM_AUTHTOK_DISABLE_AGING, STEP_US = 500, LIMIT_MS = SWEEP_HANG_MS, SUCCESS_HALF_DONE = 120 };

struct scene {
  const char *name;
  const char *login;
  int (*call)(pam_handle_t *pamh);
  bool granted; // without a failure
  bool cold;    // libpam and the name service start within the call: most of the allocations, and once is enough
};

static int authenticate(pam_handle_t *pamh)
{
  int code = pam_authenticate(pamh, 0);
  return code != PAM_SUCCESS || pam_getenv(pamh, "SSOORG_TICKET") != NULL ? code : SUCCESS_HALF_DONE;
}

static int account(pam_handle_t *pamh)
{
  return pam_acct_mgmt(pamh, 0);
}

static int credentials(pam_handle_t *pamh)
{
  gid_t groups[8];
  int code = pam_setcred(pamh, PAM_ESTABLISH_CRED);
  return code != PAM_SUCCESS || getgroups(8, groups) == 2 ? code : SUCCESS_HALF_DONE;
}

static int session(pam_handle_t *pamh)
{
  int code = pam_open_session(pamh, 0);
  bool whole = pam_getenv(pamh, "SSOORG_ORG") != NULL && pam_getenv(pamh, "SSOORG_ROLE") != NULL;
  return code != PAM_SUCCESS || whole ? code : SUCCESS_HALF_DONE;
}

static int change_password(pam_handle_t *pamh)
{
  return pam_chauthtok(pamh, 0);
}

static const struct scene SCENES[] = {
    {"cold_start", "refuse@acme.test", authenticate, false, true},
    {"refused", "refuse@acme.test", authenticate, false, false},
    {"wrong_password", "hidden@acme.test", authenticate, false, false},
    {"told_and_refused", "tells@acme.test", authenticate, false, false},
    {"helper_dies", "dies@acme.test", authenticate, false, false},
    {"helper_babbles", "babbles@acme.test", authenticate, false, false},
    {"refused_account", "refuse@acme.test", account, false, false},
    {"refused_credentials", "refuse@acme.test", credentials, false, false},
    {"refused_session", "refuse@acme.test", session, false, false},
    {"refused_password_change", "refuse@acme.test", change_password, false, false},
    {"refused_name_that_is_also_local", "listed@acme.test", authenticate, false, false},
    {"asked_and_granted", "asks@acme.test", authenticate, true, false},
    {"granted_account", "grant@acme.test", account, true, false},
    {"granted_credentials", "grant@acme.test", credentials, true, false},
    {"granted_session", "grant@acme.test", session, true, false},
};

// Answers every prompt with nothing, as Enter does.
static int converse(int count, const struct pam_message **messages, struct pam_response **ret_responses, void *data)
{
  (void)messages;
  (void)data;
  *ret_responses = calloc((size_t)count, sizeof **ret_responses);
  for (int i = 0; *ret_responses != NULL && i < count; i++) {
    (*ret_responses)[i].resp = strdup("");
  }
  return *ret_responses != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

// Nobody waits after a wrong password here.
static void no_delay(int code, unsigned delay_us, void *data)
{
  (void)code;
  (void)delay_us;
  (void)data;
}

struct stage {
  const struct scene *scene;
  pam_handle_t *pamh;
};

static const struct pam_conv CONVERSATION = {converse, NULL};

// A handle whose modules are loaded and settled, by asking about somebody who is not ours; if COLD, nothing is yet.
static pam_handle_t *start(const char *service, const struct scene *scene)
{
  pam_handle_t *pamh = NULL;
  bool set = pam_start(service, "root", &CONVERSATION, &pamh) == PAM_SUCCESS &&
             pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)(uintptr_t)no_delay) == PAM_SUCCESS;
  if (!set || (!scene->cold && pam_acct_mgmt(pamh, 0) != IGNORED) ||
      pam_set_item(pamh, PAM_USER, scene->login) != PAM_SUCCESS) {
    (void)fprintf(stderr, "sweep_pam: the service %s is not there\n", service);
    exit(2);
  }
  if (!scene->cold) {
    (void)getpwnam(scene->login);
  }
  return pamh;
}

// In the child. Ends with the code of the call.
static void call_pam(const struct stage *s, struct fault_plan *plan, const struct fault_plan *point)
{
  plan->count = plan->failed = 0;
  plan->at = point->at;
  plan->mode = point->mode;
  int code = s->scene->call(s->pamh);
  plan->mode = FAULT_OFF;
  (void)pam_end(s->pamh, code);
  _exit(code);
}

static const char *judge(const struct stage *s, int code)
{
  switch (code) {
  case PAM_SUCCESS: return s->scene->granted ? "" : "PAM_SUCCESS";
  case PAM_IGNORE:
  case IGNORED: return "PAM_IGNORE for a member";
  case SUCCESS_HALF_DONE: return "PAM_SUCCESS with half of what belongs to it";
  default: return "";
  }
}

static struct outcome run_point(void *context, struct fault_plan *plan)
{
  const struct stage *s = context;
  struct outcome outcome = {.signal = 0};
  const struct fault_plan point = *plan;
  int how = 0;
  plan->mode = FAULT_OFF;
  pid_t pid = fork();
  if (pid == 0) {
    call_pam(s, plan, &point);
  }
  pid_t ended = 0;
  int64_t deadline_ms = clock_monotonic_ms() + LIMIT_MS;
  while ((ended = waitpid(pid, &how, WNOHANG)) == 0 && clock_monotonic_ms() < deadline_ms) {
    (void)usleep(STEP_US);
  }
  if (ended != pid) {
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, &how, 0);
    (void)snprintf(outcome.wrong, sizeof outcome.wrong, "it did not end");
    return outcome;
  }
  outcome.signal = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
  (void)snprintf(outcome.wrong, sizeof outcome.wrong, "%s", WIFEXITED(how) ? judge(s, WEXITSTATUS(how)) : "");
  return outcome;
}

static bool sweep_scene(const struct scene *scene, const char *service, struct fault_plan *plan)
{
  char name[64];
  sweep_arm(plan, FAULT_OFF, 0);
  struct stage stage = {scene, start(service, scene)};
  sweep_arm(plan, FAULT_OFF, 0);
  (void)snprintf(name, sizeof name, "pam_%s", scene->name);
  const struct outcome plain = run_point(&stage, plan);
  bool good = plain.wrong[0] == '\0' && plain.signal == 0 && plan->count > 0;
  if (!good) {
    printf("FAIL %s: without a failure: %s, signal %d\n", name, plain.wrong, plain.signal);
  } else {
    good = sweep_all(name, FAULT_ONCE, plan, run_point, &stage);
    good = sweep_all(name, FAULT_FROM, plan, run_point, &stage) && good;
  }
  (void)pam_end(stage.pamh, PAM_SUCCESS);
  return good;
}

static int start_again(char **arguments)
{
  bool set = setenv("LD_PRELOAD", arguments[1], 1) == 0 && setenv("FAULT_PLAN", FAULTS_FOLDER "/plan-pam", 1) == 0;
  if (set) {
    (void)execv("/proc/self/exe", arguments);
  }
  perror(arguments[0]);
  return 2;
}

int main(int argc, char **argv)
{
  bool good = true;
  if (argc != 3) {
    (void)fprintf(stderr, "usage: sweep_pam LIBRARY SERVICE\n");
    return 2;
  }
  sweep_use(argv[1]);
  struct fault_plan *plan = sweep_plan("pam");
  if (dlsym(RTLD_DEFAULT, "failing_alloc_hit") == NULL) {
    return start_again(argv);
  }
  for (size_t i = 0; i < COUNT_OF(SCENES); i++) {
    good = sweep_scene(&SCENES[i], argv[2], plan) && good;
  }
  return good ? 0 : 1;
}
