// SPDX-License-Identifier: Apache-2.0
// The file of a map: what was put in is found, nothing else is, and whoever may have written it is looked at.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answer.h"
#include "base/files.h"
#include "map/map_build.h"
#include "map/map_change.h"
#include "map/map_read.h"
#include "map_ground.h"

static void everything_put_in_is_found(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account wanted;
  struct map_account found;
  struct map_domain domain;
  struct map_settings settings;
  bool taken = false;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
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
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
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
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "", &account), STATUS_NOT_FOUND);
  assert_int_equal(map_account_by_login(&map, "p1@acme.tes", &account), STATUS_NOT_FOUND);
  assert_int_equal(map_account_by_login(&map, longer, &account), STATUS_NOT_FOUND);
  assert_int_equal(map_account_by_uid(&map, 0, &account), STATUS_NOT_FOUND);
}

static void a_map_of_others_is_not_read(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  assert_int_equal(chmod(map_path, 0666), 0);
  assert_int_equal(map_open(map_path, &map), STATUS_PERMISSION);
  assert_int_equal(chmod(map_path, 0644), 0);
  assert_int_equal(chown(map_path, 12345, 12345), 0);
  assert_int_equal(map_open(map_path, &map), STATUS_PERMISSION);
  assert_int_equal(chown(map_path, 0, 0), 0);
  assert_int_equal(map_open(unit_directory, &map), STATUS_PERMISSION);
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
    assert_int_equal(map_write(&builder, map_path, 1), STATUS_OK);
    (void)umask(before);
    assert_int_equal(stat(map_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_int_equal(st.st_uid, 0);
  }
}

static void a_dirty_map_serves_names_but_is_not_clean(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account account;
  assert_int_equal(map_mark_dirty(map_path), STATUS_OK);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_false(map_is_clean(&map));
  assert_int_equal(map.state.serial, 7);
  assert_int_equal(map_account_by_login(&map, "p1@acme.test", &account), STATUS_OK);
}

static void put_map(const struct bytes *contents, size_t length)
{
  int fd CLEANUP(cleanup_fd) = open(map_path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(file_write_all(fd, contents->data, length), STATUS_OK);
}

// As a backup that is copied over the map: the same file by every sign, but another size of its table.
static void a_map_written_over_in_place_is_read_as_what_it_is(void **state)
{
  (void)state;
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {1, 2, 3}};
  struct bytes large CLEANUP(bytes_done) = BYTES_EMPTY;
  struct map_account account;
  struct map_account wanted;
  assert_int_equal(file_read_trusted(map_path, 1 << 20, NULL, &large), STATUS_OK);
  account_number(0, &account);
  assert_int_equal(map_add_account(&builder, &account), STATUS_OK);
  assert_int_equal(map_write(&builder, map_path, 8), STATUS_OK);
  assert_int_equal(answer_login(map_path, account.login, &account), STATUS_OK);
  put_map(&large, large.length);
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    account_number(i, &wanted);
    assert_int_equal(answer_login(map_path, wanted.login, &account), STATUS_OK);
    assert_memory_equal(&wanted, &account, sizeof wanted);
    assert_int_equal(answer_uid(map_path, wanted.uid, &account), STATUS_OK);
  }
  assert_int_equal(answer_login(map_path, "nobody@acme.test", &account), STATUS_NOT_FOUND);
}

// Whatever a damaged map says of a name, it says nothing wrong: the account itself or nothing.
static void check_answers(void)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account wanted;
  struct map_account found;
  if (map_open(map_path, &map) != STATUS_OK) {
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

static void damage_never_crashes_and_never_lies(void **state)
{
  (void)state;
  struct bytes whole CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(file_read_trusted(map_path, 1 << 24, NULL, &whole), STATUS_OK);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      MAP_TEST(everything_put_in_is_found),
      MAP_TEST(H24_a_domain_is_found_by_its_exact_name_only),
      MAP_TEST(unknown_names_are_not_found),
      MAP_TEST(a_map_of_others_is_not_read),
      MAP_TEST(H13_the_map_is_0644_under_any_umask),
      MAP_TEST(a_dirty_map_serves_names_but_is_not_clean),
      MAP_TEST(a_map_written_over_in_place_is_read_as_what_it_is),
      MAP_TEST(damage_never_crashes_and_never_lies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
