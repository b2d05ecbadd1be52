// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "slots.h"
#include "unit.h"

enum { MAX_SIGN_INS = 14, KEPT = 8, HELD_MAX = 64 };

static char directory[64];
static struct slots held[HELD_MAX];
static size_t held_count;

static int make(void **state)
{
  (void)state;
  unit_make_directory(directory, sizeof directory);
  held_count = 0;
  return 0;
}

static int clean(void **state)
{
  (void)state;
  for (size_t i = 0; i < held_count; i++) {
    slots_release(&held[i]);
  }
  unit_remove_directory(directory);
  return 0;
}

static enum status take(const char *login, bool owner, bool stranger)
{
  const struct slot_request request = {login, "192.0.2.1", MAX_SIGN_INS, owner, stranger, 0};
  held[held_count] = (struct slots)SLOTS_NONE;
  enum status status = slots_take(directory, &request, &held[held_count]);
  held_count += status == STATUS_OK ? 1 : 0;
  return status;
}

static size_t take_all(const char *who, bool owner, bool stranger)
{
  for (size_t i = 0; i < HELD_MAX; i++) {
    char login[32];
    (void)snprintf(login, sizeof login, "%s%zu", who, i);
    enum status status = take(login, owner, stranger);
    if (status != STATUS_OK) {
      assert_int_equal(status, STATUS_BUSY);
      return i;
    }
  }
  return HELD_MAX;
}

static void T_strangers_leave_room_for_members_and_members_for_owners(void **state)
{
  (void)state;
  assert_int_equal(take_all("stranger", false, true), (MAX_SIGN_INS - KEPT) / 2);
  assert_int_equal(take_all("member", false, false), (MAX_SIGN_INS - KEPT) / 2);
  assert_int_equal(take_all("owner", true, false), KEPT);
}

static void T_members_use_first_what_strangers_cannot(void **state)
{
  (void)state;
  for (int i = 0; i < (MAX_SIGN_INS - KEPT) / 2; i++) {
    char login[32];
    (void)snprintf(login, sizeof login, "member%d", i);
    assert_int_equal(take(login, false, false), STATUS_OK);
  }
  assert_int_equal(take("stranger", false, true), STATUS_OK);
}

static void K7_one_sign_in_per_login_and_address(void **state)
{
  (void)state;
  assert_int_equal(take("alice", false, false), STATUS_OK);
  assert_int_equal(take("alice", false, false), STATUS_EXISTS);
  assert_int_equal(take("bob", false, false), STATUS_OK);
  slots_release(&held[0]);
  assert_int_equal(take("alice", false, false), STATUS_OK);
}

static void H13_the_file_is_private(void **state)
{
  (void)state;
  char path[96];
  struct stat st;
  assert_int_equal(take("alice", false, false), STATUS_OK);
  (void)snprintf(path, sizeof path, "%s/sign-ins", directory);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
  assert_int_equal(chmod(directory, 0777), 0);
  assert_int_equal(take("bob", false, false), STATUS_IO);
  assert_int_equal(chmod(directory, 0700), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(T_strangers_leave_room_for_members_and_members_for_owners, make, clean),
      cmocka_unit_test_setup_teardown(T_members_use_first_what_strangers_cannot, make, clean),
      cmocka_unit_test_setup_teardown(K7_one_sign_in_per_login_and_address, make, clean),
      cmocka_unit_test_setup_teardown(H13_the_file_is_private, make, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
