// SPDX-License-Identifier: Apache-2.0
// Knows a map as it was, and holds what it says after it was damaged against that: a right answer or none. What is
// wrong ends the process through trial_require(); right answers are counted in TRIAL.
#pragma once
#include "base/bytes.h"
#include "crowd.h"
#include "map/map_format.h"

enum { WITNESS_PEOPLE = 1000 };

// The whole file, and its geometry.
extern struct bytes witness_file;
extern struct map_header witness_header;

// Writes a map of WITNESS_PEOPLE to PATH and remembers it. The test fails if that fails.
void witness_begin(const char *path);
void witness_done(void);

// Asks the map at PATH, of which bytes FROM to TO were damaged, about those that these bytes were of, and about others;
// where ALL is true, it also goes through the whole map.
void witness_check_damaged(const char *path, uint64_t from, uint64_t to, bool all);

// Asks the map at PATH, which ends at byte LENGTH now: whose record is before that must be found.
void witness_check_truncated(const char *path, uint64_t length);
