// SPDX-License-Identifier: Apache-2.0
// Those who open and close the store at the same moment do not disturb each other. tests/lmdb_31 runs this once more.
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"

enum { OPENERS = 4, OPENINGS = 1000 };

static int open_and_close(void)
{
  for (int i = 0; i < OPENINGS; i++) {
    struct store *other = NULL;
    struct error why = {.text = ""};
    if (store_open(directory, i % 2 == 0 ? STORE_READ_WRITE : STORE_READ_ONLY, &why, &other) != STATUS_OK) {
      (void)fprintf(stderr, "opening %d: %s\n", i, why.text);
      return 1;
    }
    store_close(&other);
  }
  return 0;
}

// LMDB 0.9.26 to 0.9.31 refuses one in six of them by itself (ITS#10095).
static void who_opens_while_another_closes_is_not_refused(void **state)
{
  (void)state;
  pid_t pids[OPENERS];
  create_acme();
  store_close(&store);
  for (size_t i = 0; i < OPENERS; i++) {
    pids[i] = fork();
    if (pids[i] == 0) {
      _exit(open_and_close());
    }
  }
  for (size_t i = 0; i < OPENERS; i++) {
    int how = -1;
    assert_int_equal(waitpid(pids[i], &how, 0), pids[i]);
    assert_int_equal(how, 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(who_opens_while_another_closes_is_not_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
