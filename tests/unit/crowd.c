// SPDX-License-Identifier: Apache-2.0
#include "crowd.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "answer.h"
#include "unit.h"

enum { LONG_NAME_EACH = 10, LARGE_EACH = 100, VERSION_DIGITS = 10 };

static uint32_t gid_of(unsigned group)
{
  return CROWD_FIRST + 1 + 2 * group;
}

static void long_text(char *text, size_t size, const char *begin)
{
  size_t length = strlen(begin);
  memcpy(text, begin, length);
  memset(text + length, 'x', size - 1 - length);
  text[size - 1] = '\0';
}

static void name_person(unsigned i, char login[static LOGIN_SIZE])
{
  const char *more = i % LONG_NAME_EACH == 3 ? "a-very-long-name.of+somebody-who-has-many-given-names" : "";
  (void)snprintf(login, LOGIN_SIZE, "p%u%s@acme.test", i, more);
}

bool crowd_is_mapped(unsigned i)
{
  return i % CROWD_MAPPED_EACH == CROWD_MAPPED_EACH - 1;
}

void crowd_person(unsigned i, unsigned version, struct map_account *ret_account)
{
  memset(ret_account, 0, sizeof *ret_account);
  ret_account->uid = ret_account->gid = CROWD_FIRST + 2 * i;
  ret_account->mapped = crowd_is_mapped(i);
  ret_account->groups.count = 2;
  ret_account->groups.values[0] = gid_of(i % CROWD_GROUPS);
  ret_account->groups.values[1] = gid_of((i + 1) % CROWD_GROUPS);
  name_person(i, ret_account->login);
  (void)snprintf(ret_account->gecos, sizeof ret_account->gecos, "%0*u Person %u", VERSION_DIGITS, version, i);
  (void)snprintf(ret_account->home, sizeof ret_account->home, "/home/%u/%u", version, i);
  (void)snprintf(ret_account->shell, sizeof ret_account->shell, "/bin/bash");
  if (i % LARGE_EACH == 7) {
    long_text(ret_account->home, sizeof ret_account->home, "/home/");
    long_text(ret_account->shell, sizeof ret_account->shell, "/bin/");
  }
}

bool crowd_is_same(const struct map_account *a, const struct map_account *b)
{
  const void *bytes_a = a; // a comparison of bytes is meant: all of them are defined
  const void *bytes_b = b;
  return memcmp(bytes_a, bytes_b, sizeof *a) == 0;
}

static void add_members(struct map_group *group, unsigned count)
{
  for (unsigned i = 0; i < count; i++) {
    char login[LOGIN_SIZE];
    name_person(i, login);
    assert_int_equal(bytes_append(&group->members, login, strlen(login) + 1), STATUS_OK);
  }
  group->member_count = count;
}

void crowd_group(unsigned i, struct map_group *ret_group)
{
  *ret_group = (struct map_group){.gid = gid_of(i), .enforced = i == 1};
  (void)snprintf(ret_group->name, sizeof ret_group->name, "g%u", i);
  add_members(ret_group, i == 0 ? MEMBERS_MAX : i == 1 ? 0 : i);
}

void crowd_settings(const struct crowd *crowd, struct map_settings *ret_settings)
{
  memset(ret_settings, 0, sizeof *ret_settings);
  (void)snprintf(ret_settings->sshd_paths, sizeof ret_settings->sshd_paths, "/usr/sbin/sshd");
  (void)snprintf(ret_settings->home, sizeof ret_settings->home, "/home");
  (void)snprintf(ret_settings->shell, sizeof ret_settings->shell, "/bin/bash");
  uint32_t most = 2 * (crowd->people + CROWD_GROUPS + CROWD_REMOVED) + 1;
  ret_settings->ranges = (struct u32_list){2, {CROWD_FIRST, CROWD_FIRST + most}};
  ret_settings->used = (struct u32_list){1, {crowd->people}};
}

static void add_people(const struct crowd *crowd, struct map_builder *builder)
{
  for (unsigned n = 0; n < crowd->people; n++) {
    struct map_account account;
    crowd_person(crowd->backwards ? crowd->people - 1 - n : n, crowd->version, &account);
    assert_int_equal(map_add_account(builder, &account), STATUS_OK);
  }
}

static void add_the_rest(const struct crowd *crowd, struct map_builder *builder)
{
  struct map_settings settings;
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
    crowd_group(i, &group);
    assert_int_equal(map_add_group(builder, &group), STATUS_OK);
  }
  for (unsigned i = 0; i < CROWD_REMOVED; i++) {
    assert_int_equal(map_add_removed(builder, gid_of(CROWD_GROUPS + i)), STATUS_OK);
  }
  crowd_settings(crowd, &settings);
  assert_int_equal(map_add_settings(builder, &settings), STATUS_OK);
  assert_int_equal(map_add_domain(builder, &(struct map_domain){.domain = "acme.test", .org_gid = gid_of(0)}),
                   STATUS_OK);
}

void crowd_seed(const struct crowd *crowd, unsigned char ret_seed[static SIPHASH_SEED_SIZE])
{
  memset(ret_seed, 1, SIPHASH_SEED_SIZE);
  ret_seed[0] = crowd->seed;
}

enum status crowd_number_is_taken(void *context, uint32_t number, bool *ret_taken)
{
  return map_number_is_taken(context, number, ret_taken);
}

void crowd_write(const struct crowd *crowd, const char *path)
{
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {0}};
  crowd_seed(crowd, builder.seed);
  if (crowd->keys_max > 0) {
    assert_int_equal(map_builder_stream(&builder, path, crowd->keys_max), STATUS_OK);
  }
  if (crowd->backwards) {
    add_the_rest(crowd, &builder);
  }
  add_people(crowd, &builder);
  if (!crowd->backwards) {
    add_the_rest(crowd, &builder);
  }
  assert_int_equal(map_write(&builder, path, crowd->version), STATUS_OK);
}

void crowd_write_slot(const char *path, const struct map_reader *map, uint64_t number, uint64_t value)
{
  unsigned char slot[MAP_SLOT_SIZE];
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CLOEXEC);
  map_slot_encode(map->header.seed, number, value, slot);
  assert_int_equal(pwrite(fd, slot, sizeof slot, (off_t)(MAP_SLOTS_OFFSET + number * MAP_SLOT_SIZE)), sizeof slot);
}

// The number that TEXT begins with, behind SKIP; 0 if it has none.
static unsigned number_in(const char *text, size_t skip)
{
  return strlen(text) > skip ? (unsigned)strtoul(text + skip, NULL, 10) : 0;
}

int crowd_whose_account(const struct map_account *account)
{
  struct map_account wanted;
  unsigned i = number_in(account->login, 1);
  crowd_person(i, number_in(account->gecos, 0), &wanted);
  return crowd_is_same(&wanted, account) ? (int)i : CROWD_NOBODY;
}

int crowd_whose_passwd(const struct passwd *entry)
{
  struct map_account wanted;
  unsigned i = number_in(entry->pw_name, 1);
  crowd_person(i, number_in(entry->pw_gecos, 0), &wanted);
  bool right = entry->pw_uid == wanted.uid && entry->pw_gid == wanted.gid && wanted.mapped == 0 &&
               strcmp(entry->pw_name, wanted.login) == 0 && strcmp(entry->pw_passwd, "*") == 0 &&
               strcmp(entry->pw_gecos, wanted.gecos) == 0 && strcmp(entry->pw_dir, wanted.home) == 0 &&
               strcmp(entry->pw_shell, wanted.shell) == 0;
  return right ? (int)i : CROWD_NOBODY;
}

int crowd_whose_private_group(const struct group *entry)
{
  struct map_account wanted;
  unsigned i = number_in(entry->gr_name, 1);
  crowd_person(i, 0, &wanted);
  bool right = entry->gr_gid == wanted.gid && wanted.mapped == 0 && strcmp(entry->gr_name, wanted.login) == 0 &&
               strcmp(entry->gr_passwd, "*") == 0 && entry->gr_mem[0] == NULL;
  return right ? (int)i : CROWD_NOBODY;
}

static bool are_members(char *const *found, const struct map_group *group)
{
  const char *wanted = bytes_text(&group->members);
  for (uint32_t i = 0; i < group->member_count; i++) {
    if (found[i] == NULL || strcmp(found[i], wanted) != 0) {
      return false;
    }
    wanted += strlen(wanted) + 1;
  }
  return found[group->member_count] == NULL;
}

int crowd_which_group(const struct group *entry)
{
  struct map_group wanted CLEANUP(answer_group_done) = {.gid = 0};
  unsigned i = number_in(entry->gr_name, 1);
  if (entry->gr_name[0] != 'g' || i >= CROWD_GROUPS) {
    return CROWD_NOBODY;
  }
  crowd_group(i, &wanted);
  bool right = entry->gr_gid == wanted.gid && strcmp(entry->gr_name, wanted.name) == 0 &&
               strcmp(entry->gr_passwd, "*") == 0 && are_members(entry->gr_mem, &wanted);
  return right ? (int)i : CROWD_NOBODY;
}
