// SPDX-License-Identifier: Apache-2.0
// ssoctl access: who could get in at a time.
#include <string.h>

#include "access_state.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/settings.h"

static const struct column COLUMNS[] = {
    {"org", COLUMN_TEXT},       {"login", COLUMN_TEXT},       {"uid", COLUMN_NUMBER},      {"email", COLUMN_TEXT},
    {"role", COLUMN_TEXT},      {"until", COLUMN_DATE},       {"role_until", COLUMN_DATE}, {"source", COLUMN_TEXT},
    {"joined_at", COLUMN_DATE}, {"enforcement", COLUMN_TEXT}, {"provider", COLUMN_TEXT},   {"password", COLUMN_BOOL},
    {"keys", COLUMN_TEXT},
};

struct walk {
  struct context *ctx;
  struct table *table;
  int64_t at_s; // 0: now
  int64_t org_id;
  struct org_past org;
  char keys[SETTING_TEXT_SIZE];
};

static enum status add_person(void *context, int64_t account_id)
{
  const struct walk *walk = context;
  struct access_state state;
  enum status status = access_state_load(walk->ctx->txn, account_id, walk->org_id, walk->at_s, &state);
  if (status != STATUS_OK || !state.in) {
    return status;
  }
  bool paused = walk->org.paused_until_s > (walk->at_s != 0 ? walk->at_s : clock_now_s());
  table_add(walk->table, COLUMNS,
            {{walk->org.slug, 0},
             {state.account.login, 0},
             {NULL, state.account.uid},
             {state.account.email, 0},
             {role_word(state.membership.role), 0},
             {NULL, state.membership.until_s},
             {NULL, state.membership.role_until_s},
             {source_word(state.membership.source), 0},
             {NULL, state.membership.joined_at_s},
             {paused ? "paused" : enforcement_word(walk->org.enforcement), 0},
             {table_text_or_null(walk->org.issuer), 0},
             {NULL, state.account.has_password},
             {walk->keys, 0}});
  return table_status(walk->table);
}

static enum status add_org(void *context, int64_t org_id)
{
  struct walk *walk = context;
  enum status status = access_org_at(walk->ctx->txn, org_id, walk->at_s, &walk->org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  const struct org settings = {.keys = walk->org.keys, .keys_recent_s = walk->org.keys_recent_s};
  org_setting_typed(org_setting_find("keys", strlen("keys")), &settings, walk->keys);
  walk->org_id = org_id;
  return access_each_member(walk->ctx->txn, org_id, add_person, walk);
}

static int begin(struct context *ctx, const struct invocation *in, int64_t at_s, struct org *ret_org)
{
  int code = context_open(in, ctx);
  code = code != EXIT_DONE ? code : context_read(ctx);
  if (code == EXIT_DONE && in->arguments[0] != NULL) {
    code = context_find_org(ctx, in->arguments[0], ret_org);
  }
  return code != EXIT_DONE ? code : access_state_check_known(ctx, at_s);
}

int cmd_access(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table.usual = "org login role until enforcement password keys";
  struct walk walk = {.ctx = &ctx, .table = &table};
  struct org org;
  const char *at = in->options[OPTION_AT];
  int code = at != NULL ? access_state_moment("--at", at, &walk.at_s) : EXIT_DONE;
  code = code != EXIT_DONE ? code : begin(&ctx, in, walk.at_s, &org);
  code = code != EXIT_DONE ? code : context_stream(&ctx, &table);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = in->arguments[0] != NULL ? add_org(&walk, org.id) : access_each_org(ctx.txn, add_org, &walk);
  bool read = status == STATUS_OK || table_status(&table) != STATUS_OK;
  return read ? context_print_list(&ctx, &table)
              : fail(EXIT_FAILED, "store: who could get in cannot be read: %s", status_text(status));
}
