// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "config/config.h"
#include "unit.h"

static char path[96];

static int make(void **state)
{
  (void)state;
  unit_make_directory(unit_directory, sizeof unit_directory);
  (void)snprintf(path, sizeof path, "%s/ssoorg.conf", unit_directory);
  return 0;
}

static void put(const char *text, size_t length)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  assert_int_equal(file_write_all(fd, text, length), STATUS_OK);
}

static enum status load(const char *text, struct error *error, struct config *config)
{
  put(text, strlen(text));
  return config_load(path, error, config);
}

// For each key a legal value other than the default, and an illegal one. A key without a row here fails the test.
static const struct {
  const char *key;
  const char *other;
  const char *illegal;
} CASES[] = {
    {"sshd-paths", "/opt/sshd", "sshd"},
    {"uid-ranges", "200000-299999", "0-10"},
    {"home", "/srv/home", "home"},
    {"shell", "/bin/sh", "sh"},
    {"sign-in-timeout", "90s", "6m"},
    {"max-sign-ins", "64", "8"},
    {"reauth", "1h", "13h"},
    {"allow-loopback-http", "yes", "true"},
    {"allow-loopback-smtp", "yes", "true"},
    {"mails-per-address", "5", "0"},
    {"mails-per-remote", "12", "100001"},
    {"mails-per-host", "2", "1"},
    {"own-orgs", "yes", "true"},
    {"own-orgs-domains", "nest.test story.test", "nest.test  story.test"},
    {"own-orgs-per-account", "3", "17"},
    {"default-org", "acme", "Acme"},
    {"notify-sessions", "no", "false"},
    {"subids", "65536", "65535"},
    {"audit-keep", "30d", "12h"},
    {"qr", "never", "yes"},
    {"confinement", "available", "none"},
    {"resolver", "[::1]:5353", "dns.example"},
    {"operators", "staff it-admins", "sudo  wheel"},
};

static size_t find_case(const char *key)
{
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    if (strcmp(CASES[i].key, key) == 0) {
      return i;
    }
  }
  fail_msg("the setting %s has no case", key);
  return 0;
}

static void every_setting_has_an_effect_of_its_own(void **state)
{
  (void)state;
  for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
    struct config initial;
    struct config changed;
    struct config back;
    struct error error = {.text = ""};
    char line[512];
    size_t at = find_case(CONFIG_KEYS[i].name);
    config_init(&initial);
    (void)snprintf(line, sizeof line, "# a comment\n\n  %s = %s  \n", CONFIG_KEYS[i].name, CASES[at].other);
    assert_int_equal(load(line, &error, &changed), STATUS_OK);
    assert_memory_not_equal(&initial, &changed, sizeof initial);
    (void)snprintf(line, sizeof line, "%s=%s\n", CONFIG_KEYS[i].name, CONFIG_KEYS[i].initial);
    assert_int_equal(load(line, &error, &back), STATUS_OK);
    assert_memory_equal(&initial, &back, sizeof initial);
  }
  assert_int_equal(CONFIG_KEY_COUNT, COUNT_OF(CASES));
}

static void an_illegal_value_names_file_line_and_what_is_legal(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct config config;
    struct error error = {.text = ""};
    char line[512];
    char place[128];
    (void)snprintf(line, sizeof line, "# one\n%s = %s\n", CASES[i].key, CASES[i].illegal);
    (void)snprintf(place, sizeof place, "%s:2: %s: \"%s\" is not ", path, CASES[i].key, CASES[i].illegal);
    assert_int_equal(load(line, &error, &config), STATUS_INVALID);
    assert_memory_equal(error.text, place, strlen(place));
  }
}

static void H34_an_empty_value_is_not_everything(void **state)
{
  (void)state;
  for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
    struct config config;
    struct error error = {.text = ""};
    char line[128];
    (void)snprintf(line, sizeof line, "%s =\n", CONFIG_KEYS[i].name);
    assert_int_equal(load(line, &error, &config), STATUS_INVALID);
  }
}

static void H22_H49_ranges_with_numbers_that_are_never_given_are_refused(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"61184-70000",
                                        "60000-65519",
                                        "65534-65535",
                                        "70000",
                                        "70000-",
                                        "-1-70000",
                                        "70000-2147483648",
                                        "70000-60000",
                                        "a-b",
                                        "70000-80000,",
                                        "70000-80000  90000-90001"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    struct config config;
    struct error error = {.text = ""};
    char line[128];
    (void)snprintf(line, sizeof line, "uid-ranges = %s\n", ILLEGAL[i]);
    assert_int_equal(load(line, &error, &config), STATUS_INVALID);
  }
}

static void unknown_keys_and_lines_without_a_value_are_errors(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"homes = /home\n", "home\n", "= /home\n", "Home = /home\n", "[section]\n"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    struct config config;
    struct error error = {.text = ""};
    char place[128];
    (void)snprintf(place, sizeof place, "%s:1: ", path);
    assert_int_equal(load(ILLEGAL[i], &error, &config), STATUS_INVALID);
    assert_memory_equal(error.text, place, strlen(place));
  }
}

static void H04_paths_do_not_climb(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"home = /home/../etc\n", "home = /home/..\n",
                                        "home = /a:b\n",         "home = /\n",
                                        "shell = /bin/../sh\n",  "sshd-paths = /usr/../sshd\n"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    struct config config;
    struct error error = {.text = ""};
    assert_int_equal(load(ILLEGAL[i], &error, &config), STATUS_INVALID);
  }
}

static void H60_missing_directories_and_foreign_files_are_errors(void **state)
{
  (void)state;
  struct config config;
  struct error error = {.text = ""};
  assert_int_equal(config_load(path, &error, &config), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, path));
  assert_int_equal(config_load(unit_directory, &error, &config), STATUS_PERMISSION);
  put("", 0);
  assert_int_equal(config_load(path, &error, &config), STATUS_OK);
  assert_int_equal(chmod(path, 0666), 0);
  assert_int_equal(config_load(path, &error, &config), STATUS_PERMISSION);
  assert_non_null(strstr(error.text, "0666"));
  assert_int_equal(chmod(path, 0644), 0);
  assert_int_equal(chown(path, 4242, 0), 0);
  assert_int_equal(config_load(path, &error, &config), STATUS_PERMISSION);
}

static void a_nul_and_too_many_bytes_are_errors(void **state)
{
  (void)state;
  struct config config;
  struct error error = {.text = ""};
  put("home = /x\0y\n", 12);
  assert_int_equal(config_load(path, &error, &config), STATUS_INVALID);
  char *many = malloc(100000);
  memset(many, '#', 100000);
  put(many, 100000);
  free(many);
  assert_int_equal(config_load(path, &error, &config), STATUS_TOO_LARGE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_setting_has_an_effect_of_its_own, make, unit_remove_ground),
      cmocka_unit_test_setup_teardown(an_illegal_value_names_file_line_and_what_is_legal, make, unit_remove_ground),
      cmocka_unit_test_setup_teardown(H34_an_empty_value_is_not_everything, make, unit_remove_ground),
      cmocka_unit_test_setup_teardown(H22_H49_ranges_with_numbers_that_are_never_given_are_refused, make,
                                      unit_remove_ground),
      cmocka_unit_test_setup_teardown(unknown_keys_and_lines_without_a_value_are_errors, make, unit_remove_ground),
      cmocka_unit_test_setup_teardown(H04_paths_do_not_climb, make, unit_remove_ground),
      cmocka_unit_test_setup_teardown(H60_missing_directories_and_foreign_files_are_errors, make, unit_remove_ground),
      cmocka_unit_test_setup_teardown(a_nul_and_too_many_bytes_are_errors, make, unit_remove_ground),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
