// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "census.h"
#include "listing.h"
#include "nss_result.h"
#include "unit.h"

enum { PEOPLE = 120, THREADS = 8, HANG_S = 120 };

static int make_ground(void **state)
{
  int status = census_make_ground(state);
  crowd_write(&(struct crowd){.people = PEOPLE}, unit_map_path);
  census_begin();
  return status;
}

// Whether a child that does FUNCTION says yes, in time.
static bool in_child(bool (*function)(void))
{
  int status = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    (void)alarm(HANG_S);
    _exit(function() ? 0 : 1);
  }
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static unsigned count_descriptors(void)
{
  unsigned count = 0;
  DIR *dir = opendir("/proc/self/fd");
  assert_non_null(dir);
  while (readdir(dir) != NULL) {
    count++;
  }
  (void)closedir(dir);
  return count;
}

static bool has_map_mapped(void)
{
  struct bytes maps CLEANUP(bytes_done) = BYTES_EMPTY;
  FILE *file = fopen("/proc/self/maps", "re");
  assert_non_null(file);
  assert_int_equal(file_read_all(fileno(file), 1 << 24, &maps), STATUS_OK);
  (void)fclose(file);
  return strstr(bytes_text(&maps), unit_map_path) != NULL;
}

static void H47_nothing_is_kept_open_or_mapped_between_calls(void **state)
{
  (void)state;
  unsigned before = count_descriptors();
  for (int i = 0; i < 20; i++) {
    assert_true(census_user(&census) && census_group(&census));
    assert_int_equal(count_descriptors(), before);
  }
  assert_false(has_map_mapped());
  census_users(&census);
  census_groups(&census);
  assert_int_equal(count_descriptors(), before);
}

static void errno_stays_as_it_was(void **state)
{
  (void)state;
  struct passwd entry;
  char buffer[CENSUS_BUFFER];
  int why = 0;
  errno = EXDEV;
  assert_int_equal(_nss_ssoorg_setpwent(1), NSS_STATUS_SUCCESS);
  assert_int_equal(_nss_ssoorg_getpwent_r(&entry, buffer, 3, &why), NSS_STATUS_TRYAGAIN);
  assert_int_equal(_nss_ssoorg_getpwent_r(&entry, buffer, sizeof buffer, &why), NSS_STATUS_SUCCESS);
  assert_int_equal(unlink(unit_map_path), 0);
  assert_int_equal(_nss_ssoorg_getpwent_r(&entry, buffer, sizeof buffer, &why), NSS_STATUS_NOTFOUND);
  assert_int_equal(_nss_ssoorg_endpwent(), NSS_STATUS_SUCCESS);
  assert_int_equal(errno, EXDEV);
}

static bool goes_on_to_the_end(void)
{
  census_users(&census);
  census_groups(&census);
  return census_has_users(&census, PEOPLE, PEOPLE) && census_has_groups(&census, PEOPLE, PEOPLE);
}

static bool begins_anew(void)
{
  census_begin();
  return goes_on_to_the_end();
}

static void a_child_goes_on_or_begins_anew_and_so_does_its_parent(void **state)
{
  (void)state;
  for (int i = 0; i < 10; i++) {
    assert_true(census_user(&census) && census_group(&census));
    assert_true(in_child(goes_on_to_the_end));
    assert_true(in_child(begins_anew));
  }
  assert_true(goes_on_to_the_end());
}

// As if another thread of this process were in the middle of it, which a child will never hear of again.
static struct listing held;

static bool tells_from_the_beginning(void)
{
  struct passwd entry;
  char buffer[CENSUS_BUFFER];
  while (listing_passwd(&held, unit_map_path, &entry, buffer, sizeof buffer) == STATUS_OK) {
    census.users[crowd_whose_passwd(&entry)]++;
  }
  return census_has_users(&census, PEOPLE, PEOPLE);
}

static bool restarts(void)
{
  return listing_restart(&held) == STATUS_OK && tells_from_the_beginning();
}

static void what_a_thread_of_the_parent_held_is_the_childs(void **state)
{
  (void)state;
  struct passwd entry;
  char buffer[CENSUS_BUFFER];
  held = (struct listing){.cursor.key = 0};
  assert_int_equal(listing_passwd(&held, unit_map_path, &entry, buffer, sizeof buffer), STATUS_OK);
  held.lock.owner = getpid();
  // Whoever waits for a turn is told STATUS_BUSY in the end.
  assert_true(in_child(tells_from_the_beginning));
  assert_true(in_child(restarts));
}

static void what_another_thread_holds_is_waited_for_and_not_for_ever(void **state)
{
  (void)state;
  struct passwd entry;
  char buffer[CENSUS_BUFFER];
  int why = 0;
  held = (struct listing){.lock.owner = getpid()};
  int64_t began_ms = clock_monotonic_ms();
  assert_int_equal(listing_passwd(&held, unit_map_path, &entry, buffer, sizeof buffer), STATUS_BUSY);
  assert_in_range(clock_monotonic_ms() - began_ms, 1000, HANG_S * 1000);
  assert_int_equal(nss_result(STATUS_BUSY, 0, &why), NSS_STATUS_UNAVAIL);
  assert_int_equal(why, EAGAIN);
}

static void *take_part(void *own)
{
  census_users(own);
  census_groups(own);
  return NULL;
}

static void add_up(const struct census *part)
{
  for (unsigned i = 0; i < CENSUS_MAX; i++) {
    census.users[i] += part->users[i];
    census.private_groups[i] += part->private_groups[i];
  }
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    census.groups[i] += part->groups[i];
  }
  census.wrong += part->wrong;
}

static void threads_at_once_are_told_each_entry_once(void **state)
{
  (void)state;
  pthread_t threads[THREADS];
  struct census *parts = calloc(THREADS, sizeof *parts);
  for (unsigned i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, take_part, &parts[i]), 0);
  }
  for (unsigned i = 0; i < THREADS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
    add_up(&parts[i]);
  }
  free(parts);
  assert_true(census_has_users(&census, PEOPLE, PEOPLE));
  assert_true(census_has_groups(&census, PEOPLE, PEOPLE));
}

static volatile bool enough;

static void *tell_all_the_while(void *nothing)
{
  struct passwd entry;
  char buffer[4096];
  int why = 0;
  while (!enough) {
    if (_nss_ssoorg_getpwent_r(&entry, buffer, sizeof buffer, &why) != NSS_STATUS_SUCCESS) {
      (void)_nss_ssoorg_setpwent(0);
    }
  }
  return nothing;
}

// A map of which no record is so large that memory is allocated for it: the sanitizer's allocator may hang a child of a
// process with threads.
enum { FEW = 7, CHILDREN = 300 };

static void write_few(void)
{
  struct map_builder builder CLEANUP(map_builder_done) = {.seed = {4}};
  for (unsigned i = 0; i < FEW; i++) {
    struct map_account account;
    crowd_person(i, 0, &account);
    assert_int_equal(map_add_account(&builder, &account), STATUS_OK);
  }
  assert_int_equal(map_write(&builder, unit_map_path, 1), STATUS_OK);
}

static bool is_told_everybody(void)
{
  (void)_nss_ssoorg_setpwent(0);
  census_users(&census);
  return census_has_users(&census, FEW, FEW);
}

static void a_fork_while_threads_are_at_it_hangs_no_child(void **state)
{
  (void)state;
  pthread_t threads[2];
  write_few();
  enough = false;
  for (size_t i = 0; i < COUNT_OF(threads); i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, tell_all_the_while, NULL), 0);
  }
  bool right = true;
  for (int i = 0; i < CHILDREN && right; i++) {
    right = in_child(is_told_everybody);
  }
  enough = true;
  for (size_t i = 0; i < COUNT_OF(threads); i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  assert_true(right);
}

#define SHARED_TEST(function) cmocka_unit_test_setup_teardown(function, make_ground, unit_remove_ground)

int main(void)
{
  const struct CMUnitTest tests[] = {
      SHARED_TEST(H47_nothing_is_kept_open_or_mapped_between_calls),
      SHARED_TEST(errno_stays_as_it_was),
      SHARED_TEST(a_child_goes_on_or_begins_anew_and_so_does_its_parent),
      SHARED_TEST(what_a_thread_of_the_parent_held_is_the_childs),
      SHARED_TEST(what_another_thread_holds_is_waited_for_and_not_for_ever),
      SHARED_TEST(threads_at_once_are_told_each_entry_once),
      SHARED_TEST(a_fork_while_threads_are_at_it_hangs_no_child),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
