// SPDX-License-Identifier: Apache-2.0
#include "trial.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "unit.h"

enum { WORKERS_MAX = 64 };

struct trial trial;
uint64_t trial_seed;

void trial_begin(void)
{
  const char *given = getenv("SSOORG_TEST_SEED");
  assert_int_equal(file_random(&trial_seed, sizeof trial_seed), STATUS_OK);
  trial_seed = given != NULL ? strtoull(given, NULL, 10) : trial_seed;
  print_message("SSOORG_TEST_SEED=%llu\n", (unsigned long long)trial_seed);
}

// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014, figure 14.
uint64_t trial_random(uint64_t limit)
{
  trial.random += 0x9e3779b97f4a7c15U;
  uint64_t z = trial.random;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
  z = (z ^ z >> 27) * 0x94d049bb133111ebU;
  return (z ^ z >> 31) % limit;
}

void trial_require(bool held, const char *what, unsigned which)
{
  if (!held) {
    (void)fprintf(stderr, "%s, byte %llu, seed %llu, number %u: %s %u\n", trial.what, (unsigned long long)trial.where,
                  (unsigned long long)trial_seed, trial.times, what, which);
    _exit(1);
  }
}

void trial_share_out(unsigned count, void (*work)(unsigned number))
{
  pid_t pids[WORKERS_MAX];
  unsigned failed = 0;
  assert_true(count <= WORKERS_MAX);
  for (unsigned i = 0; i < count; i++) {
    pids[i] = fork();
    assert_true(pids[i] >= 0);
    if (pids[i] == 0) {
      work(i);
      _exit(0);
    }
  }
  for (unsigned i = 0; i < count; i++) {
    int status = 0;
    assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
    failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  assert_int_equal(failed, 0);
}
