// SPDX-License-Identifier: Apache-2.0
// The store itself: whose it is, one writer at a time, and the room that it has.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "change/sign_in.h"
#include "fixture.h"
#include "process/hold.h"

static void H13_store_and_files_are_roots_alone_under_any_umask(void **state)
{
  (void)state;
  static const char *const FILES[] = {"data.mdb", "lock.mdb", "writer"};
  create_acme();
  struct stat st;
  assert_int_equal(stat(directory, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0700);
  for (size_t i = 0; i < COUNT_OF(FILES); i++) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s/%s", directory, FILES[i]);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
  }
}

static void H60_a_store_of_others_is_not_opened(void **state)
{
  (void)state;
  store_close(&store);
  struct store *other = NULL;
  assert_int_equal(chmod(directory, 0755), 0);
  assert_int_equal(store_open(directory, STORE_READ_WRITE, &error, &other), STATUS_PERMISSION);
  assert_non_null(strstr(error.text, directory));
  assert_int_equal(chmod(directory, 0700), 0);
  assert_int_equal(store_open("/nonexistent/store", STORE_READ_WRITE, &error, &other), STATUS_NOT_FOUND);
  open_store(STORE_READ_WRITE);
}

static void a_store_that_is_none_is_refused(void **state)
{
  (void)state;
  store_close(&store);
  char path[160];
  struct store *other = NULL;
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  char rubbish[8192];
  memset(rubbish, 'x', sizeof rubbish);
  assert_int_equal(write(fd, rubbish, sizeof rubbish), sizeof rubbish);
  assert_int_not_equal(store_open(directory, STORE_READ_WRITE, &error, &other), STATUS_OK);
  assert_true(error.text[0] != '\0');
}

// One that only root can stop: any other is killed (test_lock).
static void another_writer_is_waited_for_and_not_for_ever(void **state)
{
  (void)state;
  const struct hold_caller root = {.is_root = true};
  const struct hold_caller nobody = {.uid = 0};
  hold_set_caller(&root);
  create_acme();
  assert_int_equal(store_lock(store), STATUS_OK);
  pid_t child = fork();
  if (child == 0) {
    // A process of its own with an environment of its own: LMDB's must not be used after fork.
    struct store *other = NULL;
    int64_t start = clock_monotonic_ms();
    enum status status = store_open(directory, STORE_READ_WRITE, &error, &other);
    status = status == STATUS_OK ? store_lock(other) : STATUS_IO;
    _exit(status == STATUS_BUSY && clock_monotonic_ms() - start >= STORE_LOCK_WAIT_MS - 500 ? 0 : 1);
  }
  int code = -1;
  assert_int_equal(waitpid(child, &code, 0), child);
  assert_int_equal(code, 0);
  store_unlock(store);
  hold_set_caller(&nobody);
}

static void H51_a_store_has_room_in_reserve_behind_its_end(void **state)
{
  (void)state;
  char path[128];
  struct stat st;
  create_acme();
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  store_close(&store);
  open_store(STORE_READ_WRITE);
  assert_int_equal(stat(path, &st), 0);
  assert_true((int64_t)st.st_blocks * 512 >= st.st_size + STORE_RESERVE_BYTES);
}

static void a_full_map_grows(void **state)
{
  (void)state;
  create_acme();
  char reason[REASON_SIZE] = "";
  const struct sign_in_refused refused = {"", "acme", "", reason};
  memset(reason, 'x', sizeof reason - 1);
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  // Fill 63 of the 64 MiB in one transaction, then let changes go over the edge.
  char *page = calloc(1, 1 << 20);
  assert_non_null(page);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  for (int64_t i = 0; i < 63; i++) {
    const struct store_key key = key_of_two_i64(-1, i);
    assert_int_equal(store_put(txn, TABLE_META, &key, page, 1 << 20), STATUS_OK);
  }
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  free(page);
  for (int i = 0; i < 2500; i++) {
    assert_int_equal(make(change_sign_in_refused(&refused, &done)), STATUS_OK);
  }
  assert_int_equal(count(TABLE_AUDIT), 2501);
}

static void a_store_makes_room_for_many(void **state)
{
  (void)state;
  enum { BYTES = 1 << 20 };
  const struct store_key key = key_of_text("room");
  char *data CLEANUP(cleanup_free) = calloc(1, BYTES);
  struct store_txn *txn = NULL;
  assert_non_null(data);
  assert_int_equal(store_lock(store), STATUS_OK);
  for (int room = 0; room < 2; room++) {
    enum status status = STATUS_OK;
    if (room == 1) {
      assert_int_equal(store_make_room(store, (size_t)100 * BYTES), STATUS_OK);
    }
    assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
    for (int i = 0; status == STATUS_OK && i < 80; i++) { // a new one takes 64 MiB
      struct store_key numbered = key;
      key_add_u32(&numbered, (uint32_t)i);
      status = store_put(txn, TABLE_META, &numbered, data, BYTES);
    }
    assert_int_equal(status, room == 1 ? STATUS_OK : STATUS_FULL);
    store_abort(&txn);
  }
  store_unlock(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(H13_store_and_files_are_roots_alone_under_any_umask),
      STORE_TEST(H60_a_store_of_others_is_not_opened),
      STORE_TEST(a_store_that_is_none_is_refused),
      STORE_TEST(another_writer_is_waited_for_and_not_for_ever),
      STORE_TEST(H51_a_store_has_room_in_reserve_behind_its_end),
      STORE_TEST(a_full_map_grows),
      STORE_TEST(a_store_makes_room_for_many),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
