// SPDX-License-Identifier: Apache-2.0
// ssoctl account.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/host_file.h"
#include "base/text.h"
#include "change/account.h"
#include "groups_left.h"
#include "member_args.h"
#include "sessions.h"
#include "store/accounts.h"
#include "store/groups.h"
#include "store/here.h"
#include "store/pending_links.h"
#include "store/socials.h"
#include "subids/subids.h"

enum { ORGS_SIZE = 1024, IDENTITIES_SIZE = 4096, SUBIDS_SIZE = 32 };

static const struct column COLUMNS[] = {
    {"login", COLUMN_TEXT},
    {"email", COLUMN_TEXT},
    {"email_proven", COLUMN_BOOL},
    {"name", COLUMN_TEXT},
    {"status", COLUMN_TEXT},
    {"uid", COLUMN_NUMBER},
    {"home", COLUMN_TEXT},
    {"shell", COLUMN_TEXT},
    {"password", COLUMN_BOOL},
    {"orgs", COLUMN_TEXT},
    {"groups", COLUMN_TEXT},
    {"created_at", COLUMN_DATE},
    {"last_sign_in_at", COLUMN_DATE},
    {"last_sign_in_from", COLUMN_TEXT},
    {"identities", COLUMN_TEXT},
    {"subids", COLUMN_TEXT}, // of a file with everybody's: which a list would search through for each
};
enum { LISTED_COLUMNS = COUNT_OF(COLUMNS) - 1 };

struct walk {
  struct context *ctx;
  struct table *table;
};

// "acme (owner), beta (viewer, suspended)".
static enum status list_orgs(struct context *ctx, int64_t account_id, char text[static ORGS_SIZE])
{
  struct memberships all;
  enum status status = memberships_of(ctx->txn, account_id, &all);
  text[0] = '\0';
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    size_t used = strlen(text);
    bool active = all.list[i].status == MEMBER_ACTIVE;
    status = org_get(ctx->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK && context_sees_org(ctx, &org)) {
      (void)snprintf(text + used, ORGS_SIZE - used, "%s%s (%s%s)", used > 0 ? ", " : "", org.slug,
                     role_word(all.list[i].role), active ? "" : ", suspended");
    }
  }
  return status;
}

struct identities {
  struct context *ctx;
  char text[IDENTITIES_SIZE];
};

// "social:google: s-1234 (alice@acme.test)": nothing of an org's, and so for operators alone.
static enum status list_social(struct identities *all, int64_t id, const char *what, const char *email)
{
  struct social social;
  size_t used = strlen(all->text);
  enum status status = social_by_id(all->ctx->txn, id, &social);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  if (!all->ctx->in->actor->is_delegate) {
    (void)snprintf(all->text + used, sizeof all->text - used, "%ssocial:%s: %s (%s)", used > 0 ? ", " : "", social.name,
                   what, email);
  }
  return STATUS_OK;
}

// "acme: s-1234 (alice@acme.test)"; what does not fit is left out.
static enum status list_one(struct identities *all, int64_t org_id, const char *what, const char *email)
{
  struct org org;
  size_t used = strlen(all->text);
  enum status status = org_get(all->ctx->txn, org_id, &org);
  if (status == STATUS_NOT_FOUND) {
    return list_social(all, org_id, what, email);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (context_sees_org(all->ctx, &org)) {
    (void)snprintf(all->text + used, sizeof all->text - used, "%s%s: %s%s%s%s", used > 0 ? ", " : "", org.slug, what,
                   email[0] != '\0' ? " (" : "", email, email[0] != '\0' ? ")" : "");
  }
  return STATUS_OK;
}

static enum status load_given(struct context *ctx, const struct membership *membership, struct given_groups *given,
                              struct group_mappings *all, struct org *org)
{
  enum status status = given_get(ctx->txn, membership->account_id, membership->org_id, given);
  if (status != STATUS_OK) {
    return status;
  }
  status = group_mappings_of(ctx->txn, membership->org_id, all);
  return status != STATUS_OK ? status : org_get(ctx->txn, membership->org_id, org);
}

static enum status add_given(struct context *ctx, const struct membership *membership, char text[static ORGS_SIZE])
{
  struct given_groups given;
  struct group_mappings all;
  struct org org;
  enum status status = load_given(ctx, membership, &given, &all, &org);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    size_t used = strlen(text);
    bool local = all.list[i].gives == GIVES_LOCAL_GROUP;
    bool group = all.list[i].gives != GIVES_ROLE;
    if (group && groups_hold(&given.mappings, all.list[i].number)) {
      (void)snprintf(text + used, ORGS_SIZE - used, "%s%s%s%s", used > 0 ? ", " : "", local ? "" : org.slug,
                     local ? "" : "-", all.list[i].name);
    }
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// "acme-dev, video": what providers gave, by the last sign-in through each.
static enum status list_groups(struct context *ctx, int64_t account_id, char text[static ORGS_SIZE])
{
  struct memberships all;
  enum status status = memberships_of(ctx->txn, account_id, &all);
  text[0] = '\0';
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = add_given(ctx, &all.list[i], text);
  }
  return status;
}

static enum status list_identity(void *context, const struct identity *identity)
{
  return list_one(context, identity->org_id, identity->subject, identity->email);
}

static enum status list_expected(void *context, const struct pending_link *link)
{
  bool open = link->expires_at_s > clock_now_s();
  return open ? list_one(context, link->org_id, "expected", link->email) : STATUS_OK;
}

static enum status list_identities(struct context *ctx, int64_t account_id, struct identities *all)
{
  *all = (struct identities){.ctx = ctx};
  enum status status = identity_each_of(ctx->txn, account_id, list_identity, all);
  return status == STATUS_OK ? pending_link_each_of(ctx->txn, account_id, list_expected, all) : status;
}

// "100000-165535", or "" where the account has none.
static void find_subids(const struct account *account, char text[static SUBIDS_SIZE])
{
  struct bytes lines CLEANUP(bytes_done) = BYTES_EMPTY;
  struct subid_range range;
  text[0] = '\0';
  if (host_file_read(SUBIDS_UID_FILE, NULL, &lines) == STATUS_OK &&
      subids_find(bytes_text(&lines), account->login, account->uid, &range) == STATUS_OK) {
    (void)snprintf(text, SUBIDS_SIZE, "%u-%u", range.first, range.last);
  }
}

static enum status add_account(struct walk *walk, const struct account *account)
{
  char orgs[ORGS_SIZE];
  char groups[ORGS_SIZE];
  struct identities identities;
  struct account_here here;
  char subids[SUBIDS_SIZE] = "";
  if (walk->table->column_count > LISTED_COLUMNS) {
    find_subids(account, subids);
  }
  enum status status = account_here_get(walk->ctx->txn, account->id, &here);
  status = status != STATUS_OK ? status : list_orgs(walk->ctx, account->id, orgs);
  if (status != STATUS_OK) {
    return status;
  }
  status = list_identities(walk->ctx, account->id, &identities);
  if (status != STATUS_OK) {
    return status;
  }
  status = list_groups(walk->ctx, account->id, groups);
  if (status != STATUS_OK) {
    return status;
  }
  table_add(walk->table, COLUMNS,
            {{account->login, 0},
             {account->email, 0},
             {NULL, account->email_proven},
             {account->name, 0},
             {account_status_word(account->status), 0},
             {NULL, account->uid},
             {account->home, 0},
             {account->shell, 0},
             {NULL, account->password[0] != '\0'},
             {orgs, 0},
             {groups, 0},
             {NULL, account->created_at_s},
             {NULL, here.last_sign_in_at_s},
             {here.last_sign_in_from, 0},
             {identities.text, 0},
             {table_text_or_null(subids), 0}});
  return STATUS_OK;
}

static enum status visit(void *context, const struct account *account)
{
  const struct walk *walk = context;
  enum status status = add_account(context, account);
  return status != STATUS_OK ? status : table_status(walk->table);
}

int cmd_account_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, LISTED_COLUMNS);
  table.usual = "login uid status last_sign_in_at";
  struct walk walk = {&ctx, &table};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_stream(&ctx, &table);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = account_each(ctx.txn, visit, &walk);
  bool read = status == STATUS_OK || table_status(&table) != STATUS_OK;
  return read ? context_print_list(&ctx, &table) : fail(EXIT_FAILED, "store: accounts cannot be read");
}

int cmd_account_show(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct walk walk = {&ctx, &table};
  struct account account;
  char typed[EMAIL_SIZE];
  int code = member_args_open_account(&ctx, in, typed);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = account_by_name(ctx.txn, typed, &account);
  if (status == STATUS_OK) {
    status = add_account(&walk, &account);
    record_done(&ACCOUNT_RECORD, &account);
  }
  if (status != STATUS_OK) {
    return fail(exit_code(status), "account \"%.255s\": %s", typed,
                status == STATUS_NOT_FOUND ? "no such email, login or number; 'ssoctl account list' shows them"
                                           : status_text(status));
  }
  return context_print_one(&ctx, &table);
}

typedef struct change account_change(const struct account_name *name, struct account_changed *ret_result);

static int change(const struct invocation *in, account_change *what, const char *done)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char typed[EMAIL_SIZE];
  const struct account_name name = {typed};
  struct account_changed result;
  int code = member_args_open_account(&ctx, in, typed);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, what(&name, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "account %s %s%s", result.account.login, done, result.changed ? "" : " already");
  size_t ended = 0;
  int ending = sessions_end_if_asked(&ctx, result.account.login, &(struct sessions_of){result.account.uid, 0}, &ended);
  code = context_result(&ctx, result.changed, RESULT_TEXT("login", result.account.login),
                        RESULT_TEXT("email", result.account.email), RESULT_NUMBER("uid", result.account.uid),
                        RESULT_NUMBER("processes_ended", (int64_t)ended));
  return ending != EXIT_DONE ? ending : code;
}

int cmd_account_lock(const struct invocation *in)
{
  return change(in, change_account_lock, "is locked");
}

int cmd_account_unlock(const struct invocation *in)
{
  return change(in, change_account_unlock, "is active");
}

int cmd_account_rename(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char typed[EMAIL_SIZE];
  char to[LOGIN_SIZE];
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct account_rename renamed = {typed, to};
  struct change_done result;
  int code = member_args_open_account(&ctx, in, typed);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("login", in->arguments[1], to, sizeof to);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_account_rename(&renamed, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "account %s is called %s%s; number and home stay", in->arguments[0], to,
               result.changed ? "" : " already");
  if (result.changed) {
    groups_left_tell(&ctx, result.before, &groups);
  }
  return context_result(&ctx, result.changed, RESULT_TEXT("login", to), RESULT_TEXT("former_login", result.before),
                        RESULT_WORDS("local_groups", bytes_text(&groups)));
}
