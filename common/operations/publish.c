// SPDX-License-Identifier: Apache-2.0
#include "operations/publish.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "map/map_build.h"
#include "map/map_read.h"
#include "map/numbers.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

enum { PASSWD_FILE_MAX = 16 << 20 };

struct publishing {
  struct store_txn *txn;
  struct map_builder *builder;
  const struct org *org;   // while its members are walked
  struct map_group *group; // likewise
  struct bytes passwd;     // a newline and /etc/passwd
};

static bool is_gecos(const char *name)
{
  return strpbrk(name, ":,\n") == NULL;
}

static enum status add_group_of(struct publishing *p, const struct membership *membership, struct u32_list *groups)
{
  struct org org;
  enum status status = org_get(p->txn, membership->org_id, &org);
  if (status != STATUS_OK || membership->status != MEMBER_ACTIVE || groups->count + 2 > U32_LIST_MAX) {
    return status;
  }
  groups->values[groups->count++] = org.gid;
  if (membership->role != ROLE_VIEWER) {
    groups->values[groups->count++] = org.admins_gid;
  }
  return STATUS_OK;
}

static enum status publish_account(void *context, const struct store_entry *entry)
{
  struct publishing *p = context;
  struct account account;
  struct memberships all;
  struct map_account out = {.uid = 0};
  enum status status = record_decode(&ACCOUNT_RECORD, entry->data, entry->length, &account);
  if (status == STATUS_OK) {
    status = memberships_of(p->txn, account.id, &all);
  }
  for (size_t i = 0; status == STATUS_OK && account.status == ACCOUNT_ACTIVE && i < all.count; i++) {
    status = add_group_of(p, &all.list[i], &out.groups);
  }
  if (status != STATUS_OK) {
    return status;
  }
  out.uid = account.uid;
  out.gid = account.gid;
  out.mapped = account.mapped;
  memcpy(out.login, account.login, sizeof out.login);
  memcpy(out.home, account.home, sizeof out.home);
  memcpy(out.shell, account.shell, sizeof out.shell);
  if (is_gecos(account.name)) {
    (void)snprintf(out.gecos, sizeof out.gecos, "%s", account.name);
  }
  record_done(&ACCOUNT_RECORD, &account);
  return map_add_account(p->builder, &out);
}

// Whether /etc/passwd, as it was read when publishing began, has the name: group databases know members by name alone.
static bool is_local_name(const struct publishing *p, const char *login)
{
  char line[LOGIN_SIZE + 3];
  int length = snprintf(line, sizeof line, "\n%s:", login);
  return p->passwd.length > 0 && memmem(p->passwd.data, p->passwd.length, line, (size_t)length) != NULL;
}

static enum status list_member(void *context, const struct membership *membership)
{
  struct publishing *p = context;
  struct account account;
  bool admins = p->group->gid == p->org->admins_gid;
  bool listed = membership->status == MEMBER_ACTIVE && (!admins || membership->role != ROLE_VIEWER);
  if (!listed || p->group->member_count == MEMBERS_MAX) {
    return STATUS_OK;
  }
  enum status status = account_get(p->txn, membership->account_id, &account);
  if (status == STATUS_OK && account.status == ACCOUNT_ACTIVE &&
      (account.mapped == 1 ? name_is_local_with(account.login, account.uid) : !is_local_name(p, account.login))) {
    status = bytes_append(&p->group->members, account.login, strlen(account.login) + 1);
    p->group->member_count++;
    record_done(&ACCOUNT_RECORD, &account);
  }
  return status;
}

static void group_done(struct map_group *group)
{
  record_done(&MAP_GROUP_RECORD, group);
}

// Groups of orgs that enforce have no listed members (POLICY K3).
static enum status publish_group(struct publishing *p, uint32_t gid, const char *suffix)
{
  struct map_group group CLEANUP(group_done) = {.gid = gid};
  enum status status = STATUS_OK;
  (void)snprintf(group.name, sizeof group.name, "%s%s", p->org->slug, suffix);
  group.enforced = p->org->enforcement != ENFORCEMENT_OFF;
  p->group = &group;
  if (group.enforced == 0) {
    status = membership_each(p->txn, p->org->id, list_member, p);
  }
  return status != STATUS_OK ? status : map_add_group(p->builder, &group);
}

static enum status publish_org(void *context, const struct org *org)
{
  struct publishing *p = context;
  p->org = org;
  enum status status = publish_group(p, org->gid, "");
  return status != STATUS_OK ? status : publish_group(p, org->admins_gid, "-admins");
}

// Domains open to first logins: verified by an org with a connection (POLICY L11).
static enum status publish_domain(void *context, const struct domain *domain)
{
  struct publishing *p = context;
  struct connection connection __attribute__((cleanup(cleanup_connection))) = {.org_id = 0};
  struct map_domain out;
  struct org org;
  if (domain->verified != 1) {
    return STATUS_OK;
  }
  enum status status = connection_get(p->txn, domain->org_id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = org_get(p->txn, domain->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(out.domain, domain->domain, sizeof out.domain);
  out.org_gid = org.gid;
  return map_add_domain(p->builder, &out);
}

static enum status publish_removed(void *context, const struct store_entry *entry)
{
  struct publishing *p = context;
  struct number number;
  uint32_t value = 0;
  enum status status = record_decode(&NUMBER_RECORD, entry->data, entry->length, &number);
  if (status != STATUS_OK || number.use != NUMBER_REMOVED || entry->key_length != 4) {
    return status;
  }
  for (int i = 0; i < 4; i++) {
    value = value << 8 | entry->key[i];
  }
  return map_add_removed(p->builder, value);
}

static enum status settings_now(struct store_txn *txn, const struct config *config, struct map_settings *ret_settings)
{
  struct map_settings settings = config->map;
  enum status status = numbers_count(txn, &settings);
  if (status == STATUS_OK) {
    *ret_settings = settings;
  }
  return status;
}

static enum status fill(struct publishing *p, const struct config *config)
{
  const struct store_key all = key_new();
  struct map_settings settings;
  enum status status = settings_now(p->txn, config, &settings);
  if (status == STATUS_OK) {
    status = map_add_settings(p->builder, &settings);
  }
  if (status == STATUS_OK) {
    status = store_each(p->txn, TABLE_ACCOUNTS, &all, publish_account, p);
  }
  if (status == STATUS_OK) {
    status = org_each(p->txn, publish_org, p);
  }
  if (status == STATUS_OK) {
    status = domain_each(p->txn, 0, publish_domain, p);
  }
  return status != STATUS_OK ? status : store_each(p->txn, TABLE_NUMBERS, &all, publish_removed, p);
}

static void publishing_done(struct publishing *p)
{
  bytes_done(&p->passwd);
}

// A file that cannot be read has no names.
static enum status read_passwd(struct publishing *p)
{
  enum status status = bytes_append_text(&p->passwd, "\n");
  if (status == STATUS_OK) {
    status = file_read_trusted("/etc/passwd", PASSWD_FILE_MAX, NULL, &p->passwd);
  }
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

enum status publish_beside(struct store_txn *txn, const struct config *config, const char *path)
{
  struct map_builder builder CLEANUP(map_builder_done) = {.entries = NULL};
  struct publishing p CLEANUP(publishing_done) = {.txn = txn, .builder = &builder};
  int64_t serial = 0;
  enum status status = store_seed(txn, builder.seed);
  if (status == STATUS_OK) {
    status = store_map_serial(txn, &serial);
  }
  if (status == STATUS_OK) {
    status = read_passwd(&p);
  }
  if (status == STATUS_OK) {
    status = fill(&p, config);
  }
  return status != STATUS_OK ? status : map_write_beside(&builder, path, (uint64_t)serial);
}

enum status publish(struct store_txn *txn, const struct config *config, const char *path)
{
  enum status status = publish_beside(txn, config, path);
  return status != STATUS_OK ? status : map_put_in_place(path);
}

bool publish_is_current(struct store_txn *txn, const struct config *config, const char *path)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_settings there;
  struct map_settings wanted;
  int64_t serial = 0;
  if (map_open(path, &map) != STATUS_OK || !map_is_clean(&map)) {
    return false;
  }
  if (store_map_serial(txn, &serial) != STATUS_OK || map.state.serial != (uint64_t)serial) {
    return false;
  }
  if (map_settings(&map, &there) != STATUS_OK) {
    return false;
  }
  wanted = config->map;
  return strcmp(wanted.sshd_paths, there.sshd_paths) == 0 && strcmp(wanted.home, there.home) == 0 &&
         strcmp(wanted.shell, there.shell) == 0 && wanted.ranges.count == there.ranges.count &&
         memcmp(wanted.ranges.values, there.ranges.values, sizeof wanted.ranges.values[0] * wanted.ranges.count) == 0;
}
