// SPDX-License-Identifier: Apache-2.0
// A test that tries random things many times, in processes of its own: what is being tried, and the numbers it goes by.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// The trial that this process is at.
struct trial {
  const char *what; // is done
  uint64_t where;   // to which byte
  unsigned times;   // for the how manieth time
  uint64_t random;  // state of the generator
  uint64_t right;   // answers that were there, and right
};

extern struct trial trial;
extern uint64_t trial_seed;

// Takes the seed from SSOORG_TEST_SEED, or a random one, and prints it so that the run can be repeated.
void trial_begin(void);

// A number from 0 to LIMIT - 1.
uint64_t trial_random(uint64_t limit);

// Unless HELD, says what was tried and WHICH thing went wrong, and ends the process with 1.
void trial_require(bool held, const char *what, unsigned which);

// Runs WORK(0) to WORK(COUNT - 1) at once, each in a process. The test fails if one of them does not come to its end.
void trial_share_out(unsigned count, void (*work)(unsigned number));
