// SPDX-License-Identifier: Apache-2.0
// The published map after whoever changed it was killed: the next one repairs it. SSOORG_TEST_SEED repeats a run by the
// number that it printed.
#include <seccomp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "many.h"
#include "map/map_read.h"
#include "publish/publish.h"
#include "published.h"
#include "trial.h"

enum { PEOPLE = 40, KILLS = 500, STOPS_MAX = 40 };

// Something that the map must show, with somebody who is as the last round left them.
static void change_somebody(unsigned round)
{
  char email[EMAIL_SIZE];
  char fresh[EMAIL_SIZE];
  char login[LOGIN_SIZE];
  person(round % PEOPLE, email);
  (void)snprintf(fresh, sizeof fresh, "fresh%u@acme.test", round);
  (void)snprintf(login, sizeof login, "q%u", round);
  switch (round % 4) {
  case 0: (void)sign_in(fresh, fresh, fresh); break;
  case 1: (void)rename_account(email, login); break;
  case 2: (void)remove_account(email); break;
  default: (void)add_member(email); break;
  }
}

// The process is stopped where it enters one of the system calls that change files, and nowhere else.
static bool stop_at_changes(void)
{
  static const int CALLS[] = {SCMP_SYS(write),     SCMP_SYS(pwrite64),  SCMP_SYS(writev),
                              SCMP_SYS(pwritev),   SCMP_SYS(fdatasync), SCMP_SYS(fsync),
                              SCMP_SYS(ftruncate), SCMP_SYS(rename),    SCMP_SYS(unlink)};
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool good = filter != NULL;
  for (size_t i = 0; good && i < COUNT_OF(CALLS); i++) {
    good = seccomp_rule_add(filter, SCMP_ACT_TRACE(0), CALLS[i], 0) == 0;
  }
  return good && seccomp_load(filter) == 0;
}

// Goes on to where the process enters the next of them, or leaves the one that it has entered.
static int go_on(pid_t pid, bool leaves)
{
  int how = 0;
  do {
    assert_int_equal(ptrace(leaves ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, NULL), 0);
    assert_int_equal(waitpid(pid, &how, 0), pid);
  } while (WIFSTOPPED(how) && !leaves && how >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8));
  return how;
}

// Lets a child change somebody and kills it when it enters or leaves the system call number STOP of those that change
// files. False if it ended before.
static bool kill_at(unsigned round, unsigned stop)
{
  int how = 0;
  pid_t pid = fork();
  if (pid == 0) {
    open_store(STORE_READ_WRITE);
    if (stop_at_changes() && ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0) {
      change_somebody(round);
    }
    _exit(0);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSTOPPED(how));
  assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL), 0);
  for (unsigned i = 0; i < stop && WIFSTOPPED(how); i++) {
    how = go_on(pid, i % 2 == 1);
  }
  if (!WIFSTOPPED(how)) {
    return false;
  }
  assert_int_equal(kill(pid, SIGKILL), 0);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  return true;
}

static bool is_current(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return publish_is_current(txn, &config, map_path, NULL);
}

// A map that calls itself clean shows what was stored; one that does not still serves names, and is repaired.
static bool check_and_repair(void)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_account owner;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "boss@example.org", &owner), STATUS_OK);
  bool clean = map_is_clean(&map);
  assert_int_equal(is_current(), clean);
  if (clean) {
    expect_what_the_store_says();
  }
  assert_int_equal(change_publish(&host, NULL, &error), STATUS_OK);
  assert_true(is_current());
  return !clean;
}

static void whoever_is_killed_at_one_of_500_points_leaves_what_the_next_repairs(void **state)
{
  (void)state;
  int killed = 0;
  int dirty = 0;
  fixture_set_up_two();
  store_close(&store);
  for (unsigned i = 0; killed < KILLS && i < 8 * KILLS; i++) {
    killed += kill_at(i, 1 + (unsigned)trial_random(STOPS_MAX));
    open_store(STORE_READ_WRITE);
    dirty += check_and_repair();
    store_close(&store);
  }
  open_store(STORE_READ_WRITE);
  print_message("%d killed, %d left a dirty map\n", killed, dirty);
  assert_int_equal(killed, KILLS);
  assert_true(dirty > KILLS / 20);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(whoever_is_killed_at_one_of_500_points_leaves_what_the_next_repairs),
  };
  trial_begin();
  trial.random = trial_seed;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
