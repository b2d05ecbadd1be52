// SPDX-License-Identifier: Apache-2.0
// ssoctl member list.
#include <string.h>

#include "asked.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "context.h"
#include "store/accounts.h"
#include "store/here.h"

static const struct column LIST_COLUMNS[] = {
    {"org", COLUMN_TEXT},        {"login", COLUMN_TEXT},           {"email", COLUMN_TEXT},      {"name", COLUMN_TEXT},
    {"role", COLUMN_TEXT},       {"source", COLUMN_TEXT},          {"status", COLUMN_TEXT},     {"uid", COLUMN_NUMBER},
    {"joined_at", COLUMN_DATE},  {"last_sign_in_at", COLUMN_DATE}, {"managed_by", COLUMN_TEXT}, {"until", COLUMN_DATE},
    {"role_until", COLUMN_DATE}, {"asked", COLUMN_TEXT},           {"asked_at", COLUMN_DATE},
};

struct walk {
  struct context *ctx;
  struct table *table;
  const struct org *org;
  const char *source;
  const char *role;
  int64_t idle_since_s; // 0: whoever
  bool gone;            // only who is gone at the provider
};

// Whether somebody like this is meant.
static bool is_wanted(const struct walk *walk, const struct account_here *here, const struct asked *asked)
{
  bool idle = walk->idle_since_s == 0 || here->last_sign_in_at_s < walk->idle_since_s;
  return idle && (!walk->gone || (asked->word != NULL && strcmp(asked->word, "gone") == 0));
}

static enum status add_member(void *context, const struct membership *membership)
{
  const struct walk *walk = context;
  struct account account;
  struct account_here here = {.last_sign_in_at_s = 0};
  struct asked asked;
  bool source = walk->source == NULL || strcmp(walk->source, source_word(membership->source)) == 0;
  bool role = walk->role == NULL || strcmp(walk->role, role_word(membership->role)) == 0;
  if (!source || !role) {
    return STATUS_OK;
  }
  enum status status = account_get(walk->ctx->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_here_get(walk->ctx->txn, account.id, &here);
  status = status != STATUS_OK ? status : asked_load(walk->ctx->txn, membership, &asked);
  if (status != STATUS_OK || !is_wanted(walk, &here, &asked)) {
    record_done(&ACCOUNT_RECORD, &account);
    return status;
  }
  table_add(walk->table, LIST_COLUMNS,
            {{walk->org->slug, 0},
             {account.login, 0},
             {account.email, 0},
             {account.name, 0},
             {role_word(membership->role), 0},
             {source_word(membership->source), 0},
             {member_status_word(membership->status), 0},
             {NULL, account.uid},
             {NULL, membership->joined_at_s},
             {NULL, here.last_sign_in_at_s},
             {walk->org->enforcement == ENFORCEMENT_SSO_ONLY ? "provider" : NULL, 0},
             {NULL, membership->until_s},
             {NULL, membership->role_until_s},
             {asked.word, 0},
             {NULL, asked.at_s}});
  record_done(&ACCOUNT_RECORD, &account);
  return table_status(walk->table);
}

static enum status add_org_members(void *context, const struct org *org)
{
  struct walk *walk = context;
  walk->org = org;
  return membership_each(walk->ctx->txn, org->id, add_member, walk);
}

// Idle: no sign-in through this org for so long, or never.
static int check_filters(struct walk *walk, const char *idle)
{
  uint8_t value = 0;
  int64_t seconds = 0;
  if (idle != NULL && text_to_duration(idle, 1, INT32_MAX, &seconds) != STATUS_OK) {
    return fail(EXIT_USAGE, "--idle \"%.40s\": is not a duration such as 12h or 90d", idle);
  }
  walk->idle_since_s = idle != NULL ? clock_now_s() - seconds : 0;
  if (walk->source != NULL && source_from(walk->source, &value) != STATUS_OK) {
    return fail(EXIT_USAGE, "--source \"%.40s\": is not sso, invitation, owner or manual", walk->source);
  }
  if (walk->role != NULL && role_from(walk->role, &value) != STATUS_OK) {
    return fail(EXIT_USAGE, "--role \"%.40s\": is not viewer, admin or owner", walk->role);
  }
  return EXIT_DONE;
}

int cmd_member_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  table.usual = "org email role status last_sign_in_at";
  struct walk walk = {
      &ctx, &table, NULL, in->options[OPTION_SOURCE], in->options[OPTION_ROLE], 0, in->options[OPTION_GONE] != NULL};
  struct org org;
  int code = check_filters(&walk, in->options[OPTION_IDLE]);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->arguments[0] != NULL) {
    code = context_find_org(&ctx, in->arguments[0], &org);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->arguments[0] != NULL) {
    context_say_managed(&org);
  }
  code = context_stream(&ctx, &table);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status =
      in->arguments[0] != NULL ? add_org_members(&walk, &org) : org_each(ctx.txn, add_org_members, &walk);
  bool read = status == STATUS_OK || table_status(&table) != STATUS_OK;
  return read ? context_print_list(&ctx, &table)
              : fail(EXIT_FAILED, "store: members cannot be read: %s", status_text(status));
}
