// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "census.h"
#include "map/map_slots.h"
#include "nss_entries.h"
#include "unit.h"

static void write_people(unsigned people)
{
  crowd_write(&(struct crowd){.people = people}, unit_map_path);
}

static void N5_everybody_but_mapped_users_is_told_once(void **state)
{
  (void)state;
  static const unsigned PEOPLE[] = {0, 1, 200, 5000};
  for (size_t i = 0; i < COUNT_OF(PEOPLE); i++) {
    write_people(PEOPLE[i]);
    census_check_all(PEOPLE[i]);
    // At the end it stays there.
    assert_false(census_user(&census));
    assert_false(census_group(&census));
    assert_int_equal(census.wrong, 0);
  }
}

static void groups_of_orgs_come_before_private_ones(void **state)
{
  (void)state;
  write_people(20);
  census_begin();
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    assert_true(census_group(&census));
  }
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    assert_int_equal(census.groups[i], 1);
  }
}

// With 32 people 110 of 128 slots are in use: many entries are far from where the search for them begins, and some
// behind the end of the table.
static void displaced_entries_are_told_whatever_the_seed(void **state)
{
  (void)state;
  for (unsigned seed = 0; seed < 200; seed++) {
    crowd_write(&(struct crowd){.people = 32, .keys_max = 64, .seed = (unsigned char)seed}, unit_map_path);
    census_check_all(32);
  }
}

static void H50_look_ups_do_not_move_the_cursor(void **state)
{
  (void)state;
  struct passwd user;
  struct group group;
  char buffer[CENSUS_BUFFER];
  int why = 0;
  long start = 0;
  long size = 4;
  gid_t *gids = calloc((size_t)size, sizeof *gids);
  write_people(200);
  census_begin();
  for (unsigned i = 0; i < 1000 && census_user(&census); i++) {
    (void)_nss_ssoorg_getpwnam_r("p5@acme.test", &user, buffer, sizeof buffer, &why);
    assert_int_equal(crowd_whose_passwd(&user), 5);
    (void)_nss_ssoorg_getpwuid_r(CROWD_FIRST + 2 * (i % 40), &user, buffer, sizeof buffer, &why);
    assert_int_equal(crowd_whose_passwd(&user), i % 40);
    assert_int_equal(_nss_ssoorg_getpwnam_r("nobody", &user, buffer, sizeof buffer, &why), NSS_STATUS_NOTFOUND);
    assert_int_equal(_nss_ssoorg_getgrnam_r("g3", &group, buffer, sizeof buffer, &why), NSS_STATUS_SUCCESS);
    assert_int_equal(_nss_ssoorg_getgrgid_r(CROWD_FIRST, &group, buffer, sizeof buffer, &why), NSS_STATUS_SUCCESS);
    assert_int_equal(_nss_ssoorg_initgroups_dyn("p5@acme.test", CROWD_FIRST + 10, &start, &size, &gids, 0, &why),
                     NSS_STATUS_SUCCESS);
    (void)census_group(&census);
  }
  free(gids);
  census_groups(&census);
  assert_true(census_has_users(&census, 200, 200));
  assert_true(census_has_groups(&census, 200, 200));
}

static void what_is_told_is_what_look_ups_answer(void **state)
{
  (void)state;
  struct passwd user;
  struct passwd again;
  struct group group;
  char buffer[CENSUS_BUFFER];
  char other[CENSUS_BUFFER];
  int why = 0;
  write_people(200);
  census_begin();
  while (_nss_ssoorg_getpwent_r(&user, buffer, sizeof buffer, &why) == NSS_STATUS_SUCCESS) {
    int who = crowd_whose_passwd(&user);
    assert_int_equal(_nss_ssoorg_getpwnam_r(user.pw_name, &again, other, sizeof other, &why), NSS_STATUS_SUCCESS);
    assert_int_equal(crowd_whose_passwd(&again), who);
    assert_int_equal(_nss_ssoorg_getpwuid_r(user.pw_uid, &again, other, sizeof other, &why), NSS_STATUS_SUCCESS);
    assert_int_equal(crowd_whose_passwd(&again), who);
    assert_int_equal(_nss_ssoorg_getgrgid_r(user.pw_gid, &group, other, sizeof other, &why), NSS_STATUS_SUCCESS);
    assert_int_equal(crowd_whose_private_group(&group), who);
    assert_int_equal(_nss_ssoorg_getgrnam_r(user.pw_name, &group, other, sizeof other, &why), NSS_STATUS_SUCCESS);
    assert_int_equal(crowd_whose_private_group(&group), who);
  }
}

static void setpwent_and_endpwent_begin_anew(void **state)
{
  (void)state;
  write_people(50);
  census_begin();
  for (int i = 0; i < 20; i++) {
    assert_true(census_user(&census) && census_group(&census));
  }
  census_check_all(50);
  assert_int_equal(_nss_ssoorg_endpwent(), NSS_STATUS_SUCCESS);
  assert_int_equal(_nss_ssoorg_endgrent(), NSS_STATUS_SUCCESS);
  memset(&census, 0, sizeof census);
  census_users(&census);
  census_groups(&census);
  assert_true(census_has_users(&census, 50, 50));
  assert_true(census_has_groups(&census, 50, 50));
}

static void H46_an_entry_that_does_not_fit_comes_again(void **state)
{
  (void)state;
  struct passwd user;
  struct group group;
  write_people(20);
  census_begin();
  for (int entries = 0; entries < 3; entries++) {
    enum nss_status status = NSS_STATUS_TRYAGAIN;
    for (size_t size = 0; status == NSS_STATUS_TRYAGAIN; size++) {
      int why = 0;
      char *buffer = malloc(size + 1);
      status = _nss_ssoorg_getpwent_r(&user, buffer, size, &why);
      assert_int_equal(why, status == NSS_STATUS_TRYAGAIN ? ERANGE : 0);
      if (status == NSS_STATUS_SUCCESS) {
        census.users[crowd_whose_passwd(&user)]++;
      }
      free(buffer);
    }
  }
  for (int entries = 0; entries < CROWD_GROUPS + 3; entries++) {
    enum nss_status status = NSS_STATUS_TRYAGAIN;
    for (size_t size = 0; status == NSS_STATUS_TRYAGAIN; size += size < 400 ? 1 : 997) {
      int why = 0;
      char *buffer = malloc(size + 1);
      status = _nss_ssoorg_getgrent_r(&group, buffer, size, &why);
      assert_int_equal(why, status == NSS_STATUS_TRYAGAIN ? ERANGE : 0);
      if (status == NSS_STATUS_SUCCESS && entries < CROWD_GROUPS) {
        census.groups[crowd_which_group(&group)]++;
      } else if (status == NSS_STATUS_SUCCESS) {
        census.private_groups[crowd_whose_private_group(&group)]++;
      }
      free(buffer);
    }
  }
  census_users(&census);
  census_groups(&census);
  assert_true(census_has_users(&census, 20, 20));
  assert_true(census_has_groups(&census, 20, 20));
}

static void a_table_without_an_empty_slot_has_an_end(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_probe probe;
  write_people(20);
  assert_int_equal(map_open(unit_map_path, &map), STATUS_OK);
  for (uint64_t slot = 0; slot < map.header.slot_count; slot++) {
    uint64_t value = 0;
    uint64_t at = 0;
    map_probe_begin(&probe, &map, slot);
    if (map_probe_next(&probe, &at, &value) == STATUS_NOT_FOUND) {
      crowd_write_slot(unit_map_path, &map, slot, MAP_SLOT_GONE);
    }
  }
  census_check_all(20);
}

// As after a crash that lost one of two writes: two records of one name, of which look-ups know the first.
static void a_name_that_is_there_twice_is_told_once(void **state)
{
  (void)state;
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {5}};
  struct map_account account;
  for (unsigned version = 0; version < 2; version++) {
    crowd_person(3, version, &account);
    assert_int_equal(map_add_account(&builder, &account), STATUS_OK);
  }
  assert_int_equal(map_write(&builder, unit_map_path, 1), STATUS_OK);
  census_begin();
  census_users(&census);
  assert_int_equal(census.users[3], 1);
  assert_int_equal(census.wrong, 0);
}

// A slot has 24 bits of a hash, and 6 more of it decide where the search begins in a table of 64 slots. Finds two names
// that have all of these in common.
static void find_names_alike(const unsigned char *map_seed, unsigned ret_names[static 2])
{
  enum { ENOUGH = 400000 };
  static const uint64_t COMMON = (uint64_t)0xffffff << MAP_OFFSET_BITS | 63;
  static const unsigned char NO_SEED[SIPHASH_SEED_SIZE];
  static unsigned table[1 << 20];
  memset(table, 0, sizeof table);
  for (unsigned i = 1; i < ENOUGH; i++) {
    struct map_account account;
    struct map_lookup mine;
    struct map_lookup other;
    crowd_person(i, 0, &account);
    assert_int_equal(map_lookup_text(map_seed, KEY_LOGIN, account.login, &mine), STATUS_OK);
    uint64_t common = mine.hash & COMMON;
    unsigned *there = &table[siphash(NO_SEED, &common, sizeof common) % COUNT_OF(table)];
    crowd_person(*there, 0, &account);
    assert_int_equal(map_lookup_text(map_seed, KEY_LOGIN, account.login, &other), STATUS_OK);
    if (*there != 0 && (other.hash & COMMON) == common && !crowd_is_mapped(i) && !crowd_is_mapped(*there)) {
      ret_names[0] = *there;
      ret_names[1] = i;
      return;
    }
    *there = i;
  }
  fail_msg("no two names are alike");
}

static void N2_a_name_that_looks_like_another_in_the_table_is_not_that_one(void **state)
{
  (void)state;
  static const unsigned char SEED[SIPHASH_SEED_SIZE] = {8};
  unsigned names[2];
  find_names_alike(SEED, names);
  for (size_t count = 1; count <= 2; count++) {
    struct map_builder builder CLEANUP(map_builder_done) = {.seed = {8}};
    struct map_account accounts[2];
    struct passwd entry;
    char buffer[CENSUS_BUFFER];
    int why = 0;
    for (size_t i = 0; i < 2; i++) {
      crowd_person(names[i], 0, &accounts[i]);
      assert_int_equal(i < count ? map_add_account(&builder, &accounts[i]) : STATUS_OK, STATUS_OK);
    }
    assert_int_equal(map_write(&builder, unit_map_path, 1), STATUS_OK);
    census_begin();
    for (size_t i = 0; i < 2; i++) {
      assert_int_equal(_nss_ssoorg_getpwnam_r(accounts[i].login, &entry, buffer, sizeof buffer, &why),
                       i < count ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND);
      assert_true(i >= count || crowd_whose_passwd(&entry) == (int)names[i]);
      assert_int_equal(_nss_ssoorg_getpwent_r(&entry, buffer, sizeof buffer, &why),
                       i < count ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND);
    }
  }
}

// Spoils one bit at byte AT, and puts it back when it is called once more.
static void flip(off_t at)
{
  unsigned char byte = 0;
  int fd CLEANUP(cleanup_fd) = open(unit_map_path, O_RDWR | O_CLOEXEC);
  assert_int_equal(pread(fd, &byte, 1, at), 1);
  byte ^= 0x10;
  assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void check_that_those_are_told_whom_look_ups_find(unsigned people)
{
  census_begin();
  census_users(&census);
  census_groups(&census);
  assert_int_equal(census.wrong, 0);
  for (unsigned i = 0; i < people; i++) {
    struct map_account account;
    struct passwd entry;
    char buffer[CENSUS_BUFFER];
    int why = 0;
    crowd_person(i, 0, &account);
    bool found = _nss_ssoorg_getpwnam_r(account.login, &entry, buffer, sizeof buffer, &why) == NSS_STATUS_SUCCESS;
    assert_int_equal(census.users[i], found ? 1 : 0);
    assert_int_equal(census.private_groups[i], found ? 1 : 0);
  }
}

static void what_is_damaged_is_left_out_and_nothing_else(void **state)
{
  (void)state;
  enum { FEW = 32, ON_IN_SLOTS = 5, ON = 61 };
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  crowd_write(&(struct crowd){.people = FEW, .keys_max = 64}, unit_map_path);
  assert_int_equal(map_open(unit_map_path, &map), STATUS_OK);
  off_t end = (off_t)map.header.records_offset + FEW * 200;
  for (off_t at = MAP_SLOTS_OFFSET; at < end; at += at < (off_t)map.header.records_offset ? ON_IN_SLOTS : ON) {
    flip(at);
    check_that_those_are_told_whom_look_ups_find(FEW);
    flip(at);
  }
  census_check_all(FEW);
}

static void a_map_that_is_missing_or_not_one_has_no_entries(void **state)
{
  (void)state;
  census_begin();
  assert_false(census_user(&census));
  assert_false(census_group(&census));
  write_people(5);
  assert_true(census_user(&census));
  write_people(5);
  flip(33); // in the header, which nobody has read yet
  assert_false(census_user(&census));
  assert_false(census_group(&census));
  assert_int_equal(census.wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CENSUS_TEST(N5_everybody_but_mapped_users_is_told_once),
      CENSUS_TEST(groups_of_orgs_come_before_private_ones),
      CENSUS_TEST(displaced_entries_are_told_whatever_the_seed),
      CENSUS_TEST(H50_look_ups_do_not_move_the_cursor),
      CENSUS_TEST(what_is_told_is_what_look_ups_answer),
      CENSUS_TEST(setpwent_and_endpwent_begin_anew),
      CENSUS_TEST(H46_an_entry_that_does_not_fit_comes_again),
      CENSUS_TEST(a_table_without_an_empty_slot_has_an_end),
      CENSUS_TEST(a_name_that_is_there_twice_is_told_once),
      CENSUS_TEST(N2_a_name_that_looks_like_another_in_the_table_is_not_that_one),
      CENSUS_TEST(what_is_damaged_is_left_out_and_nothing_else),
      CENSUS_TEST(a_map_that_is_missing_or_not_one_has_no_entries),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
