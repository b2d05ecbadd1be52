// SPDX-License-Identifier: Apache-2.0
// How far a long command is: one line on standard error that is written over, on a terminal alone.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct progress {
  bool shown;
  uint64_t total;
  int64_t started_ms; // on the monotonic clock
  int64_t last_ms;
  size_t width; // of what stands there
};

// WANTED or not, nothing is shown where standard error is no terminal.
struct progress progress_begin(bool wanted, uint64_t total);

// So many of the total are done. Cheap when called for each; written ten times a second, never where that would wait.
void progress_show(struct progress *progress, uint64_t done);

// All are done, and WHAT goes on: "storing".
void progress_say(struct progress *progress, const char *what);

// Takes the line away.
void progress_end(struct progress *progress);

enum { PROGRESS_SIZE = 256 };

// The line: DONE of TOTAL after PASSED_MS, at most COLUMNS wide.
void progress_text(uint64_t done, uint64_t total, int64_t passed_ms, size_t columns, char text[static PROGRESS_SIZE]);
