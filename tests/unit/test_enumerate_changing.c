// SPDX-License-Identifier: Apache-2.0
// Enumeration while the map is replaced, grows, shrinks, or is changed in place.
#include "census.h"
#include "map/map_slots.h"
#include "unit.h"

// Goes through one map, and from entry AT on through another; who is in both must come once.
static void go_through(const struct crowd *before, const struct crowd *after, unsigned at)
{
  unsigned both = before->people < after->people ? before->people : after->people;
  unsigned most = before->people > after->people ? before->people : after->people;
  crowd_write(before, unit_map_path);
  census_begin();
  for (unsigned i = 0; i < at; i++) {
    (void)census_user(&census);
    (void)census_group(&census);
  }
  crowd_write(after, unit_map_path);
  census_users(&census);
  census_groups(&census);
  assert_true(census_has_users(&census, both, most));
  assert_true(census_has_groups(&census, both, most));
}

static void who_is_there_all_the_while_comes_once_when_the_map_is_replaced(void **state)
{
  (void)state;
  static const struct crowd BEFORE = {.people = 60};
  static const struct crowd AFTER[] = {
      {.people = 60, .backwards = true, .version = 1},
      {.people = 40, .backwards = true},
      {.people = 60, .keys_max = 300}, // twice as many slots
      {.people = 90, .keys_max = 2000, .backwards = true},
      {.people = 60, .keys_max = 80}, // half as many
  };
  for (size_t i = 0; i < COUNT_OF(AFTER); i++) {
    for (unsigned at = 0; at < 75; at += 2) {
      go_through(&BEFORE, &AFTER[i], at);
    }
  }
}

static void a_map_that_grows_and_shrinks_all_the_while_does_not_matter(void **state)
{
  (void)state;
  static const uint64_t KEYS[] = {300, 100, 1000, 150, 4000, 80, 100};
  struct crowd crowd = {.people = 60};
  for (unsigned each = 1; each < 8; each++) {
    crowd_write(&crowd, unit_map_path);
    census_begin();
    for (unsigned i = 0; i < 100; i++) {
      (void)census_user(&census);
      (void)census_group(&census);
      crowd.keys_max = KEYS[i / each % COUNT_OF(KEYS)];
      crowd.people = 60 + i % 3;
      crowd_write(&crowd, unit_map_path);
    }
    assert_false(census_user(&census));
    assert_false(census_group(&census));
    assert_true(census_has_users(&census, 60, 62));
    assert_true(census_has_groups(&census, 60, 62));
    crowd.people = 60;
  }
}

// Slots of a person who was taken out, and what they held.
struct taken {
  struct map_place login;
  struct map_place uid;
  uint64_t values[2];
};

// Takes the keys of person I out of the map in place, as a removal does.
static void take_out(const struct map_reader *map, unsigned i, struct taken *ret_taken)
{
  struct map_account account;
  struct map_account found;
  struct map_lookup login;
  crowd_person(i, 0, &account);
  assert_int_equal(map_lookup_text(map->header.seed, KEY_LOGIN, account.login, &login), STATUS_OK);
  const struct map_lookup uid = map_lookup_number(map->header.seed, KEY_UID, account.uid);
  assert_int_equal(map_find_place(map, MAP_ACCOUNT, &login, &found, &ret_taken->login), STATUS_OK);
  assert_int_equal(map_find_place(map, MAP_ACCOUNT, &uid, &found, &ret_taken->uid), STATUS_OK);
  ret_taken->values[0] = map_slot_value(login.hash, ret_taken->login.offset);
  ret_taken->values[1] = map_slot_value(uid.hash, ret_taken->uid.offset);
  crowd_write_slot(unit_map_path, map, ret_taken->login.slot, MAP_SLOT_GONE);
  crowd_write_slot(unit_map_path, map, ret_taken->uid.slot, MAP_SLOT_GONE);
}

static void put_back(const struct map_reader *map, const struct taken *taken)
{
  crowd_write_slot(unit_map_path, map, taken->login.slot, taken->values[0]);
  crowd_write_slot(unit_map_path, map, taken->uid.slot, taken->values[1]);
}

static void people_taken_out_do_not_hide_those_behind_them(void **state)
{
  (void)state;
  for (unsigned seed = 0; seed < 50; seed++) {
    struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
    crowd_write(&(struct crowd){.people = 32, .keys_max = 64, .seed = (unsigned char)seed}, unit_map_path);
    assert_int_equal(map_open(unit_map_path, &map), STATUS_OK);
    census_begin();
    for (unsigned i = 16; i < 32; i++) {
      (void)census_user(&census);
      (void)census_group(&census);
      struct taken unused;
      take_out(&map, i, &unused);
    }
    census_users(&census);
    census_groups(&census);
    assert_true(census_has_users(&census, 16, 32));
    assert_true(census_has_groups(&census, 16, 32));
    census_check_all(16);
  }
}

static void people_who_come_in_meanwhile_do_not_make_others_come_twice(void **state)
{
  (void)state;
  for (unsigned seed = 0; seed < 50; seed++) {
    struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
    struct taken taken[32];
    crowd_write(&(struct crowd){.people = 32, .keys_max = 64, .seed = (unsigned char)seed}, unit_map_path);
    assert_int_equal(map_open(unit_map_path, &map), STATUS_OK);
    for (unsigned i = 16; i < 32; i++) {
      take_out(&map, i, &taken[i]);
    }
    census_begin();
    for (unsigned i = 16; i < 32; i++) {
      (void)census_user(&census);
      (void)census_group(&census);
      put_back(&map, &taken[i]);
    }
    census_users(&census);
    census_groups(&census);
    assert_true(census_has_users(&census, 16, 32));
    assert_true(census_has_groups(&census, 16, 32));
    census_check_all(32);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      CENSUS_TEST(who_is_there_all_the_while_comes_once_when_the_map_is_replaced),
      CENSUS_TEST(a_map_that_grows_and_shrinks_all_the_while_does_not_matter),
      CENSUS_TEST(people_taken_out_do_not_hide_those_behind_them),
      CENSUS_TEST(people_who_come_in_meanwhile_do_not_make_others_come_twice),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
