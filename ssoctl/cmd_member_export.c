// SPDX-License-Identifier: Apache-2.0
// ssoctl member export.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "context.h"
#include "csv.h"
#include "member_values.h"
#include "store/accounts.h"
#include "table.h"

enum { LINE_SIZE = CSV_LINE_MAX + 1, NUMBER_SIZE = 16 };

static void list_values(const struct account *account, const struct membership *membership,
                        char number[static NUMBER_SIZE], const char *values[static MEMBER_VALUE_COUNT])
{
  (void)snprintf(number, NUMBER_SIZE, "%u", account->uid);
  values[MEMBER_EMAIL] = account->email;
  values[MEMBER_ROLE] = role_word((uint8_t)membership_own_role(membership));
  values[MEMBER_STATUS] = member_status_word(membership->status);
  values[MEMBER_NAME] = account->name;
  values[MEMBER_LOGIN] = account->login;
  values[MEMBER_SHELL] = account->shell;
  values[MEMBER_HOME] = account->home;
  values[MEMBER_UID] = number;
}

// What an import would refuse, such as a provider's "Smith, John" for a name, is left out: what was exported is legal.
static void leave_out_illegal(const char *values[static MEMBER_VALUE_COUNT])
{
  struct member_row scratch = {.imported = true};
  for (size_t i = 0; i < MEMBER_VALUE_COUNT; i++) {
    if (MEMBER_VALUES[i].take(MEMBER_VALUES[i].column, values[i], &scratch, NULL) != STATUS_OK) {
      values[i] = "";
    }
  }
}

static enum status print_line(const char *const values[static MEMBER_VALUE_COUNT])
{
  char line[LINE_SIZE] = "";
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < MEMBER_VALUE_COUNT; i++) {
    size_t used = strlen(line);
    if (i > 0) {
      line[used] = ',';
      line[used + 1] = '\0';
    }
    status = csv_append(line, sizeof line - 1, values[i]);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)printf("%s\n", line);
  return ferror(stdout) == 0 ? STATUS_OK : table_flush_output();
}

static enum status print_header(void)
{
  const char *names[MEMBER_VALUE_COUNT];
  for (size_t i = 0; i < MEMBER_VALUE_COUNT; i++) {
    names[i] = MEMBER_VALUES[i].column;
  }
  return print_line(names);
}

static enum status print_member(void *context, const struct membership *membership)
{
  struct context *ctx = context;
  struct account account;
  char number[NUMBER_SIZE];
  const char *values[MEMBER_VALUE_COUNT];
  enum status status = account_get(ctx->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  list_values(&account, membership, number, values);
  leave_out_illegal(values);
  status = print_line(values);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status print_all(struct context *ctx, const struct org *org)
{
  enum status status = print_header();
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_each(ctx->txn, org->id, print_member, ctx);
  return status != STATUS_OK ? status : context_release_output(ctx);
}

int cmd_member_export(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_hold_output(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = print_all(&ctx, &org);
  // That nobody reads any more is no news to anybody.
  return status == STATUS_OK       ? EXIT_DONE
         : status == STATUS_CLOSED ? EXIT_FAILED
                                   : fail(EXIT_FAILED, "members cannot be exported: %s", status_text(status));
}
