// SPDX-License-Identifier: Apache-2.0
// What enumeration tells: accounts as users, and groups of orgs, then private groups, as groups. It tells what a
// look-up of the same name answers; mapped accounts belong to another service (POLICY N5), and names without an account
// are never told. Look-ups leave it where it is.
#pragma once
#include <grp.h>
#include <pwd.h>
#include <stddef.h>

#include "base/status.h"
#include "fork_safe_lock.h"
#include "map/map_walk.h"

// How far one database has been told in this process. All zero is the beginning.
struct listing {
  struct fork_safe_lock lock; // guards the rest
  struct map_cursor cursor;
};

// Begins anew. STATUS_BUSY.
MUST_CHECK enum status listing_restart(struct listing *listing);

// The next entry from the map at PATH, in the SIZE bytes at BUFFER. STATUS_TOO_LARGE if it does not fit: then the same
// one comes again. STATUS_NOT_FOUND at the end, or without a map to read; STATUS_BUSY, STATUS_NO_MEMORY.
MUST_CHECK enum status listing_passwd(struct listing *listing, const char *path, struct passwd *entry, char *buffer,
                                      size_t size);
MUST_CHECK enum status listing_group(struct listing *listing, const char *path, struct group *entry, char *buffer,
                                     size_t size);
