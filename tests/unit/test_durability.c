// SPDX-License-Identifier: Apache-2.0
// What is acknowledged is stored, whatever happens to the process that stores it or to the disk.
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "many.h"
#include "map/map_read.h"
#include "process/hold.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

enum { KILLS = 200, PEOPLE = 12 };

// One of the mixed changes, chosen by NUMBER; many are refused for good reasons.
static enum status do_something(int number)
{
  char email[EMAIL_SIZE];
  char subject[EMAIL_SIZE + 2];
  person(number * 7 % PEOPLE, email);
  (void)snprintf(subject, sizeof subject, "s-%s", email);
  switch (number % 8) {
  case 0: return sign_in(email, email, subject);
  case 1: return add_member(email);
  case 2: return suspend_member(email);
  case 3: return resume_member(email);
  case 4: return remove_member(email);
  case 5: return sign_in(email, email, subject);
  case 6: return remove_account(email);
  default: return set_password(email, "correct horse battery");
  }
}

// In a process of its own: changes one after the other, each event's number told as soon as it is acknowledged.
static void work_and_tell(int fd, int from)
{
  open_store(STORE_READ_WRITE);
  for (int i = from;; i++) {
    uint64_t before = count(TABLE_AUDIT);
    enum status status = do_something(i);
    uint64_t after = count(TABLE_AUDIT);
    if (status == STATUS_OK && after > before && write(fd, &after, sizeof after) != (ssize_t)sizeof after) {
      _exit(1);
    }
  }
}

// The most events that the killed process said were stored. It is killed some time after so many of its changes as
// the round says, however slow the machine is.
static uint64_t kill_one(int round)
{
  int ends[2];
  uint64_t told = 0;
  uint64_t one = 0;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    work_and_tell(ends[1], round * 31);
  }
  (void)close(ends[1]);
  for (int i = 0; i < round % 5 && read(ends[0], &one, sizeof one) == (ssize_t)sizeof one; i++) {
    told = one;
  }
  (void)usleep((useconds_t)(round * 37 % 5000));
  assert_int_equal(kill(pid, SIGKILL), 0);
  assert_int_equal(waitpid(pid, NULL, 0), pid);
  while (read(ends[0], &one, sizeof one) == (ssize_t)sizeof one) {
    told = one;
  }
  (void)close(ends[0]);
  return told;
}

struct checking {
  struct store_txn *txn;
  uint64_t accounts;
  uint64_t memberships;
};

static enum status check_membership(void *context, const struct membership *membership)
{
  struct checking *c = context;
  struct account account;
  c->memberships++;
  assert_int_equal(account_get(c->txn, membership->account_id, &account), STATUS_OK);
  return STATUS_OK;
}

static enum status check_org(void *context, const struct org *org)
{
  struct checking *c = context;
  struct membership owner;
  assert_int_equal(membership_get(c->txn, org->owner_id, org->id, &owner), STATUS_OK);
  return membership_each(c->txn, org->id, check_membership, c);
}

// Every index leads to its account and back.
static enum status check_account(void *context, const struct account *account)
{
  struct checking *c = context;
  struct account found;
  struct memberships all;
  c->accounts++;
  assert_int_equal(account_by_login(c->txn, account->login, &found), STATUS_OK);
  assert_int_equal(found.id, account->id);
  assert_int_equal(account_by_email(c->txn, account->email, &found), STATUS_OK);
  assert_int_equal(found.id, account->id);
  assert_int_equal(account_by_uid(c->txn, account->uid, &found), STATUS_OK);
  assert_int_equal(found.id, account->id);
  return memberships_of(c->txn, account->id, &all);
}

static void check_indexes(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct checking c = {txn, 0, 0};
  uint64_t entries = 0;
  assert_int_equal(account_each(txn, check_account, &c), STATUS_OK);
  assert_int_equal(org_each(txn, check_org, &c), STATUS_OK);
  static const enum store_table INDEXES[] = {TABLE_ACCOUNTS, TABLE_ACCOUNT_LOGINS, TABLE_ACCOUNT_EMAILS};
  for (size_t i = 0; i < COUNT_OF(INDEXES); i++) {
    assert_int_equal(store_count(txn, INDEXES[i], &entries), STATUS_OK);
    assert_int_equal(entries, c.accounts);
  }
  assert_int_equal(store_count(txn, TABLE_MEMBERSHIPS, &entries), STATUS_OK);
  assert_int_equal(entries, c.memberships);
  assert_int_equal(store_count(txn, TABLE_ORG_MEMBERS, &entries), STATUS_OK);
  assert_int_equal(entries, c.memberships);
}

static void a_kill_in_any_of_200_commits_loses_nothing_and_breaks_no_index(void **state)
{
  (void)state;
  uint64_t told_in_all = 0;
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  for (int round = 0; round < KILLS; round++) {
    uint64_t told = kill_one(round);
    open_store(STORE_READ_WRITE);
    assert_true(count(TABLE_AUDIT) >= told);
    told_in_all += told > 0;
    check_indexes();
    assert_int_equal(change_publish(&host, NULL, &error), STATUS_OK);
    store_close(&store);
  }
  open_store(STORE_READ_WRITE);
  assert_true(told_in_all > KILLS / 4); // otherwise nothing was tried
}

// A disk on which nothing more can be written: the limit makes write() fail as a full one does.
static void H28_a_sign_in_whose_commit_fails_is_no_sign_in(void **state)
{
  (void)state;
  struct stat st;
  char path[128];
  fixture_set_up(PROVISIONING_JIT);
  uint64_t events = count(TABLE_AUDIT);
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  assert_int_equal(stat(path, &st), 0);
  pid_t pid = fork();
  if (pid == 0) {
    const struct rlimit none = {4096, 4096}; // not even LMDB's own first pages behind the second
    open_store(STORE_READ_WRITE);
    (void)signal(SIGXFSZ, SIG_IGN);
    enum status status =
        setrlimit(RLIMIT_FSIZE, &none) == 0 ? sign_in("alice@acme.test", "alice@acme.test", "s-a") : STATUS_OK;
    _exit(status == STATUS_OK ? 0 : 1);
  }
  int how = 0;
  store_close(&store);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFEXITED(how));
  assert_int_equal(WEXITSTATUS(how), 1);
  open_store(STORE_READ_WRITE);
  assert_int_equal(count(TABLE_AUDIT), events);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_TICKETS), 0);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "s-a"), STATUS_OK);
}

static void set_schema(int64_t schema)
{
  struct store_txn *txn = NULL;
  const struct store_key key = key_of_text("schema");
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(store_put_i64(txn, TABLE_META, &key, schema), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void a_newer_store_is_refused_and_left_as_it_is(void **state)
{
  (void)state;
  struct store *other = NULL;
  create_acme();
  set_schema(STORE_SCHEMA + 1);
  store_close(&store);
  static const enum store_mode MODES[] = {STORE_READ_ONLY, STORE_READ_WRITE};
  for (size_t i = 0; i < COUNT_OF(MODES); i++) {
    assert_int_equal(store_open(directory, MODES[i], &error, &other), STATUS_VERSION);
    assert_non_null(strstr(error.text, "schema"));
    assert_null(other);
  }
}

// Somebody holds the lock, says so, and is sent NUMBER.
static pid_t hold_and_signal(int number)
{
  int ends[2];
  char byte = 0;
  assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); // also if it is stopped when the test fails
    open_store(STORE_READ_WRITE);
    bool held = store_lock(store) == STATUS_OK && write(ends[1], "x", 1) == 1;
    (void)usleep(300000);
    store_unlock(store);
    _exit(held ? 0 : 1);
  }
  assert_int_equal(read(ends[0], &byte, 1), 1);
  assert_int_equal(kill(pid, number), 0);
  (void)close(ends[0]);
  (void)close(ends[1]);
  return pid;
}

static void end_holder(pid_t pid)
{
  (void)kill(pid, SIGKILL);
  (void)kill(pid, SIGCONT);
  assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool may_go_first(void)
{
  int how = 0;
  pid_t pid = fork();
  if (pid == 0) {
    _exit(sched_setscheduler(0, SCHED_RR, &(struct sched_param){.sched_priority = 1}) == 0 ? 0 : 1);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  return WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static void who_holds_the_lock_goes_first_and_only_then(void **state)
{
  (void)state;
  create_acme();
  int before = sched_getscheduler(0);
  store_hurry(store); // without the lock
  assert_int_equal(sched_getscheduler(0), before);
  assert_int_equal(store_lock(store), STATUS_OK);
  store_hurry(store);
  store_hurry(store); // once more is no more
  int meanwhile = sched_getscheduler(0);
  assert_int_equal(meanwhile, may_go_first() ? (SCHED_RR | SCHED_RESET_ON_FORK) : before);
  store_unlock(store);
  assert_int_equal(sched_getscheduler(0), before);
  assert_int_equal(add_member("carol@acme.test"), STATUS_OK);
  assert_int_equal(sched_getscheduler(0), before);
}

static void a_writer_that_is_sent_to_the_background_holds_nobody_up(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  pid_t pid = hold_and_signal(SIGTSTP);
  open_store(STORE_READ_WRITE);
  // It is busy after STORE_LOCK_WAIT_MS.
  assert_int_equal(add_member("bob@acme.test"), STATUS_OK);
  end_holder(pid);
}

static void a_writer_that_is_stopped_for_good_is_waited_for_within_bounds(void **state)
{
  (void)state;
  const struct hold_caller root = {.is_root = true};
  const struct hold_caller nobody = {.uid = 0};
  fixture_set_up(PROVISIONING_JIT);
  store_close(&store);
  hold_set_caller(&root); // any other is killed (test_lock)
  pid_t pid = hold_and_signal(SIGSTOP);
  hold_set_caller(&nobody);
  open_store(STORE_READ_WRITE);
  int64_t began_ms = clock_monotonic_ms();
  assert_int_equal(add_member("bob@acme.test"), STATUS_BUSY);
  assert_in_range(clock_monotonic_ms() - began_ms, STORE_LOCK_WAIT_MS - 500, 20 * STORE_LOCK_WAIT_MS);
  assert_non_null(strstr(error.text, "busy"));
  // Looking needs no lock.
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  end_holder(pid);
  assert_int_equal(add_member("bob@acme.test"), STATUS_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_kill_in_any_of_200_commits_loses_nothing_and_breaks_no_index),
      STORE_TEST(H28_a_sign_in_whose_commit_fails_is_no_sign_in),
      STORE_TEST(a_newer_store_is_refused_and_left_as_it_is),
      STORE_TEST(who_holds_the_lock_goes_first_and_only_then),
      STORE_TEST(a_writer_that_is_sent_to_the_background_holds_nobody_up),
      STORE_TEST(a_writer_that_is_stopped_for_good_is_waited_for_within_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
