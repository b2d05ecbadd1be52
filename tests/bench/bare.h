// SPDX-License-Identifier: Apache-2.0
// A bare LMDB, which "store" measures itself against: records of zeros, each under its number. Whatever fails ends the
// process with a line on standard error.
#pragma once
#include <lmdb.h>
#include <stddef.h>
#include <stdint.h>

struct bare {
  MDB_env *env;
  MDB_dbi table;
};

// Makes DIR with COUNT records of LENGTH bytes, and room between them for what comes at random: their numbers are
// multiples of 1 << 20.
void load_bare(const char *dir, uint64_t count, size_t length);

// The one in DIR, for close_bare().
struct bare open_bare(const char *dir);
void close_bare(const struct bare *bare);

// One record in a transaction of its own.
void insert_bare(const struct bare *bare, uint64_t number, size_t length);
void read_bare(const struct bare *bare, uint64_t number);
