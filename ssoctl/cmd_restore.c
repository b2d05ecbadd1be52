// SPDX-License-Identifier: Apache-2.0
// ssoctl restore: the store as a backup has it (POLICY D3), on the host that it is of or a fresh one.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backup_file.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "change/restore.h"
#include "context.h"
#include "store/audit.h"
#include "unpacked.h"

static int unpack(int fd, const char *path, const struct backup_head *head, struct unpacked *unpacked)
{
  struct error error = {.text = ""};
  if (unlinkat(unpacked->dir_fd, "data.mdb", 0) != 0 && errno != ENOENT) {
    return fail(EXIT_FAILED, "%s: %s", unpacked->dir, strerror(errno));
  }
  int to CLEANUP(cleanup_fd) =
      openat(unpacked->dir_fd, "data.mdb", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (to < 0) {
    return fail(EXIT_FAILED, "%s: %s", unpacked->dir, strerror(errno));
  }
  if (backup_read_store(fd, head, to, &error) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s: %s; nothing was restored", path, error.text);
  }
  enum status status = store_open(unpacked->dir, STORE_READ_ONLY, &error, &unpacked->store);
  status = status != STATUS_OK ? status : store_begin(unpacked->store, false, &unpacked->txn);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s: %s; nothing was restored", path, error.text);
}

// A host that has no store yet gets an empty one first.
static int open_store(struct context *ctx)
{
  struct error error = {.text = ""};
  if (config_load(ctx->config_path, &error, &ctx->config) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  enum status status = store_open(ctx->store_dir, STORE_READ_WRITE, &error, &ctx->store);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "%s; a fresh host needs 'ssoctl init' first", error.text);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

// What has been done since the backup, and is undone with it.
struct since {
  struct table *table;
  uint64_t sign_ins;
  uint64_t changes;
};

static const struct column SINCE_COLUMNS[] = {{"at", COLUMN_DATE},  {"event", COLUMN_TEXT}, {"actor", COLUMN_TEXT},
                                              {"org", COLUMN_TEXT}, {"login", COLUMN_TEXT}, {"detail", COLUMN_TEXT}};

static enum status add_event(void *context, const struct audit_event *event)
{
  struct since *since = context;
  if (strncmp(event->event, "sign-in", 7) == 0) {
    since->sign_ins++;
    return STATUS_OK;
  }
  since->changes++;
  table_add(since->table, SINCE_COLUMNS,
            {{NULL, event->at_s},
             {event->event, 0},
             {event->actor, 0},
             {table_text_or_null(event->org), 0},
             {table_text_or_null(event->login), 0},
             {table_text_or_null(event->detail), 0}});
  return table_status(since->table);
}

static int find_differences(struct context *ctx, const struct unpacked *unpacked, bool *ret_same, struct since *since)
{
  int64_t last = 0;
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = restore_is_same_history(unpacked->txn, ctx->txn, &last, ret_same);
  // Of another store's trail every event of this one is lost.
  status = status != STATUS_OK ? status : audit_each(ctx->txn, *ret_same ? last : 0, add_event, since);
  context_end_read(ctx);
  return status == STATUS_OK ? EXIT_DONE
                             : fail(EXIT_FAILED, "store: the audit trail cannot be read: %s", status_text(status));
}

static int confirm(const struct context *ctx, const struct backup_head *head, bool same, const struct since *since)
{
  struct backup_head here;
  char date[CLOCK_TEXT_SIZE];
  char question[512];
  backup_head_here(&here);
  clock_text(head->at_s, date);
  bool other = strcmp(here.machine, head->machine) != 0;
  if (other) {
    context_done(ctx, "it is a backup of another machine, %s (machine-id %s)", head->host, head->machine);
  }
  (void)snprintf(
      question, sizeof question,
      "Put this host's store back as %s's was at %s? %llu changes %s; invites and recovery codes are void then.",
      head->host, date, (unsigned long long)since->changes, same ? "since are undone" : "of this host's own are lost");
  return context_confirm(ctx, question);
}

static int print(struct context *ctx, const struct store_restored *result, struct since *since)
{
  const struct result_field fields[] = {
      RESULT_NUMBER("orgs", (int64_t)result->orgs),
      RESULT_NUMBER("accounts", (int64_t)result->accounts),
      RESULT_BOOL("same_history", result->same_history),
      RESULT_NUMBER("kept_numbers", (int64_t)result->kept_numbers),
      RESULT_NUMBER("removed_again", (int64_t)result->ended),
      RESULT_NUMBER("members_removed_again", (int64_t)result->members_ended),
      RESULT_NUMBER("owners_back", (int64_t)result->owners_back),
      RESULT_NUMBER("void_invites", (int64_t)result->void_invites),
      RESULT_NUMBER("void_recovery_codes", (int64_t)result->void_codes),
      RESULT_NUMBER("sign_ins_since", (int64_t)since->sign_ins),
      RESULT_ROWS("undone", since->table),
  };
  context_done(ctx,
               "restored: %llu orgs and %llu accounts; %llu numbers given since stay taken, %llu accounts and %llu "
               "members removed since stay removed, %llu invites and %llu recovery codes are void",
               (unsigned long long)result->orgs, (unsigned long long)result->accounts,
               (unsigned long long)result->kept_numbers, (unsigned long long)result->ended,
               (unsigned long long)result->members_ended, (unsigned long long)result->void_invites,
               (unsigned long long)result->void_codes);
  // For people: what is undone, and the line above.
  return ctx->in->options[OPTION_JSON] != NULL ? context_print_fields(ctx, true, fields, COUNT_OF(fields))
                                               : context_print_list(ctx, since->table);
}

static int restore(struct context *ctx, const struct backup_head *head, const struct unpacked *unpacked)
{
  struct table table CLEANUP(table_done) = table_init(SINCE_COLUMNS, COUNT_OF(SINCE_COLUMNS));
  struct since since = {.table = &table};
  struct store_restored result;
  char date[CLOCK_TEXT_SIZE];
  char what[256];
  bool same = false;
  int code = find_differences(ctx, unpacked, &same, &since);
  code = code != EXIT_DONE ? code : confirm(ctx, head, same, &since);
  if (code != EXIT_DONE) {
    return code;
  }
  clock_text(head->at_s, date);
  (void)snprintf(what, sizeof what, "%.100s as of %s", head->host, date);
  const struct store_restore in = {.from = unpacked->txn, .what = what};
  if (store_make_room(ctx->store, (size_t)head->length * 2) != STATUS_OK) {
    return fail(EXIT_FAILED, "store %s: no room for the backup", ctx->store_dir);
  }
  code = context_change(ctx, change_store_restore(&in, &result));
  return code != EXIT_DONE ? code : print(ctx, &result, &since);
}

int cmd_restore(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct unpacked unpacked CLEANUP(unpacked_done) = {.dir_fd = -1};
  struct backup_head head;
  struct error error = {.text = ""};
  const char *path = in->arguments[0];
  int code = context_begin(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    return fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
  }
  enum status status = backup_read_head(fd, &error, &head);
  if (status != STATUS_OK) {
    return fail(exit_code(status), "%s: %s", path, error.text);
  }
  code = open_store(&ctx);
  code = code != EXIT_DONE ? code : unpacked_make(&ctx, "restore", &unpacked);
  code = code != EXIT_DONE ? code : unpack(fd, path, &head, &unpacked);
  return code != EXIT_DONE ? code : restore(&ctx, &head, &unpacked);
}
