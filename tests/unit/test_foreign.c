// SPDX-License-Identifier: Apache-2.0
// Users and groups of the host: what its files say, and when its name services are asked as well.
#include <sys/stat.h>
#include <unistd.h>

#include "store/foreign.h"
#include "unit.h"

static char passwd[96];
static char group[96];
static char nsswitch[96];
static char userdb[96];
static const char *const USERDB[] = {userdb, NULL};
static const struct foreign_sources SOURCES = {passwd, group, nsswitch, USERDB};

static void write_file(const char *path, const char *text)
{
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static int make_ground(void **state)
{
  (void)state;
  unit_make_directory(unit_directory, sizeof unit_directory);
  (void)snprintf(passwd, sizeof passwd, "%s/passwd", unit_directory);
  (void)snprintf(group, sizeof group, "%s/group", unit_directory);
  (void)snprintf(nsswitch, sizeof nsswitch, "%s/nsswitch.conf", unit_directory);
  (void)snprintf(userdb, sizeof userdb, "%s/userdb", unit_directory);
  write_file(passwd, "root:x:0:0:root:/root:/bin/sh\nzoe@acme.test:x:70001:70001::/:/bin/sh\nbad\nodd:x:9x:1::/:\n");
  write_file(group, "staff:x:50:\ncrew@acme.test:x:70002:a,b\n");
  write_file(nsswitch, "passwd: files\ngroup: files\n");
  return 0;
}

static bool asks_of(const struct foreign_sources *sources)
{
  bool asks = false;
  assert_int_equal(foreign_asks_of(sources, &asks), STATUS_OK);
  return asks;
}

static bool asks(void)
{
  return asks_of(&SOURCES);
}

static bool has_name(const struct foreign *foreign, const char *name)
{
  bool has = false;
  assert_int_equal(foreign_has_name(foreign, name, &has), STATUS_OK);
  return has;
}

static bool has_number(const struct foreign *foreign, uint32_t number)
{
  bool has = false;
  assert_int_equal(foreign_has_number(foreign, number, &has), STATUS_OK);
  return has;
}

static void N3_names_and_numbers_of_both_files_are_known(void **state)
{
  (void)state;
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
  assert_false(asks());
  assert_true(has_name(foreign, "zoe@acme.test"));
  assert_true(has_name(foreign, "crew@acme.test"));
  assert_false(has_name(foreign, "zo@acme.test"));
  assert_false(has_name(foreign, "zoe@acme.tes"));
  assert_true(has_number(foreign, 70001));
  assert_true(has_number(foreign, 70002));
  assert_true(has_number(foreign, 50));
  assert_false(has_number(foreign, 70003));
}

static void what_the_files_do_not_say_is_asked_where_another_service_may_know(void **state)
{
  (void)state;
  static const struct {
    const char *nsswitch;
    bool asks;
  } CASES[] = {
      {"passwd: files\ngroup: files\n", false},
      {"", false},
      {"# passwd: ldap\nhosts: dns\n", false},
      {"passwd:\tfiles systemd ssoorg\ngroup: files systemd ssoorg # ldap\n", false},
      {"  passwd : files [NOTFOUND=return] ssoorg\n", false},
      {"passwd: files[!UNAVAIL=return]ssoorg\ngroup: files [SUCCESS=merge] systemd", false},
      {"passwd: compat\ngroup: compat\n", false},
      {"passwd: files ldap\n", true},
      {"group: files ldap\n", true},
      {"group: files\npasswd: ldap", true},
      {"passwd: files [NOTFOUND=return] sss\n", true},
      {"passwd:files sss", true},
      {"passwd: filesx\n", true},
      {"passwd: FILES\n", true},
      {"passwd: file\n", true},
      {"passwd: files nis\ngroup: files\n", true},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct foreign *foreign CLEANUP(foreign_free) = NULL;
    write_file(nsswitch, CASES[i].nsswitch);
    write_file(passwd, "");
    assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
    assert_int_equal(asks(), CASES[i].asks);
    // 0 is root's number on this machine, which the files read here do not say.
    assert_int_equal(has_number(foreign, 0), CASES[i].asks);
    assert_false(has_name(foreign, "nobody-at-all@acme.test"));
  }
}

static void numbers_of_both_files_are_listed_sorted(void **state)
{
  (void)state;
  static const uint32_t NUMBERS[] = {0, 9, 50, 70001, 70002};
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  size_t count = 0;
  assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
  const uint32_t *numbers = foreign_numbers(foreign, &count);
  assert_int_equal(count, COUNT_OF(NUMBERS));
  assert_memory_equal(numbers, NUMBERS, sizeof NUMBERS);
}

static void a_name_without_at_is_asked_for_in_any_case(void **state)
{
  (void)state;
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  write_file(passwd, "");
  assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
  assert_false(asks());
  assert_true(has_name(foreign, "root"));
  assert_false(has_name(foreign, "nobody-at-all"));
}

static void files_without_lines_or_that_are_not_there_have_nobody(void **state)
{
  (void)state;
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  assert_int_equal(unlink(passwd), 0);
  assert_int_equal(unlink(group), 0);
  assert_int_equal(unlink(nsswitch), 0);
  assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
  assert_false(asks());
  assert_false(has_number(foreign, 70001));
  assert_false(has_name(foreign, "zoe@acme.test"));
}

static void a_file_that_cannot_be_read_is_an_error_or_a_reason_to_ask(void **state)
{
  (void)state;
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  const struct foreign_sources no_services = {passwd, group, unit_directory, USERDB};
  const struct foreign_sources no_passwd = {unit_directory, group, nsswitch, USERDB};
  assert_int_equal(foreign_load_from(&no_passwd, &foreign), STATUS_IO);
  assert_null(foreign);
  assert_int_equal(foreign_load_from(&no_services, &foreign), STATUS_OK);
  assert_true(asks_of(&no_services));
  assert_false(asks_of(&no_passwd)); // for these services it is not read
  write_file(nsswitch, "passwd: compat\n");
  bool asked = true;
  assert_int_equal(foreign_asks_of(&no_passwd, &asked), STATUS_IO);
  assert_true(asked);
}

static void compat_with_lines_for_other_services_is_asked(void **state)
{
  (void)state;
  struct foreign *foreign CLEANUP(foreign_free) = NULL;
  write_file(nsswitch, "passwd: compat\n");
  write_file(passwd, "root:x:0:0::/:\n+::::::\n");
  assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
  assert_true(asks());
}

// As systemd is asked only where it may know somebody beside root, nobody and dynamic users.
static void systemd_is_asked_where_userdb_has_more_than_dynamic_users(void **state)
{
  (void)state;
  static const struct {
    const char *entry;
    bool asks;
  } CASES[] = {{"io.systemd.DynamicUser", false},
               {"io.systemd.Home", true},
               {"io.systemd.Multiplexer", true},
               {"zoe.user", true}};
  write_file(nsswitch, "passwd: files systemd\ngroup: files systemd\n");
  assert_int_equal(mkdir(userdb, 0700), 0);
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct foreign *foreign CLEANUP(foreign_free) = NULL;
    char entry[160];
    (void)snprintf(entry, sizeof entry, "%s/%s", userdb, CASES[i].entry);
    write_file(entry, "");
    assert_int_equal(foreign_load_from(&SOURCES, &foreign), STATUS_OK);
    assert_int_equal(asks(), CASES[i].asks);
    assert_int_equal(unlink(entry), 0);
  }
  assert_int_equal(rmdir(userdb), 0);
}

static void without_a_reading_everything_is_looked_at_now(void **state)
{
  (void)state;
  assert_true(has_name(NULL, "root"));
  assert_true(has_number(NULL, 0));
  assert_false(has_name(NULL, "nobody-at-all@acme.test"));
  assert_false(has_number(NULL, 2147483646));
}

#define GROUND_TEST(function) cmocka_unit_test_setup_teardown(function, make_ground, unit_remove_ground)

int main(void)
{
  const struct CMUnitTest tests[] = {
      GROUND_TEST(N3_names_and_numbers_of_both_files_are_known),
      GROUND_TEST(what_the_files_do_not_say_is_asked_where_another_service_may_know),
      GROUND_TEST(numbers_of_both_files_are_listed_sorted),
      GROUND_TEST(a_name_without_at_is_asked_for_in_any_case),
      GROUND_TEST(files_without_lines_or_that_are_not_there_have_nobody),
      GROUND_TEST(a_file_that_cannot_be_read_is_an_error_or_a_reason_to_ask),
      GROUND_TEST(compat_with_lines_for_other_services_is_asked),
      GROUND_TEST(systemd_is_asked_where_userdb_has_more_than_dynamic_users),
      GROUND_TEST(without_a_reading_everything_is_looked_at_now),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
