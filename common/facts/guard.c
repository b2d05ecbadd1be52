// SPDX-License-Identifier: Apache-2.0
#include "facts/guard.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/config.h"
#include "store/groups.h"
#include "store/local_group.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

enum { GROUPS_FIRST = 64, GROUPS_MAX = 65536 };

// Owned.
struct group_numbers {
  gid_t *list;
  int count;
};

static void group_numbers_done(struct group_numbers *numbers)
{
  free(numbers->list);
}

static enum status groups_of(const char *name, gid_t gid, struct group_numbers *ret_numbers)
{
  for (int room = GROUPS_FIRST; room <= GROUPS_MAX; room *= 4) {
    int count = room;
    gid_t *list = calloc((size_t)room, sizeof *list);
    if (list == NULL) {
      return STATUS_NO_MEMORY;
    }
    if (getgrouplist(name, gid, list, &count) >= 0) {
      *ret_numbers = (struct group_numbers){list, count};
      return STATUS_OK;
    }
    free(list);
  }
  return STATUS_TOO_LARGE;
}

// The group of this name, if it is not one of ours.
static enum status holds(struct store_txn *txn, const char *name, const struct group_numbers *numbers, bool *ret_holds)
{
  struct number use;
  const struct group *group = getgrnam(name);
  if (group == NULL) {
    return STATUS_OK;
  }
  gid_t gid = group->gr_gid;
  enum status status = txn != NULL ? numbers_get(txn, gid, &use) : STATUS_NOT_FOUND;
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  for (int i = 0; i < numbers->count; i++) {
    *ret_holds = *ret_holds || numbers->list[i] == gid;
  }
  return STATUS_OK;
}

enum status guard_is_operator(struct store_txn *txn, const char *operators, const char *name, gid_t gid, bool *ret_is)
{
  struct group_numbers numbers CLEANUP(group_numbers_done) = {NULL, 0};
  char *words CLEANUP(cleanup_free) = strdup(operators);
  bool is = false;
  enum status status = words != NULL ? groups_of(name, gid, &numbers) : STATUS_NO_MEMORY;
  char *rest = words;
  for (const char *word = strsep(&rest, " "); status == STATUS_OK && word != NULL; word = strsep(&rest, " ")) {
    status = holds(txn, word, &numbers, &is);
  }
  if (status == STATUS_OK) {
    *ret_is = is;
  }
  return status;
}

// The groups of operators, and whoever is in any group, as /etc/group has them.
struct listed {
  struct local_members members;
  size_t count;
  struct local_group groups[OPERATORS_SIZE / 2];
};

static void listed_done(struct listed *listed)
{
  for (size_t i = 0; i < listed->count; i++) {
    local_group_done(&listed->groups[i]);
  }
  local_members_done(&listed->members);
}

// By /etc/group alone, for accounts of ours: this is asked while others wait for the store, and a name service of the
// network may be long in answering.
static enum status load_listed(struct store_txn *txn, const char *operators, struct listed *listed)
{
  char *words CLEANUP(cleanup_free) = strdup(operators);
  enum status status = words != NULL ? local_members_load(&listed->members) : STATUS_NO_MEMORY;
  char *rest = words;
  for (const char *word = strsep(&rest, " "); status == STATUS_OK && word != NULL; word = strsep(&rest, " ")) {
    struct local_group group CLEANUP(local_group_done) = {.line = NULL};
    struct number use;
    status = listed->count < COUNT_OF(listed->groups) ? local_group_load(word, &group) : STATUS_TOO_LARGE;
    if (status == STATUS_OK && numbers_get(txn, group.gid, &use) == STATUS_NOT_FOUND) { // not one of ours
      listed->groups[listed->count++] = group;
      group.line = NULL;
    }
    status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return status;
}

// A local group that lists somebody is root's to give: sessions have it however they were made, and jobs too (HOLES
// H81).
static bool is_listed(const struct listed *listed, const struct account *account)
{
  bool is = local_members_have(&listed->members, account->login);
  for (size_t i = 0; i < listed->count; i++) {
    is = is || local_group_has(&listed->groups[i], account->login, account->gid);
  }
  return is;
}

// What an org's provider gave that is a group of the host.
static enum status holds_local(struct store_txn *txn, const struct membership *membership, bool *ret_holds)
{
  struct given_groups given;
  struct group_mappings mappings;
  enum status status = given_get(txn, membership->account_id, membership->org_id, &given);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = group_mappings_of(txn, membership->org_id, &mappings);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < mappings.count; i++) {
    bool local = mappings.list[i].gives == GIVES_LOCAL_GROUP;
    *ret_holds = *ret_holds || (local && groups_hold(&given.mappings, mappings.list[i].number));
  }
  return STATUS_OK;
}

// Whether it has root by sudo: who could sign in as such an admin through another org would have it too (HOLES H61).
static enum status holds_sudo(struct store_txn *txn, const struct membership *membership, bool *ret_holds)
{
  struct org org;
  if (membership->role == ROLE_VIEWER) {
    return STATUS_OK;
  }
  enum status status = org_get(txn, membership->org_id, &org);
  *ret_holds = *ret_holds || (status == STATUS_OK && org.admins_sudo == 1);
  return status;
}

// By what the store has of it.
static enum status is_granted(struct store_txn *txn, const struct account *account, bool *ret_granted)
{
  struct memberships all;
  bool granted = account->mapped == 1;
  enum status status = memberships_of(txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && !granted && i < all.count; i++) {
    status = holds_local(txn, &all.list[i], &granted);
    status = status != STATUS_OK ? status : holds_sudo(txn, &all.list[i], &granted);
  }
  if (status == STATUS_OK) {
    *ret_granted = granted;
  }
  return status;
}

enum status guard_of(struct store_txn *txn, const char *operators, const struct account *account, bool *ret_guarded)
{
  struct listed listed CLEANUP(listed_done) = {.count = 0};
  bool guarded = false;
  enum status status = is_granted(txn, account, &guarded);
  status = status != STATUS_OK || guarded ? status : load_listed(txn, operators, &listed);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_guarded = guarded || is_listed(&listed, account);
  return STATUS_OK;
}

struct looking {
  struct store_txn *txn;
  struct listed listed;
  int64_t except_id;
};

static void looking_done(struct looking *looking)
{
  listed_done(&looking->listed);
}

// STATUS_EXISTS ends the walk: one is enough.
static enum status look_at_member(void *context, const struct membership *membership)
{
  struct looking *looking = context;
  struct account account = {.id = 0};
  bool guarded = false;
  if (membership->account_id == looking->except_id) {
    return STATUS_OK;
  }
  enum status status = account_get(looking->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  status = is_granted(looking->txn, &account, &guarded);
  guarded = status == STATUS_OK && (guarded || is_listed(&looking->listed, &account));
  record_done(&ACCOUNT_RECORD, &account);
  return guarded ? STATUS_EXISTS : status;
}

enum status guard_of_members(struct store_txn *txn, const char *operators, int64_t org_id, int64_t except_id,
                             bool *ret_any)
{
  struct looking looking CLEANUP(looking_done) = {.txn = txn, .except_id = except_id};
  enum status status = load_listed(txn, operators, &looking.listed);
  if (status != STATUS_OK) {
    return status;
  }
  status = membership_each(txn, org_id, look_at_member, &looking);
  if (status == STATUS_OK || status == STATUS_EXISTS) {
    *ret_any = status == STATUS_EXISTS;
    return STATUS_OK;
  }
  return status;
}
