// SPDX-License-Identifier: Apache-2.0
// What every command works with: settings, store, who acts, and how a failure becomes an exit code.
#pragma once
#include "actor.h"
#include "base/bytes.h"
#include "change/change.h"
#include "command.h"
#include "config/config.h"
#include "exit_code.h"
#include "store/orgs.h"
#include "table.h"

struct context {
  const struct invocation *in;
  struct config config;
  struct store *store;
  const char *store_dir;
  const char *config_path;
  char map_path[4096];
  struct store_txn *txn; // after context_read()
  bool holds_output;     // what is printed goes into HELD until context_release_output()
  int held;
  int output;
};

#define CONTEXT_EMPTY                                                                                                  \
  {                                                                                                                    \
    .store = NULL                                                                                                      \
  }

// Reads the settings and opens the store, for who may do this. Returns an exit code; after anything but
// EXIT_DONE the error is on standard error. context_close() ends it.
int context_open(const struct invocation *in, struct context *ctx);
void context_close(struct context *ctx);

// Opens the store, which is closed: before anything was read, or while something was started. EXIT_FAILED with an error
// on standard error.
int context_open_store(struct context *ctx);

// Fills in what was asked for and where the store is, without opening anything.
int context_begin(const struct invocation *in, struct context *ctx);

// Begins a read transaction in ctx->txn.
int context_read(struct context *ctx);
void context_end_read(struct context *ctx);

// The org SLUG of the read transaction; an error says that there is none.
int context_find_org(struct context *ctx, const char *slug, struct org *ret_org);

// The org SLUG's claim of DOMAIN likewise.
int context_find_claim(struct context *ctx, const char *slug, const char *domain, struct org *ret_org,
                       struct domain *ret_domain);

// context_open(), context_read() and context_find_org() for the org that the first argument names.
int context_open_org(const struct invocation *in, struct context *ctx, struct org *ret_org);

// Whether who acts may look at ORG, and at PERSON, a login or email: an operator at everything. Refused where it cannot
// be read.
bool context_sees_org(const struct context *ctx, const struct org *org);
bool context_sees_person(const struct context *ctx, const char *person);

// Where CTX's changes are made; without storing anything under --dry-run.
struct change_host context_host(const struct context *ctx);

// Who makes them: borrows from CTX.
struct change_by context_by(const struct context *ctx);

// change_run() and change_run_all() there, and so; on an admin host of a fleet that is told of them first.
MUST_CHECK enum status context_run(const struct context *ctx, struct change change, struct error *error);
MUST_CHECK enum status context_run_all(const struct context *ctx, bool dry_run, const struct changes *all,
                                       struct error *error, uint64_t *ret_index);

// Whether it could be: nothing is stored.
MUST_CHECK enum status context_try(const struct context *ctx, struct change change, struct error *error);

// Carries CHANGE out (without storing anything under --dry-run) and says what failed.
int context_change(struct context *ctx, struct change change);

// Appends the rules for sudo that the store asks for, if there is one, to OUT. An exit code, with the error on standard
// error.
int context_sudo_rules(const struct context *ctx, struct bytes *out);

// After a change of orgs, and after whatever wrote sudo's rules as they were a while ago: what sudo lets their admins
// do, where it is wired. What fails is said, since the change is made.
void context_renew_sudo_rules(const struct context *ctx);

// Asks QUESTION, unless it is NULL, and carries CHANGE out. Exit codes as context_confirm() and context_change().
int context_change_confirmed(struct context *ctx, struct change change, const char *question);

// From now on what is printed is kept in a file without a name, since whoever reads standard output may stop, and a
// transaction that waits for them makes the store grow (HOLES H74). An exit code, with the error on standard error.
int context_hold_output(struct context *ctx);

// Ends the read transaction and writes what was kept. STATUS_CLOSED if nobody reads it, STATUS_IO.
MUST_CHECK enum status context_release_output(struct context *ctx);

// A long list: what is added to TABLE is formatted as it comes, and context_print_list() ends it. An exit code.
int context_stream(struct context *ctx, struct table *table);

// A line on standard error that the people of ORG are managed at its provider, if they are (sso-only).
void context_say_managed(const struct org *org);

// Prints and converts, after the read transaction has been ended.
int context_print_list(struct context *ctx, struct table *table);
int context_print_one(struct context *ctx, const struct table *table);

// What came of a change, as one object: with --json "changed", "dry_run" where nothing was stored, and FIELDS. Without,
// context_result() prints nothing, and context_show_result() the fields, for what people have to read. Exit codes as
// context_print_one().
int context_print_result(struct context *ctx, bool changed, const struct result_field *fields, size_t count);
int context_print_fields(struct context *ctx, bool changed, const struct result_field *fields, size_t count);
#define context_result(ctx, changed, ...)                                                                              \
  context_print_result((ctx), (changed), (const struct result_field[]){__VA_ARGS__},                                   \
                       sizeof((const struct result_field[]){__VA_ARGS__}) / sizeof(struct result_field))
#define context_show_result(ctx, changed, ...)                                                                         \
  context_print_fields((ctx), (changed), (const struct result_field[]){__VA_ARGS__},                                   \
                       sizeof((const struct result_field[]){__VA_ARGS__}) / sizeof(struct result_field))

// The values that a change has set, for a field "values": a row for each, of its key, what it was and what it is.
struct table context_values(void);
void context_add_value(struct table *values, const char *key, const char *before, const char *after);

// A line of success on standard error, "would" under --dry-run: "org acme created".
__attribute__((format(printf, 2, 3))) void context_done(const struct context *ctx, const char *format, ...);

// Asks QUESTION on the terminal unless --yes or --dry-run was given. EXIT_DONE for yes; without a terminal EXIT_FAILED.
int context_confirm(const struct context *ctx, const char *question);

// The same, but WORD has to be typed.
int context_confirm_word(const struct context *ctx, const char *question, const char *word);

// Shows QUESTION on the terminal and reads a line. bytes_done(). Without a terminal EXIT_FAILED.
int context_read_answer(const char *question, struct bytes *ret_answer);

// Reads a secret: the first line of standard input, or typed without echo on the terminal after PROMPT, twice if
// TWICE. bytes_done().
int context_read_secret(bool from_stdin, const char *prompt, bool twice, struct bytes *ret_secret);

// A new file without a name on the disk of the store, for what may be long; in memory where that disk is read-only or
// has little room. The caller's to close; -1 after an error on
// standard error.
int context_temporary_file(const struct context *ctx);

// The file at PATH ("-" is standard input), at most LIMIT bytes. bytes_done().
int context_read_file(const char *path, size_t limit, struct bytes *ret_contents);

// Copies what was typed for WHAT into TO if it is legal; an error quotes it and says what is.
int context_email(const char *typed, char to[static EMAIL_SIZE]);

// The same for somebody who is there: an email, login or number, as account_by_name() finds them.
int context_person(const char *typed, char to[static EMAIL_SIZE]);
int context_domain(const char *typed, char to[static DOMAIN_SIZE]);
int context_text(const char *what, const char *typed, char *to, size_t size);
int context_slug(const char *typed, char to[static SLUG_SIZE]);
