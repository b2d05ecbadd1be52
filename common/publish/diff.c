// SPDX-License-Identifier: Apache-2.0
#include "publish/diff.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "publish/groups.h"
#include "store/numbers_store.h"

// Takes LOGIN from the account with UID, unless another one has it by now.
static enum status drop_name(struct diff *c, const char *login, uint32_t uid)
{
  struct map_lookup lookup;
  struct map_account now = {.uid = 0};
  enum status status = map_lookup_text(diff_seed(c), KEY_LOGIN, login, &lookup);
  status = status != STATUS_OK ? status : map_change_find(c->change, MAP_ACCOUNT, &lookup, &now);
  if (status != STATUS_OK || now.uid != uid) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return map_change_drop(c->change, MAP_ACCOUNT, &lookup);
}

static enum status find_before(struct diff *c, uint32_t uid, struct map_account *ret_before)
{
  const struct map_lookup lookup = map_lookup_number(diff_seed(c), KEY_UID, uid);
  *ret_before = (struct map_account){.uid = 0};
  enum status status = map_change_find(c->change, MAP_ACCOUNT, &lookup, ret_before);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status drop_account(struct diff *c, uint32_t uid)
{
  const struct map_lookup lookup = map_lookup_number(diff_seed(c), KEY_UID, uid);
  const struct map_account none = {.uid = 0};
  struct map_account before;
  enum status status = find_before(c, uid, &before);
  if (status != STATUS_OK) {
    return status;
  }
  status = drop_name(c, before.login, uid);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_change_drop(c->change, MAP_ACCOUNT, &lookup);
  return status != STATUS_OK ? status : publish_lists(c, &before, &none, NULL);
}

static enum status put_account(struct diff *c, const struct account *account)
{
  struct memberships all;
  struct map_account before;
  struct map_account after;
  enum status status = memberships_of(c->published.txn, account->id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  status = render_account(&c->published, account, &all, &after);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_before(c, account->uid, &before);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_change_put(c->change, MAP_ACCOUNT, &after);
  if (status != STATUS_OK) {
    return status;
  }
  if (before.login[0] != '\0' && strcmp(before.login, after.login) != 0) {
    status = drop_name(c, before.login, before.uid);
  }
  return status != STATUS_OK ? status : publish_lists(c, &before, &after, account);
}

// An account that was removed is noted as one that was touched itself, with its number.
static enum status change_account(struct diff *c, const struct logged_change *logged)
{
  struct account account;
  enum status status = account_get(c->published.txn, logged->id, &account);
  if (status == STATUS_NOT_FOUND) {
    return logged->kind == LOGGED_ACCOUNT ? drop_account(c, logged->number) : STATUS_OK;
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = put_account(c, &account);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status change_domain(struct diff *c, const char *name)
{
  struct map_domain domain;
  struct map_lookup lookup;
  enum status status = render_domain(&c->published, name, &domain);
  if (status == STATUS_OK) {
    return map_change_put(c->change, MAP_DOMAIN, &domain);
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = map_lookup_text(diff_seed(c), KEY_DOMAIN, name, &lookup);
  return status != STATUS_OK ? status : map_change_drop(c->change, MAP_DOMAIN, &lookup);
}

static enum status change_domain_of_org(void *context, const struct domain *domain)
{
  return change_domain(context, domain->domain);
}

static enum status change_invited(struct diff *c, const char *email)
{
  struct map_invited invited;
  struct map_lookup lookup;
  enum status status = render_invited(&c->published, diff_seed(c), email, &invited);
  if (status == STATUS_OK) {
    return map_change_put(c->change, MAP_INVITED, &invited);
  }
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = map_lookup_invited(diff_seed(c), email, &lookup);
  return status != STATUS_OK ? status : map_change_drop(c->change, MAP_INVITED, &lookup);
}

static enum status change_number(struct diff *c, uint32_t number)
{
  struct number use;
  enum status status = numbers_get(c->published.txn, number, &use);
  if (status == STATUS_OK && (use.use == NUMBER_REMOVED || use.use == NUMBER_ELSEWHERE)) {
    return map_change_put(c->change, MAP_REMOVED, &(struct map_removed){number});
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct map_lookup lookup = map_lookup_number(diff_seed(c), KEY_REMOVED, number);
  return map_change_drop(c->change, MAP_REMOVED, &lookup);
}

static enum status change(struct diff *c, const struct logged_change *logged)
{
  switch (logged->kind) {
  case LOGGED_ACCOUNT:
  case LOGGED_MEMBER: return change_account(c, logged);
  case LOGGED_ORG: return publish_org(c, logged->id);
  case LOGGED_CONNECTION: return domain_each(c->published.txn, logged->id, change_domain_of_org, c);
  case LOGGED_DOMAIN: return change_domain(c, logged->name);
  case LOGGED_NUMBER: return change_number(c, logged->number);
  case LOGGED_INVITE: return change_invited(c, logged->name);
  case LOGGED_ALL: return STATUS_TOO_LARGE;
  case LOGGED_GROUP: return publish_org_group(c, logged);
  }
  return STATUS_INVALID;
}

static void diff_done(struct diff *c)
{
  render_done(&c->published);
}

static bool are_many(const struct logged_change *list, size_t count)
{
  int64_t id = 0;
  for (size_t i = 0; i < count; i++) {
    if (list[i].kind == LOGGED_ACCOUNT || list[i].kind == LOGGED_MEMBER) {
      if (id != 0 && list[i].id != id) {
        return true;
      }
      id = list[i].id;
    }
  }
  return false;
}

// Lists of members are looked at once for as long as /etc/passwd does not change (POLICY N3): a map that is older than
// that file is made anew. So is one of which nobody knows how old it is.
static bool passwd_is_newer(const char *path)
{
  struct statx map;
  struct statx passwd;
  if (statx(AT_FDCWD, "/etc/passwd", 0, STATX_CTIME, &passwd) != 0) {
    return false;
  }
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &map) != 0 || (map.stx_mask & STATX_BTIME) == 0) {
    return true;
  }
  return passwd.stx_ctime.tv_sec > map.stx_btime.tv_sec ||
         (passwd.stx_ctime.tv_sec == map.stx_btime.tv_sec && passwd.stx_ctime.tv_nsec >= map.stx_btime.tv_nsec);
}

static enum status put_all(struct diff *c, const struct config *config, const struct logged_change *list, size_t count)
{
  struct map_settings settings;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = change(c, &list[i]);
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = render_settings(&c->published, config, &settings);
  return status != STATUS_OK ? status : map_change_put(c->change, MAP_SETTINGS, &settings);
}

enum status publish_diff(struct store_txn *txn, const struct config *config, const char *path, int64_t serial,
                         struct map_change *ret_change)
{
  struct diff c CLEANUP(diff_done) = {.published = {.txn = txn, .own_orgs = config->map.own_orgs},
                                      .change = ret_change};
  unsigned char seed[SIPHASH_SEED_SIZE];
  const struct logged_change *list = NULL;
  size_t count = 0;
  if (!store_change_log(txn, &list, &count)) {
    return STATUS_TOO_LARGE;
  }
  if (count == 0) {
    return STATUS_OK;
  }
  if (passwd_is_newer(path)) {
    return STATUS_TOO_LARGE;
  }
  c.many = are_many(list, count);
  enum status status = store_seed(txn, seed);
  status = status != STATUS_OK ? status : map_change_begin(path, seed, (uint64_t)serial, ret_change);
  status = status != STATUS_OK ? status : put_all(&c, config, list, count);
  if (status != STATUS_OK) {
    map_change_end(ret_change);
  }
  return status;
}
