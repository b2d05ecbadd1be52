// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "base/files.h"
#include "fill.h"
#include "map/map_build.h"
#include "map/map_change.h"
#include "map/map_read.h"
#include "map/numbers.h"
#include "unit.h"

enum { ACCOUNTS = 200, FIRST_UID = 70000 };

static char directory[64];
static char path[96];

static void account_number(unsigned i, struct map_account *account)
{
  *account = (struct map_account){.uid = FIRST_UID + i, .gid = FIRST_UID + i, .groups = {1, {90000}}};
  (void)snprintf(account->login, sizeof account->login, "p%u@acme.test", i);
  (void)snprintf(account->home, sizeof account->home, "/home/p%u@acme.test", i);
  (void)snprintf(account->shell, sizeof account->shell, "/bin/bash");
  (void)snprintf(account->gecos, sizeof account->gecos, "Person %u", i);
}

static int write_map(void **state)
{
  (void)state;
  unit_make_directory(directory, sizeof directory);
  (void)snprintf(path, sizeof path, "%s/accounts.map", directory);
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {1, 2, 3}};
  struct map_group group = {.gid = 90000, .name = "acme", .member_count = 2};
  struct map_settings settings = {.sshd_paths = "/usr/sbin/sshd", .home = "/home", .shell = "/bin/bash"};
  settings.ranges = (struct u32_list){2, {65536, 99999}};
  settings.used = (struct u32_list){1, {ACCOUNTS}};
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    struct map_account account;
    account_number(i, &account);
    assert_int_equal(map_add_account(&builder, &account), STATUS_OK);
  }
  assert_int_equal(bytes_append(&group.members, "a@acme.test\0b@acme.test", 24), STATUS_OK);
  assert_int_equal(map_add_group(&builder, &group), STATUS_OK);
  assert_int_equal(map_add_domain(&builder, &(struct map_domain){"acme.test", 90000}), STATUS_OK);
  assert_int_equal(map_add_removed(&builder, 80000), STATUS_OK);
  assert_int_equal(map_add_settings(&builder, &settings), STATUS_OK);
  assert_int_equal(map_write(&builder, path, 7), STATUS_OK);
  record_done(&MAP_GROUP_RECORD, &group);
  return 0;
}

static int remove_map(void **state)
{
  (void)state;
  unit_remove_directory(directory);
  return 0;
}

static void everything_put_in_is_found(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account wanted;
  struct map_account found;
  struct map_domain domain;
  struct map_settings settings;
  bool taken = false;
  assert_int_equal(map_open(path, &map), STATUS_OK);
  assert_true(map_is_clean(&map));
  assert_int_equal(map.state.serial, 7);
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    account_number(i, &wanted);
    assert_int_equal(map_account_by_login(&map, wanted.login, &found), STATUS_OK);
    assert_memory_equal(&wanted, &found, sizeof wanted);
    assert_int_equal(map_account_by_uid(&map, wanted.uid, &found), STATUS_OK);
    assert_memory_equal(&wanted, &found, sizeof wanted);
  }
  assert_int_equal(map_domain(&map, "acme.test", &domain), STATUS_OK);
  assert_int_equal(map_settings(&map, &settings), STATUS_OK);
  assert_string_equal(settings.home, "/home");
  assert_int_equal(map_number_is_taken(&map, 80000, &taken), STATUS_OK);
  assert_true(taken);
  assert_int_equal(map_number_is_taken(&map, 80001, &taken), STATUS_OK);
  assert_false(taken);
}

static void H24_a_domain_is_found_by_its_exact_name_only(void **state)
{
  (void)state;
  static const char *const OTHERS[] = {"badacme.test", "acme.testx", "sub.acme.test", "acme", "test", "", "ACME.test"};
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_domain domain;
  assert_int_equal(map_open(path, &map), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    assert_int_equal(map_domain(&map, OTHERS[i], &domain), STATUS_NOT_FOUND);
  }
}

static void unknown_names_are_not_found(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  char longer[400];
  memset(longer, 'a', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  assert_int_equal(map_open(path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "", &account), STATUS_NOT_FOUND);
  assert_int_equal(map_account_by_login(&map, "p1@acme.tes", &account), STATUS_NOT_FOUND);
  assert_int_equal(map_account_by_login(&map, longer, &account), STATUS_NOT_FOUND);
  assert_int_equal(map_account_by_uid(&map, 0, &account), STATUS_NOT_FOUND);
}

static void a_map_of_others_is_not_read(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  assert_int_equal(chmod(path, 0666), 0);
  assert_int_equal(map_open(path, &map), STATUS_PERMISSION);
  assert_int_equal(chmod(path, 0644), 0);
  assert_int_equal(chown(path, 12345, 12345), 0);
  assert_int_equal(map_open(path, &map), STATUS_PERMISSION);
  assert_int_equal(chown(path, 0, 0), 0);
  assert_int_equal(map_open(directory, &map), STATUS_PERMISSION);
  assert_int_equal(map_open("/nonexistent/map", &map), STATUS_NOT_FOUND);
}

static void H13_the_map_is_0644_under_any_umask(void **state)
{
  (void)state;
  static const mode_t MASKS[] = {0, 0022, 0077, 0777};
  for (size_t i = 0; i < COUNT_OF(MASKS); i++) {
    struct map_builder builder CLEANUP(map_builder_done) = {.seed = {1}};
    struct stat st;
    mode_t before = umask(MASKS[i]);
    assert_int_equal(map_write(&builder, path, 1), STATUS_OK);
    (void)umask(before);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(st.st_uid, 0);
  }
}

static void a_dirty_map_serves_names_but_is_not_clean(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  assert_int_equal(map_mark_dirty(path), STATUS_OK);
  assert_int_equal(map_open(path, &map), STATUS_OK);
  assert_false(map_is_clean(&map));
  assert_int_equal(map.state.serial, 7);
  assert_int_equal(map_account_by_login(&map, "p1@acme.test", &account), STATUS_OK);
}

// Whatever a damaged map says of a name, it says nothing wrong: the account itself or nothing.
static void put_map(const struct bytes *contents, size_t length);

// As a backup that is copied over the map: the same file by every sign, but another size of its table.
static void a_map_written_over_in_place_is_read_as_what_it_is(void **state)
{
  (void)state;
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {1, 2, 3}};
  struct bytes large CLEANUP(bytes_done) = BYTES_EMPTY;
  struct map_account account;
  struct map_account wanted;
  assert_int_equal(file_read_trusted(path, 1 << 20, NULL, &large), STATUS_OK);
  account_number(0, &account);
  assert_int_equal(map_add_account(&builder, &account), STATUS_OK);
  assert_int_equal(map_write(&builder, path, 8), STATUS_OK);
  assert_int_equal(answer_login(path, account.login, &account), STATUS_OK);
  put_map(&large, large.length);
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    account_number(i, &wanted);
    assert_int_equal(answer_login(path, wanted.login, &account), STATUS_OK);
    assert_memory_equal(&wanted, &account, sizeof wanted);
    assert_int_equal(answer_uid(path, wanted.uid, &account), STATUS_OK);
  }
  assert_int_equal(answer_login(path, "nobody@acme.test", &account), STATUS_NOT_FOUND);
}

static void check_answers(void)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account wanted;
  struct map_account found;
  if (map_open(path, &map) != STATUS_OK) {
    return;
  }
  for (unsigned i = 0; i < ACCOUNTS; i += 20) {
    account_number(i, &wanted);
    if (map_account_by_login(&map, wanted.login, &found) == STATUS_OK) {
      assert_memory_equal(&wanted, &found, sizeof wanted);
    }
    if (map_account_by_uid(&map, wanted.uid, &found) == STATUS_OK) {
      assert_memory_equal(&wanted, &found, sizeof wanted);
    }
  }
  struct map_group group = {.gid = 0};
  if (map_group_by_name(&map, "acme", &group) == STATUS_OK) {
    assert_int_equal(group.gid, 90000);
  }
  record_done(&MAP_GROUP_RECORD, &group);
  assert_int_not_equal(map_account_by_login(&map, "nobody@acme.test", &found), STATUS_OK);
}

static void put_map(const struct bytes *contents, size_t length)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(file_write_all(fd, contents->data, length), STATUS_OK);
}

static void damage_never_crashes_and_never_lies(void **state)
{
  (void)state;
  struct bytes whole CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(file_read_trusted(path, 1 << 24, NULL, &whole), STATUS_OK);
  srandom(1);
  for (int i = 0; i < 600; i++) {
    struct bytes copy CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(bytes_append(&copy, whole.data, whole.length), STATUS_OK);
    size_t at = (size_t)random() % (copy.length - 64);
    if (i % 3 == 0) {
      copy.data[at] ^= (char)(1 << (random() % 8));
    } else {
      memset(copy.data + at, (int)random(), i % 3 == 1 ? 64 : 16);
    }
    put_map(&copy, copy.length);
    check_answers();
    put_map(&whole, (size_t)random() % whole.length);
    check_answers();
  }
}

static void H46_every_buffer_size_up_to_the_needed_one_is_erange(void **state)
{
  (void)state;
  struct map_account account;
  struct map_group group = {.gid = 0};
  struct passwd entry;
  struct group group_entry;
  assert_int_equal(answer_login(path, "p3@acme.test", &account), STATUS_OK);
  assert_int_equal(answer_group_name(path, "acme", &group), STATUS_OK);
  size_t needed =
      strlen(account.login) + strlen("*") + strlen(account.gecos) + strlen(account.home) + strlen(account.shell) + 5;
  for (size_t size = 0; size <= needed; size++) {
    char *buffer = malloc(size + 1);
    enum status wanted = size < needed ? STATUS_TOO_LARGE : STATUS_OK;
    assert_int_equal(fill_passwd(&account, &entry, buffer, size), wanted);
    free(buffer);
  }
  size_t group_needed = 3 * sizeof(char *) + strlen("acme") + 1 + 2 + 24;
  for (size_t size = 0; size <= group_needed; size++) {
    char *buffer = malloc(size + 1);
    enum status wanted = size < group_needed ? STATUS_TOO_LARGE : STATUS_OK;
    assert_int_equal(fill_group(&group, &group_entry, buffer, size), wanted);
    if (wanted == STATUS_OK) {
      assert_string_equal(group_entry.gr_mem[1], "b@acme.test");
      assert_null(group_entry.gr_mem[2]);
    }
    free(buffer);
  }
  record_done(&MAP_GROUP_RECORD, &group);
}

static void the_private_group_has_the_name_and_number_of_the_account(void **state)
{
  (void)state;
  struct map_group group = {.gid = 0};
  assert_int_equal(answer_group_name(path, "p3@acme.test", &group), STATUS_OK);
  assert_int_equal(group.gid, FIRST_UID + 3);
  assert_int_equal(group.member_count, 0);
  assert_int_equal(answer_group_gid(path, FIRST_UID + 3, &group), STATUS_OK);
  assert_string_equal(group.name, "p3@acme.test");
  assert_int_equal(answer_group_name(path, "other@acme.test", &group), STATUS_NOT_FOUND);
}

static void N3_groups_are_named_for_the_account_and_for_no_local_user(void **state)
{
  (void)state;
  struct u32_list groups = {.count = 0};
  assert_int_equal(answer_groups_of(path, "p3@acme.test", FIRST_UID + 3, &groups), STATUS_OK);
  assert_int_equal(groups.count, 1);
  assert_int_equal(answer_groups_of(path, "p3@acme.test", 100, &groups), STATUS_NOT_FOUND);
  assert_true(name_is_local("root"));
  assert_false(name_is_local("roo"));
  assert_false(name_is_local("root:x"));
  assert_false(name_is_local(""));
}

static void N5_only_the_groups_of_a_mapped_local_user_are_answered(void **state)
{
  (void)state;
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {0}};
  struct map_account mapped = {.uid = 0, .gid = 100, .mapped = 1, .login = "root", .groups = {1, {90000}}};
  struct map_account reused = {.uid = 1234, .gid = 2, .mapped = 1, .login = "daemon", .groups = {1, {90000}}};
  struct map_group group = {.gid = 90000, .name = "acme"};
  struct map_account account;
  struct u32_list groups = {.count = 0};
  assert_int_equal(map_add_settings(&builder, &(struct map_settings){.sshd_paths = "/none"}), STATUS_OK);
  assert_int_equal(map_add_account(&builder, &mapped), STATUS_OK);
  assert_int_equal(map_add_account(&builder, &reused), STATUS_OK);
  assert_int_equal(map_add_group(&builder, &group), STATUS_OK);
  assert_int_equal(map_write(&builder, path, 1), STATUS_OK);
  assert_int_equal(answer_login(path, "root", &account), STATUS_NOT_FOUND);
  assert_int_equal(answer_uid(path, 1234, &account), STATUS_NOT_FOUND);
  assert_int_equal(answer_group_name(path, "root", &group), STATUS_NOT_FOUND);
  assert_int_equal(answer_group_gid(path, 1234, &group), STATUS_NOT_FOUND);
  assert_int_equal(answer_groups_of(path, "root", 100, &groups), STATUS_OK);
  assert_int_equal(groups.count, 1);
  // Another group since, or the name given to somebody else since.
  assert_int_equal(answer_groups_of(path, "root", 7, &groups), STATUS_OK);
  assert_int_equal(answer_groups_of(path, "daemon", 2, &groups), STATUS_NOT_FOUND);
}

static void first_logins_are_not_answered_to_other_programs(void **state)
{
  (void)state;
  struct map_account account;
  struct u32_list groups;
  assert_int_equal(answer_login(path, "new@acme.test", &account), STATUS_NOT_FOUND);
  assert_int_equal(answer_groups_of(path, "new@acme.test", FIRST_UID, &groups), STATUS_NOT_FOUND);
}

static enum status taken_below(void *context, uint32_t number, bool *ret_taken)
{
  *ret_taken = number < *(const uint32_t *)context;
  return STATUS_OK;
}

static void N4_numbers_are_the_first_free_ones_from_the_names_hash(void **state)
{
  (void)state;
  static const unsigned char SEED[16] = {9};
  struct map_settings settings = {.ranges = {4, {70000, 70009, 80000, 80009}}, .used = {2, {0, 0}}};
  uint32_t limit = 0;
  uint32_t first = 0;
  uint32_t again = 0;
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &first), STATUS_OK);
  assert_in_range(first, 70000, 70009);
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_int_equal(first, again);
  limit = 70009; // only the last of the first range is free
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_int_equal(again, 70009);
  limit = 70010; // none is
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_in_range(again, 80000, 80009);
  limit = 0;
  settings.used.values[0] = 5; // half full: passed over
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_in_range(again, 80000, 80009);
  settings.used.values[1] = 5;
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_NOT_FOUND);
}

static void H22_H49_numbers_of_systemd_and_out_of_range_are_not_legal(void **state)
{
  (void)state;
  static const uint32_t ILLEGAL[] = {0, 1, 999, 61184, 65519, 65534, 65535, 2147483648U, 4294967294U, 4294967295U};
  static const uint32_t LEGAL[] = {1000, 61183, 65520, 65536, 99999, 2147483647};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(number_is_legal(ILLEGAL[i]));
  }
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(number_is_legal(LEGAL[i]));
  }
}

static void numbers_of_local_users_are_seen(void **state)
{
  (void)state;
  bool local = false;
  assert_int_equal(number_is_local(0, &local), STATUS_OK);
  assert_true(local);
  assert_int_equal(number_is_local(2147483646, &local), STATUS_OK);
  assert_false(local);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(everything_put_in_is_found, write_map, remove_map),
      cmocka_unit_test_setup_teardown(H24_a_domain_is_found_by_its_exact_name_only, write_map, remove_map),
      cmocka_unit_test_setup_teardown(unknown_names_are_not_found, write_map, remove_map),
      cmocka_unit_test_setup_teardown(a_map_of_others_is_not_read, write_map, remove_map),
      cmocka_unit_test_setup_teardown(H13_the_map_is_0644_under_any_umask, write_map, remove_map),
      cmocka_unit_test_setup_teardown(a_dirty_map_serves_names_but_is_not_clean, write_map, remove_map),
      cmocka_unit_test_setup_teardown(a_map_written_over_in_place_is_read_as_what_it_is, write_map, remove_map),
      cmocka_unit_test_setup_teardown(damage_never_crashes_and_never_lies, write_map, remove_map),
      cmocka_unit_test_setup_teardown(H46_every_buffer_size_up_to_the_needed_one_is_erange, write_map, remove_map),
      cmocka_unit_test_setup_teardown(the_private_group_has_the_name_and_number_of_the_account, write_map, remove_map),
      cmocka_unit_test_setup_teardown(N3_groups_are_named_for_the_account_and_for_no_local_user, write_map, remove_map),
      cmocka_unit_test_setup_teardown(N5_only_the_groups_of_a_mapped_local_user_are_answered, write_map, remove_map),
      cmocka_unit_test_setup_teardown(first_logins_are_not_answered_to_other_programs, write_map, remove_map),
      cmocka_unit_test(N4_numbers_are_the_first_free_ones_from_the_names_hash),
      cmocka_unit_test(H22_H49_numbers_of_systemd_and_out_of_range_are_not_legal),
      cmocka_unit_test(numbers_of_local_users_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
