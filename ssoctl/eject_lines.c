// SPDX-License-Identifier: Apache-2.0
#include "eject_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "store/accounts.h"
#include "store/endings.h"
#include "store/groups.h"

enum { DAY_S = 86400, KEPT_OUT = 1 };

void ejecting_done(struct ejecting *e)
{
  bytes_done(&e->passwd);
  for (size_t i = 0; i < EJECT_FILES; i++) {
    bytes_done(&e->lines[i]);
  }
}

const char *eject_find_line(const char *text, const char *login)
{
  size_t length = strlen(login);
  for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
    if (strncmp(at, login, length) == 0 && at[length] == ':') {
      return at;
    }
  }
  return NULL;
}

// Whether the host has a user of the account's login with another number, who has nothing to do with it (POLICY N3).
static bool is_another(const struct ejecting *e, const struct account *account)
{
  char number[16];
  (void)snprintf(number, sizeof number, "%u", account->uid);
  const char *line = eject_find_line(bytes_text(&e->passwd), account->login);
  const char *password = line != NULL ? strchr(line, ':') : NULL;
  const char *uid = password != NULL ? strchr(password + 1, ':') : NULL;
  return line != NULL &&
         (uid == NULL || strncmp(uid + 1, number, strlen(number)) != 0 || uid[1 + strlen(number)] != ':');
}

// What would end a field, or a line, is left out.
static void take_field(const char *from, char *field, size_t size)
{
  size_t used = 0;
  for (; *from != '\0' && used + 1 < size; from++) {
    if (*from != ':' && *from != '\n' && *from != ',') {
      field[used++] = *from;
    }
  }
  field[used] = '\0';
}

// Who may not come in now may not later: without a password that works, and expired (shadow(5)), which keys obey too.
static enum status add_user(struct ejecting *e, const struct account *account, int64_t expires_day)
{
  char line[LOGIN_SIZE + DISPLAY_SIZE + PATH_SIZE + SHELL_SIZE + PASSWORD_HASH_SIZE + 64];
  char name[DISPLAY_SIZE];
  take_field(account->name, name, sizeof name);
  (void)snprintf(line, sizeof line, "%s:x:%u:%u:%s:%s:%s\n", account->login, account->uid, account->gid, name,
                 account->home, account->shell);
  enum status status = bytes_append_text(&e->lines[EJECT_PASSWD], line);
  const char *password = account->password[0] != '\0' ? account->password : "*";
  int64_t today = account->created_at_s / DAY_S;
  char expires[24] = "";
  if (expires_day != 0) {
    (void)snprintf(expires, sizeof expires, "%" PRId64, expires_day);
  }
  (void)snprintf(line, sizeof line, "%s:%s%s:%" PRId64 ":0:99999:7::%s:\n", account->login,
                 expires_day == KEPT_OUT ? "!" : "", password, today, expires);
  status = status != STATUS_OK ? status : bytes_append_text(&e->lines[EJECT_SHADOW], line);
  explicit_bzero(line, sizeof line);
  return status;
}

static enum status add_group(struct ejecting *e, const char *name, uint32_t gid, const struct bytes *members)
{
  char number[16];
  (void)snprintf(number, sizeof number, "%u", gid);
  const char *const group[] = {name, ":x:", number, ":", bytes_text(members), "\n"};
  const char *const gshadow[] = {name, ":!::", bytes_text(members), "\n"};
  enum status status = bytes_append_texts(&e->lines[EJECT_GROUP], group, COUNT_OF(group));
  e->groups++;
  return status != STATUS_OK ? status : bytes_append_texts(&e->lines[EJECT_GSHADOW], gshadow, COUNT_OF(gshadow));
}

// The day, of those since 1970, from which the account is expired: KEPT_OUT where it may not come in now, the one
// behind that on which the last of its memberships ends by itself (POLICY K10), 0 for none.
static enum status find_expiry(struct ejecting *e, const struct account *account, int64_t *ret_day)
{
  struct memberships all;
  size_t active = 0;
  int64_t last_s = 0;
  bool ends = true;
  enum status status = memberships_of(e->ctx->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    const struct membership now = membership_at(&all.list[i], clock_now_s());
    if (now.status == MEMBER_ACTIVE) {
      active++;
      ends = ends && now.until_s != 0;
      last_s = now.until_s > last_s ? now.until_s : last_s;
    }
  }
  bool kept_out = account->status != ACCOUNT_ACTIVE || active == 0;
  *ret_day = kept_out ? KEPT_OUT : ends ? last_s / DAY_S + 1 : 0;
  return status;
}

static enum status eject_account(void *context, const struct account *account)
{
  static const struct bytes NOBODY = BYTES_EMPTY;
  struct ejecting *e = context;
  int64_t expires_day = KEPT_OUT;
  enum status status = find_expiry(e, account, &expires_day);
  bool kept_out = expires_day == KEPT_OUT;
  if (account->mapped != 0 || is_another(e, account)) {
    if (account->mapped != 0 && kept_out) {
      context_done(e->ctx,
                   "%s is a local user already, and may not come in: 'usermod --expiredate 1 %s' keeps them out",
                   account->login, account->login);
    }
    return status;
  }
  status = status != STATUS_OK ? status : add_user(e, account, expires_day);
  e->accounts++;
  e->kept_out += kept_out;
  return status != STATUS_OK ? status : add_group(e, account->login, account->gid, &NOBODY);
}

// Members of a group of an org, as a list with commas.
struct gathering {
  const struct ejecting *e;
  struct bytes everybody;
  struct bytes admins;
};

static void gathering_done(struct gathering *g)
{
  bytes_done(&g->everybody);
  bytes_done(&g->admins);
}

static enum status append_name(struct bytes *list, const char *login)
{
  const char *const texts[] = {list->length > 0 ? "," : "", login};
  return bytes_append_texts(list, texts, COUNT_OF(texts));
}

// Adds the account to the lists of groups whose members it may be one of.
static enum status gather_account(struct gathering *g, int64_t account_id, bool is_admin)
{
  struct account account;
  enum status status = account_get(g->e->ctx->txn, account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  if (account.status == ACCOUNT_ACTIVE && !is_another(g->e, &account)) {
    status = append_name(&g->everybody, account.login);
    status = status == STATUS_OK && is_admin ? append_name(&g->admins, account.login) : status;
  }
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status gather(void *context, const struct membership *membership)
{
  const struct membership now = membership_at(membership, clock_now_s());
  return now.status == MEMBER_ACTIVE
             ? gather_account(context, now.account_id, now.role != ROLE_VIEWER && now.role_until_s == 0)
             : STATUS_OK;
}

struct org_ejecting {
  struct ejecting *e;
  const struct org *org;
};

// Groups that a provider's groups gave, with whom they had been given to last.
static enum status gather_given(void *context, int64_t account_id)
{
  enum status status = gather_account(context, account_id, false);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status eject_org_group(void *context, const struct org_group *group)
{
  const struct org_ejecting *o = context;
  struct gathering g CLEANUP(gathering_done) = {.e = o->e};
  char full[LOGIN_SIZE];
  group_full_name(o->org->slug, group->name, full);
  enum status status = given_each(o->e->ctx->txn, group->gid, gather_given, &g);
  return status != STATUS_OK ? status : add_group(o->e, full, group->gid, &g.everybody);
}

static enum status eject_org(void *context, const struct org *org)
{
  struct ejecting *e = context;
  struct gathering g CLEANUP(gathering_done) = {.e = e};
  const struct org_ejecting o = {e, org};
  char admins[LOGIN_SIZE];
  (void)snprintf(admins, sizeof admins, "%s-admins", org->slug);
  enum status status = membership_each(e->ctx->txn, org->id, gather, &g);
  status = status != STATUS_OK ? status : add_group(e, org->slug, org->gid, &g.everybody);
  status = status != STATUS_OK ? status : add_group(e, admins, org->admins_gid, &g.admins);
  return status != STATUS_OK ? status : group_each(e->ctx->txn, org->id, eject_org_group, (void *)(uintptr_t)&o);
}

enum status ejecting_fill(struct ejecting *e)
{
  enum status status = account_each(e->ctx->txn, eject_account, e);
  return status != STATUS_OK ? status : org_each(e->ctx->txn, eject_org, e);
}
