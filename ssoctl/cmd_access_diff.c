// SPDX-License-Identifier: Apache-2.0
// ssoctl access diff: who came and went between two moments, and whose place changed.
#include <string.h>

#include "access_state.h"
#include "base/cleanup.h"

enum { FROM, TO, MOMENTS };

static const struct column COLUMNS[] = {
    {"org", COLUMN_TEXT},          {"login", COLUMN_TEXT},
    {"login_before", COLUMN_TEXT}, {"uid", COLUMN_NUMBER},
    {"change", COLUMN_TEXT},       {"role_before", COLUMN_TEXT},
    {"role", COLUMN_TEXT},         {"until_before", COLUMN_DATE},
    {"until", COLUMN_DATE},        {"role_until_before", COLUMN_DATE},
    {"role_until", COLUMN_DATE},
};

struct walk {
  struct context *ctx;
  struct table *table;
  int64_t at_s[MOMENTS]; // 0: now
  int64_t org_id;
  bool there[MOMENTS]; // the org was
  char slug[SLUG_SIZE];
};

static bool is_same(const struct access_state *a, const struct access_state *b)
{
  return a->membership.role == b->membership.role && a->membership.until_s == b->membership.until_s &&
         a->membership.role_until_s == b->membership.role_until_s && strcmp(a->account.login, b->account.login) == 0;
}

static enum status add_change(struct walk *walk, const struct access_state states[static MOMENTS])
{
  const struct access_state *from = &states[FROM];
  const struct access_state *to = &states[TO];
  const struct access_state *last = to->in ? to : from;
  table_add(walk->table, COLUMNS,
            {{walk->slug, 0},
             {last->account.login, 0},
             {from->in ? from->account.login : NULL, 0},
             {NULL, last->account.uid},
             {!from->in ? "came"
              : !to->in ? "went"
                        : "changed",
              0},
             {from->in ? role_word(from->membership.role) : NULL, 0},
             {to->in ? role_word(to->membership.role) : NULL, 0},
             {NULL, from->in ? from->membership.until_s : 0},
             {NULL, to->in ? to->membership.until_s : 0},
             {NULL, from->in ? from->membership.role_until_s : 0},
             {NULL, to->in ? to->membership.role_until_s : 0}});
  return table_status(walk->table);
}

static enum status compare_person(void *context, int64_t account_id)
{
  struct walk *walk = context;
  struct access_state states[MOMENTS] = {{.in = false}};
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < MOMENTS; i++) {
    status = walk->there[i] ? access_state_load(walk->ctx->txn, account_id, walk->org_id, walk->at_s[i], &states[i])
                            : STATUS_OK;
  }
  bool none = !states[FROM].in && !states[TO].in;
  bool same = states[FROM].in && states[TO].in && is_same(&states[FROM], &states[TO]);
  return status != STATUS_OK || none || same ? status : add_change(walk, states);
}

// By its name at the end, or by the last before that.
static enum status compare_org(void *context, int64_t org_id)
{
  struct walk *walk = context;
  for (size_t i = 0; i < MOMENTS; i++) {
    struct org_past org;
    enum status status = access_org_at(walk->ctx->txn, org_id, walk->at_s[i], &org);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
    walk->there[i] = status == STATUS_OK;
    if (walk->there[i]) {
      memcpy(walk->slug, org.slug, sizeof walk->slug);
    }
  }
  walk->org_id = org_id;
  return access_each_member(walk->ctx->txn, org_id, compare_person, walk);
}

static int parse(const struct invocation *in, int64_t ret_at_s[static MOMENTS])
{
  static const char *const WHAT[MOMENTS] = {"FROM", "TO"};
  int code = EXIT_DONE;
  for (size_t i = 0; code == EXIT_DONE && i < MOMENTS; i++) {
    code = access_state_moment(WHAT[i], in->arguments[i], &ret_at_s[i]);
  }
  bool turned = ret_at_s[TO] != 0 && (ret_at_s[FROM] == 0 || ret_at_s[FROM] > ret_at_s[TO]);
  return code == EXIT_DONE && turned
             ? fail(EXIT_USAGE, "FROM \"%.40s\" is later than TO \"%.40s\"", in->arguments[FROM], in->arguments[TO])
             : code;
}

static int begin(struct walk *walk, const struct invocation *in, struct org *ret_org)
{
  const char *slug = in->arguments[MOMENTS];
  int code = context_open(in, walk->ctx);
  code = code != EXIT_DONE ? code : context_read(walk->ctx);
  code = code != EXIT_DONE || slug == NULL ? code : context_find_org(walk->ctx, slug, ret_org);
  for (size_t i = 0; code == EXIT_DONE && i < MOMENTS; i++) {
    code = access_state_check_known(walk->ctx, walk->at_s[i]);
  }
  return code;
}

int cmd_access_diff(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table.usual = "org login change role_before role until_before until";
  struct walk walk = {.ctx = &ctx, .table = &table};
  struct org org;
  int code = parse(in, walk.at_s);
  code = code != EXIT_DONE ? code : begin(&walk, in, &org);
  code = code != EXIT_DONE ? code : context_stream(&ctx, &table);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status =
      in->arguments[MOMENTS] != NULL ? compare_org(&walk, org.id) : access_each_org(ctx.txn, compare_org, &walk);
  bool read = status == STATUS_OK || table_status(&table) != STATUS_OK;
  return read ? context_print_list(&ctx, &table)
              : fail(EXIT_FAILED, "store: who could get in cannot be read: %s", status_text(status));
}
