// SPDX-License-Identifier: Apache-2.0
// Whoever is stopped while it holds a lock of the store holds nobody up for long (HOLES H64).
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "fixture.h"
#include "process/hold.h"

enum { BYTE_WRITER = 0, BYTE_OPENING = 1, GUARD_MS = 60000 };

// A process of its own, which opens the store itself: LMDB's environment must not be used after fork().
static pid_t start(void (*act)(int ready))
{
  int ends[2];
  char byte = 0;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // also if it is stopped when the test fails
    act(ends[1]);
    _exit(0);
  }
  (void)close(ends[1]);
  assert_int_equal(read(ends[0], &byte, 1), 1);
  (void)close(ends[0]);
  return pid;
}

static void say(int ready)
{
  if (write(ready, "x", 1) != 1) {
    _exit(1);
  }
}

static int lock_file(void)
{
  char path[160];
  (void)snprintf(path, sizeof path, "%s/writer", directory);
  return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void take(int64_t at)
{
  bool left = false;
  int fd = lock_file();
  if (fd < 0 || hold_take(fd, at, 1000, &left) != STATUS_OK) {
    _exit(1);
  }
}

static void stop_in_mid_change(int ready)
{
  struct store_txn *txn = NULL;
  const struct store_key key = key_of_text("half");
  open_store(STORE_READ_WRITE);
  if (store_lock(store) != STATUS_OK || store_begin(store, true, &txn) != STATUS_OK ||
      store_put_i64(txn, TABLE_META, &key, 1) != STATUS_OK) {
    _exit(1);
  }
  say(ready);
  (void)raise(SIGSTOP);
}

// Between taking the byte and writing down whose it is.
static void stop_before_it_says_who_it_is(int ready)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = BYTE_WRITER, .l_len = 1};
  int fd = lock_file();
  if (fd < 0 || fcntl(fd, F_SETLK, &lock) != 0) {
    _exit(1);
  }
  say(ready);
  (void)raise(SIGSTOP);
}

static void stop_while_opening(int ready)
{
  take(BYTE_OPENING);
  say(ready);
  (void)raise(SIGSTOP);
}

static void be_traced(int ready)
{
  open_store(STORE_READ_WRITE);
  if (store_lock(store) != STATUS_OK || ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
    _exit(1);
  }
  say(ready);
  (void)raise(SIGTRAP);
}

static void never_run(int ready)
{
  cpu_set_t one;
  const struct sched_param none = {.sched_priority = 0};
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  open_store(STORE_READ_WRITE);
  if (store_lock(store) != STATUS_OK || sched_setaffinity(0, sizeof one, &one) != 0 ||
      sched_setscheduler(0, SCHED_IDLE, &none) != 0) {
    _exit(1);
  }
  say(ready);
  (void)sleep(2 * GUARD_MS / 1000);
}

static void assert_killed(pid_t pid)
{
  int how = 0;
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static void assert_change_goes_through(void)
{
  int64_t began_ms = clock_monotonic_ms();
  open_store(STORE_READ_WRITE);
  assert_int_equal(add_member("bob@acme.test"), STATUS_OK);
  assert_true(clock_monotonic_ms() - began_ms < GUARD_MS);
}

static void goes_through_beside(void (*act)(int ready))
{
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  pid_t pid = start(act);
  assert_change_goes_through();
  assert_killed(pid);
}

static void H64_a_writer_stopped_in_mid_change_is_killed_and_its_change_undone(void **state)
{
  (void)state;
  const struct store_key key = key_of_text("half");
  int64_t half = 0;
  goes_through_beside(stop_in_mid_change);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(store_get_i64(txn, TABLE_META, &key, &half), STATUS_NOT_FOUND);
}

static void H64_a_writer_stopped_before_it_says_who_it_is_is_killed(void **state)
{
  (void)state;
  goes_through_beside(stop_before_it_says_who_it_is);
}

static void H64_one_that_is_stopped_while_it_opens_the_store_is_killed(void **state)
{
  (void)state;
  goes_through_beside(stop_while_opening);
}

static void H64_a_traced_writer_is_killed(void **state)
{
  (void)state;
  int how = 0;
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  pid_t pid = start(be_traced);
  assert_int_equal(waitpid(pid, &how, 0), pid); // at its trap
  assert_true(WIFSTOPPED(how));
  assert_change_goes_through();
  assert_killed(pid);
}

static void H64_a_writer_that_gets_no_processor_is_killed(void **state)
{
  (void)state;
  goes_through_beside(never_run);
}

static void stop_after_stopping(int ready)
{
  open_store(STORE_READ_WRITE);
  say(ready);
  for (;;) {
    if (store_lock(store) != STATUS_OK) {
      _exit(1);
    }
    (void)raise(SIGSTOP);
  }
}

// As many as one user likes: they come one after the other, and behind whoever else waits.
static void H64_many_stopped_ones_of_one_user_hold_nobody_up_one_after_the_other(void **state)
{
  (void)state;
  pid_t pids[5];
  int how = 0;
  size_t killed = 0;
  const struct hold_caller one_user = {.uid = 4711};
  const struct hold_caller another = {.uid = 4712};
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  hold_set_caller(&one_user);
  for (size_t i = 0; i < COUNT_OF(pids); i++) {
    pids[i] = start(stop_after_stopping);
  }
  hold_set_caller(&another);
  assert_change_goes_through();
  for (size_t i = 0; i < COUNT_OF(pids); i++) {
    killed += waitpid(pids[i], &how, WNOHANG) == pids[i] ? 1 : 0;
  }
  assert_in_range(killed, 1, COUNT_OF(pids) - 1);
  for (size_t i = 0; i < COUNT_OF(pids); i++) {
    (void)kill(pids[i], SIGKILL);
    (void)waitpid(pids[i], &how, 0);
  }
  hold_set_caller(&(struct hold_caller){.uid = 0});
}

static void hold_for_root(int ready)
{
  const struct hold_caller root = {.is_root = true};
  hold_set_caller(&root);
  take(BYTE_WRITER);
  say(ready);
  (void)sleep((unsigned)(HOLDER_LIMIT_MS / 1000 + 2));
}

static void who_is_in_roots_hand_alone_is_waited_for(void **state)
{
  (void)state;
  int how = -1;
  create_acme();
  pid_t pid = start(hold_for_root);
  assert_int_equal(add_member("bob@acme.test"), STATUS_OK);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_int_equal(how, 0);
}

static void work_at_mending(int ready)
{
  bool left = false;
  int fd = lock_file();
  if (fd < 0 || hold_take(fd, BYTE_WRITER, 1000, &left) != STATUS_OK) {
    _exit(1);
  }
  hold_note_kind(fd, BYTE_WRITER, HOLDER_MENDS);
  say(ready);
  int64_t until_ms = clock_monotonic_ms() + HOLDER_LIMIT_MS + 1000;
  while (clock_monotonic_ms() < until_ms) {
  }
}

static bool may_go_first(void)
{
  const struct sched_param first = {.sched_priority = 1};
  const struct sched_param none = {.sched_priority = 0};
  return sched_setscheduler(0, SCHED_RR, &first) == 0 && sched_setscheduler(0, SCHED_OTHER, &none) == 0;
}

static void end_holder(pid_t pid)
{
  (void)kill(pid, SIGKILL);
  assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void who_mends_the_map_and_works_at_it_is_let_finish(void **state)
{
  (void)state;
  int how = -1;
  create_acme();
  pid_t pid = start(work_at_mending);
  if (!may_go_first()) { // then who works at it depends on what else runs
    end_holder(pid);
    skip();
  }
  assert_int_equal(add_member("bob@acme.test"), STATUS_OK);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_int_equal(how, 0);
}

static void say_to_mend_and_stop(int ready)
{
  bool left = false;
  int fd = lock_file();
  if (fd < 0 || hold_take(fd, BYTE_WRITER, 1000, &left) != STATUS_OK) {
    _exit(1);
  }
  hold_note_kind(fd, BYTE_WRITER, HOLDER_MENDS);
  say(ready);
  (void)raise(SIGSTOP);
}

static void H64_who_says_to_mend_the_map_and_does_not_is_killed(void **state)
{
  (void)state;
  goes_through_beside(say_to_mend_and_stop);
}

static void take_turns(int ready)
{
  bool left = false;
  int fd = lock_file();
  const struct timespec pause = {.tv_nsec = 50000000};
  for (int i = 0; i < 3 * HOLDER_LIMIT_MS / 50; i++) {
    if (hold_take(fd, BYTE_WRITER, 1000, &left) != STATUS_OK) {
      _exit(1);
    }
    if (i == 0) {
      say(ready);
    }
    (void)nanosleep(&pause, NULL);
    hold_release(fd, BYTE_WRITER);
  }
}

static void many_short_turns_of_one_process_are_not_one_long_turn(void **state)
{
  (void)state;
  int how = -1;
  struct holder_watch watch = {.pid = 0};
  const struct timespec pause = {.tv_nsec = 5000000};
  pid_t pid = start(take_turns);
  int fd CLEANUP(cleanup_fd) = lock_file();
  while (waitpid(pid, &how, WNOHANG) == 0) {
    holder_watch(&watch, fd, BYTE_WRITER);
    (void)nanosleep(&pause, NULL);
  }
  assert_int_equal(how, 0);
}

static void sleep_on(int ready)
{
  say(ready);
  (void)pause();
}

// Whatever stands in the file: nobody is killed for it, and nobody kept out.
static void an_old_lock_file_kills_nobody(void **state)
{
  (void)state;
  static const char *const RUBBISH[] = {"", "x", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  pid_t innocent = start(sleep_on);
  const struct holder_note notes[] = {{.taken_ns = UINT64_MAX / 4, .pid = innocent, .kind = HOLDER_ROOTS},
                                      {.taken_ns = 1, .pid = INT32_MAX}};
  for (size_t i = 0; i < COUNT_OF(RUBBISH) + COUNT_OF(notes); i++) {
    bool is_note = i >= COUNT_OF(RUBBISH);
    const void *data = is_note ? (const void *)&notes[i - COUNT_OF(RUBBISH)] : RUBBISH[i];
    size_t length = is_note ? sizeof notes[0] : strlen(RUBBISH[i]);
    int fd CLEANUP(cleanup_fd) = lock_file();
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pwrite(fd, data, length, 0), length);
    pid_t pid = start(stop_before_it_says_who_it_is);
    open_store(STORE_READ_WRITE);
    assert_int_equal(store_lock(store), STATUS_OK);
    store_close(&store);
    assert_killed(pid);
  }
  assert_int_equal(kill(innocent, 0), 0);
  assert_int_equal(waitpid(innocent, NULL, WNOHANG), 0);
  end_holder(innocent);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(H64_a_writer_stopped_in_mid_change_is_killed_and_its_change_undone),
      STORE_TEST(H64_a_writer_stopped_before_it_says_who_it_is_is_killed),
      STORE_TEST(H64_one_that_is_stopped_while_it_opens_the_store_is_killed),
      STORE_TEST(H64_a_traced_writer_is_killed),
      STORE_TEST(H64_a_writer_that_gets_no_processor_is_killed),
      STORE_TEST(H64_many_stopped_ones_of_one_user_hold_nobody_up_one_after_the_other),
      STORE_TEST(H64_who_says_to_mend_the_map_and_does_not_is_killed),
      STORE_TEST(who_is_in_roots_hand_alone_is_waited_for),
      STORE_TEST(who_mends_the_map_and_works_at_it_is_let_finish),
      STORE_TEST(many_short_turns_of_one_process_are_not_one_long_turn),
      STORE_TEST(an_old_lock_file_kills_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
