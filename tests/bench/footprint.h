// SPDX-License-Identifier: Apache-2.0
// What this process holds at a moment. Nothing is allocated to find out.
#pragma once
#include "base/status.h"

struct footprint {
  long private_kib;   // of /proc/self/smaps_rollup: what this process alone has, also unchanged pages of files
  long anonymous_kib; // what is in no file, since it was written to
  long pss_kib;       // what it shares with others counted by its share
  int descriptors;
  int data_mappings; // of files that are no program and no library
};

// STATUS_IO.
MUST_CHECK enum status footprint_take(struct footprint *ret_footprint);
