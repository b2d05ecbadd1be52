// SPDX-License-Identifier: Apache-2.0
#include "publish/publish.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/domain_list.h"
#include "map/map_build.h"
#include "publish/diff.h"
#include "publish/render.h"
#include "store/allowed.h"
#include "store/numbers_store.h"

// A map that is built anew. Accounts and memberships are walked side by side: both are in the order of account ids.
struct rebuild {
  struct render published;
  struct map_builder builder;
  struct store_walk *memberships;
  struct membership next;
  bool has_next;
  char invited[EMAIL_SIZE]; // added last
};

static void rebuild_done(struct rebuild *r)
{
  store_walk_end(&r->memberships);
  map_builder_done(&r->builder);
  render_done(&r->published);
}

static enum status read_next(struct rebuild *r)
{
  struct store_entry entry;
  enum status status = store_walk_next(r->memberships, &entry);
  r->has_next = status == STATUS_OK;
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return record_decode(&MEMBERSHIP_RECORD, entry.data, entry.length, &r->next);
}

static enum status memberships_here(struct rebuild *r, int64_t account_id, struct memberships *all)
{
  enum status status = STATUS_OK;
  all->count = 0;
  while (status == STATUS_OK && r->has_next && r->next.account_id <= account_id) {
    if (r->next.account_id == account_id) {
      if (all->count == MEMBERSHIPS_MAX) {
        return STATUS_TOO_LARGE;
      }
      all->list[all->count++] = r->next;
    }
    status = read_next(r);
  }
  return status;
}

static enum status add_account(void *context, const struct account *account)
{
  struct rebuild *r = context;
  struct memberships all;
  struct map_account out;
  enum status status = memberships_here(r, account->id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  status = render_account(&r->published, account, &all, &out);
  return status != STATUS_OK ? status : map_add_account(&r->builder, &out);
}

static enum status add_group(struct rebuild *r, const struct org *org, bool admins)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  enum status status = render_group(&r->published, org, admins, &group);
  return status != STATUS_OK ? status : map_add_group(&r->builder, &group);
}

struct adding {
  struct rebuild *rebuild;
  const struct org *org;
};

static enum status add_org_group(void *context, const struct org_group *from)
{
  const struct adding *adding = context;
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = 0};
  enum status status = render_org_group(&adding->rebuild->published, adding->org, from, &group);
  return status != STATUS_OK ? status : map_add_group(&adding->rebuild->builder, &group);
}

static enum status add_org(void *context, const struct org *org)
{
  struct rebuild *r = context;
  struct adding adding = {r, org};
  enum status status = add_group(r, org, false);
  if (status != STATUS_OK) {
    return status;
  }
  status = add_group(r, org, true);
  return status != STATUS_OK ? status : group_each(r->published.txn, org->id, add_org_group, &adding);
}

static enum status add_domain(void *context, const struct domain *domain)
{
  struct rebuild *r = context;
  struct map_domain out;
  if (domain->verified != 1) {
    return STATUS_OK;
  }
  enum status status = render_domain(&r->published, domain->domain, &out);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  return status != STATUS_OK ? status : map_add_domain(&r->builder, &out);
}

// Of a domain that is verified nobody else's list counts (POLICY V7).
static enum status add_allowed(void *context, const char *domain)
{
  struct rebuild *r = context;
  struct map_domain out;
  int64_t owner = 0;
  enum status status = domain_owner(r->published.txn, domain, &owner);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  status = render_domain(&r->published, domain, &out);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  return status != STATUS_OK ? status : map_add_domain(&r->builder, &out);
}

// Those that no org lists besides.
static enum status add_own(struct rebuild *r)
{
  char domain[DOMAIN_SIZE];
  enum status status = STATUS_OK;
  for (const char *at = r->published.own_orgs; status == STATUS_OK && domain_list_next(&at, domain);) {
    bool listed = false;
    status = allowed_any(r->published.txn, domain, &listed);
    status = status == STATUS_OK && !listed ? add_allowed(r, domain) : status;
  }
  return status;
}

// Each email once, by the first of its invites.
static enum status add_invited(void *context, const struct invite *invite)
{
  struct rebuild *r = context;
  struct map_invited out;
  if (strcmp(r->invited, invite->email) == 0) {
    return STATUS_OK;
  }
  memcpy(r->invited, invite->email, sizeof r->invited);
  enum status status = render_invited(&r->published, r->builder.seed, invite->email, &out);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status != STATUS_OK ? status : map_add_invited(&r->builder, &out);
}

static enum status add_removed(void *context, uint32_t number, const struct number *use)
{
  struct rebuild *r = context;
  return use->use == NUMBER_REMOVED || use->use == NUMBER_ELSEWHERE ? map_add_removed(&r->builder, number) : STATUS_OK;
}

static enum status fill(struct rebuild *r, const struct config *config)
{
  struct store_txn *txn = r->published.txn;
  const struct store_key all = key_new();
  struct map_settings settings;
  enum status status = render_settings(&r->published, config, &settings);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_add_settings(&r->builder, &settings);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_walk_begin(txn, TABLE_MEMBERSHIPS, &all, &r->memberships);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_next(r);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_each(txn, add_account, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_each(txn, add_org, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_each(txn, 0, add_domain, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = allowed_each_domain(txn, add_allowed, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = add_own(r);
  if (status != STATUS_OK) {
    return status;
  }
  status = invite_each_by_email(txn, add_invited, r);
  return status != STATUS_OK ? status : numbers_each(txn, add_removed, r);
}

// Two keys for each account, each of an org's two groups and each that its provider fills, one for each domain and
// removed number: one that neither an account nor an org has. One for each invite
// and each domain that an org or a setting lists at most, and one for the settings.
static enum status count_keys(struct store_txn *txn, const char *own_orgs, uint64_t *ret_keys)
{
  char domain[DOMAIN_SIZE];
  uint64_t own = 0;
  static const enum store_table TABLES[] = {TABLE_ACCOUNTS,      TABLE_ORGS,       TABLE_DOMAIN_OWNERS,  TABLE_NUMBERS,
                                            TABLE_INVITE_EMAILS, TABLE_ORG_GROUPS, TABLE_ALLOWED_DOMAINS};
  uint64_t counts[COUNT_OF(TABLES)] = {0};
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    enum status status = store_count(txn, TABLES[i], &counts[i]);
    if (status != STATUS_OK) {
      return status;
    }
  }
  for (const char *at = own_orgs; domain_list_next(&at, domain);) {
    own++;
  }
  uint64_t given = counts[0] + 2 * counts[1] + counts[5];
  uint64_t removed = counts[3] > given ? counts[3] - given : 0;
  *ret_keys = 2 * given + counts[2] + counts[6] + removed + counts[4] + own + 1;
  return STATUS_OK;
}

static enum status begin_and_fill(struct rebuild *r, const struct config *config, const char *path)
{
  uint64_t keys = 0;
  enum status status = store_seed(r->published.txn, r->builder.seed);
  if (status != STATUS_OK) {
    return status;
  }
  status = count_keys(r->published.txn, r->published.own_orgs, &keys);
  if (status != STATUS_OK) {
    return status;
  }
  status = map_builder_stream(&r->builder, path, keys);
  return status != STATUS_OK ? status : fill(r, config);
}

// Writes the map of TXN beside PATH, for map_put_in_place().
static enum status rebuild_beside(struct store_txn *txn, const struct config *config, const char *path, int64_t serial)
{
  struct rebuild r CLEANUP(rebuild_done) = {.published = {.txn = txn, .own_orgs = config->map.own_orgs}};
  store_calm(txn);
  enum status status = begin_and_fill(&r, config, path);
  if (status != STATUS_OK) {
    map_drop_beside(path);
    return status;
  }
  return map_write_beside(&r.builder, path, (uint64_t)serial);
}

static enum status prepare_rebuild(struct store_txn *txn, const struct config *config, struct publication *p)
{
  map_change_end(&p->change);
  p->kind = PUBLICATION_REBUILD;
  enum status status = rebuild_beside(txn, config, p->path, p->serial);
  if (status != STATUS_OK) {
    return status;
  }
  // A map that cannot be marked is not believed by its readers either: missing, damaged, or of another owner.
  status = map_mark_dirty(p->path);
  return status == STATUS_IO || status_is_unwritable(status) ? status : STATUS_OK;
}

// Which domains are listed because of the settings is seen by building the map anew alone.
static bool has_own_orgs(const char *path, const char *own_orgs)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_settings there;
  return map_open(path, &map) == STATUS_OK && map_settings(&map, &there) == STATUS_OK &&
         strcmp(there.own_orgs, own_orgs) == 0;
}

enum status publication_prepare(struct store_txn *txn, const struct config *config, const char *path,
                                struct publication *ret_publication)
{
  struct publication *p = ret_publication;
  int64_t shown = 0;
  *p = (struct publication)PUBLICATION_EMPTY;
  p->path = path;
  enum status status = store_map_serial(txn, &shown);
  if (status != STATUS_OK) {
    return status;
  }
  status = publish_diff(txn, config, path, shown, &p->change);
  bool anew = status == STATUS_TOO_LARGE || status == STATUS_CORRUPT;
  if (!anew && (status != STATUS_OK || map_change_is_empty(&p->change))) {
    return status;
  }
  anew = anew || !has_own_orgs(path, config->map.own_orgs);
  status = store_raise_map_serial(txn);
  if (status != STATUS_OK) {
    return status;
  }
  p->serial = shown + 1;
  if (anew) {
    return prepare_rebuild(txn, config, p);
  }
  p->kind = PUBLICATION_CHANGE;
  return map_change_mark_dirty(&p->change);
}

enum status publication_show(struct publication *publication)
{
  switch (publication->kind) {
  case PUBLICATION_NONE: return STATUS_OK;
  case PUBLICATION_CHANGE: return map_change_apply(&publication->change, (uint64_t)publication->serial);
  case PUBLICATION_REBUILD: return map_put_in_place(publication->path);
  }
  return STATUS_IO;
}

void publication_take_back(struct publication *publication)
{
  if (publication->kind == PUBLICATION_CHANGE) {
    map_change_undo(&publication->change);
  }
  if (publication->kind == PUBLICATION_REBUILD) {
    map_drop_beside(publication->path);
  }
}

void publication_end(struct publication *publication)
{
  map_change_end(&publication->change);
}

enum status publish(struct store_txn *txn, const struct config *config, const char *path)
{
  int64_t serial = 0;
  enum status status = store_map_serial(txn, &serial);
  if (status != STATUS_OK) {
    return status;
  }
  status = rebuild_beside(txn, config, path, serial);
  return status != STATUS_OK ? status : map_put_in_place(path);
}

static bool shows_account(struct store_txn *txn, const struct map_reader *map, const char *login)
{
  struct account account;
  struct map_account by_login;
  struct map_account by_uid;
  enum status status = account_by_login(txn, login, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND;
  }
  uint32_t uid = account.uid;
  record_done(&ACCOUNT_RECORD, &account);
  return map_account_by_login(map, login, &by_login) == STATUS_OK && by_login.uid == uid &&
         map_account_by_uid(map, uid, &by_uid) == STATUS_OK && strcmp(by_uid.login, login) == 0;
}

bool publish_is_current(struct store_txn *txn, const struct config *config, const char *path, const char *login)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_settings there;
  struct map_settings wanted;
  unsigned char seed[SIPHASH_SEED_SIZE];
  int64_t serial = 0;
  if (map_open(path, &map) != STATUS_OK || !map_is_clean(&map)) {
    return false;
  }
  if (store_map_serial(txn, &serial) != STATUS_OK || map.state.serial != (uint64_t)serial ||
      store_seed(txn, seed) != STATUS_OK || memcmp(seed, map.header.seed, sizeof seed) != 0) {
    return false;
  }
  if (map_settings(&map, &there) != STATUS_OK || (login != NULL && !shows_account(txn, &map, login))) {
    return false;
  }
  wanted = config->map;
  return strcmp(wanted.sshd_paths, there.sshd_paths) == 0 && strcmp(wanted.own_orgs, there.own_orgs) == 0 &&
         strcmp(wanted.default_org, there.default_org) == 0 && strcmp(wanted.home, there.home) == 0 &&
         strcmp(wanted.shell, there.shell) == 0 && wanted.ranges.count == there.ranges.count &&
         memcmp(wanted.ranges.values, there.ranges.values, sizeof wanted.ranges.values[0] * wanted.ranges.count) == 0;
}
