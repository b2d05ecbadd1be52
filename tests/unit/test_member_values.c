// SPDX-License-Identifier: Apache-2.0
// What may be said of a member, by whom; which addresses were seen; and how far a command says it is.
#include "email_set.h"
#include "member_values.h"
#include "progress.h"
#include "unit.h"

static struct error error;

static enum status take(size_t which, const char *typed, bool imported, struct member_row *row)
{
  *row = (struct member_row){.imported = imported};
  error.text[0] = '\0';
  return MEMBER_VALUES[which].take("it", typed, row, &error);
}

static const struct {
  size_t which;
  const char *typed;
  const char *says; // NULL: taken
} VALUES[] = {
    {MEMBER_EMAIL, "a@acme.test", NULL},
    {MEMBER_EMAIL, "A@ACME.test", NULL},
    {MEMBER_EMAIL,
     "a@b\xc3\xbc"
     "cher.test",
     NULL},
    {MEMBER_EMAIL, "", "LOCAL@DOMAIN"},
    {MEMBER_EMAIL, "m3", "LOCAL@DOMAIN"},
    {MEMBER_EMAIL, "a b@acme.test", "LOCAL@DOMAIN"},
    {MEMBER_EMAIL, "-a@acme.test", "LOCAL@DOMAIN"},
    {MEMBER_EMAIL, "a@ab--cd.test", "LOCAL@DOMAIN"},
    {MEMBER_ROLE, "viewer", NULL},
    {MEMBER_ROLE, "admin", NULL},
    {MEMBER_ROLE, "king", "viewer or admin"},
    {MEMBER_ROLE, "owner", "viewer or admin"},
    {MEMBER_ROLE, " admin", "viewer or admin"},
    {MEMBER_STATUS, "active", NULL},
    {MEMBER_STATUS, "suspended", NULL},
    {MEMBER_STATUS, "Active", "active or suspended"},
    {MEMBER_NAME, "Zo\xc3\xab O'Hara", NULL},
    {MEMBER_NAME, "a:b", ": , ="},
    {MEMBER_NAME, "Smith, John", ": , ="},
    {MEMBER_NAME, "=1+1", ": , ="},
    {MEMBER_NAME, "a\\b", ": , ="},
    {MEMBER_NAME, "a\"b", ": , ="},
    {MEMBER_NAME, "a\nb", "control characters"},
    {MEMBER_LOGIN, "alice", NULL},
    {MEMBER_SHELL, "/bin/sh", NULL},
    {MEMBER_SHELL, "sh", "absolute path"},
    {MEMBER_HOME, "/srv/../etc", "absolute path"},
    {MEMBER_HOME, "/srv/a b", "absolute path"},
    {MEMBER_HOME, "/srv/alice", NULL},
    {MEMBER_HOME, "/data", NULL},
    {MEMBER_HOME, "/home/etc", NULL},
    {MEMBER_HOME, "/var/lib/alice", NULL},
    {MEMBER_HOME, "/etcetera/alice", NULL},
    {MEMBER_HOME, "/etc", "no place for a home"},
    {MEMBER_HOME, "//./etc/alice", "no place for a home"},
    {MEMBER_HOME, "/usr/local/alice", "no place for a home"},
    {MEMBER_HOME, "/root", "no place for a home"},
    {MEMBER_HOME, "/proc/1/cwd", "no place for a home"},
    {MEMBER_HOME, "/dev/shm/alice", "no place for a home"},
    {MEMBER_HOME, "/tmp/alice", "no place for a home"},
    {MEMBER_HOME, "/var/tmp/alice", "no place for a home"},
    {MEMBER_HOME, "/home", "no place for a home"},
    {MEMBER_HOME, "/home/./", "no place for a home"},
    {MEMBER_HOME, "/var", "no place for a home"},
    {MEMBER_HOME, "/.", "no place for a home"},
    {MEMBER_HOME, "//", "no place for a home"},
    {MEMBER_UID, "70001", NULL},
    {MEMBER_UID, "2147483647", NULL},
    {MEMBER_UID, "0", "1000 to 2147483647"},
    {MEMBER_UID, "999", "1000 to 2147483647"},
    {MEMBER_UID, "61184", "61184 to 65519"},
    {MEMBER_UID, "65519", "61184 to 65519"},
    {MEMBER_UID, "65534", "65534"},
    {MEMBER_UID, "65535", "65535"},
    {MEMBER_UID, "2147483648", "1000 to 2147483647"},
    {MEMBER_UID, "4294967295", "1000 to 2147483647"},
    {MEMBER_UID, "4295037297", "1000 to 2147483647"},
    {MEMBER_UID, "-1", "1000 to 2147483647"},
    {MEMBER_UID, "70001x", "1000 to 2147483647"},
};

static void legal_values_are_taken_and_others_named_with_what_is_legal(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
    struct member_row row;
    enum status status = take(VALUES[i].which, VALUES[i].typed, false, &row);
    assert_int_equal(status, VALUES[i].says == NULL ? STATUS_OK : STATUS_INVALID);
    if (VALUES[i].says != NULL) {
      assert_non_null(strstr(error.text, VALUES[i].says));
      assert_memory_equal(error.text, "it ", 3);
    }
  }
}

static void values_go_where_they_belong(void **state)
{
  (void)state;
  struct member_row row;
  assert_int_equal(take(MEMBER_EMAIL, "A@ACME.test", false, &row), STATUS_OK);
  assert_string_equal(row.email, "a@acme.test");
  assert_int_equal(take(MEMBER_ROLE, "owner", true, &row), STATUS_OK);
  assert_int_equal(row.role, ROLE_OWNER);
  assert_int_equal(take(MEMBER_STATUS, "suspended", true, &row), STATUS_OK);
  assert_true(row.has_status && row.status == MEMBER_SUSPENDED);
  assert_int_equal(take(MEMBER_NAME, "Name", true, &row), STATUS_OK);
  assert_string_equal(row.name, "Name");
  assert_int_equal(take(MEMBER_LOGIN, "login", true, &row), STATUS_OK);
  assert_string_equal(row.login, "login");
  assert_int_equal(take(MEMBER_SHELL, "/bin/sh", true, &row), STATUS_OK);
  assert_string_equal(row.shell, "/bin/sh");
  assert_int_equal(take(MEMBER_HOME, "/srv/x", true, &row), STATUS_OK);
  assert_string_equal(row.home, "/srv/x");
  assert_int_equal(take(MEMBER_UID, "70001", true, &row), STATUS_OK);
  assert_int_equal(row.uid, 70001);
}

static void W3_a_delegate_says_email_role_status_and_name_alone(void **state)
{
  (void)state;
  static const char *const LEGAL[] = {"email", "role", "status", "name"};
  const struct member_value *said[MEMBER_VALUE_COUNT];
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    said[i] = member_value_find(LEGAL[i]);
    assert_non_null(said[i]);
  }
  assert_null(member_value_beyond_delegates(said, COUNT_OF(LEGAL)));
  size_t beyond = 0;
  for (size_t i = 0; i < MEMBER_VALUE_COUNT; i++) {
    said[COUNT_OF(LEGAL)] = &MEMBER_VALUES[i];
    const struct member_value *found = member_value_beyond_delegates(said, COUNT_OF(LEGAL) + 1);
    assert_true(found == NULL || found == &MEMBER_VALUES[i]);
    beyond += found != NULL ? 1 : 0;
  }
  assert_int_equal(beyond, MEMBER_VALUE_COUNT - COUNT_OF(LEGAL));
  assert_null(member_value_find("Email"));
  assert_null(member_value_find(""));
}

static void each_address_is_known_by_the_line_it_was_on_first(void **state)
{
  (void)state;
  enum { MANY = 50000 };
  struct email_set seen CLEANUP(email_set_clear) = {.slots = NULL};
  assert_int_equal(email_set_init(&seen), STATUS_OK);
  for (int round = 0; round < 2; round++) {
    for (uint32_t i = 1; i <= MANY; i++) {
      char email[64];
      uint32_t before = MANY + 1;
      (void)snprintf(email, sizeof email, "u%u@acme.test", i);
      assert_int_equal(email_set_note(&seen, email, i + (uint32_t)round * MANY, &before), STATUS_OK);
      assert_int_equal(before, round == 0 ? 0 : i);
    }
  }
  assert_int_equal(seen.count, MANY);
  email_set_clear(&seen);
  uint32_t before = 1;
  assert_int_equal(email_set_note(&seen, "u1@acme.test", 7, &before), STATUS_OK);
  assert_int_equal(before, 0);
}

static void a_progress_line_says_how_much_how_fast_and_how_long_yet(void **state)
{
  (void)state;
  static const struct {
    uint64_t done;
    uint64_t total;
    int64_t passed_ms;
    size_t columns;
    const char *text;
  } CASES[] = {
      {0, 1000, 0, 200, "[..............................] 0 of 1000"},
      {500, 1000, 5000, 200, "[###############...............] 500 of 1000, 100 a second, 0:05 left"},
      {1000, 1000, 1000, 200, "[##############################] 1000 of 1000, 1000 a second, 0:00 left"},
      {100, 100000, 1000, 200, "[..............................] 100 of 100000, 100 a second, 16:39 left"},
      {2000, 1000, 1000, 200, "[##############################] 1000 of 1000, 1000 a second, 0:00 left"},
      {500, 1000, 5000, 40, "[###############...............] 500 of "},
      {0, 0, 0, 200, "[..............................] 0 of 0"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char text[PROGRESS_SIZE];
    progress_text(CASES[i].done, CASES[i].total, CASES[i].passed_ms, CASES[i].columns, text);
    assert_string_equal(text, CASES[i].text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(legal_values_are_taken_and_others_named_with_what_is_legal),
      cmocka_unit_test(values_go_where_they_belong),
      cmocka_unit_test(W3_a_delegate_says_email_role_status_and_name_alone),
      cmocka_unit_test(each_address_is_known_by_the_line_it_was_on_first),
      cmocka_unit_test(a_progress_line_says_how_much_how_fast_and_how_long_yet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
