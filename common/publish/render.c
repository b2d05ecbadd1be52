// SPDX-License-Identifier: Apache-2.0
#include "publish/render.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/domain_list.h"
#include "base/files.h"
#include "base/text.h"
#include "map/map_format.h"
#include "map/numbers.h"
#include "store/allowed.h"
#include "store/mail_server.h"
#include "store/numbers_store.h"
#include "store/short_names.h"

enum { PASSWD_FILE_MAX = 16 << 20 };

void render_done(struct render *p)
{
  bytes_done(&p->passwd);
}

static bool is_gecos(const char *name)
{
  return strpbrk(name, ":,\n") == NULL;
}

// Members mostly come from the same few orgs.
static enum status org_of(struct render *p, int64_t org_id, const struct org **ret_org)
{
  enum status status = p->org.id == org_id ? STATUS_OK : org_get(p->txn, org_id, &p->org);
  *ret_org = &p->org;
  return status;
}

static enum status add_groups_of(struct render *p, const struct membership *membership, struct u32_list *groups)
{
  const struct org *org = NULL;
  if (membership->status != MEMBER_ACTIVE || groups->count + 2 > U32_LIST_MAX) {
    return STATUS_OK;
  }
  enum status status = org_of(p, membership->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  groups->values[groups->count++] = org->gid;
  if (membership->role != ROLE_VIEWER) {
    groups->values[groups->count++] = org->admins_gid;
  }
  return STATUS_OK;
}

static enum status has_mappings(struct render *p, int64_t org_id, bool *ret_any)
{
  enum status status = p->any_org_id == org_id ? STATUS_OK : group_mappings_any(p->txn, org_id, &p->any);
  p->any_org_id = status == STATUS_OK ? org_id : 0;
  *ret_any = p->any;
  return status;
}

static enum status add_given(struct render *p, const struct membership *membership, struct u32_list *groups)
{
  struct given_groups given = {.gids = {.count = 0}};
  bool any = false;
  if (membership->status != MEMBER_ACTIVE) {
    return STATUS_OK;
  }
  enum status status = has_mappings(p, membership->org_id, &any);
  if (status != STATUS_OK || !any) {
    return status;
  }
  status = given_get(p->txn, membership->account_id, membership->org_id, &given);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  for (uint32_t i = 0; i < given.gids.count && groups->count < U32_LIST_MAX; i++) {
    groups->values[groups->count++] = given.gids.values[i];
  }
  return STATUS_OK;
}

enum status render_account(struct render *p, const struct account *account, const struct memberships *all,
                           struct map_account *ret_account)
{
  struct map_account out = {.uid = account->uid, .gid = account->gid, .mapped = account->mapped};
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && account->status == ACCOUNT_ACTIVE && i < all->count; i++) {
    status = add_groups_of(p, &all->list[i], &out.groups);
  }
  for (size_t i = 0; status == STATUS_OK && account->status == ACCOUNT_ACTIVE && i < all->count; i++) {
    status = add_given(p, &all->list[i], &out.groups);
  }
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(out.login, account->login, sizeof out.login);
  memcpy(out.home, account->home, sizeof out.home);
  memcpy(out.shell, account->shell, sizeof out.shell);
  if (is_gecos(account->name)) {
    (void)snprintf(out.gecos, sizeof out.gecos, "%s", account->name);
  }
  *ret_account = out;
  return STATUS_OK;
}

// A file that cannot be read has no names.
static enum status read_passwd(struct render *p)
{
  if (p->passwd.length > 0) {
    return STATUS_OK;
  }
  enum status status = bytes_append_text(&p->passwd, "\n");
  status = status != STATUS_OK ? status : file_read_trusted("/etc/passwd", PASSWD_FILE_MAX, NULL, &p->passwd);
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

// Whether /etc/passwd, as it was read when publishing began, has the name: group databases know members by name alone.
static bool is_local_name(const struct render *p, const char *login)
{
  char line[LOGIN_SIZE + 3];
  int length = snprintf(line, sizeof line, "\n%s:", login);
  return memmem(p->passwd.data, p->passwd.length, line, (size_t)length) != NULL;
}

struct listing {
  struct render *p;
  bool admins;
  struct map_group *group;
};

static enum status append_member(struct listing *listing, const char *login)
{
  enum status status = bytes_append(&listing->group->members, login, strlen(login) + 1);
  listing->group->member_count += status == STATUS_OK;
  return status == STATUS_OK && listing->group->member_count == MEMBERS_MAX ? STATUS_EXISTS : status;
}

enum status render_is_listed(struct render *p, const struct account *account, bool *ret_listed)
{
  enum status status = account->mapped == 1 ? STATUS_OK : read_passwd(p);
  if (status != STATUS_OK) {
    return status;
  }
  bool theirs =
      account->mapped == 1 ? name_is_local_with(account->login, account->uid) : !is_local_name(p, account->login);
  *ret_listed = account->status == ACCOUNT_ACTIVE && theirs;
  return STATUS_OK;
}

// STATUS_EXISTS when the list is full, which ends the walk.
static enum status list_member(void *context, const struct membership *membership)
{
  struct listing *listing = context;
  struct account account;
  bool listed = false;
  if (membership->status != MEMBER_ACTIVE || (listing->admins && membership->role == ROLE_VIEWER)) {
    return STATUS_OK;
  }
  enum status status = account_get(listing->p->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = render_is_listed(listing->p, &account, &listed);
  if (status == STATUS_OK && listed) {
    status = append_member(listing, account.login);
  }
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

enum status render_group(struct render *p, const struct org *org, bool admins, struct map_group *ret_group)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = admins ? org->admins_gid : org->gid};
  struct listing listing = {p, admins, &group};
  enum status status = STATUS_OK;
  (void)snprintf(group.name, sizeof group.name, "%s%s", org->slug, admins ? "-admins" : "");
  group.enforced = org->enforcement != ENFORCEMENT_OFF;
  if (group.enforced == 0) {
    status = membership_each(p->txn, org->id, list_member, &listing);
  }
  if (status != STATUS_OK && status != STATUS_EXISTS) {
    return status;
  }
  *ret_group = group;
  group = (struct map_group){.gid = 0};
  return STATUS_OK;
}

// Listed is who has it by the map, too: not somebody whose list of groups had no room for it.
static enum status list_if_shown(struct listing *listing, const struct account *account)
{
  struct memberships all;
  struct map_account shown = {.uid = 0};
  bool listed = false;
  enum status status = memberships_of(listing->p->txn, account->id, &all);
  if (status != STATUS_OK) {
    return status;
  }
  status = render_account(listing->p, account, &all, &shown);
  if (status != STATUS_OK) {
    return status;
  }
  status = render_is_listed(listing->p, account, &listed);
  if (status != STATUS_OK || !listed) {
    return status;
  }
  for (uint32_t i = 0; i < shown.groups.count; i++) {
    if (shown.groups.values[i] == listing->group->gid) {
      return append_member(listing, account->login);
    }
  }
  return STATUS_OK;
}

static enum status list_given(void *context, int64_t account_id)
{
  struct listing *listing = context;
  struct account account;
  enum status status = account_get(listing->p->txn, account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = list_if_shown(listing, &account);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

enum status render_org_group(struct render *p, const struct org *org, const struct org_group *from,
                             struct map_group *ret_group)
{
  struct map_group group CLEANUP(cleanup_map_group) = {.gid = from->gid, .provided = 1};
  struct listing listing = {.p = p, .group = &group};
  enum status status = STATUS_OK;
  group_full_name(org->slug, from->name, group.name);
  group.enforced = org->enforcement != ENFORCEMENT_OFF;
  if (group.enforced == 0) {
    status = given_each(p->txn, from->gid, list_given, &listing);
  }
  if (status != STATUS_OK && status != STATUS_EXISTS) {
    return status;
  }
  *ret_group = group;
  group = (struct map_group){.gid = 0};
  return STATUS_OK;
}

// Of an org that governs it, if people may come through its connection.
static enum status render_governed(struct render *p, int64_t org_id, struct map_domain *out)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  const struct org *org = NULL;
  enum status status = connection_get(p->txn, org_id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_of(p, org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  out->org_gid = org->gid;
  return STATUS_OK;
}

struct joining {
  struct render *p;
  struct u32_list *groups;
};

static enum status add_allowed(void *context, int64_t org_id)
{
  const struct joining *joining = context;
  const struct org *org = NULL;
  enum status status = org_of(joining->p, org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  struct u32_list *groups = joining->groups;
  if (!allowed_joins(org) || groups->count + 2 > U32_LIST_MAX) {
    return STATUS_OK;
  }
  groups->values[groups->count++] = org->gid;
  if (org->default_role != ROLE_VIEWER) {
    groups->values[groups->count++] = org->admins_gid;
  }
  return STATUS_OK;
}

// Of no org: what joining gives those who may, if there is a way for them to come.
static enum status render_allowed(struct render *p, const char *domain, struct map_domain *out)
{
  struct joining joining = {p, &out->groups};
  bool any = false;
  enum status status = host_has_ways(p->txn, &any);
  if (status != STATUS_OK || !any) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  status = allowed_each(p->txn, domain, add_allowed, &joining);
  if (status != STATUS_OK) {
    return status;
  }
  return out->groups.count > 0 || domain_list_has(p->own_orgs, domain) ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status render_domain(struct render *p, const char *domain, struct map_domain *ret_domain)
{
  struct map_domain out = {.org_gid = 0};
  int64_t org_id = 0;
  enum status status = domain_owner(p->txn, domain, &org_id);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = status == STATUS_OK ? render_governed(p, org_id, &out) : render_allowed(p, domain, &out);
  if (status != STATUS_OK) {
    return status;
  }
  status = text_copy(domain, out.domain, sizeof out.domain);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_domain = out;
  return STATUS_OK;
}

struct inviting {
  struct render *p;
  struct map_invited *out;
  int64_t now_s;
};

static enum status add_invite(void *context, const struct invite *invite)
{
  const struct inviting *inviting = context;
  struct map_invited *out = inviting->out;
  const struct org *org = NULL;
  if (invite->expires_at_s <= inviting->now_s || out->groups.count == U32_LIST_MAX) {
    return STATUS_OK;
  }
  enum status status = org_of(inviting->p, invite->org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  out->groups.values[out->groups.count++] = org->gid;
  out->expires_at_s = invite->expires_at_s > out->expires_at_s ? invite->expires_at_s : out->expires_at_s;
  return STATUS_OK;
}

enum status render_invited(struct render *p, const unsigned char seed[static SIPHASH_SEED_SIZE], const char *email,
                           struct map_invited *ret_invited)
{
  struct map_lookup lookup;
  struct map_invited out = {.expires_at_s = 0};
  struct inviting inviting = {p, &out, clock_now_s()};
  enum status status = map_lookup_invited(seed, email, &lookup);
  if (status != STATUS_OK) {
    return status;
  }
  status = invite_each_of(p->txn, email, add_invite, &inviting);
  if (status != STATUS_OK) {
    return status;
  }
  out.name_hash = (int64_t)lookup.hash;
  *ret_invited = out;
  return out.groups.count > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

// The org that people may come to under a short name, if they can at all.
static enum status add_short_names(struct render *p, struct map_settings *settings)
{
  struct map_domain governed = {.org_gid = 0};
  struct org org;
  enum status status = short_names_org(p->txn, settings->default_org, &org);
  status = status != STATUS_OK ? status : render_governed(p, org.id, &governed);
  settings->short_gid = status == STATUS_OK ? governed.org_gid : 0;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status render_settings(struct render *p, const struct config *config, struct map_settings *ret_settings)
{
  struct map_settings settings = config->map;
  enum status status = numbers_count(p->txn, &settings);
  status = status != STATUS_OK ? status : add_short_names(p, &settings);
  if (status == STATUS_OK) {
    *ret_settings = settings;
  }
  return status;
}
