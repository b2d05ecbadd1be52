// SPDX-License-Identifier: Apache-2.0
// The entry points of libnss_ssoorg for look-ups.
#include <errno.h>
#include <stdlib.h>

#include "answer.h"
#include "census.h"
#include "map/map_read.h"
#include "map/numbers.h"
#include "unit.h"

enum { PEOPLE = 120, PATTERN = 0xa5, BEHIND = 64, LARGE = 1 << 16, LARGE_PERSON = 107 };

static int make_ground(void **state)
{
  int status = census_make_ground(state);
  crowd_write(&(struct crowd){.people = PEOPLE}, unit_map_path);
  return status;
}

// What is asked: one function, with one thing to ask for.
struct asked {
  enum nss_status (*user_by_name)(const char *, struct passwd *, char *, size_t, int *);
  enum nss_status (*user_by_uid)(uid_t, struct passwd *, char *, size_t, int *);
  enum nss_status (*group_by_name)(const char *, struct group *, char *, size_t, int *);
  enum nss_status (*group_by_gid)(gid_t, struct group *, char *, size_t, int *);
  const char *name;
  uint32_t number;
};

union told {
  struct passwd user;
  struct group group;
};

static enum nss_status ask(const struct asked *asked, union told *told, char *buffer, size_t size, int *errnop)
{
  if (asked->user_by_name != NULL) {
    return asked->user_by_name(asked->name, &told->user, buffer, size, errnop);
  }
  if (asked->user_by_uid != NULL) {
    return asked->user_by_uid(asked->number, &told->user, buffer, size, errnop);
  }
  if (asked->group_by_name != NULL) {
    return asked->group_by_name(asked->name, &told->group, buffer, size, errnop);
  }
  return asked->group_by_gid(asked->number, &told->group, buffer, size, errnop);
}

// The bytes that an answer is made of, one text behind the other.
static void add_text(struct bytes *all, const char *text)
{
  assert_int_equal(bytes_append(all, text, strlen(text) + 1), STATUS_OK);
}

static void bytes_of_user(unsigned i, struct bytes *ret_texts)
{
  struct map_account account;
  crowd_person(i, 0, &account);
  const char *const texts[] = {account.login, "*", account.gecos, account.home, account.shell};
  for (size_t n = 0; n < COUNT_OF(texts); n++) {
    add_text(ret_texts, texts[n]);
  }
}

static void bytes_of_group(const struct map_group *group, struct bytes *ret_texts)
{
  add_text(ret_texts, group->name);
  add_text(ret_texts, "*");
  assert_int_equal(bytes_append(ret_texts, group->members.data, group->members.length), STATUS_OK);
}

// What an answer must be: who it is about, how many pointers and which texts fill the buffer.
struct wanted {
  int (*whose_user)(const struct passwd *);
  int (*whose_group)(const struct group *);
  int who;
  size_t pointers;
  struct bytes texts;
};

static void wanted_done(struct wanted *wanted)
{
  bytes_done(&wanted->texts);
}

static bool all_are_pattern(const char *from, const char *to)
{
  for (; from < to; from++) {
    if (*(const unsigned char *)from != PATTERN) {
      return false;
    }
  }
  return true;
}

static void check_answer(const struct wanted *wanted, const union told *told)
{
  if (wanted->whose_user != NULL) {
    assert_int_equal(wanted->whose_user(&told->user), wanted->who);
  } else {
    assert_int_equal(wanted->whose_group(&told->group), wanted->who);
  }
}

// One call with SIZE bytes at a place that is SHIFT bytes from an aligned one. The sanitizer sees a byte written behind
// the end, the pattern one that is not of the answer.
static void check_size(const struct asked *asked, const struct wanted *wanted, size_t size, size_t shift)
{
  char *memory = malloc(shift + size);
  char *buffer = memory + shift;
  memset(memory, PATTERN, shift + size);
  union told told;
  union told untouched;
  memset(&told, PATTERN, sizeof told);
  memset(&untouched, PATTERN, sizeof untouched);
  int why = 0;
  size_t slack = wanted->pointers > 0 ? -shift % sizeof(char *) : 0;
  size_t texts_at = slack + wanted->pointers * sizeof(char *);
  size_t needed = texts_at + wanted->texts.length;
  enum nss_status status = ask(asked, &told, buffer, size, &why);
  assert_int_equal(status, size < needed ? NSS_STATUS_TRYAGAIN : NSS_STATUS_SUCCESS);
  assert_true(all_are_pattern(memory, buffer + (slack < size ? slack : size)));
  if (status == NSS_STATUS_SUCCESS) {
    check_answer(wanted, &told);
    assert_memory_equal(buffer + texts_at, wanted->texts.data, wanted->texts.length);
    assert_true(all_are_pattern(buffer + needed, buffer + size));
  } else {
    assert_int_equal(why, ERANGE);
    assert_memory_equal(&told, &untouched, sizeof told);
  }
  free(memory);
}

static void check_sizes(const struct asked *asked, const struct wanted *wanted)
{
  size_t most = wanted->pointers * sizeof(char *) + wanted->texts.length + BEHIND;
  for (size_t size = 0; size <= most; size++) {
    check_size(asked, wanted, size, 0);
  }
  for (size_t shift = 1; shift < sizeof(char *); shift++) {
    for (size_t size = most - BEHIND - 1; size <= most; size++) {
      check_size(asked, wanted, size, shift);
    }
  }
  check_size(asked, wanted, LARGE, 0);
}

static void H37_H46_every_buffer_size_for_a_user(void **state)
{
  (void)state;
  static const unsigned WHO[] = {0, 3, LARGE_PERSON};
  for (size_t n = 0; n < COUNT_OF(WHO); n++) {
    struct wanted wanted CLEANUP(wanted_done) = {.whose_user = crowd_whose_passwd, .who = (int)WHO[n]};
    struct map_account account;
    crowd_person(WHO[n], 0, &account);
    bytes_of_user(WHO[n], &wanted.texts);
    check_sizes(&(struct asked){.user_by_name = _nss_ssoorg_getpwnam_r, .name = account.login}, &wanted);
    check_sizes(&(struct asked){.user_by_uid = _nss_ssoorg_getpwuid_r, .number = account.uid}, &wanted);
  }
}

static void check_group_sizes(const struct map_group *group, struct wanted *wanted)
{
  wanted->pointers = group->member_count + 1;
  bytes_of_group(group, &wanted->texts);
  check_sizes(&(struct asked){.group_by_name = _nss_ssoorg_getgrnam_r, .name = group->name}, wanted);
  check_sizes(&(struct asked){.group_by_gid = _nss_ssoorg_getgrgid_r, .number = group->gid}, wanted);
}

static void H37_H46_every_buffer_size_for_a_group_of_an_org(void **state)
{
  (void)state;
  for (unsigned i = 1; i < 6; i++) {
    struct wanted wanted CLEANUP(wanted_done) = {.whose_group = crowd_which_group, .who = (int)i};
    struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
    crowd_group(i, &group);
    check_group_sizes(&group, &wanted);
  }
}

static void H37_H46_every_buffer_size_for_a_private_group(void **state)
{
  (void)state;
  struct wanted wanted CLEANUP(wanted_done) = {.whose_group = crowd_whose_private_group, .who = 13};
  struct map_account account;
  struct map_group group;
  crowd_person(13, 0, &account);
  answer_private_group(&account, &group);
  check_group_sizes(&group, &wanted);
}

static void K3_H46_a_thousand_members_are_listed_whatever_the_buffer_size(void **state)
{
  (void)state;
  struct wanted wanted CLEANUP(wanted_done) = {.whose_group = crowd_which_group, .who = 0};
  struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
  crowd_group(0, &group);
  assert_int_equal(group.member_count, MEMBERS_MAX);
  wanted.pointers = MEMBERS_MAX + 1;
  bytes_of_group(&group, &wanted.texts);
  check_sizes(&(struct asked){.group_by_name = _nss_ssoorg_getgrnam_r, .name = "g0"}, &wanted);
}

static void what_is_not_there_leaves_everything_untouched(void **state)
{
  (void)state;
  static const struct asked ASKED[] = {
      {.user_by_name = _nss_ssoorg_getpwnam_r, .name = "nobody@acme.test"},
      {.user_by_uid = _nss_ssoorg_getpwuid_r, .number = 1},
      {.group_by_name = _nss_ssoorg_getgrnam_r, .name = "g"},
      {.group_by_gid = _nss_ssoorg_getgrgid_r, .number = 1},
  };
  for (size_t i = 0; i < COUNT_OF(ASKED); i++) {
    for (size_t size = 0; size < 100; size += 33) {
      char buffer[100];
      union told told;
      int why = 0;
      memset(buffer, PATTERN, sizeof buffer);
      memset(&told, PATTERN, sizeof told);
      errno = EXDEV;
      assert_int_equal(ask(&ASKED[i], &told, buffer, size, &why), NSS_STATUS_NOTFOUND);
      assert_int_equal(errno, EXDEV);
      assert_int_equal(why, ENOENT);
      assert_true(all_are_pattern(buffer, buffer + sizeof buffer));
      assert_true(all_are_pattern((const char *)&told, (const char *)(&told + 1)));
    }
  }
}

static uint32_t number_of_org(const char *name)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_settings settings;
  struct crowd crowd = {.people = PEOPLE};
  uint32_t number = 0;
  crowd_settings(&crowd, &settings);
  assert_int_equal(map_open(unit_map_path, &map), STATUS_OK);
  assert_int_equal(number_choose(map.header.seed, name, &settings, crowd_number_is_taken, &map, &number), STATUS_OK);
  return number;
}

static gid_t answered_gid(const char *name)
{
  struct group group;
  char buffer[1000];
  int why = 0;
  assert_int_equal(_nss_ssoorg_getgrnam_r(name, &group, buffer, sizeof buffer, &why), NSS_STATUS_SUCCESS);
  return group.gr_gid;
}

// What the map then holds of an org: its group under NAME, or only that its number was removed.
static void write_org(const char *name, uint32_t gid)
{
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {6}};
  struct map_group group = {.gid = gid};
  (void)snprintf(group.name, sizeof group.name, "%s", name);
  assert_int_equal(name[0] != '\0' ? map_add_group(&builder, &group) : map_add_removed(&builder, gid), STATUS_OK);
  assert_int_equal(map_write(&builder, unit_map_path, 2), STATUS_OK);
}

static void H11_a_group_keeps_its_number_when_renamed_and_leaves_it_to_nobody(void **state)
{
  (void)state;
  write_org("", 1);
  uint32_t first = number_of_org("acme");
  write_org("acme", first);
  assert_int_equal(answered_gid("acme"), first);
  write_org("other", first);
  assert_int_equal(answered_gid("other"), first);
  // Another org of the old name, and one of the same name after the first is gone.
  assert_int_not_equal(number_of_org("acme"), first);
  write_org("", first);
  assert_int_not_equal(number_of_org("acme"), first);
}

#define ENTRY_TEST(function) cmocka_unit_test_setup_teardown(function, make_ground, unit_remove_ground)

int main(void)
{
  const struct CMUnitTest tests[] = {
      ENTRY_TEST(H37_H46_every_buffer_size_for_a_user),
      ENTRY_TEST(H37_H46_every_buffer_size_for_a_group_of_an_org),
      ENTRY_TEST(H37_H46_every_buffer_size_for_a_private_group),
      ENTRY_TEST(K3_H46_a_thousand_members_are_listed_whatever_the_buffer_size),
      ENTRY_TEST(what_is_not_there_leaves_everything_untouched),
      ENTRY_TEST(H11_a_group_keeps_its_number_when_renamed_and_leaves_it_to_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
