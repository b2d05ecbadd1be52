// SPDX-License-Identifier: Apache-2.0
// A published map that is damaged, of another store, or was left unfinished: it is mended or built anew.
#include <fcntl.h>
#include <unistd.h>

#include "many.h"
#include "map/map_build.h"
#include "map/map_change.h"
#include "publish/publish.h"
#include "published.h"

static void flip_byte(uint64_t offset)
{
  int fd CLEANUP(cleanup_fd) = open(map_path, O_RDWR | O_CLOEXEC);
  unsigned char byte = 0;
  assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
  byte ^= 1;
  assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
}

static void a_damaged_record_is_mended_by_the_sign_in_of_its_person(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_lookup lookup;
  struct map_account account;
  struct map_place place;
  fixture_set_up_two();
  assert_int_equal(add_member("p1@acme.test"), STATUS_OK);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_lookup_text(map.header.seed, KEY_LOGIN, "p1@acme.test", &lookup), STATUS_OK);
  assert_int_equal(map_find_place(&map, MAP_ACCOUNT, &lookup, &account, &place), STATUS_OK);
  flip_byte(place.offset + MAP_RECORD_HEAD + 3);
  assert_int_equal(map_account_by_login(&map, "p1@acme.test", &account), STATUS_CORRUPT);
  assert_int_equal(add_member("p2@acme.test"), STATUS_OK);
  assert_int_equal(change_publish(&host, "p2@acme.test", &error), STATUS_OK);
  assert_int_equal(change_publish(&host, "nobody@acme.test", &error), STATUS_OK);
  map_close(&map);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "p1@acme.test", &account), STATUS_CORRUPT);
  assert_int_equal(change_publish(&host, "p1@acme.test", &error), STATUS_OK);
  expect_what_the_store_says();
}

static void a_map_of_another_store_is_not_current(void **state)
{
  (void)state;
  struct map_builder b CLEANUP(map_builder_done) = {.seed = {9}};
  int64_t serial = 0;
  fixture_set_up_two();
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(store_map_serial(txn, &serial), STATUS_OK);
  assert_int_equal(map_add_settings(&b, &config.map), STATUS_OK);
  assert_int_equal(map_write(&b, map_path, (uint64_t)serial), STATUS_OK);
  assert_false(publish_is_current(txn, &config, map_path, NULL));
}

// Changes a byte of the map's state, as another boot, an older store or somebody who was killed would have left it.
static void change_state(void (*change)(struct map_state *state))
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  unsigned char line[MAP_STATE_SIZE];
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  int fd CLEANUP(cleanup_fd) = open(map_path, O_WRONLY | O_CLOEXEC);
  change(&map.state);
  map_state_encode(map.header.seed, &map.state, line);
  assert_int_equal(map_write_at(fd, line, sizeof line, MAP_STATE_OFFSET), STATUS_OK);
}

static void of_another_boot(struct map_state *state)
{
  state->boot_id[0] ^= 1;
}

static void older_than_the_store(struct map_state *state)
{
  state->serial--;
}

static void left_dirty(struct map_state *state)
{
  state->clean = 0;
}

static void never_counted(struct map_state *state)
{
  state->slots_used = 0;
}

static void crowded(struct map_state *state)
{
  state->slots_used = 1 << 20;
}

static void worn(struct map_state *state)
{
  state->dead_bytes = 1 << 30;
}

static void a_map_in_doubt_is_built_anew_with_the_next_change(void **state)
{
  (void)state;
  static void (*const DOUBTS[])(struct map_state *) = {
      of_another_boot, older_than_the_store, left_dirty, never_counted, crowded, worn};
  char email[EMAIL_SIZE];
  fixture_set_up_two();
  for (unsigned i = 0; i < COUNT_OF(DOUBTS); i++) {
    ino_t before = published_inode();
    person(i, email);
    change_state(DOUBTS[i]);
    assert_int_equal(add_member(email), STATUS_OK);
    assert_int_not_equal(published_inode(), before);
    expect_what_the_store_says();
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_damaged_record_is_mended_by_the_sign_in_of_its_person),
      STORE_TEST(a_map_of_another_store_is_not_current),
      STORE_TEST(a_map_in_doubt_is_built_anew_with_the_next_change),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
