// SPDX-License-Identifier: Apache-2.0
// A map that is read while another process changes it, in place and by a new one.
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "fixture.h"
#include "map/map_build.h"
#include "map/map_change.h"

enum { RACE_MS = 1500, RACE_CHANGES = 100, VARIANTS = 26 };

static void variant(unsigned number, struct map_account *account)
{
  number %= VARIANTS;
  *account = (struct map_account){.uid = 70000, .gid = 70000, .login = "racer@acme.test", .home = "/h", .shell = "/s"};
  memset(account->gecos, 'a' + (int)number, number * 7 % 200);
  memset(account->home + 1, 'a' + (int)number, number * 13 % 400);
}

static bool is_a_variant(const struct map_account *account)
{
  struct map_account wanted;
  for (unsigned i = 0; i < VARIANTS; i++) {
    variant(i, &wanted);
    if (strcmp(account->gecos, wanted.gecos) == 0 && strcmp(account->home, wanted.home) == 0 &&
        strcmp(account->shell, wanted.shell) == 0 && account->uid == wanted.uid) {
      return true;
    }
  }
  return false;
}

// Reads until the writer is done; exits with 1 for half a record and 2 for none.
static void race(const _Atomic bool *is_done)
{
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  while (!*is_done) {
    struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
    struct map_account account;
    for (int tries = 0;; tries++) {
      if (map_open(map_path, &map) == STATUS_OK &&
          map_account_by_login(&map, "racer@acme.test", &account) == STATUS_OK) {
        break;
      }
      map_close(&map);
      if (tries == 1) {
        _exit(2);
      }
    }
    if (!is_a_variant(&account)) {
      _exit(1);
    }
  }
  _exit(0);
}

static void write_anew(unsigned number, unsigned serial)
{
  struct map_builder b CLEANUP(map_builder_done) = {.seed = {7}};
  struct map_account account;
  variant(number, &account);
  assert_int_equal(map_add_account(&b, &account), STATUS_OK);
  assert_int_equal(map_write(&b, map_path, serial), STATUS_OK);
}

// Also the map that is worn out is changed under the readers' hands: by a new one.
static void change_once(unsigned number)
{
  static const unsigned char MAP_SEED[SIPHASH_SEED_SIZE] = {7};
  struct map_change change CLEANUP(map_change_end) = MAP_CHANGE_NONE;
  struct map_account account;
  variant(number, &account);
  enum status status = map_change_begin(map_path, MAP_SEED, number, &change);
  if (status == STATUS_TOO_LARGE) {
    write_anew(number, number + 1);
    return;
  }
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(map_change_put(&change, MAP_ACCOUNT, &account), STATUS_OK);
  assert_int_equal(map_change_mark_dirty(&change), STATUS_OK);
  assert_int_equal(map_change_apply(&change, number + 1), STATUS_OK);
}

static void who_reads_while_another_changes_never_sees_half_a_record(void **state)
{
  (void)state;
  enum { READERS = 3 };
  pid_t readers[READERS];
  unsigned number = 0;
  write_anew(0, 0);
  _Atomic bool *is_done = mmap(NULL, sizeof *is_done, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(is_done != MAP_FAILED);
  int64_t end_ms = clock_monotonic_ms() + RACE_MS;
  for (int i = 0; i < READERS; i++) {
    readers[i] = fork();
    if (readers[i] == 0) {
      race(is_done);
    }
  }
  while (clock_monotonic_ms() < end_ms || number <= RACE_CHANGES) {
    change_once(number++);
  }
  *is_done = true;
  for (int i = 0; i < READERS; i++) {
    int how = 0;
    assert_int_equal(waitpid(readers[i], &how, 0), readers[i]);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
  }
  print_message("%u changes\n", number);
  assert_int_equal(munmap(is_done, sizeof *is_done), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(who_reads_while_another_changes_never_sees_half_a_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
