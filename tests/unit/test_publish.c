// SPDX-License-Identifier: Apache-2.0
// The published map after changes in place: it says what a map says that is built anew. SSOORG_TEST_SEED repeats a run
// by the number that it printed.
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "many.h"
#include "protocol/group_list.h"
#include "published.h"
#include "sign_ins.h"
#include "trial.h"

enum { PEOPLE = 40, CHANGES = 400 };

static unsigned chance(unsigned limit)
{
  return (unsigned)trial_random(limit);
}

static enum status rename_somebody(const char *email)
{
  char login[LOGIN_SIZE];
  (void)snprintf(login, sizeof login, "q%u", chance(PEOPLE));
  return rename_account(email, login);
}

static enum status add_to_beta(const char *email)
{
  struct member_add in = new_member(email);
  in.org = "beta";
  return add(&in);
}

static enum status remove_from_beta(const char *email)
{
  return make(change_member_remove(&(struct member_name){"beta", email}, &changed_member));
}

// Three groups at the provider, which somebody is in or not, for two Unix groups.
static enum status sign_in_as_somebody(const char *email, const char *subject)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  char name[8];
  for (unsigned i = 0; i < 3; i++) {
    (void)snprintf(name, sizeof name, "team%u", i);
    assert_int_equal(chance(2) == 0 ? group_list_add(&groups, name) : STATUS_OK, STATUS_OK);
  }
  return sign_in_with(email, email, subject, &groups);
}

static enum status change_mapping(void)
{
  char provider[8];
  char name[8];
  (void)snprintf(provider, sizeof provider, "team%u", chance(3));
  (void)snprintf(name, sizeof name, "g%u", chance(2));
  return chance(3) == 0 ? unmap_group(provider) : map_group(provider, name);
}

// Something that an admin or a login does; many are refused for good reasons.
static enum status do_something(void)
{
  char email[EMAIL_SIZE];
  char subject[EMAIL_SIZE + 2];
  person(chance(PEOPLE), email);
  (void)snprintf(subject, sizeof subject, "s-%s", email);
  switch (chance(26)) {
  case 0:
  case 1:
  case 2:
  case 3: return add_member(email);
  case 4: return add_to_beta(email);
  case 5: return suspend_member(email);
  case 6: return resume_member(email);
  case 7: return remove_member(email);
  case 8: return lock_account(email);
  case 9: return unlock_account(email);
  case 10: return remove_account(email);
  case 11: return rename_somebody(email);
  case 12: return give_role(email, chance(2) == 0 ? ROLE_VIEWER : ROLE_ADMIN);
  case 13: return remove_from_beta(email);
  case 14: return set_enforcement(ENFORCEMENT_DOMAINS);
  case 15: return set_enforcement(ENFORCEMENT_OFF);
  case 16: return add_domain("acme", "second.test");
  case 17: return chance(2) == 0 ? verify_domain("acme", "second.test") : remove_domain("acme", "second.test");
  case 18: return set_connection(chance(2) == 0 ? "client" : "other");
  case 19:
  case 20: return change_mapping();
  default: return sign_in_as_somebody(email, subject);
  }
}

static void a_map_changed_in_place_says_what_a_new_one_says(void **state)
{
  (void)state;
  int in_place = 0;
  int anew = 0;
  fixture_set_up_two();
  for (int i = 0; i < CHANGES; i++) {
    uint64_t events = count(TABLE_AUDIT);
    ino_t before = published_inode();
    (void)do_something();
    if (count(TABLE_AUDIT) > events) {
      *(published_inode() == before ? &in_place : &anew) += 1;
    }
    expect_what_the_store_says();
  }
  assert_true(in_place > CHANGES / 4);
  assert_true(anew > 0); // it grew
  assert_true(anew < in_place / 10);
}

// One after the other, each compared with a map that is built anew.
static void lists_of_a_thousand_stay_the_first_thousand(void **state)
{
  (void)state;
  static const struct {
    const char *email;
    enum status (*step)(const char *email);
    uint32_t listed; // afterwards
  } STEPS[] = {
      {"m1001@acme.test", remove_member, 1000},                                            // was not listed
      {"late@acme.test", add_member, 1000},                                                // has no room
      {"m0005@acme.test", suspend_member, 1000}, {"m0005@acme.test", resume_member, 1000}, // comes back to its place
      {"m0000@acme.test", lock_account, 1000},   {"m0500@acme.test", remove_account, 1000},
      {"m0501@acme.test", remove_member, 1000},  {"m0502@acme.test", remove_member, 999},
      {"m0000@acme.test", unlock_account, 1000}, {"m0999@acme.test", remove_member, 999},
  };
  struct many many = {.bad = UINT64_MAX};
  const struct changes all = {1002, add_many, NULL, &many};
  uint64_t index = 0;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_OK);
  assert_int_equal(published_members("acme"), 1000);
  for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
    ino_t before = published_inode();
    assert_int_equal(STEPS[i].step(STEPS[i].email), STATUS_OK);
    assert_int_equal(published_inode(), before);
    assert_int_equal(published_members("acme"), STEPS[i].listed);
    expect_what_the_store_says();
  }
}

struct batch {
  struct change steps[4];
};

static enum status get_step(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  (void)for_error;
  *ret_change = ((struct batch *)context)->steps[index];
  return STATUS_OK;
}

static void run_batch(struct batch *batch, uint64_t count)
{
  const struct changes all = {count, get_step, NULL, batch};
  uint64_t index = 0;
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_OK);
  expect_what_the_store_says();
}

static void a_name_passed_on_in_one_transaction_is_the_new_ones(void **state)
{
  (void)state;
  const struct account_name unlocked = {"p2@acme.test"};
  const struct account_rename renamed[] = {
      {"p1@acme.test", "second"}, {"p2@acme.test", "first"}, {"p0@acme.test", "anew"}, {"p3@acme.test", "dnew"}};
  const struct member_name suspended = {"acme", "p4@acme.test"};
  const struct member_add late = new_member("late@acme.test");
  struct batch batch = {.steps = {change_account_unlock(&unlocked, &changed_account),
                                  change_account_rename(&renamed[0], &done),
                                  change_account_rename(&renamed[1], &done)}};
  fixture_set_up_two();
  for (unsigned i = 0; i < 6; i++) {
    char email[EMAIL_SIZE];
    person(i, email);
    assert_int_equal(add_member(email), STATUS_OK);
  }
  assert_int_equal(rename_account("p1@acme.test", "first"), STATUS_OK);
  assert_int_equal(lock_account("p2@acme.test"), STATUS_OK);
  ino_t before = published_inode();
  run_batch(&batch, 3);
  batch =
      (struct batch){.steps = {change_account_rename(&renamed[2], &done), change_account_rename(&renamed[3], &done),
                               change_member_suspend(&suspended, &changed_member), change_member_add(&late, &added)}};
  run_batch(&batch, 4);
  assert_int_equal(published_inode(), before);
}

static void only_what_the_map_shows_changes_it(void **state)
{
  (void)state;
  struct bytes before CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes after CLEANUP(bytes_done) = BYTES_EMPTY;
  fixture_set_up_two();
  assert_int_equal(sign_in("a@acme.test", "a@acme.test", "s-a"), STATUS_OK);
  assert_int_equal(file_read_trusted(map_path, 1 << 20, NULL, &before), STATUS_OK);
  assert_int_equal(set_password("boss@example.org", "another horse"), STATUS_OK);
  assert_int_equal(sign_in("a@acme.test", "a@acme.test", "s-a"), STATUS_OK);
  assert_int_equal(add_domain("acme", "unproven.test"), STATUS_OK);
  assert_int_equal(file_read_trusted(map_path, 1 << 20, NULL, &after), STATUS_OK);
  assert_int_equal(before.length, after.length);
  assert_memory_equal(before.data, after.data, before.length);
}

// In a process of its own with a store of its own: no file may become larger than LIMIT bytes.
static enum status add_with_limit(const char *email, rlim_t limit)
{
  pid_t pid = fork();
  if (pid == 0) {
    const struct rlimit most = {limit, limit};
    open_store(STORE_READ_WRITE);
    (void)signal(SIGXFSZ, SIG_IGN);
    _exit(setrlimit(RLIMIT_FSIZE, &most) == 0 ? (int)add_member(email) : 255);
  }
  int how = 0;
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFEXITED(how));
  return (enum status)WEXITSTATUS(how);
}

static void H51_a_change_without_room_leaves_map_and_store_as_they_were(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    int64_t spare; // bytes behind the end of the map
  } LIMITS[] = {{"the map has no room", 0}, {"the map has room for half a record", 40}, {"the store has none", 4096}};
  fixture_set_up_two();
  store_close(&store);
  for (size_t i = 0; i < COUNT_OF(LIMITS); i++) {
    struct bytes before CLEANUP(bytes_done) = BYTES_EMPTY;
    struct bytes after CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(file_read_trusted(map_path, 1 << 20, NULL, &before), STATUS_OK);
    assert_int_equal(add_with_limit("new@acme.test", before.length + (rlim_t)LIMITS[i].spare), STATUS_IO);
    assert_int_equal(file_read_trusted(map_path, 1 << 20, NULL, &after), STATUS_OK);
    assert_int_equal(before.length, after.length);
    assert_memory_equal(before.data, after.data, before.length);
  }
  open_store(STORE_READ_WRITE);
  assert_int_equal(count(TABLE_ACCOUNTS), 2);
  assert_int_equal(add_member("new@acme.test"), STATUS_OK);
  expect_what_the_store_says();
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_map_changed_in_place_says_what_a_new_one_says),
      STORE_TEST(lists_of_a_thousand_stay_the_first_thousand),
      STORE_TEST(a_name_passed_on_in_one_transaction_is_the_new_ones),
      STORE_TEST(only_what_the_map_shows_changes_it),
      STORE_TEST(H51_a_change_without_room_leaves_map_and_store_as_they_were),
  };
  trial_begin();
  trial.random = trial_seed;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
