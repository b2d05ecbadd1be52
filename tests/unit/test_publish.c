// SPDX-License-Identifier: Apache-2.0
// The published map after changes in place: it says what a map says that is built anew, whoever is killed while
// changing it, and whoever reads meanwhile.
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endian.h"
#include "base/files.h"
#include "fixture.h"
#include "map/map_build.h"
#include "map/map_change.h"
#include "protocol/group_list.h"
#include "publish/publish.h"
#include "store/accounts.h"

enum { PEOPLE = 40, CHANGES = 400, KILLS = 500, STOPS_MAX = 40, RACE_MS = 1500, RACE_CHANGES = 100, VARIANTS = 26 };

static unsigned seed = 1;

static unsigned chance(unsigned limit)
{
  return (unsigned)rand_r(&seed) % limit;
}

// Everything that slots point to, as sorted lines of kind and payload in hexadecimal.
struct contents {
  char **lines;
  size_t count;
};

static void contents_done(struct contents *c)
{
  for (size_t i = 0; i < c->count; i++) {
    free(c->lines[i]);
  }
  free(c->lines);
}

static int compare_lines(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *line_of(const struct map_raw *raw)
{
  size_t size = 16 + raw->length * 2;
  char *line = malloc(size);
  assert_non_null(line);
  size_t at = (size_t)snprintf(line, size, "%u ", raw->kind);
  for (size_t i = 0; i < raw->length; i++) {
    at += (size_t)snprintf(line + at, size - at, "%02x", raw->payload[i]);
  }
  return line;
}

static void read_contents(const char *path, struct contents *ret)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  uint64_t used = 0;
  assert_int_equal(map_open(path, &map), STATUS_OK);
  assert_true(map_is_clean(&map));
  size_t size = map.header.slot_count * MAP_SLOT_SIZE;
  unsigned char *slots CLEANUP(cleanup_free) = malloc(size);
  assert_int_equal(map_file_read(&map, slots, size, MAP_SLOTS_OFFSET), STATUS_OK);
  ret->count = 0;
  ret->lines = calloc(map.header.slot_count, sizeof *ret->lines);
  assert_non_null(ret->lines);
  for (uint64_t i = 0; i < map.header.slot_count; i++) {
    const unsigned char *slot = slots + i * MAP_SLOT_SIZE;
    struct map_raw raw;
    uint64_t value = endian_get_u64(slot);
    assert_int_equal(endian_get_u64(slot + 8), map_slot_check(map.header.seed, i, value));
    used += value != MAP_SLOT_EMPTY;
    if (value != MAP_SLOT_EMPTY && value != MAP_SLOT_GONE) {
      assert_int_equal(map_raw_read(&map, map_slot_offset(value), &raw), STATUS_OK);
      ret->lines[ret->count++] = line_of(&raw);
      map_raw_done(&raw);
    }
  }
  assert_int_equal(map.state.slots_used, used);
  qsort(ret->lines, ret->count, sizeof *ret->lines, compare_lines);
}

static void expect_same_contents(const char *path, const char *other)
{
  struct contents a CLEANUP(contents_done);
  struct contents b CLEANUP(contents_done);
  read_contents(path, &a);
  read_contents(other, &b);
  for (size_t i = 0; i < a.count && i < b.count; i++) {
    assert_string_equal(a.lines[i], b.lines[i]);
  }
  assert_int_equal(a.count, b.count);
}

static void expect_what_the_store_says(void)
{
  char other[112];
  struct store_txn *txn = read_txn();
  (void)snprintf(other, sizeof other, "%s.other", map_path);
  assert_true(publish_is_current(txn, &config, map_path, NULL));
  assert_int_equal(publish(txn, &config, other), STATUS_OK);
  store_abort(&txn);
  expect_same_contents(map_path, other);
  assert_int_equal(unlink(other), 0);
}

static void person(unsigned number, char email[static EMAIL_SIZE])
{
  (void)snprintf(email, EMAIL_SIZE, "p%u@acme.test", number);
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

static void set_up_two_orgs(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("beta", "chief@example.org"), STATUS_OK);
}

static ino_t inode(void)
{
  struct stat st;
  assert_int_equal(stat(map_path, &st), 0);
  return st.st_ino;
}

static void a_map_changed_in_place_says_what_a_new_one_says(void **state)
{
  (void)state;
  int in_place = 0;
  int anew = 0;
  set_up_two_orgs();
  for (int i = 0; i < CHANGES; i++) {
    uint64_t events = count(TABLE_AUDIT);
    ino_t before = inode();
    (void)do_something();
    if (count(TABLE_AUDIT) > events) {
      *(inode() == before ? &in_place : &anew) += 1;
    }
    expect_what_the_store_says();
  }
  assert_true(in_place > CHANGES / 4);
  assert_true(anew > 0); // it grew
  assert_true(anew < in_place / 10);
}

struct many {
  char email[EMAIL_SIZE];
  struct member_add add;
};

static enum status add_many(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  struct many *many = context;
  (void)for_error;
  (void)snprintf(many->email, sizeof many->email, "m%04d@acme.test", (int)index);
  many->add = new_member(many->email);
  *ret_change = change_member_add(&many->add, &added);
  return STATUS_OK;
}

static uint32_t listed(const char *name)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_group group = {.gid = 0};
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_group_by_name(&map, name, &group), STATUS_OK);
  uint32_t members = group.member_count;
  record_done(&MAP_GROUP_RECORD, &group);
  return members;
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
  struct many many;
  const struct changes all = {1002, add_many, NULL, &many};
  uint64_t index = 0;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_OK);
  assert_int_equal(listed("acme"), 1000);
  for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
    ino_t before = inode();
    assert_int_equal(STEPS[i].step(STEPS[i].email), STATUS_OK);
    assert_int_equal(inode(), before);
    assert_int_equal(listed("acme"), STEPS[i].listed);
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
  set_up_two_orgs();
  for (unsigned i = 0; i < 6; i++) {
    char email[EMAIL_SIZE];
    person(i, email);
    assert_int_equal(add_member(email), STATUS_OK);
  }
  assert_int_equal(rename_account("p1@acme.test", "first"), STATUS_OK);
  assert_int_equal(lock_account("p2@acme.test"), STATUS_OK);
  ino_t before = inode();
  run_batch(&batch, 3);
  batch =
      (struct batch){.steps = {change_account_rename(&renamed[2], &done), change_account_rename(&renamed[3], &done),
                               change_member_suspend(&suspended, &changed_member), change_member_add(&late, &added)}};
  run_batch(&batch, 4);
  assert_int_equal(inode(), before);
}

static void flip_byte(uint64_t offset)
{
  int fd CLEANUP(cleanup_fd) = open(map_path, O_RDWR | O_CLOEXEC);
  unsigned char byte = 0;
  assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
  byte ^= 1;
  assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
}

static void a_damaged_record_is_mended_by_the_sign_in_of_its_person(void **state)
{
  (void)state;
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_lookup lookup;
  struct map_account account;
  struct map_place place;
  set_up_two_orgs();
  assert_int_equal(add_member("p1@acme.test"), STATUS_OK);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_lookup_text(map.header.seed, KEY_LOGIN, "p1@acme.test", &lookup), STATUS_OK);
  assert_int_equal(map_find(&map, MAP_ACCOUNT, &lookup, &account, &place), STATUS_OK);
  flip_byte(place.offset + MAP_RECORD_HEAD + 3);
  assert_int_equal(map_account_by_login(&map, "p1@acme.test", &account), STATUS_CORRUPT);
  assert_int_equal(add_member("p2@acme.test"), STATUS_OK);
  assert_int_equal(change_publish(&host, "p2@acme.test", &error), STATUS_OK);
  assert_int_equal(change_publish(&host, "nobody@acme.test", &error), STATUS_OK);
  map_close(&map);
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  assert_int_equal(map_account_by_login(&map, "p1@acme.test", &account), STATUS_CORRUPT);
  assert_int_equal(change_publish(&host, "p1@acme.test", &error), STATUS_OK);
  expect_what_the_store_says();
}

static void a_map_of_another_store_is_not_current(void **state)
{
  (void)state;
  struct map_builder b CLEANUP(map_builder_done) = {.seed = {9}};
  int64_t serial = 0;
  set_up_two_orgs();
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(store_map_serial(txn, &serial), STATUS_OK);
  assert_int_equal(map_add_settings(&b, &config.map), STATUS_OK);
  assert_int_equal(map_write(&b, map_path, (uint64_t)serial), STATUS_OK);
  assert_false(publish_is_current(txn, &config, map_path, NULL));
}

// Changes a byte of the map's state, as another boot, an older store or somebody who was killed would have left it.
static void change_state(void (*change)(struct map_state *state))
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  unsigned char line[MAP_STATE_SIZE];
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  int fd CLEANUP(cleanup_fd) = open(map_path, O_WRONLY | O_CLOEXEC);
  change(&map.state);
  map_state_encode(map.header.seed, &map.state, line);
  assert_int_equal(map_write_at(fd, line, sizeof line, MAP_STATE_OFFSET), STATUS_OK);
}

static void of_another_boot(struct map_state *state)
{
  state->boot_id[0] ^= 1;
}

static void older_than_the_store(struct map_state *state)
{
  state->serial--;
}

static void left_dirty(struct map_state *state)
{
  state->clean = 0;
}

static void never_counted(struct map_state *state)
{
  state->slots_used = 0;
}

static void crowded(struct map_state *state)
{
  state->slots_used = 1 << 20;
}

static void worn(struct map_state *state)
{
  state->dead_bytes = 1 << 30;
}

static void a_map_in_doubt_is_built_anew_with_the_next_change(void **state)
{
  (void)state;
  static void (*const DOUBTS[])(struct map_state *) = {
      of_another_boot, older_than_the_store, left_dirty, never_counted, crowded, worn};
  char email[EMAIL_SIZE];
  set_up_two_orgs();
  for (unsigned i = 0; i < COUNT_OF(DOUBTS); i++) {
    ino_t before = inode();
    person(i, email);
    change_state(DOUBTS[i]);
    assert_int_equal(add_member(email), STATUS_OK);
    assert_int_not_equal(inode(), before);
    expect_what_the_store_says();
  }
}

static void only_what_the_map_shows_changes_it(void **state)
{
  (void)state;
  struct bytes before CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes after CLEANUP(bytes_done) = BYTES_EMPTY;
  set_up_two_orgs();
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
  set_up_two_orgs();
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
  set_up_two_orgs();
  store_close(&store);
  for (unsigned i = 0; killed < KILLS && i < 8 * KILLS; i++) {
    killed += kill_at(i, 1 + chance(STOPS_MAX));
    open_store(STORE_READ_WRITE);
    dirty += check_and_repair();
    store_close(&store);
  }
  open_store(STORE_READ_WRITE);
  print_message("%d killed, %d left a dirty map\n", killed, dirty);
  assert_int_equal(killed, KILLS);
  assert_true(dirty > KILLS / 20);
}

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
#define WITH_STORE(name) cmocka_unit_test_setup_teardown(name, make_store, remove_store)
  const struct CMUnitTest tests[] = {
      WITH_STORE(a_map_changed_in_place_says_what_a_new_one_says),
      WITH_STORE(lists_of_a_thousand_stay_the_first_thousand),
      WITH_STORE(a_name_passed_on_in_one_transaction_is_the_new_ones),
      WITH_STORE(a_damaged_record_is_mended_by_the_sign_in_of_its_person),
      WITH_STORE(a_map_of_another_store_is_not_current),
      WITH_STORE(a_map_in_doubt_is_built_anew_with_the_next_change),
      WITH_STORE(only_what_the_map_shows_changes_it),
      WITH_STORE(H51_a_change_without_room_leaves_map_and_store_as_they_were),
      WITH_STORE(whoever_is_killed_at_one_of_500_points_leaves_what_the_next_repairs),
      WITH_STORE(who_reads_while_another_changes_never_sees_half_a_record),
  };
  const char *given = getenv("TEST_SEED");
  seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)getpid();
  print_message("TEST_SEED=%u\n", seed);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
