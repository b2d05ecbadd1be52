// SPDX-License-Identifier: Apache-2.0
// ssoctl member import.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "import_mail.h"
#include "member_file.h"
#include "progress.h"

struct import {
  struct context *ctx;
  struct member_file file;
  struct progress progress;
  struct member_row row;
  struct member_add add;
  struct member_added result;
  char summary[REASON_SIZE];
  struct member_import closing; // behind the last row
  struct change_done closed;
  bool keep_going;
  struct import_mail mail;
  FILE *refused_rows; // a line for each: its number, the address, why; TABs between
  bool not_noted;     // one of them could not be written
  uint64_t failed_line;
  uint64_t added;
  uint64_t unchanged;
  uint64_t refused;
};

static void import_done(struct import *import)
{
  progress_end(&import->progress);
  member_file_close(&import->file);
  import_mail_done(&import->mail);
  if (import->refused_rows != NULL) {
    (void)fclose(import->refused_rows);
  }
}

// POLICY W3, W7: what an org's own admins may say of their members.
static int check_columns(const struct member_file *file, bool delegate)
{
  const struct member_value *beyond = member_value_beyond_delegates(file->columns, file->column_count);
  if (!delegate || beyond == NULL) {
    return EXIT_DONE;
  }
  return fail(EXIT_REFUSED, "%.500s: column \"%s\": is for root and operators; email, role, status and name are legal",
              file->path, beyond->column);
}

static enum status begin(struct import *import, struct error *error)
{
  import->added = import->unchanged = import->refused = import->failed_line = 0;
  if (import->refused_rows != NULL) {
    rewind(import->refused_rows);
  }
  import_mail_restart(&import->mail);
  return member_file_rewind(&import->file, error);
}

static void describe(const struct import *import, char *text, size_t size)
{
  (void)snprintf(text, size, "%llu added, %llu there already, %llu refused", (unsigned long long)import->added,
                 (unsigned long long)import->unchanged, (unsigned long long)import->refused);
}

// The event behind the last row.
static struct change close_rows(struct import *import)
{
  describe(import, import->summary, sizeof import->summary);
  import->closing = (struct member_import){import->ctx->in->arguments[0], import->summary};
  email_set_clear(&import->file.emails);
  progress_say(&import->progress, "storing");
  return change_member_import(&import->closing, &import->closed);
}

static enum status get_row(void *context, uint64_t index, struct error *error, struct change *ret_change)
{
  struct import *import = context;
  enum status status = index == 0 ? begin(import, error) : STATUS_OK;
  if (status != STATUS_OK) {
    return status == STATUS_NO_MEMORY ? status : STATUS_IO;
  }
  progress_show(&import->progress, index);
  if (index == import->file.rows) {
    *ret_change = close_rows(import);
    return STATUS_OK;
  }
  import->row = (struct member_row){.imported = true};
  status = member_file_next(&import->file, error, &import->row);
  if (status != STATUS_OK) {
    return status;
  }
  import->add = member_row_add(&import->row, import->ctx->in->arguments[0], "");
  *ret_change = change_member_add(&import->add, &import->result);
  return STATUS_OK;
}

static void note_refused(struct import *import, const struct error *error)
{
  char shown[2 * ERROR_SIZE];
  text_escape(error->text, strlen(error->text), shown, sizeof shown);
  int length = fprintf(import->refused_rows, "%llu\t%s\t%s\n", (unsigned long long)import->file.csv.line,
                       import->row.email, shown);
  import->not_noted = import->not_noted || length < 0;
}

static bool note_row(void *context, uint64_t index, enum status status, const struct error *error)
{
  struct import *import = context;
  if (index == import->file.rows) {
    return status == STATUS_OK;
  }
  if (status == STATUS_OK) {
    import->added += import->result.changed ? 1 : 0;
    if (import->result.changed && import->add.status == MEMBER_ACTIVE) {
      import_mail_note(&import->mail, import->row.email, import->result.account.login, role_word(import->row.role));
    }
    import->unchanged += import->result.changed ? 0 : 1;
    return true;
  }
  import->refused++;
  import->failed_line = import->file.csv.line;
  if (import->refused_rows != NULL) {
    note_refused(import, error);
  }
  return import->keep_going && !import->not_noted;
}

static const struct column COLUMNS[] = {{"line", COLUMN_NUMBER}, {"email", COLUMN_TEXT}, {"reason", COLUMN_TEXT}};

// NOTED is a line of refused_rows.
static void print_refused(const struct import *import, char *noted, struct table *table)
{
  int64_t line = 0;
  noted[strcspn(noted, "\n")] = '\0';
  char *email = strchr(noted, '\t');
  char *reason = email != NULL ? strchr(email + 1, '\t') : NULL;
  if (reason == NULL) {
    return;
  }
  *email++ = '\0';
  *reason++ = '\0';
  if (import->ctx->in->options[OPTION_JSON] == NULL) {
    (void)fprintf(stderr, "ssoctl: %s:%s: %s\n", import->file.path, noted, reason);
  } else if (text_to_i64(noted, 1, INT64_MAX, &line) == STATUS_OK) {
    table_add(table, COLUMNS, {{NULL, line}, {email[0] != '\0' ? email : NULL, 0}, {reason, 0}});
  }
}

// What came of it, up to the rows that were refused. Nothing is added where all was given up.
static enum status open_report(const struct import *import, bool stored)
{
  const struct invocation *in = import->ctx->in;
  bool dry = in->options[OPTION_DRY_RUN] != NULL;
  uint64_t added = stored ? import->added : 0;
  const struct result_field fields[] = {RESULT_BOOL("changed", added > 0),
                                        RESULT_TEXT("org", in->arguments[0]),
                                        RESULT_NUMBER("added", (int64_t)added),
                                        RESULT_NUMBER("there_already", stored ? (int64_t)import->unchanged : 0),
                                        RESULT_NUMBER("refused", (int64_t)import->refused),
                                        RESULT_BOOL("dry_run", true)};
  return table_print_opening(fields, COUNT_OF(fields) - (dry ? 0 : 1), "refused_rows");
}

// After the store is free again: whoever reads this may be slow.
static int report_refused(struct import *import, bool stored)
{
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  char *noted CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  bool json = import->ctx->in->options[OPTION_JSON] != NULL;
  if (import->refused_rows == NULL) {
    return EXIT_DONE;
  }
  if (json && open_report(import, stored) != STATUS_OK) {
    return fail(EXIT_FAILED, "printing: %s", status_text(STATUS_NO_MEMORY));
  }
  table_stream(&table, json);
  rewind(import->refused_rows);
  for (uint64_t i = 0; i < import->refused && getline(&noted, &size, import->refused_rows) > 0; i++) {
    print_refused(import, noted, &table);
  }
  int code = json ? context_print_list(import->ctx, &table) : EXIT_DONE;
  return json && code == EXIT_DONE && puts("}") < 0 ? EXIT_FAILED : code;
}

// One that fails ends everything, unless it was only refused and --keep-going was given.
static int explain(const struct import *import, enum status status, const struct error *error)
{
  bool usage = status == STATUS_INVALID; // the file's, not the command line's
  int code = usage ? EXIT_FAILED : exit_code(status);
  if (import->not_noted) {
    return fail(EXIT_FAILED, "%.500s: no room for the list of rows that were refused; nothing was changed",
                import->ctx->store_dir);
  }
  if (import->failed_line == 0 || import->keep_going) {
    return fail(code, "%s", error->text);
  }
  return fail(code, "%.500s:%llu: %s", import->file.path, (unsigned long long)import->failed_line, error->text);
}

// After all are stored; those that nothing is stored of are not told.
static int tell(struct import *import)
{
  const struct context *ctx = import->ctx;
  if (import->mail.not_noted) {
    return fail(EXIT_FAILED, "%.500s: no room for the list of people to tell; nobody was told by mail", ctx->store_dir);
  }
  return ctx->in->options[OPTION_DRY_RUN] == NULL ? import_mail_send(&import->mail, ctx->in->arguments[0]) : EXIT_DONE;
}

static int run(struct import *import)
{
  const struct changes all = {import->file.rows + 1, get_row, note_row, import};
  struct error error = {.text = ""};
  char what[REASON_SIZE];
  uint64_t index = 0;
  bool json = import->ctx->in->options[OPTION_JSON] != NULL;
  import->progress = progress_begin(!json, import->file.rows);
  bool dry_run = import->ctx->in->options[OPTION_DRY_RUN] != NULL;
  enum status status = context_run_all(import->ctx, dry_run, &all, &error, &index);
  progress_end(&import->progress);
  int code = status == STATUS_OK || json ? report_refused(import, status == STATUS_OK) : EXIT_DONE;
  if (status != STATUS_OK) {
    return explain(import, status, &error);
  }
  describe(import, what, sizeof what);
  context_done(import->ctx, "%.500s: members of org %s: %s", import->file.path, import->ctx->in->arguments[0], what);
  int told = tell(import);
  code = code == EXIT_DONE && import->refused > 0 ? EXIT_FAILED : code;
  return code == EXIT_DONE ? told : code;
}

static int open_refused_rows(struct import *import)
{
  if (!import->keep_going && import->ctx->in->options[OPTION_JSON] == NULL) {
    return EXIT_DONE;
  }
  int fd CLEANUP(cleanup_fd) = context_temporary_file(import->ctx);
  import->refused_rows = fd >= 0 ? fdopen(fd, "w+e") : NULL;
  if (import->refused_rows == NULL) {
    return EXIT_FAILED;
  }
  (void)take_fd(&fd);
  return EXIT_DONE;
}

int cmd_member_import(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct import import CLEANUP(import_done) = {.ctx = &ctx, .file = MEMBER_FILE_EMPTY, .mail = IMPORT_MAIL_NONE};
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  context_end_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = member_file_open(&ctx, in->arguments[1], &import.file);
  if (code != EXIT_DONE) {
    return code;
  }
  code = check_columns(&import.file, in->actor->is_delegate);
  if (code != EXIT_DONE) {
    return code;
  }
  import.keep_going = in->options[OPTION_KEEP_GOING] != NULL;
  code = in->options[OPTION_MAIL] != NULL ? import_mail_open(&ctx, &import.mail) : EXIT_DONE;
  code = code == EXIT_DONE ? open_refused_rows(&import) : code;
  return code == EXIT_DONE ? run(&import) : code;
}
