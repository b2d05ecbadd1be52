// SPDX-License-Identifier: Apache-2.0
// What all helpers of this machine together take, looked at from outside while they run: how many there are, their
// memory, and how many of LMDB's slots for readers are taken. And how long somebody who wants to change the store waits
// for its lock, asking as the store does.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { CROWD_WAITS_MAX = 4096 };

// The most of each over all looks; not all of one moment.
struct crowd_peaks {
  uint32_t looks;
  uint32_t signins;       // processes of ssoorg-signin
  uint32_t oidcs;         // of ssoorg-oidc
  uint32_t processes;     // of both at once
  uint64_t anonymous_kib; // RssAnon of all at once
  uint64_t pss_kib;       // Pss of all at once, looked at less often
  uint32_t readers;       // highest slot in use, counted from 1
  uint32_t reader_slots;  // that there are
  int64_t cpu_ns;         // that looking took
  size_t waits;           // for the lock
  int64_t wait_ns[CROWD_WAITS_MAX];
};

struct crowd;

// Looks until crowd_end(), which frees. STORE is the store's directory.
struct crowd *crowd_watch(const char *store);
void crowd_end(struct crowd *crowd, struct crowd_peaks *ret_peaks);
