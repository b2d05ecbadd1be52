// SPDX-License-Identifier: Apache-2.0
// What libnss_ssoorg answers of accounts and groups of a map.
#include <stdlib.h>

#include "answer.h"
#include "fill.h"
#include "map/map_build.h"
#include "map/numbers.h"
#include "map_ground.h"

static void H46_every_buffer_size_up_to_the_needed_one_is_erange(void **state)
{
  (void)state;
  struct map_account account;
  struct map_group group = {.gid = 0};
  struct passwd entry;
  struct group group_entry;
  assert_int_equal(answer_login(map_path, "p3@acme.test", &account), STATUS_OK);
  assert_int_equal(answer_group_name(map_path, "acme", &group), STATUS_OK);
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
  assert_int_equal(answer_group_name(map_path, "p3@acme.test", &group), STATUS_OK);
  assert_int_equal(group.gid, FIRST_UID + 3);
  assert_int_equal(group.member_count, 0);
  assert_int_equal(answer_group_gid(map_path, FIRST_UID + 3, &group), STATUS_OK);
  assert_string_equal(group.name, "p3@acme.test");
  assert_int_equal(answer_group_name(map_path, "other@acme.test", &group), STATUS_NOT_FOUND);
}

static void N3_groups_are_named_for_the_account_and_for_no_local_user(void **state)
{
  (void)state;
  struct u32_list groups = {.count = 0};
  assert_int_equal(answer_groups_of(map_path, "p3@acme.test", FIRST_UID + 3, &groups), STATUS_OK);
  assert_int_equal(groups.count, 1);
  assert_int_equal(answer_groups_of(map_path, "p3@acme.test", 100, &groups), STATUS_NOT_FOUND);
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
  assert_int_equal(map_write(&builder, map_path, 1), STATUS_OK);
  assert_int_equal(answer_login(map_path, "root", &account), STATUS_NOT_FOUND);
  assert_int_equal(answer_uid(map_path, 1234, &account), STATUS_NOT_FOUND);
  assert_int_equal(answer_group_name(map_path, "root", &group), STATUS_NOT_FOUND);
  assert_int_equal(answer_group_gid(map_path, 1234, &group), STATUS_NOT_FOUND);
  assert_int_equal(answer_groups_of(map_path, "root", 100, &groups), STATUS_OK);
  assert_int_equal(groups.count, 1);
  // Another group since, or the name given to somebody else since.
  assert_int_equal(answer_groups_of(map_path, "root", 7, &groups), STATUS_OK);
  assert_int_equal(answer_groups_of(map_path, "daemon", 2, &groups), STATUS_NOT_FOUND);
}

static void first_logins_are_not_answered_to_other_programs(void **state)
{
  (void)state;
  struct map_account account;
  struct u32_list groups;
  assert_int_equal(answer_login(map_path, "new@acme.test", &account), STATUS_NOT_FOUND);
  assert_int_equal(answer_groups_of(map_path, "new@acme.test", FIRST_UID, &groups), STATUS_NOT_FOUND);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      MAP_TEST(H46_every_buffer_size_up_to_the_needed_one_is_erange),
      MAP_TEST(the_private_group_has_the_name_and_number_of_the_account),
      MAP_TEST(N3_groups_are_named_for_the_account_and_for_no_local_user),
      MAP_TEST(N5_only_the_groups_of_a_mapped_local_user_are_answered),
      MAP_TEST(first_logins_are_not_answered_to_other_programs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
