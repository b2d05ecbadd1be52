// SPDX-License-Identifier: Apache-2.0
// pam_ssoorg.so through libpam (pam_wrapper) with ssoorg-signin stood in for: return codes, and what people see.
#include <grp.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "map/map_build.h"
#include "map/map_change.h"
#include "paths.h"
#include "unit.h"

enum { WRAPPED_UID = 70001, ORG_GID = 70100 };

// What the conversation is asked and what it answers.
struct dialogue {
  const char *reply; // NULL: the conversation fails
  char shown[4096];
  int prompts;
  int style; // of the last prompt
};

static int converse(int count, const struct pam_message **messages, struct pam_response **ret_responses, void *data)
{
  struct dialogue *dialogue = data;
  struct pam_response *responses = calloc((size_t)count, sizeof *responses);
  for (int i = 0; i < count; i++) {
    size_t used = strlen(dialogue->shown);
    (void)snprintf(dialogue->shown + used, sizeof dialogue->shown - used, "%s|", messages[i]->msg);
    bool prompt = messages[i]->msg_style == PAM_PROMPT_ECHO_ON || messages[i]->msg_style == PAM_PROMPT_ECHO_OFF;
    if (prompt && dialogue->reply == NULL) {
      free(responses);
      return PAM_CONV_ERR;
    }
    if (prompt) {
      dialogue->prompts++;
      dialogue->style = messages[i]->msg_style;
      responses[i].resp = strdup(dialogue->reply);
    }
  }
  *ret_responses = responses;
  return PAM_SUCCESS;
}

static pam_handle_t *start(const char *user, struct dialogue *dialogue)
{
  pam_handle_t *pamh = NULL;
  const struct pam_conv conv = {converse, dialogue};
  assert_int_equal(pam_start("ssoorg-test", user, &conv, &pamh), PAM_SUCCESS);
  assert_int_equal(pam_set_item(pamh, PAM_RHOST, "192.0.2.7"), PAM_SUCCESS);
  return pamh;
}

static int authenticate(const char *user, struct dialogue *dialogue)
{
  pam_handle_t *pamh = start(user, dialogue);
  int code = pam_authenticate(pamh, 0);
  assert_int_equal(pam_end(pamh, code), PAM_SUCCESS);
  return code;
}

static int write_map(void **state)
{
  (void)state;
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {1}};
  struct map_settings settings = {.sshd_paths = "/usr/sbin/sshd", .home = "/home", .shell = "/bin/sh"};
  struct map_account mapped = {.uid = WRAPPED_UID, .login = "unqualified", .home = "/home/x", .shell = "/bin/sh"};
  (void)unlink(PATH_MAP);
  assert_int_equal(map_add_domain(&builder, &(struct map_domain){.domain = "acme.test", .org_gid = ORG_GID}),
                   STATUS_OK);
  assert_int_equal(map_add_settings(&builder, &settings), STATUS_OK);
  assert_int_equal(map_add_account(&builder, &mapped), STATUS_OK);
  assert_int_equal(map_write(&builder, PATH_MAP, 1), STATUS_OK);
  return 0;
}

// Behind the module stands one that says PAM_PERM_DENIED: that is "not ours".
static void verdicts_become_pam_codes(void **state)
{
  (void)state;
  static const struct {
    const char *user;
    int code;
  } CASES[] = {
      {"grant@acme.test", PAM_SUCCESS},       {"refuse@acme.test", PAM_MAXTRIES},
      {"wrong@acme.test", PAM_AUTH_ERR},      {"nostore@acme.test", PAM_AUTHINFO_UNAVAIL},
      {"notours@acme.test", PAM_PERM_DENIED}, {"unqualified", PAM_MAXTRIES},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct dialogue dialogue = {.reply = ""};
    assert_int_equal(authenticate(CASES[i].user, &dialogue), CASES[i].code);
    assert_int_equal(dialogue.prompts, 0);
  }
}

static void L1_names_the_map_does_not_know_are_ignored_without_a_helper(void **state)
{
  (void)state;
  static const char *const NAMES[] = {
      "root",           "bob",        "a@badacme.test",   "a@sub.acme.test", "-@acme.test", "a b@acme.test",
      "../x@acme.test", "@acme.test", "grant@acme.test\n"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    struct dialogue dialogue = {.reply = ""};
    assert_int_equal(authenticate(NAMES[i], &dialogue), PAM_PERM_DENIED);
  }
}

static void L0_a_name_in_another_case_is_asked_about(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  assert_int_equal(authenticate("Refuse@Acme.Test", &dialogue), PAM_MAXTRIES);
}

static void prompts_are_shown_as_sent(void **state)
{
  (void)state;
  struct dialogue echoing = {.reply = ""};
  assert_int_equal(authenticate("asks@acme.test", &echoing), PAM_SUCCESS);
  assert_int_equal(echoing.style, PAM_PROMPT_ECHO_ON);
  assert_string_equal(echoing.shown, "\nOpen: https://idp.test\nPress Enter: |");
  struct dialogue hidden = {.reply = "secret"};
  assert_int_equal(authenticate("hidden@acme.test", &hidden), PAM_SUCCESS);
  assert_int_equal(hidden.style, PAM_PROMPT_ECHO_OFF);
  struct dialogue wrong = {.reply = "secre"};
  assert_int_equal(authenticate("hidden@acme.test", &wrong), PAM_AUTH_ERR);
}

static void H60_messages_are_no_formats(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  assert_int_equal(authenticate("tells@acme.test", &dialogue), PAM_MAXTRIES);
  assert_string_equal(dialogue.shown, "an information|an error %s%n|");
}

static void H12_H29_no_verdict_is_no_grant(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  assert_int_equal(authenticate("dies@acme.test", &dialogue), PAM_AUTHINFO_UNAVAIL);
  assert_int_equal(authenticate("babbles@acme.test", &dialogue), PAM_AUTHINFO_UNAVAIL);
  assert_int_equal(authenticate("diesasked@acme.test", &dialogue), PAM_MAXTRIES);
}

static void a_conversation_that_fails_is_a_refusal(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = NULL};
  assert_int_equal(authenticate("asks@acme.test", &dialogue), PAM_MAXTRIES);
}

static void H56_an_answer_longer_than_any_password_is_a_refusal(void **state)
{
  (void)state;
  char *longest = calloc(1, 5001);
  memset(longest, 'x', 5000);
  struct dialogue dialogue = {.reply = longest};
  int code = authenticate("hidden@acme.test", &dialogue);
  free(longest);
  assert_int_equal(code, PAM_AUTH_ERR);
}

static void the_helper_starts_with_nothing_of_ours(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  assert_int_equal(setenv("LD_DEBUG_OUTPUT", "/tmp/x", 1), 0);
  assert_int_equal(authenticate("clean@acme.test", &dialogue), PAM_SUCCESS);
  assert_int_equal(unsetenv("LD_DEBUG_OUTPUT"), 0);
}

static volatile sig_atomic_t signals_seen;

static void count_signal(int number)
{
  (void)number;
  signals_seen++;
}

static void H48_no_signal_of_the_helper_reaches_the_program(void **state)
{
  (void)state;
  static const char *const USERS[] = {"grant@acme.test", "dies@acme.test", "diesasked@acme.test"};
  struct sigaction before[2];
  const struct sigaction counting = {.sa_handler = count_signal};
  assert_int_equal(sigaction(SIGCHLD, &counting, &before[0]), 0);
  assert_int_equal(sigaction(SIGPIPE, &counting, &before[1]), 0);
  for (size_t i = 0; i < COUNT_OF(USERS); i++) {
    struct dialogue dialogue = {.reply = ""};
    (void)authenticate(USERS[i], &dialogue);
  }
  assert_int_equal(signals_seen, 0);
  assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1); // and nothing is left to be reaped
  assert_int_equal(sigaction(SIGCHLD, &before[0], NULL), 0);
  assert_int_equal(sigaction(SIGPIPE, &before[1], NULL), 0);
}

static void a_signal_of_the_programs_own_child_is_not_lost(void **state)
{
  (void)state;
  struct sigaction before;
  const struct sigaction counting = {.sa_handler = count_signal};
  struct dialogue dialogue = {.reply = ""};
  sigset_t set;
  signals_seen = 0;
  assert_int_equal(sigaction(SIGCHLD, &counting, &before), 0);
  (void)sigemptyset(&set);
  (void)sigaddset(&set, SIGCHLD);
  (void)sigprocmask(SIG_BLOCK, &set, NULL);
  pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  (void)authenticate("grant@acme.test", &dialogue);
  (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
  assert_int_equal(signals_seen, 1);
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_int_equal(sigaction(SIGCHLD, &before, NULL), 0);
}

static void a_program_that_ignores_sigchld_gets_its_verdict(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  void (*before)(int) = signal(SIGCHLD, SIG_IGN);
  assert_int_equal(authenticate("grant@acme.test", &dialogue), PAM_SUCCESS);
  (void)signal(SIGCHLD, before);
}

static int open_descriptors(void)
{
  int count = 0;
  for (int fd = 0; fd < 1024; fd++) {
    struct stat st;
    count += fstat(fd, &st) == 0 ? 1 : 0;
  }
  return count;
}

static void H47_nothing_stays_open(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  (void)authenticate("grant@acme.test", &dialogue); // what libpam and the wrappers keep is open now
  int before = open_descriptors();
  for (int i = 0; i < 5; i++) {
    (void)authenticate("grant@acme.test", &dialogue);
    (void)authenticate("dies@acme.test", &dialogue);
  }
  assert_int_equal(open_descriptors(), before);
}

static void K4_the_ticket_is_handed_on_used_up_and_gone(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  pam_handle_t *pamh = start("ticket@acme.test", &dialogue);
  assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
  assert_non_null(pam_getenv(pamh, "SSOORG_TICKET"));
  assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
  gid_t groups[64];
  int count = getgroups(64, groups);
  assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
  assert_null(pam_getenv(pamh, "SSOORG_TICKET"));
  gid_t now[8];
  assert_int_equal(getgroups(8, now), 2);
  assert_int_equal(now[0], WRAPPED_UID);
  assert_int_equal(now[1], ORG_GID);
  assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
  assert_string_equal(pam_getenv(pamh, "SSOORG_ORG"), "acme");
  assert_string_equal(pam_getenv(pamh, "SSOORG_ROLE"), "viewer");
  assert_int_equal(setgroups((size_t)count, groups), 0);
  assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

// sudo authenticates the invoker and makes the session of the target, in one handle and one environment.
static void H75_the_ticket_is_in_no_environment_of_another_target(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  pam_handle_t *pamh = start("ticket@acme.test", &dialogue);
  assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
  assert_non_null(pam_getenv(pamh, "SSOORG_TICKET"));
  assert_int_equal(pam_set_item(pamh, PAM_USER, "root"), PAM_SUCCESS);
  (void)pam_setcred(pamh, PAM_ESTABLISH_CRED);
  assert_null(pam_getenv(pamh, "SSOORG_TICKET"));
  assert_int_equal(pam_putenv(pamh, "SSOORG_TICKET=0123456789abcdef0123456789abcdef"), PAM_SUCCESS);
  (void)pam_open_session(pamh, 0);
  assert_null(pam_getenv(pamh, "SSOORG_TICKET"));
  assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static void a_forged_ticket_of_another_length_is_none(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  pam_handle_t *pamh = start("ticket@acme.test", &dialogue);
  assert_int_equal(pam_putenv(pamh, "SSOORG_TICKET=0123456789abcdef0123456789abcdefXX"), PAM_SUCCESS);
  assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
  assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static void refusals_of_the_later_phases_are_refusals(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  pam_handle_t *pamh = start("refuse@acme.test", &dialogue);
  assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
  assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_CRED_ERR);
  assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
  assert_int_equal(pam_chauthtok(pamh, 0), PAM_PERM_DENIED);
  assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static void N4_a_session_whose_passwd_entry_has_another_number_is_refused(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  pam_handle_t *pamh = start("grant@acme.test", &dialogue); // the wrapper's passwd gives it 70002
  assert_int_equal(pam_open_session(pamh, 0), PAM_SESSION_ERR);
  assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static void what_was_kept_for_one_user_is_not_used_for_another(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  gid_t groups[64];
  int count = getgroups(64, groups);
  pam_handle_t *pamh = start("grant@acme.test", &dialogue);
  assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
  assert_int_equal(pam_set_item(pamh, PAM_USER, "refuse@acme.test"), PAM_SUCCESS);
  assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_CRED_ERR);
  assert_int_equal(setgroups((size_t)count, groups), 0);
  assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static void L3_without_a_map_local_users_pass_and_others_are_asked_about(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  assert_int_equal(unlink(PATH_MAP), 0);
  assert_int_equal(authenticate("root", &dialogue), PAM_PERM_DENIED);
  assert_int_equal(authenticate("daemon", &dialogue), PAM_PERM_DENIED);
  assert_int_equal(authenticate("refuse@acme.test", &dialogue), PAM_MAXTRIES);
  assert_int_equal(authenticate("nostore@acme.test", &dialogue), PAM_AUTHINFO_UNAVAIL);
}

static void a_dirty_map_is_not_believed_to_say_not_ours(void **state)
{
  (void)state;
  struct dialogue dialogue = {.reply = ""};
  assert_int_equal(authenticate("refuse@elsewhere.test", &dialogue), PAM_PERM_DENIED);
  assert_int_equal(map_mark_dirty(PATH_MAP), STATUS_OK);
  assert_int_equal(authenticate("refuse@elsewhere.test", &dialogue), PAM_MAXTRIES);
  assert_int_equal(authenticate("root", &dialogue), PAM_PERM_DENIED);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(verdicts_become_pam_codes, write_map),
      cmocka_unit_test_setup(L1_names_the_map_does_not_know_are_ignored_without_a_helper, write_map),
      cmocka_unit_test_setup(L0_a_name_in_another_case_is_asked_about, write_map),
      cmocka_unit_test_setup(prompts_are_shown_as_sent, write_map),
      cmocka_unit_test_setup(H60_messages_are_no_formats, write_map),
      cmocka_unit_test_setup(H12_H29_no_verdict_is_no_grant, write_map),
      cmocka_unit_test_setup(a_conversation_that_fails_is_a_refusal, write_map),
      cmocka_unit_test_setup(H56_an_answer_longer_than_any_password_is_a_refusal, write_map),
      cmocka_unit_test_setup(the_helper_starts_with_nothing_of_ours, write_map),
      cmocka_unit_test_setup(H48_no_signal_of_the_helper_reaches_the_program, write_map),
      cmocka_unit_test_setup(a_signal_of_the_programs_own_child_is_not_lost, write_map),
      cmocka_unit_test_setup(a_program_that_ignores_sigchld_gets_its_verdict, write_map),
      cmocka_unit_test_setup(H47_nothing_stays_open, write_map),
      cmocka_unit_test_setup(K4_the_ticket_is_handed_on_used_up_and_gone, write_map),
      cmocka_unit_test_setup(H75_the_ticket_is_in_no_environment_of_another_target, write_map),
      cmocka_unit_test_setup(a_forged_ticket_of_another_length_is_none, write_map),
      cmocka_unit_test_setup(refusals_of_the_later_phases_are_refusals, write_map),
      cmocka_unit_test_setup(N4_a_session_whose_passwd_entry_has_another_number_is_refused, write_map),
      cmocka_unit_test_setup(what_was_kept_for_one_user_is_not_used_for_another, write_map),
      cmocka_unit_test_setup(L3_without_a_map_local_users_pass_and_others_are_asked_about, write_map),
      cmocka_unit_test_setup(a_dirty_map_is_not_believed_to_say_not_ours, write_map),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
