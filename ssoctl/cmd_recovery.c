// SPDX-License-Identifier: Apache-2.0
// ssoctl recovery: codes by which the owner of an org gets in without provider and password.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/code.h"
#include "change/password_hash.h"
#include "change/recovery.h"
#include "context.h"
#include "store/accounts.h"
#include "store/recovery.h"

// The codes as they are shown, and as they are stored.
struct drawn {
  char texts[RECOVERY_CODES][CODE_SIZE];
  struct recovery_code codes[RECOVERY_CODES];
};

static void cleanup_drawn(struct drawn *drawn)
{
  explicit_bzero(drawn, sizeof *drawn);
}

// Codes are found by how they begin: one that begins like another of this owner is drawn again. Those that are about to
// be replaced count too.
static enum status draw(struct store_txn *txn, int64_t owner_id, struct drawn *drawn, size_t number)
{
  char *text = drawn->texts[number];
  struct recovery_code *code = &drawn->codes[number];
  struct recovery_code other;
  bool taken = true;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && taken) {
    status = code_new(text);
    (void)snprintf(code->prefix, sizeof code->prefix, "%.2s", text);
    taken = status == STATUS_OK && recovery_get(txn, owner_id, code->prefix, &other) != STATUS_NOT_FOUND;
    for (size_t i = 0; i < number; i++) {
      taken = taken || strcmp(drawn->codes[i].prefix, code->prefix) == 0;
    }
  }
  return status;
}

static enum status hash(const char *text, struct recovery_code *code)
{
  struct bytes shown CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = bytes_append_text(&shown, text);
  if (status != STATUS_OK) {
    return status;
  }
  status = code_fold(&shown, &folded);
  return status != STATUS_OK ? status : password_hash(&folded, code->hash);
}

static int draw_all(struct context *ctx, const struct org *org, struct drawn *drawn)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < RECOVERY_CODES; i++) {
    status = draw(ctx->txn, org->owner_id, drawn, i);
  }
  for (size_t i = 0; status == STATUS_OK && i < RECOVERY_CODES; i++) {
    status = hash(drawn->texts[i], &drawn->codes[i]);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "making codes: %s", status_text(status));
}

static int summarize(struct context *ctx, const struct org *org, struct recovery_summary *ret_summary)
{
  enum status status = recovery_summarize(ctx->txn, org->owner_id, org->id, ret_summary);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}

// They are shown here and never again; under --dry-run none is stored, so none is shown.
static int print_codes(struct context *ctx, const struct drawn *drawn)
{
  bool stored = ctx->in->options[OPTION_DRY_RUN] == NULL;
  char all[RECOVERY_CODES * CODE_SIZE] = "";
  static const struct column COLUMNS[] = {{"code", COLUMN_TEXT}};
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  for (size_t i = 0; i < RECOVERY_CODES; i++) {
    size_t used = strlen(all);
    table_add(&table, COLUMNS, {{drawn->texts[i], 0}});
    (void)snprintf(all + used, sizeof all - used, "%s%s", used > 0 ? " " : "", drawn->texts[i]);
  }
  context_done(
      ctx, "%d recovery codes for the owner of org %s: each is typed once as the password; they are not shown again",
      RECOVERY_CODES, ctx->in->arguments[0]);
  bool json = ctx->in->options[OPTION_JSON] != NULL;
  int code = json     ? context_result(ctx, true, RESULT_TEXT("org", ctx->in->arguments[0]),
                                       RESULT_WORDS("codes", stored ? all : ""))
             : stored ? context_print_list(ctx, &table)
                      : EXIT_DONE;
  explicit_bzero(all, sizeof all);
  return code;
}

// Only where something is lost.
static int confirm_loss(struct context *ctx, const struct recovery_summary *before, const char *question)
{
  context_end_read(ctx);
  return before->left > 0 ? context_confirm(ctx, question) : EXIT_DONE;
}

int cmd_recovery_create(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct drawn drawn CLEANUP(cleanup_drawn) = {.codes = {{.account_id = 0}}};
  struct recovery_summary before = {.left = 0};
  struct org org;
  const struct recovery_create create = {org.slug, drawn.codes};
  struct change_done result;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = summarize(&ctx, &org, &before);
  if (code != EXIT_DONE) {
    return code;
  }
  code = draw_all(&ctx, &org, &drawn);
  if (code != EXIT_DONE) {
    return code;
  }
  code = confirm_loss(&ctx, &before, "The recovery codes that are left of earlier ones stop working. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_recovery_create(&create, &result));
  return code == EXIT_DONE ? print_codes(&ctx, &drawn) : code;
}

int cmd_recovery_revoke(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct recovery_summary before = {.left = 0};
  struct org org;
  const struct recovery_revoke revoke = {org.slug};
  struct change_done result;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = summarize(&ctx, &org, &before);
  if (code != EXIT_DONE) {
    return code;
  }
  code = confirm_loss(&ctx, &before, "The recovery codes that are left stop working. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_recovery_revoke(&revoke, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s has no recovery codes%s", org.slug, result.changed ? " any more" : "");
  return context_result(&ctx, result.changed, RESULT_TEXT("org", org.slug));
}

int cmd_recovery_list(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"org", COLUMN_TEXT},
                                          {"owner", COLUMN_TEXT},
                                          {"left", COLUMN_NUMBER},
                                          {"created_at", COLUMN_DATE},
                                          {"last_used_at", COLUMN_DATE}};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct recovery_summary summary = {.made = 0};
  struct account owner = {.id = 0};
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = summarize(&ctx, &org, &summary);
  if (code != EXIT_DONE) {
    return code;
  }
  if (account_get(ctx.txn, org.owner_id, &owner) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: the owner's account cannot be read");
  }
  if (summary.made > 0) {
    table_add(&table, COLUMNS,
              {{org.slug, 0},
               {owner.email, 0},
               {NULL, (int64_t)summary.left},
               {NULL, summary.created_at_s},
               {NULL, summary.last_used_at_s}});
  }
  record_done(&ACCOUNT_RECORD, &owner);
  return context_print_list(&ctx, &table);
}
