// SPDX-License-Identifier: Apache-2.0
// Which files of the host a command is about, and wiring or unwiring them one by one.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "context.h"
#include "wiring/pending.h"
#include "wiring/wiring.h"

// A row of wiring_table() for each bit.
typedef uint64_t host_rows;

// What is typed as IN's arguments, or all if nothing is, and what goes with it if WIRES. An exit code, with the error,
// which lists what is legal, on standard error.
int host_rows_typed(const struct invocation *in, bool wires, host_rows *ret_rows);

// What the lines of this host are made of: its settings, which CTX has, and its store, if there is one.
// wiring_values_done() ends it, also after a failure. An exit code, with the error on standard error.
int host_wiring_values(const struct context *ctx, struct wiring_values *ret_values);

// What became of each row, for whoever asked for it.
struct host_result {
  struct wiring_plan plans[64]; // by row; what does not change has no texts
  host_rows looked_at;
  host_rows changed;
};

void host_result_done(struct host_result *result);

// What changes.
host_rows host_rows_changed(const struct host_result *result);

// Finds out what becomes of ROWS, wired if WANTED; nothing is changed. A row that cannot be is an error on standard
// error and the exit code, unless nothing of it is there.
int host_plan(host_rows rows, const struct wiring_values *values, bool wanted, struct host_result *ret_result);

// Puts in place what changes. After a failure what was put in place before it stays: it is lines that work by
// themselves.
int host_write(const struct host_result *result, bool wanted);

// Prints the difference of what changes.
int host_print_diffs(const struct host_result *result);

// Prints RESULT, if --json asks for it, and says it in lines on standard error.
int host_say(struct context *ctx, const struct host_result *result, bool wanted);

// One wiring at a time; the lock is where nobody but root could hold it. Whoever takes back what nobody confirmed WAITS
// for the one before; others are told. *RET_FD holds it until it is closed.
int host_take_turn(bool waits, int *ret_fd);

// Nothing is wired to what is not there.
int host_check_product(void);

// As pending_read(). Of a damaged note it is not known what waits: it is all of it, and due.
MUST_CHECK enum status host_read_pending(struct error *error, struct pending *ret_pending);

// What is wired for good, or not at all, waits for nobody any more.
int host_forget_pending(host_rows rows);
