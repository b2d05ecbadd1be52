// SPDX-License-Identifier: Apache-2.0
// What 'ssoctl check' says of sshd's settings, and which finding counts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/version_mark.h"
#include "check/sshd_settings.h"

enum { TIMEOUT_S = 300, SIGN_INS = 32 };

#define GOOD "usepam yes\nkbdinteractiveauthentication yes\n"
#define TIMES "logingracetime 300\nmaxstartups 100:30:200\n"

static void settings_of_sshd_are_judged(void **state)
{
  static const struct {
    const char *text;
    enum severity worst;
    const char *said;
  } CASES[] = {
      {GOOD TIMES, SEVERITY_OK, "as sign-ins need"},
      {GOOD "logingracetime 0\nmaxstartups 32:30:60", SEVERITY_OK, "as sign-ins need"},
      {GOOD TIMES "denyusers alice?acme.test\nallowgroups a@b\n", SEVERITY_OK, "as sign-ins need"},
      {"usepam no\nkbdinteractiveauthentication yes\n" TIMES, SEVERITY_CRITICAL, "UsePAM"},
      {"xusepam yes\nkbdinteractiveauthentication yes\n" TIMES, SEVERITY_CRITICAL, "UsePAM"},
      {"usepam yes\nkbdinteractiveauthentication no\n" TIMES, SEVERITY_CRITICAL, "KbdInteractive"},
      {"usepam yes\n" TIMES, SEVERITY_CRITICAL, "KbdInteractive"},
      {GOOD "logingracetime 299\nmaxstartups 100:30:200\n", SEVERITY_WARNING, "LoginGraceTime is 299"},
      {GOOD "maxstartups 100:30:200\n", SEVERITY_WARNING, "LoginGraceTime is 120"},
      {GOOD "logingracetime 300\nmaxstartups 31:30:60\n", SEVERITY_WARNING, "MaxStartups 31:30:60"},
      {GOOD "logingracetime 300\n", SEVERITY_WARNING, "with 10 people"},
      {GOOD TIMES "persourcepenalties no\n", SEVERITY_OK, "as sign-ins need"},
      {GOOD TIMES "persourcepenalties crash:90 authfail:1 noauth:1 grace-exceeded:1 max:600 min:15\n", SEVERITY_OK,
       "as sign-ins need"},
      {GOOD TIMES "persourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:1\n", SEVERITY_WARNING, "authfail:5"},
      {GOOD TIMES "persourcepenalties grace-exceeded:10\n", SEVERITY_WARNING, "grace-exceeded:10"},
      {GOOD TIMES "denyusers alice@acme.test\n", SEVERITY_CRITICAL, "keeps no member out"},
      {GOOD TIMES "allowusers root bob@acme.test", SEVERITY_WARNING, "lets no member in"},
      {"", SEVERITY_CRITICAL, "UsePAM"},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct findings findings CLEANUP(findings_done) = {.items = NULL};
    bool said = false;
    check_sshd_settings(CASES[i].text, TIMEOUT_S, SIGN_INS, &findings);
    assert_int_equal(findings_worst(&findings), CASES[i].worst);
    for (size_t n = 0; n < findings.count; n++) {
      said = said || strstr(findings.items[n].what, CASES[i].said) != NULL;
      assert_int_equal(findings.items[n].mend[0] == '\0', findings.items[n].severity == SEVERITY_OK);
    }
    assert_true(said);
  }
}

static void the_worst_finding_counts_and_a_lost_one_is_critical(void **state)
{
  struct findings findings CLEANUP(findings_done) = {.items = NULL};
  (void)state;
  assert_int_equal(findings_worst(&findings), SEVERITY_OK);
  findings_add(&findings, SEVERITY_CRITICAL, "a", "mend", "x\033[31m%s", "\n");
  findings_add(&findings, SEVERITY_WARNING, "b", NULL, "y");
  findings_add(&findings, SEVERITY_OK, "c", NULL, "z");
  assert_int_equal(findings_worst(&findings), SEVERITY_CRITICAL);
  assert_int_equal(findings_number(&findings, SEVERITY_WARNING), 1);
  assert_string_equal(findings.items[0].what, "x?[31m?");
  struct findings lost = {.lost = true};
  assert_int_equal(findings_worst(&lost), SEVERITY_CRITICAL);
}

VERSION_MARK("9.8.7");

static void a_program_says_of_which_version_it_is(void **state)
{
  char version[VERSION_SIZE] = "";
  struct error error = {.text = ""};
  (void)state;
  assert_int_equal(version_of_file("/proc/self/exe", &error, version), STATUS_OK);
  assert_string_equal(version, "9.8.7");
  assert_int_equal(version_of_file("/bin/true", &error, version), STATUS_NOT_FOUND);
  assert_int_equal(version_of_file("/nowhere", &error, version), STATUS_IO);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(settings_of_sshd_are_judged),
      cmocka_unit_test(the_worst_finding_counts_and_a_lost_one_is_critical),
      cmocka_unit_test(a_program_says_of_which_version_it_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
