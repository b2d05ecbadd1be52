// SPDX-License-Identifier: Apache-2.0
// Many processes fork, look up, enumerate and ask for groups while the map changes 50 times a second. SSOORG_TEST_SEED
// repeats the questions, not the moments.
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "census.h"
#include "map/map_change.h"
#include "trial.h"
#include "unit.h"

enum { ASKERS = 30, ALWAYS = 60, MOST = 360, STORM_MS = 6000, CHANGE_EACH_MS = 20, CHANGES_MIN = 100, QUESTIONS = 6 };
enum { HANG_MS = 600000 };
enum { CHANGED = 40, REBUILD_EACH = 4 };

// What the processes have done, in memory that they share.
struct score {
  _Atomic unsigned changes;
  _Atomic unsigned in_place; // of these
  _Atomic unsigned rounds[ASKERS];
};

static struct score *score;
static int64_t end_ms;

// Other people, all with another version, in a table of another size. The first ALWAYS are in each.
static void rebuild(unsigned version)
{
  const struct crowd crowd = {
      .people = ALWAYS + version * 37 % (MOST - ALWAYS + 1),
      .version = version,
      .backwards = version % 2 == 1,
  };
  crowd_write(&crowd, unit_map_path);
}

static enum status put_or_drop(struct map_change *change, unsigned i, unsigned version)
{
  struct map_account account;
  struct map_lookup login;
  crowd_person(i, version, &account);
  if (i < ALWAYS || trial_random(2) == 0) {
    return map_change_put(change, MAP_ACCOUNT, &account);
  }
  const struct map_lookup uid = map_lookup_number(change->map.header.seed, KEY_UID, account.uid);
  enum status status = map_lookup_text(change->map.header.seed, KEY_LOGIN, account.login, &login);
  if (status == STATUS_OK) {
    status = map_change_drop(change, MAP_ACCOUNT, &login);
  }
  return status == STATUS_OK ? map_change_drop(change, MAP_ACCOUNT, &uid) : status;
}

// Some people with another version, some who come or go, in the file that is there. False if it has to be rebuilt.
static bool change_in_place(unsigned version)
{
  static const struct crowd CROWD = {.seed = 0};
  unsigned char seed[SIPHASH_SEED_SIZE];
  struct map_change change CLEANUP(map_change_end) = MAP_CHANGE_NONE;
  crowd_seed(&CROWD, seed);
  enum status status = map_change_begin(unit_map_path, seed, version - 1, &change);
  for (int i = 0; status == STATUS_OK && i < CHANGED; i++) {
    status = put_or_drop(&change, (unsigned)trial_random(i % 2 == 0 ? ALWAYS : MOST), version);
  }
  if (status == STATUS_OK) {
    status = map_change_mark_dirty(&change);
  }
  return status == STATUS_OK && map_change_apply(&change, version) == STATUS_OK;
}

// One change of the map, in place or by a new one.
static void change_map(unsigned version)
{
  if (version % REBUILD_EACH != 0 && change_in_place(version)) {
    score->in_place++;
  } else {
    rebuild(version);
  }
}

static int make_ground(void **state)
{
  int status = census_make_ground(state);
  score = mmap(NULL, sizeof *score, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(score != MAP_FAILED);
  trial_begin();
  rebuild(0);
  return status;
}

static int remove_ground(void **state)
{
  assert_int_equal(munmap(score, sizeof *score), 0);
  return unit_remove_ground(state);
}

// At the end of its time, but not before enough has been done: a slow machine takes longer.
static bool is_over(void)
{
  bool enough = score->changes >= CHANGES_MIN && score->in_place >= CHANGES_MIN / 2;
  for (unsigned i = 0; i < ASKERS; i++) {
    enough = enough && score->rounds[i] > 0;
  }
  return clock_monotonic_ms() >= (enough ? end_ms : end_ms + HANG_MS);
}

static void change_all_the_while(void)
{
  int64_t next_ms = clock_monotonic_ms();
  trial.random = trial_seed;
  (void)setpriority(PRIO_PROCESS, 0, -10);
  for (unsigned version = 1; !is_over(); version++) {
    change_map(version);
    score->changes++;
    next_ms += CHANGE_EACH_MS;
    int64_t left_ms = next_ms - clock_monotonic_ms();
    if (left_ms > 0) {
      (void)usleep((useconds_t)left_ms * 1000);
    }
  }
}

// An answer about person I, who is in the map, may be in it, or is mapped, and then another service's.
static void require_answer(enum nss_status status, bool right, const char *what, unsigned i)
{
  bool must = i < ALWAYS && !crowd_is_mapped(i);
  trial_require(status == NSS_STATUS_SUCCESS || status == NSS_STATUS_NOTFOUND, "an odd status", (unsigned)status);
  trial_require(status != NSS_STATUS_SUCCESS || (right && !crowd_is_mapped(i)), what, i);
  trial_require(status == NSS_STATUS_SUCCESS || !must, "missing: person", i);
}

static void look_up_person(unsigned i)
{
  struct map_account account;
  struct passwd user = {.pw_name = NULL};
  struct group group = {.gr_name = NULL};
  char buffer[4096];
  int why = 0;
  crowd_person(i, 0, &account);
  enum nss_status status = _nss_ssoorg_getpwnam_r(account.login, &user, buffer, sizeof buffer, &why);
  require_answer(status, status != NSS_STATUS_SUCCESS || crowd_whose_passwd(&user) == (int)i, "wrong by name:", i);
  status = _nss_ssoorg_getpwuid_r(account.uid, &user, buffer, sizeof buffer, &why);
  require_answer(status, status != NSS_STATUS_SUCCESS || crowd_whose_passwd(&user) == (int)i, "wrong by uid:", i);
  status = _nss_ssoorg_getgrnam_r(account.login, &group, buffer, sizeof buffer, &why);
  require_answer(status, status != NSS_STATUS_SUCCESS || crowd_whose_private_group(&group) == (int)i,
                 "wrong private group by name:", i);
  status = _nss_ssoorg_getgrgid_r(account.gid, &group, buffer, sizeof buffer, &why);
  require_answer(status, status != NSS_STATUS_SUCCESS || crowd_whose_private_group(&group) == (int)i,
                 "wrong private group by number:", i);
}

static void look_up_group(unsigned i)
{
  struct map_account anybody;
  struct group group;
  char name[16];
  char buffer[CENSUS_BUFFER];
  int why = 0;
  crowd_person(i, 0, &anybody);
  (void)snprintf(name, sizeof name, "g%u", i);
  enum nss_status status = _nss_ssoorg_getgrnam_r(name, &group, buffer, sizeof buffer, &why);
  trial_require(status == NSS_STATUS_SUCCESS && crowd_which_group(&group) == (int)i, "missing or wrong: group", i);
  status = _nss_ssoorg_getgrgid_r(anybody.groups.values[0], &group, buffer, sizeof buffer, &why);
  trial_require(status == NSS_STATUS_SUCCESS && crowd_which_group(&group) == (int)i, "missing or wrong: gid of", i);
}

static void look_up_nobody(void)
{
  struct passwd user;
  char buffer[1024];
  int why = 0;
  enum nss_status status = _nss_ssoorg_getpwnam_r("nobody@acme.test", &user, buffer, sizeof buffer, &why);
  trial_require(status == NSS_STATUS_NOTFOUND, "an unknown name was found", (unsigned)status);
  status = _nss_ssoorg_getpwuid_r(CROWD_FIRST + 1, &user, buffer, sizeof buffer, &why);
  trial_require(status == NSS_STATUS_NOTFOUND, "an unknown uid was found", (unsigned)status);
}

// The groups of somebody who is always there: all but the one that enforces.
static void ask_for_groups(unsigned i)
{
  struct map_account account;
  struct map_group enforced = {.gid = 0};
  long start = 0;
  long size = 1;
  int why = 0;
  gid_t *gids = calloc(1, sizeof *gids);
  crowd_person(i, 0, &account);
  crowd_group(1, &enforced);
  enum nss_status status = _nss_ssoorg_initgroups_dyn(account.login, account.gid, &start, &size, &gids, 0, &why);
  trial_require(status == NSS_STATUS_SUCCESS, "no groups for person", i);
  long wanted = 0;
  for (uint32_t n = 0; n < account.groups.count; n++) {
    if (account.groups.values[n] != enforced.gid) {
      trial_require(wanted < start && gids[wanted] == account.groups.values[n], "wrong groups for person", i);
      wanted++;
    }
  }
  trial_require(start == wanted, "too many groups for person", i);
  free(gids);
}

static void look_up(void)
{
  for (int n = 0; n < QUESTIONS; n++) {
    unsigned always = (unsigned)trial_random(ALWAYS);
    look_up_person((unsigned)trial_random(MOST));
    look_up_person(always);
    look_up_group((unsigned)trial_random(CROWD_GROUPS));
    if (!crowd_is_mapped(always)) {
      ask_for_groups(always);
    }
  }
  look_up_nobody();
}

// To the end of an enumeration that somebody began, with look-ups in the middle.
static void enumerate(void)
{
  look_up();
  census_users(&census);
  trial_require(census_has_users(&census, ALWAYS, MOST), "users", 0);
  look_up();
  census_groups(&census);
  trial_require(census_has_groups(&census, ALWAYS, MOST), "groups", 0);
}

static void begin_to_enumerate(void)
{
  census_begin();
  for (uint64_t left = trial_random(ALWAYS / 2); left > 0; left--) {
    (void)census_user(&census);
    (void)census_group(&census);
  }
}

static void fork_and_enumerate(void)
{
  int status = 0;
  pid_t pid = fork();
  trial_require(pid >= 0, "fork", 0);
  if (pid == 0) {
    enumerate();
    _exit(0);
  }
  trial_require(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0, "a child", 0);
}

static void ask_all_the_while(unsigned number)
{
  trial.random = trial_seed + number;
  for (trial.times = 0; !is_over(); trial.times++) {
    begin_to_enumerate();
    fork_and_enumerate();
    if (trial.times % 4 == 3) {
      enumerate();
    }
    score->rounds[number]++;
  }
}

static void take_part(unsigned number)
{
  trial.what = "while the map changes";
  if (number == ASKERS) {
    change_all_the_while();
  } else {
    ask_all_the_while(number);
  }
}

static void thirty_processes_are_answered_right_while_the_map_changes(void **state)
{
  (void)state;
  unsigned all = 0;
  end_ms = clock_monotonic_ms() + STORM_MS;
  trial_share_out(ASKERS + 1, take_part);
  for (unsigned i = 0; i < ASKERS; i++) {
    assert_true(score->rounds[i] > 0);
    all += score->rounds[i];
  }
  print_message("%u changes, %u of them in place, %u rounds\n", score->changes, score->in_place, all);
  assert_true(score->changes >= CHANGES_MIN);
  assert_true(score->in_place >= CHANGES_MIN / 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(thirty_processes_are_answered_right_while_the_map_changes),
  };
  return cmocka_run_group_tests(tests, make_ground, remove_ground);
}
