// SPDX-License-Identifier: Apache-2.0
// The store and the map that "store" measures: an org acme with a domain, a connection and enforcement, and its
// members. Whatever fails ends the process with a line on standard error.
#pragma once
#include "change/change.h"

struct bench {
  char dir[256];
  char map_path[300];
  char bare_dir[300];
  struct config config;
  struct store *store;
  struct change_host host;
  struct error error;
};

_Noreturn void fail(const char *what, const char *why);

// Ends the process unless STATUS, of something that was done to B, is STATUS_OK.
void must(struct bench *b, enum status status, const char *what);

// Opens the store in DIR, for store_close().
void open_bench(struct bench *b, const char *dir, enum store_mode mode);

// In a store that is new.
void make_org(struct bench *b);

// Members u0000000@acme.test, u0000001@acme.test..., in one transaction.
void load_members(struct bench *b, uint64_t count);

// The first login of n0000000@acme.test, with NUMBER in it, through SSO.
void first_login(struct bench *b, uint64_t number);

// Of all keys and records.
uint64_t stored_bytes(struct bench *b);
