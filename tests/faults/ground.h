// SPDX-License-Identifier: Apache-2.0
// The store and the published map under a sweep: put back as they were before each run, and counted after it.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

// How many entries each table of the store has.
struct counts {
  uint64_t of[TABLE_COUNT];
};

struct ground; // a copy of the files

struct ground *ground_keep(void);
void ground_restore(const struct ground *ground);
void ground_free(struct ground *ground);

// Leaves no ticket in the store but KEEP ("" for none), which does not expire: otherwise what is counted would depend on
// how long a sweep takes.
void ground_settle_tickets(const char *keep);

// False if the store cannot be opened and read.
bool ground_count(struct counts *ret_counts);

// Whether both have as much of all that a sign-in is made of. AUDIT: also in the audit trail, which has refusals too.
bool ground_is_same(const struct counts *one, const struct counts *other, bool audit);
