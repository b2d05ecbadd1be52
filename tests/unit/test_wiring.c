// SPDX-License-Identifier: Apache-2.0
// What of a host's files is ours: put in, taken out again to the byte, and refused where it would not hold.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "wiring/settings_text.h"
#include "wiring/stack.h"

enum { FULL = STACK_AUTH | STACK_ACCOUNT | STACK_SESSION };

static const struct wiring_values VALUES = {.sign_in_timeout_s = 300, .max_sign_ins = 32};

#define AUTH "auth\t[success=done ignore=ignore module_unknown=ignore default=die] pam_ssoorg.so # ssoorg\n"
#define ACCOUNT                                                                                                        \
  "account\t[success=1 ignore=1 module_unknown=ignore default=die] pam_ssoorg.so # ssoorg\n"                           \
  "account\trequisite pam_localuser.so # ssoorg\n"
#define SESSION "session\t[success=ok ignore=ignore module_unknown=ignore default=bad] pam_ssoorg.so # ssoorg\n"

// STACK with ours is WANTED, a second time too, and without ours it is STACK again.
static void is_wired_as(const char *stack, unsigned parts, const char *wanted)
{
  struct error error = {.text = ""};
  struct bytes once CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes twice CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes back CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(stack_with(stack, parts, "stack", &error, &once), STATUS_OK);
  assert_string_equal(bytes_text(&once), wanted);
  assert_int_equal(stack_with(bytes_text(&once), parts, "stack", &error, &twice), STATUS_OK);
  assert_string_equal(bytes_text(&twice), wanted);
  assert_int_equal(stack_without(bytes_text(&twice), &back), STATUS_OK);
  assert_string_equal(bytes_text(&back), stack);
}

static void ours_come_before_what_the_distribution_has(void **state)
{
  (void)state;
  is_wired_as("# sudo\n@include common-auth\n@include common-account\n@include common-session-noninteractive", FULL,
              "# sudo\n" AUTH "@include common-auth\n" ACCOUNT "@include common-account\n" SESSION
              "@include common-session-noninteractive");
  is_wired_as("auth include common-auth\naccount substack common-account\n-session include common-session\n", FULL,
              AUTH "auth include common-auth\n" ACCOUNT "account substack common-account\n" SESSION
                   "-session include common-session\n");
}

static void an_edited_stack_stays_as_it_was_edited(void **state)
{
  (void)state;
  is_wired_as("auth required pam_faildelay.so delay=3\nauth [success=1 default=ignore] \\\n  pam_unix.so # mine\n"
              "auth requisite pam_deny.so\naccount required pam_nologin.so\naccount required pam_unix.so\n"
              "session required pam_limits.so\nsession required pam_unix.so\n",
              FULL,
              "auth required pam_faildelay.so delay=3\n" AUTH
              "auth [success=1 default=ignore] \\\n  pam_unix.so # mine\n"
              "auth requisite pam_deny.so\naccount required pam_nologin.so\n" ACCOUNT "account required pam_unix.so\n"
              "session required pam_limits.so\n" SESSION "session required pam_unix.so\n");
}

static void whoever_is_root_already_is_not_asked_by_su(void **state)
{
  (void)state;
  is_wired_as("auth sufficient pam_rootok.so\nauth sufficient pam_wheel.so trust\n@include common-auth\n",
              STACK_AUTH | STACK_REAUTH,
              "auth sufficient pam_rootok.so\nauth sufficient pam_wheel.so trust\n"
              "auth\t[success=done ignore=ignore module_unknown=ignore default=die] pam_ssoorg.so reauth # ssoorg\n"
              "@include common-auth\n");
}

static void a_line_that_lets_people_by_before_ours_is_refused(void **state)
{
  static const struct {
    const char *stack;
    const char *said;
  } CASES[] = {
      {"auth sufficient pam_sss.so\n@include common-auth\n", "stack:1: pam_sss.so"},
      {"# x\n\nauth required /lib/security/pam_krb5.so minimum_uid=1000\n@include common-auth\n",
       "stack:3: pam_krb5.so"},
      {"auth sufficient pam_exec.so /bin/true\n@include common-auth\n", "stack:1: \"auth sufficient pam_exec.so\""},
      {"auth required pam_env.so\nauth [success=1 default=ignore] pam_succeed_if.so user ingroup staff\n@include "
       "common-auth\n",
       "stack:2:"},
      {"auth [success=done default=ignore] \\\n pam_listfile.so\n@include common-auth\n", "stack:1:"},
      {"Auth Sufficient pam_exec.so\n@include common-auth\n", "stack:1:"},
      {"auth [success = done] pam_exec.so\n@include common-auth\n", "stack:1:"},
      {"auth include mine\n@include common-auth\n", "includes \"mine\""},
      {"auth substack mine\n@include common-auth\n", "includes \"mine\""},
      {"@include mine-auth\n@include common-auth\n", "includes \"mine-auth\""},
      {"auth [success=3 default=ignore] pam_rootok.so\n@include common-auth\n", "stack:1:"},
      {"# old: \\\nauth sufficient pam_sss.so\n@include common-auth\n", "stack:2: pam_sss.so"},
      {"auth required \\  \n pam_sss.so\n@include common-auth\n", "stack:1: pam_sss.so"},
      {"auth required pam_env.so\n", "has no line of \"auth\""},
      {"", "has no line of \"auth\""},
      {"@include common-account\n", "has no line of \"auth\""},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct error error = {.text = ""};
    struct bytes out CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_not_equal(stack_with(CASES[i].stack, STACK_AUTH, "stack", &error, &out), STATUS_OK);
    assert_non_null(strstr(error.text, CASES[i].said));
    assert_int_equal(out.length, 0);
  }
}

static void a_comment_is_no_line(void **state)
{
  (void)state;
  assert_false(stack_names_module("# auth required pam_ssoorg.so\n"));
  assert_true(stack_names_module("auth required pam_ssoorg.so\n"));
  assert_true(stack_names_module("x\n-auth [success=done default=die] /lib/security/pam_ssoorg.so reauth"));
  assert_false(stack_names_module(AUTH));
  is_wired_as("# auth sufficient pam_sss.so\n@include common-auth\n", STACK_AUTH,
              "# auth sufficient pam_sss.so\n" AUTH "@include common-auth\n");
}

static void a_stack_of_anothers_is_that_ones(void **state)
{
  char through[STACK_SERVICE_SIZE] = "";
  (void)state;
  assert_true(stack_is_through(
      "auth\tinclude\tsu\naccount include su\nsession optional pam_keyinit.so\nsession include su\n", FULL, through));
  assert_string_equal(through, "su");
  assert_false(stack_is_through("auth include su\naccount include mine\nsession include su\n", FULL, through));
  assert_false(stack_is_through("auth include su\n@include common-account\nsession include su\n", FULL, through));
  assert_false(stack_is_through("auth include common-auth\n", STACK_AUTH, through));
}

static void nsswitch_is(const char *text, const char *wanted)
{
  struct error error = {.text = ""};
  struct bytes with CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes again CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes back CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(nsswitch_text(text, true, &error, &with), STATUS_OK);
  assert_string_equal(bytes_text(&with), wanted);
  assert_int_equal(nsswitch_text(bytes_text(&with), true, &error, &again), STATUS_OK);
  assert_string_equal(bytes_text(&again), wanted);
  assert_int_equal(nsswitch_text(bytes_text(&again), false, &error, &back), STATUS_OK);
  assert_string_equal(bytes_text(&back), text);
}

static void names_and_groups_are_asked_for_last(void **state)
{
  (void)state;
  nsswitch_is(
      "# c\npasswd:\tfiles systemd  # users\n group : files\nshadow: files\ninitgroups: files [SUCCESS=merge] sss\n",
      "# c\npasswd:\tfiles systemd ssoorg  # users\n group : files ssoorg\nshadow: files\n"
      "initgroups: files [SUCCESS=merge] sss ssoorg\n");
  nsswitch_is("passwd: files\ngroup:files", "passwd: files ssoorg\ngroup:files ssoorg");
}

static void a_search_that_ends_before_ours_is_refused(void **state)
{
  static const char *const CASES[] = {"passwd: files [NOTFOUND=return] sss\ngroup: files\n",
                                      "passwd: files\ngroup: files [!UNAVAIL=RETURN] sss\n", "passwd: files\n", "",
                                      "passwd: files [SUCCESS=merge] sss [NOTFOUND=return] x\ngroup: files\n"};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct error error = {.text = ""};
    struct bytes out CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_not_equal(nsswitch_text(CASES[i], true, &error, &out), STATUS_OK);
    assert_non_null(strstr(error.text, "/etc/nsswitch.conf"));
    bytes_clear(&out);
    assert_int_equal(nsswitch_text(CASES[i], false, &error, &out), STATUS_OK);
    assert_string_equal(bytes_text(&out), CASES[i]);
  }
}

static void what_an_admin_put_before_such_an_action_stays(void **state)
{
  static const char TEXT[] = "passwd: files ssoorg [NOTFOUND=return] sss\ngroup: files ssoorg\n";
  struct error error = {.text = ""};
  struct bytes out CLEANUP(bytes_done) = BYTES_EMPTY;
  (void)state;
  assert_int_equal(nsswitch_text(TEXT, true, &error, &out), STATUS_OK);
  assert_string_equal(bytes_text(&out), TEXT);
}

static void login_has_the_time_of_a_sign_in(void **state)
{
  struct bytes with CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes back CLEANUP(bytes_done) = BYTES_EMPTY;
  (void)state;
  assert_int_equal(login_defs_text("LOGIN_TIMEOUT\t60\n", &VALUES, true, &with), STATUS_OK);
  assert_string_equal(bytes_text(&with), "LOGIN_TIMEOUT\t60\nLOGIN_TIMEOUT\t\"330\" # ssoorg\n");
  assert_int_equal(login_defs_text(bytes_text(&with), &VALUES, false, &back), STATUS_OK);
  assert_string_equal(bytes_text(&back), "LOGIN_TIMEOUT\t60\n");
}

static void has_in_drop_in(const struct wiring_values *values, const char *line, bool wanted)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(sshd_drop_in_text(values, &text), STATUS_OK);
  assert_int_equal(strstr(bytes_text(&text), line) != NULL, wanted);
  assert_int_equal(strncmp(bytes_text(&text), DROP_IN_MARK, strlen(DROP_IN_MARK)), 0);
}

static void sshd_has_room_for_as_many_as_may_sign_in(void **state)
{
  (void)state;
  has_in_drop_in(&VALUES, "\nMaxStartups 100:30:200\n", true);
  has_in_drop_in(&VALUES, "\nLoginGraceTime 300\n", true);
  has_in_drop_in(&VALUES, "PerSourcePenalties", false);
  has_in_drop_in(&(struct wiring_values){.sign_in_timeout_s = 60, .max_sign_ins = 500, .has_penalties = true},
                 "\nMaxStartups 1000:30:2000\n", true);
  has_in_drop_in(&(struct wiring_values){.sign_in_timeout_s = 60, .max_sign_ins = 500, .has_penalties = true},
                 "\nPerSourcePenalties authfail:1s noauth:1s grace-exceeded:1s\n", true);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ours_come_before_what_the_distribution_has),
      cmocka_unit_test(an_edited_stack_stays_as_it_was_edited),
      cmocka_unit_test(whoever_is_root_already_is_not_asked_by_su),
      cmocka_unit_test(a_line_that_lets_people_by_before_ours_is_refused),
      cmocka_unit_test(a_comment_is_no_line),
      cmocka_unit_test(a_stack_of_anothers_is_that_ones),
      cmocka_unit_test(names_and_groups_are_asked_for_last),
      cmocka_unit_test(a_search_that_ends_before_ours_is_refused),
      cmocka_unit_test(what_an_admin_put_before_such_an_action_stays),
      cmocka_unit_test(login_has_the_time_of_a_sign_in),
      cmocka_unit_test(sshd_has_room_for_as_many_as_may_sign_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
