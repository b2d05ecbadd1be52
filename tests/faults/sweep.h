// SPDX-License-Identifier: Apache-2.0
// A program run again and again, each time with another allocation that fails; and what came of it.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"
#include "protocol/channel.h"

enum { POINTS_MAX = 2000, WORDS_SIZE = 160 };

enum {
  SWEEP_HANG_MS = 120 * 1000, // only so that nothing waits for ever: a run takes 20 to 100 ms
  SWEEP_CPU_MS = 6 * 1000,    // for one sweep: enough for each of its points, but on a slow machine
  SWEEP_POINTS_MIN = 60,      // however slow it is
};

// One run: what must not have happened, if it has, and how the program ended.
struct outcome {
  char wrong[WORDS_SIZE]; // "" if all that must hold did
  int signal;             // that ended the program, 0 for none
  char crashed_in[64];    // then: where
  bool foreign;           // and that is nothing we could mend
};

// What came of a whole sweep.
struct tally {
  uint64_t points;
  uint64_t of; // so many there are
  uint64_t wrong;
  uint64_t crashes;
  uint64_t own_crashes; // those that are a failure
  char place[64];       // of the last crash told: each is told once
  int64_t slowest_ms;
};

// The library to preload, and a plan of this name in its folder, which every user can write. The program ends if that
// cannot be made.
void sweep_use(const char *library);
struct fault_plan *sweep_plan(const char *name);

// Sets PLAN to fail allocation AT in MODE and forgets what it has seen.
void sweep_arm(struct fault_plan *plan, enum fault_mode mode, uint64_t at);

const char *sweep_mode_name(enum fault_mode mode);

// Adds OUTCOME of the point AT to TALLY and says on standard output what was wrong.
void sweep_note(struct tally *tally, const char *name, const struct fault_plan *point, const struct outcome *outcome);

// Whether the crash that PLAN was told of is in a library that fails by itself.
bool sweep_is_foreign(const struct fault_plan *plan);

// The closing line of one sweep, "ok ..." or "FAIL ...". True if it was good.
bool sweep_close(const char *name, enum fault_mode mode, const struct tally *tally);

// RUN is called once without a failure, which tells how many allocations there are and what a run costs; then with
// growing AT until an allocation of that number is not asked for any more, or POINTS_MAX. Where all of them would cost
// more than SWEEP_CPU_MS of CPU time, it is each second one, or third, and so on, from a start that FAULTS_SEED
// chooses.
typedef struct outcome sweep_run(void *context, struct fault_plan *plan);
bool sweep_all(const char *name, enum fault_mode mode, struct fault_plan *plan, sweep_run *run, void *context);

// A program under the library, started as its parent would: on one end of a socket pair, as UID if that is not 0.
struct started {
  pid_t pid;
  int fd;
};
struct started sweep_start(const char *path, const char *plan, uid_t uid);

// Closes our end and waits at most LIMIT_MS: the signal that ended it, 0 for an exit, -1 if it had to be killed.
int sweep_end(struct started *started, int limit_ms);
