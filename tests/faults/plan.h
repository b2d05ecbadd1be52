// SPDX-License-Identifier: Apache-2.0
// What failing_alloc.so is to do in one run of a program, and what it has seen: a small file that both map. The program
// finds it by the variable FAULT_PLAN, read at its first allocation: what becomes of its environment is no matter.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum fault_mode {
  FAULT_OFF = 0, // counts only
  FAULT_ONCE,    // allocation AT fails
  FAULT_FROM,    // so do all after it
};

struct fault_plan {
  uint32_t mode;  // enum fault_mode
  bool own;       // counted and failed is only what the program itself asks for, also on behalf of a library
  bool warm;      // the name service is started before main(), where nothing is counted and nothing fails
  uint64_t at;    // the first allocation is number 1
  uint64_t count; // allocations asked for
  uint64_t failed;
  // After a crash: the function that a program of ours had called, or that crashed itself, and in which file.
  char crashed_in[64];
  bool crash_is_ours; // no other library stands between the crash and our own code
};
