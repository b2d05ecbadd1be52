// SPDX-License-Identifier: Apache-2.0
#include "map_ground.h"

#include "map/map_build.h"

char map_path[96];

void account_number(unsigned i, struct map_account *account)
{
  *account = (struct map_account){.uid = FIRST_UID + i, .gid = FIRST_UID + i, .groups = {1, {90000}}};
  (void)snprintf(account->login, sizeof account->login, "p%u@acme.test", i);
  (void)snprintf(account->home, sizeof account->home, "/home/p%u@acme.test", i);
  (void)snprintf(account->shell, sizeof account->shell, "/bin/bash");
  (void)snprintf(account->gecos, sizeof account->gecos, "Person %u", i);
}

int write_map(void **state)
{
  (void)state;
  unit_make_directory(unit_directory, sizeof unit_directory);
  (void)snprintf(map_path, sizeof map_path, "%s/accounts.map", unit_directory);
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
  assert_int_equal(map_add_domain(&builder, &(struct map_domain){.domain = "acme.test", .org_gid = 90000}), STATUS_OK);
  assert_int_equal(map_add_removed(&builder, 80000), STATUS_OK);
  assert_int_equal(map_add_settings(&builder, &settings), STATUS_OK);
  assert_int_equal(map_write(&builder, map_path, 7), STATUS_OK);
  record_done(&MAP_GROUP_RECORD, &group);
  return 0;
}
