// SPDX-License-Identifier: Apache-2.0
// Which services of the host ask us, as the wanted state says it: brought about as 'host enable' and 'host disable' do.
// Exit codes, with the error on standard error.
#pragma once
#include "host_services.h"

// All zero is nothing wanted.
struct host_wanted {
  host_rows wired;
  host_rows unwired;
};

// Adds what NAME stands for, and what goes with it, to WANTED; WHERE begins the error.
int host_wanted_add(const char *where, const char *name, struct host_wanted *wanted);

// What is wired now and not wanted is to be unwired.
int host_wanted_prune(const struct context *ctx, struct host_wanted *wanted);

// Finds out what changes by WANTED.
int host_wanted_plan(const struct context *ctx, const struct host_wanted *wanted, struct host_result *ret_wires,
                     struct host_result *ret_unwires);

// Puts it in place.
int host_wanted_write(const struct context *ctx, const struct host_wanted *wanted);

// The name of each row that is wired now; the caller's function is called with it.
typedef void host_wired_visit(void *context, const char *name);
int host_wired_each(const struct context *ctx, host_wired_visit *visit, void *context);
