// SPDX-License-Identifier: Apache-2.0
#include "operations/guard.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/groups.h"
#include "store/local_group.h"
#include "store/numbers_store.h"

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

// The same by /etc/group alone, for an account of ours: this is asked while others wait for the store, and a name
// service of the network may be long in answering.
static enum status is_listed(struct store_txn *txn, const char *operators, const struct account *account, bool *ret_is)
{
  char *words CLEANUP(cleanup_free) = strdup(operators);
  enum status status = words != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  char *rest = words;
  for (const char *word = strsep(&rest, " "); status == STATUS_OK && word != NULL; word = strsep(&rest, " ")) {
    struct number use;
    uint32_t gid = 0;
    bool has = false;
    status = local_group_has(word, account->login, account->gid, &has, &gid);
    bool ours = status == STATUS_OK && numbers_get(txn, gid, &use) != STATUS_NOT_FOUND;
    *ret_is = *ret_is || (has && !ours);
    status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return status;
}

// What an org's provider gave that is a group of the host.
static enum status holds_local(struct store_txn *txn, const struct membership *membership, bool *ret_holds)
{
  struct given_groups given;
  struct group_mappings mappings;
  enum status status = given_get(txn, membership->account_id, membership->org_id, &given);
  if (status == STATUS_OK) {
    status = group_mappings_of(txn, membership->org_id, &mappings);
  }
  for (size_t i = 0; status == STATUS_OK && i < mappings.count; i++) {
    bool local = mappings.list[i].local == 1;
    *ret_holds = *ret_holds || (local && groups_hold(&given.mappings, mappings.list[i].number));
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status guard_of(struct store_txn *txn, const char *operators, const struct account *account, bool *ret_guarded)
{
  struct memberships all;
  bool guarded = account->mapped == 1;
  enum status status = memberships_of(txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && !guarded && i < all.count; i++) {
    status = holds_local(txn, &all.list[i], &guarded);
  }
  if (status == STATUS_OK && !guarded) {
    status = is_listed(txn, operators, account, &guarded);
  }
  if (status == STATUS_OK) {
    *ret_guarded = guarded;
  }
  return status;
}
