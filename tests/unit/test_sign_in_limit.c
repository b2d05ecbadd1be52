// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/holder.h"
#include "sign_in_limit.h"
#include "unit.h"

enum { MAX_SIGN_INS = 14, KEPT = 8, HELD_MAX = 64, LONG_MS = 60000 };

static char directory[64];
static struct sign_in_limit held[HELD_MAX];
static size_t held_count;
static const char *source;
static int64_t longest_ms;
static int wait_ms;

static bool spread; // over as many addresses as logins

static const char *address_of(const char *login)
{
  return spread ? login : source;
}

static int make(void **state)
{
  (void)state;
  unit_make_directory(directory, sizeof directory);
  held_count = 0;
  spread = true;
  source = "192.0.2.1";
  longest_ms = 3600000;
  wait_ms = 0;
  return 0;
}

static int clean(void **state)
{
  (void)state;
  for (size_t i = 0; i < held_count; i++) {
    sign_in_limit_release(&held[i]);
  }
  unit_remove_directory(directory);
  return 0;
}

static enum status take(const char *login, bool owner, bool stranger)
{
  const struct sign_in_limit_request request = {.login = login,
                                                .source = source,
                                                .address = address_of(login),
                                                .console = strcmp(source, "console") == 0,
                                                .max_sign_ins = MAX_SIGN_INS,
                                                .owner = owner,
                                                .stranger = stranger,
                                                .wait_ms = wait_ms,
                                                .longest_ms = longest_ms};
  held[held_count] = (struct sign_in_limit)SIGN_IN_LIMIT_NONE;
  enum status status = sign_in_limit_take(directory, &request, &held[held_count]);
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
  assert_int_equal(take_all("owner", true, false), KEPT - 1);
  source = "console";
  assert_int_equal(take_all("owner at the console", true, false), 1);
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

static void K7_one_sign_in_per_login_and_source(void **state)
{
  (void)state;
  assert_int_equal(take("alice", false, false), STATUS_OK);
  assert_int_equal(take("alice", false, false), STATUS_EXISTS); // it is this process itself
  assert_int_equal(take("bob", false, false), STATUS_OK);
  sign_in_limit_release(&held[0]);
  assert_int_equal(take("alice", false, false), STATUS_OK);
}

static void K7_another_user_of_the_host_keeps_nobody_out(void **state)
{
  (void)state;
  source = "uid 4711";
  assert_int_equal(take("alice", false, false), STATUS_OK);
  source = "uid 4712";
  assert_int_equal(take("alice", false, false), STATUS_OK);
}

static pid_t stop_with_a_slot(const char *login, bool given_back)
{
  int how = 0;
  pid_t pid = fork();
  if (pid == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (take(login, false, false) == STATUS_OK) {
      if (given_back) {
        sign_in_limit_release(&held[held_count - 1]);
      }
      (void)raise(SIGSTOP);
    }
    _exit(1);
  }
  assert_int_equal(waitpid(pid, &how, WUNTRACED), pid);
  assert_true(WIFSTOPPED(how));
  return pid;
}

static void K7_a_later_one_ends_the_earlier_and_takes_its_place(void **state)
{
  (void)state;
  int how = 0;
  pid_t other = stop_with_a_slot("bob", false);
  pid_t pid = stop_with_a_slot("alice", false);
  wait_ms = LONG_MS;
  assert_int_equal(take("alice", false, false), STATUS_OK);
  assert_true(held[0].instead);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
  assert_int_equal(waitpid(other, &how, WNOHANG), 0);
  assert_int_equal(kill(other, SIGKILL), 0);
  assert_int_equal(waitpid(other, &how, 0), other);
}

static void K7_who_has_given_the_place_back_is_left_alone(void **state)
{
  (void)state;
  int how = 0;
  pid_t past = stop_with_a_slot("alice", true);
  // The highest slot is free again, and is taken by somebody else.
  pid_t other = stop_with_a_slot("bob", false);
  pid_t pid = stop_with_a_slot("alice", false);
  wait_ms = LONG_MS;
  assert_int_equal(take("alice", false, false), STATUS_OK);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_int_equal(waitpid(past, &how, WNOHANG), 0);
  assert_int_equal(waitpid(other, &how, WNOHANG), 0);
  const pid_t left[] = {past, other};
  for (size_t i = 0; i < COUNT_OF(left); i++) {
    assert_int_equal(kill(left[i], SIGKILL), 0);
    assert_int_equal(waitpid(left[i], &how, 0), left[i]);
  }
}

static void H64_a_sign_in_that_was_stopped_gives_its_slot_back(void **state)
{
  (void)state;
  int how = 0;
  pid_t pid = stop_with_a_slot("mallory", false);
  assert_int_equal(take_all("member", false, false), MAX_SIGN_INS - KEPT - 1);
  assert_int_equal(waitpid(pid, &how, WNOHANG), 0); // it has not been long at it
  longest_ms = 0;
  assert_int_equal(take("late", false, false), STATUS_BUSY);
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
  assert_int_equal(take("late", false, false), STATUS_OK);
}

static void H70_one_address_does_not_hold_every_slot(void **state)
{
  (void)state;
  enum { MANY = 40 };
  struct sign_in_limit_request request = {
      .source = "192.0.2.1", .address = "192.0.2.1", .max_sign_ins = MANY, .longest_ms = longest_ms};
  char login[32];
  request.login = login;
  for (int i = 0; i <= SIGN_INS_OF_ADDRESS; i++) {
    (void)snprintf(login, sizeof login, "p%d", i);
    held[held_count] = (struct sign_in_limit)SIGN_IN_LIMIT_NONE;
    enum status status = sign_in_limit_take(directory, &request, &held[held_count]);
    assert_int_equal(status, i < SIGN_INS_OF_ADDRESS ? STATUS_OK : STATUS_BUSY);
    held_count += status == STATUS_OK ? 1 : 0;
  }
  request.source = request.address = "192.0.2.2"; // others are let in
  held[held_count] = (struct sign_in_limit)SIGN_IN_LIMIT_NONE;
  assert_int_equal(sign_in_limit_take(directory, &request, &held[held_count]), STATUS_OK);
  held_count++;
}

static void T_what_is_kept_for_owners_is_not_one_addresss(void **state)
{
  (void)state;
  assert_int_equal(take_all("member", false, false), MAX_SIGN_INS - KEPT);
  spread = false;
  assert_int_equal(take_all("owner", true, false), 2);
  source = "192.0.2.2";
  assert_int_equal(take_all("other owner", true, false), 2);
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

static int open_places(void)
{
  char path[sizeof directory + 16];
  (void)snprintf(path, sizeof path, "%s/sign-ins", directory);
  return open(path, O_RDWR | O_CLOEXEC);
}

// A process that has signed for the first place, or rather: whose number stands there.
static pid_t sign_as(int fd, const char *program)
{
  pid_t pid = fork();
  if (pid == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (program != NULL) {
      (void)execl(program, program, "600", (char *)NULL);
    }
    (void)pause();
    _exit(1);
  }
  char link[32];
  char runs[64] = "";
  (void)snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
  while (program != NULL && strstr(runs, "sleep") == NULL) {
    ssize_t length = readlink(link, runs, sizeof runs - 1);
    runs[length > 0 ? length : 0] = '\0';
  }
  struct timespec now = {0};
  assert_int_equal(clock_gettime(CLOCK_BOOTTIME, &now), 0);
  const struct holder_note note = {.taken_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, .pid = pid};
  holder_write_note(fd, 0, &note);
  return pid;
}

// The number that another pid namespace has left may be anybody's here.
static void nobody_who_runs_another_program_is_ended(void **state)
{
  int how = 0;
  (void)state;
  assert_int_equal(take("alice", false, false), STATUS_OK);
  int fd = open_places();
  assert_true(fd >= 0);
  pid_t other = sign_as(fd, "/bin/sleep");
  holder_end_older(fd, 0, 0);
  assert_int_equal(waitpid(other, &how, WNOHANG), 0);
  assert_int_equal(kill(other, SIGKILL), 0); // no other signal has reached it before
  assert_int_equal(waitpid(other, &how, 0), other);
  pid_t same = sign_as(fd, NULL);
  holder_end_older(fd, 0, 0);
  assert_int_equal(waitpid(same, &how, 0), same);
  assert_true(WIFSIGNALED(how));
  (void)close(fd);
}

static void hashes_are_made_with_a_seed_of_the_files_own(void **state)
{
  static const off_t PLACE = ((off_t)1 << 20) * (HOLDER_NOTE_STEP + (off_t)sizeof(int64_t));
  unsigned char seeds[3][16];
  (void)state;
  for (int i = 0; i < 2; i++) {
    assert_int_equal(take(i == 0 ? "alice" : "bob", false, false), STATUS_OK);
    int fd = open_places();
    assert_int_equal(pread(fd, seeds[i], sizeof seeds[i], PLACE), sizeof seeds[i]);
    (void)close(fd);
  }
  assert_memory_equal(seeds[0], seeds[1], sizeof seeds[0]);
  (void)clean(NULL);
  (void)make(NULL);
  assert_int_equal(take("alice", false, false), STATUS_OK);
  int fd = open_places();
  assert_int_equal(pread(fd, seeds[2], sizeof seeds[2], PLACE), sizeof seeds[2]);
  (void)close(fd);
  assert_memory_not_equal(seeds[0], seeds[2], sizeof seeds[0]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(T_strangers_leave_room_for_members_and_members_for_owners, make, clean),
      cmocka_unit_test_setup_teardown(T_members_use_first_what_strangers_cannot, make, clean),
      cmocka_unit_test_setup_teardown(nobody_who_runs_another_program_is_ended, make, clean),
      cmocka_unit_test_setup_teardown(hashes_are_made_with_a_seed_of_the_files_own, make, clean),
      cmocka_unit_test_setup_teardown(K7_one_sign_in_per_login_and_source, make, clean),
      cmocka_unit_test_setup_teardown(K7_another_user_of_the_host_keeps_nobody_out, make, clean),
      cmocka_unit_test_setup_teardown(K7_a_later_one_ends_the_earlier_and_takes_its_place, make, clean),
      cmocka_unit_test_setup_teardown(K7_who_has_given_the_place_back_is_left_alone, make, clean),
      cmocka_unit_test_setup_teardown(H64_a_sign_in_that_was_stopped_gives_its_slot_back, make, clean),
      cmocka_unit_test_setup_teardown(H70_one_address_does_not_hold_every_slot, make, clean),
      cmocka_unit_test_setup_teardown(T_what_is_kept_for_owners_is_not_one_addresss, make, clean),
      cmocka_unit_test_setup_teardown(H13_the_file_is_private, make, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
