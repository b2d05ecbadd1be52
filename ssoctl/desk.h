// SPDX-License-Identifier: Apache-2.0
// What every command works with: settings, store, who acts, and how a failure becomes an exit code.
#pragma once
#include "actor.h"
#include "base/bytes.h"
#include "change/change.h"
#include "command.h"
#include "config/config.h"
#include "store/orgs.h"
#include "table.h"

struct desk {
  const struct invocation *in;
  struct config config;
  struct store *store;
  const char *store_dir;
  const char *config_path;
  char map_path[4096];
  struct store_txn *txn; // after desk_read()
  bool holds_output;     // what is printed goes into HELD until desk_release_output()
  int held;
  int output;
};

#define DESK_EMPTY                                                                                                     \
  {                                                                                                                    \
    .store = NULL                                                                                                      \
  }

// Reads the settings and opens the store, for who has passed the gate. Returns an exit code; after anything but
// EXIT_DONE the error is on standard error. desk_close() ends it.
int desk_open(const struct invocation *in, struct desk *desk);
void desk_close(struct desk *desk);

// Fills in what was asked for and where the store is, without opening anything.
int desk_begin(const struct invocation *in, struct desk *desk);

// Begins a read transaction in desk->txn.
int desk_read(struct desk *desk);
void desk_end_read(struct desk *desk);

// The org SLUG of the read transaction; an error says that there is none.
int desk_find_org(struct desk *desk, const char *slug, struct org *ret_org);

// The org SLUG's claim of DOMAIN likewise.
int desk_find_claim(struct desk *desk, const char *slug, const char *domain, struct org *ret_org,
                    struct domain *ret_domain);

// desk_open(), desk_read() and desk_find_org() for the org that the first argument names.
int desk_open_org(const struct invocation *in, struct desk *desk, struct org *ret_org);

// Whether who acts may look at ORG, and at PERSON, a login or email: an operator at everything. Refused where it cannot
// be read.
bool desk_sees_org(const struct desk *desk, const struct org *org);
bool desk_sees_person(const struct desk *desk, const char *person);

// Where DESK's changes are made; without storing anything under --dry-run.
struct change_host desk_host(const struct desk *desk);

// Who makes them: borrows from DESK.
struct change_by desk_by(const struct desk *desk);

// Carries CHANGE out (without storing anything under --dry-run) and says what failed.
int desk_change(struct desk *desk, struct change change);

// An error line "ssoctl: ..." on standard error; returns CODE.
__attribute__((format(printf, 2, 3))) int desk_fail(int code, const char *format, ...);

// The exit code for STATUS.
int desk_exit_code(enum status status);

// From now on what is printed is kept in a file without a name, since whoever reads standard output may stop, and a
// transaction that waits for them makes the store grow (HOLES H74). An exit code, with the error on standard error.
int desk_hold_output(struct desk *desk);

// Ends the read transaction and writes what was kept. STATUS_CLOSED if nobody reads it, STATUS_IO.
MUST_CHECK enum status desk_release_output(struct desk *desk);

// A long list: what is added to TABLE is formatted as it comes, and desk_print_list() ends it. An exit code.
int desk_stream(struct desk *desk, struct table *table);

// Prints and converts, after the read transaction has been ended.
int desk_print_list(struct desk *desk, struct table *table);
int desk_print_one(struct desk *desk, const struct table *table);

// A line of success on standard error, "would" under --dry-run: "org acme created".
__attribute__((format(printf, 2, 3))) void desk_done(const struct desk *desk, const char *format, ...);

// Asks QUESTION on the terminal unless --yes or --dry-run was given. EXIT_DONE for yes; without a terminal EXIT_FAILED.
int desk_confirm(const struct desk *desk, const char *question);

// The same, but WORD has to be typed.
int desk_confirm_word(const struct desk *desk, const char *question, const char *word);

// Reads a secret: the first line of standard input, or typed without echo on the terminal after PROMPT, twice if
// TWICE. bytes_done().
int desk_read_secret(bool from_stdin, const char *prompt, bool twice, struct bytes *ret_secret);

// A new file without a name on the disk of the store, for what may be long. The caller's to close; -1 after an error on
// standard error.
int desk_temporary_file(const struct desk *desk);

// The file at PATH ("-" is standard input), at most LIMIT bytes. bytes_done().
int desk_read_file(const char *path, size_t limit, struct bytes *ret_contents);

// Copies what was typed for WHAT into TO if it is legal; an error quotes it and says what is.
int desk_email(const char *typed, char to[static EMAIL_SIZE]);
int desk_domain(const char *typed, char to[static DOMAIN_SIZE]);
int desk_text(const char *what, const char *typed, char *to, size_t size);
int desk_slug(const char *typed, char to[static SLUG_SIZE]);
