// SPDX-License-Identifier: Apache-2.0
#include "witness.h"

#include <stdlib.h>

#include "answer.h"
#include "base/files.h"
#include "map/map_read.h"
#include "map/map_slots.h"
#include "map/map_walk.h"
#include "map/numbers.h"
#include "trial.h"
#include "unit.h"

enum { NEW_NAMES = 16, STEPS = 3, NEAR = 3 };

struct bytes witness_file;
struct map_header witness_header;
static struct map_account people[WITNESS_PEOPLE];
static struct map_group groups[CROWD_GROUPS];
static struct map_settings settings;
static uint64_t records[WITNESS_PEOPLE]; // where the record of each begins
static int *owners;                      // of each slot; CROWD_NOBODY
static uint32_t chosen[NEW_NAMES];       // the number for each new name

static enum status choose(struct map_reader *map, unsigned name, uint32_t *ret_number)
{
  char text[LOGIN_SIZE];
  struct map_settings own;
  (void)snprintf(text, sizeof text, "new%u@acme.test", name);
  enum status status = map_settings(map, &own);
  return status != STATUS_OK ? status
                             : number_choose(map->header.seed, text, &own, crowd_number_is_taken, map, ret_number);
}

static void remember_place(const struct map_reader *map, unsigned i)
{
  struct map_account found;
  struct map_place place;
  struct map_lookup lookup;
  assert_int_equal(map_lookup_text(map->header.seed, KEY_LOGIN, people[i].login, &lookup), STATUS_OK);
  assert_int_equal(map_find_place(map, MAP_ACCOUNT, &lookup, &found, &place), STATUS_OK);
  records[i] = place.offset;
  owners[place.slot] = (int)i;
  lookup = map_lookup_number(map->header.seed, KEY_UID, people[i].uid);
  assert_int_equal(map_find_place(map, MAP_ACCOUNT, &lookup, &found, &place), STATUS_OK);
  owners[place.slot] = (int)i;
}

static void remember(const char *path)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  assert_int_equal(file_read_trusted(path, 1 << 24, NULL, &witness_file), STATUS_OK);
  assert_int_equal(map_open(path, &map), STATUS_OK);
  witness_header = map.header;
  owners = calloc(witness_header.slot_count, sizeof *owners);
  assert_non_null(owners);
  for (uint64_t slot = 0; slot < witness_header.slot_count; slot++) {
    owners[slot] = CROWD_NOBODY;
  }
  for (unsigned i = 0; i < WITNESS_PEOPLE; i++) {
    remember_place(&map, i);
  }
  for (unsigned i = 0; i < NEW_NAMES; i++) {
    assert_int_equal(choose(&map, i, &chosen[i]), STATUS_OK);
  }
}

void witness_begin(const char *path)
{
  static const struct crowd CROWD = {.people = WITNESS_PEOPLE};
  crowd_write(&CROWD, path);
  crowd_settings(&CROWD, &settings);
  for (unsigned i = 0; i < WITNESS_PEOPLE; i++) {
    crowd_person(i, 0, &people[i]);
  }
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    crowd_group(i, &groups[i]);
  }
  remember(path);
}

void witness_done(void)
{
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    answer_group_done(&groups[i]);
  }
  bytes_done(&witness_file);
  free(owners);
}

static void check_account(enum status status, const struct map_account *found, unsigned i)
{
  trial_require(status != STATUS_OK || crowd_is_same(found, &people[i]), "a wrong answer for person", i);
  trial.right += status == STATUS_OK;
}

static void check_person(const struct map_reader *map, unsigned i)
{
  struct map_account found;
  enum status status = map_account_by_login(map, people[i].login, &found);
  check_account(status, &found, i);
  status = map_account_by_uid(map, people[i].uid, &found);
  check_account(status, &found, i);
}

static bool is_group(const struct map_group *found, unsigned i)
{
  const struct map_group *wanted = &groups[i];
  return found->gid == wanted->gid && found->enforced == wanted->enforced && strcmp(found->name, wanted->name) == 0 &&
         found->member_count == wanted->member_count && found->members.length == wanted->members.length &&
         memcmp(bytes_text(&found->members), bytes_text(&wanted->members), wanted->members.length) == 0;
}

static void check_group(const struct map_reader *map, unsigned i)
{
  struct map_group by_name CLEANUP(answer_group_done) = {.gid = 0};
  struct map_group by_gid CLEANUP(answer_group_done) = {.gid = 0};
  struct map_group head = {.gid = 0};
  enum status status = map_group_by_name(map, groups[i].name, &by_name);
  trial_require(status != STATUS_OK || is_group(&by_name, i), "a wrong answer for the name of group", i);
  status = map_group_by_gid(map, groups[i].gid, &by_gid);
  trial_require(status != STATUS_OK || is_group(&by_gid, i), "a wrong answer for the number of group", i);
  status = map_group_head(map, groups[i].gid, &head);
  bool right =
      head.gid == groups[i].gid && head.enforced == groups[i].enforced && strcmp(head.name, groups[i].name) == 0;
  trial_require(status != STATUS_OK || right, "a wrong head of group", i);
}

// Every other time as look-ups open it, which may know the header from before.
static enum status open_either_way(const char *path, struct map_reader *ret_map)
{
  return trial_random(2) == 0 ? map_open(path, ret_map) : map_open_names(path, ret_map);
}

static void check_unknown(const struct map_reader *map)
{
  static const char *const NAMES[] = {"nobody@acme.test", "p1000@acme.test", "P1@acme.test", "p1@acme.tes", "", "g12"};
  unsigned name = (unsigned)trial_random(COUNT_OF(NAMES));
  struct map_account account;
  struct map_domain domain;
  struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
  trial_require(map_account_by_login(map, NAMES[name], &account) != STATUS_OK, "an answer for unknown name", name);
  trial_require(map_group_by_name(map, NAMES[name], &group) != STATUS_OK, "a group of unknown name", name);
  trial_require(map_domain(map, NAMES[name], &domain) != STATUS_OK, "a domain of unknown name", name);
  uint32_t number = CROWD_FIRST + 1 + 2 * (uint32_t)trial_random(WITNESS_PEOPLE);
  trial_require(map_account_by_uid(map, number, &account) != STATUS_OK, "an answer for unknown uid", number);
}

static void check_settings_and_number(struct map_reader *map)
{
  struct map_settings found;
  struct map_domain domain;
  uint32_t number = 0;
  unsigned name = (unsigned)trial_random(NEW_NAMES);
  enum status status = map_settings(map, &found);
  trial_require(status != STATUS_OK || memcmp(&found, &settings, sizeof found) == 0, "wrong settings", 0);
  status = map_domain(map, "acme.test", &domain);
  trial_require(status != STATUS_OK || domain.org_gid == groups[0].gid, "a wrong domain", 0);
  status = choose(map, name, &number);
  trial_require(status != STATUS_OK || number == chosen[name], "a wrong number for new name", name);
  trial.right += status == STATUS_OK;
}

// Goes STEPS entries on from one that begins at slot AT.
static void check_walk(const struct map_reader *map, enum map_key key, uint64_t at, unsigned steps)
{
  unsigned size = (unsigned)__builtin_ctzll(map->header.slot_count);
  struct map_cursor cursor = {.key = key, .begun = at > 0 ? (uint64_t)1 << size : 0};
  bool seen[WITNESS_PEOPLE] = {false};
  cursor.last[size] = at;
  for (unsigned step = 0; step < steps; step++) {
    struct map_account account;
    struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
    if (map_walk_next(map, &cursor, key == KEY_LOGIN ? (void *)&account : (void *)&group) != STATUS_OK) {
      return;
    }
    const char *name = key == KEY_LOGIN ? account.login : group.name;
    unsigned i = (unsigned)strtoul(name + 1, NULL, 10);
    bool right = key == KEY_LOGIN ? i < WITNESS_PEOPLE && crowd_is_same(&account, &people[i])
                                  : i < CROWD_GROUPS && is_group(&group, i);
    trial_require(right, "enumeration tells something wrong", i);
    trial_require(!seen[i], "enumeration tells twice of", i);
    seen[i] = true;
    trial.right++;
    map_walk_told(&cursor);
  }
}

static uint64_t slot_at(uint64_t byte)
{
  return byte < MAP_SLOTS_OFFSET ? 0 : (byte - MAP_SLOTS_OFFSET) / MAP_SLOT_SIZE % witness_header.slot_count;
}

// Somebody of whom byte AT is, or is near.
static unsigned person_near(uint64_t at)
{
  if (at < witness_header.records_offset) {
    for (unsigned tries = 0; tries < 2 * NEAR; tries++) {
      int owner =
          owners[(slot_at(at) + witness_header.slot_count - NEAR + trial_random(2 * NEAR)) % witness_header.slot_count];
      if (owner != CROWD_NOBODY) {
        return (unsigned)owner;
      }
    }
    return (unsigned)trial_random(WITNESS_PEOPLE);
  }
  unsigned i = 0;
  for (unsigned half = WITNESS_PEOPLE / 2; half > 0; half /= 2) {
    while (i + half < WITNESS_PEOPLE && records[i + half] <= at) {
      i += half;
    }
  }
  return i;
}

// Asks a damaged map about what bytes FROM to TO were of, and about others.
void witness_check_damaged(const char *path, uint64_t from, uint64_t to, bool all)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  if (open_either_way(path, &map) != STATUS_OK) {
    return;
  }
  trial_require(memcmp(&map.header, &witness_header, sizeof witness_header) == 0, "a wrong header", 0);
  for (unsigned i = 0; i < NEAR; i++) {
    check_person(&map, person_near(from + trial_random(to - from)));
  }
  check_person(&map, (unsigned)trial_random(WITNESS_PEOPLE));
  check_unknown(&map);
  check_settings_and_number(&map);
  check_walk(&map, KEY_LOGIN, slot_at(from), all ? 0 : STEPS);
  bool behind_people = from >= records[WITNESS_PEOPLE - 1];
  if (behind_people || trial_random(10) == 0) {
    check_group(&map, trial_random(2) == 0 ? 0 : (unsigned)trial_random(CROWD_GROUPS));
  }
  if (all) {
    check_walk(&map, KEY_LOGIN, 0, WITNESS_PEOPLE + 1);
    check_walk(&map, KEY_GROUP, 0, WITNESS_PEOPLE + 1);
  }
}

// Those whose records are before byte LENGTH must be found.
void witness_check_truncated(const char *path, uint64_t length)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account found;
  if (open_either_way(path, &map) != STATUS_OK) {
    trial_require(length < MAP_SLOTS_OFFSET, "a whole witness_header is not read", 0);
    return;
  }
  unsigned last = person_near(length);
  check_person(&map, last);
  check_person(&map, (unsigned)trial_random(WITNESS_PEOPLE));
  if (last > 0 && length >= witness_header.records_offset) {
    unsigned before = (unsigned)trial_random(last);
    enum status status = map_account_by_login(&map, people[before].login, &found);
    trial_require(status == STATUS_OK, "not found before the cut: person", before);
  }
  switch (length % 16) {
  case 0: check_group(&map, (unsigned)trial_random(CROWD_GROUPS)); break;
  case 1: check_settings_and_number(&map); break;
  case 2: check_unknown(&map); break;
  case 3: check_walk(&map, KEY_LOGIN, trial_random(witness_header.slot_count), STEPS); break;
  default: break;
  }
  if (length % 1024 == 0) {
    check_walk(&map, KEY_LOGIN, 0, WITNESS_PEOPLE + 1);
    check_walk(&map, KEY_GROUP, 0, WITNESS_PEOPLE + 1);
  }
}
