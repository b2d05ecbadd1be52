// SPDX-License-Identifier: Apache-2.0
#include "change/granted_groups.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "protocol/group_list.h"
#include "store/groups.h"

struct choice {
  size_t count;
  const struct group_mapping *list[GIVEN_GROUPS_MAX];
};

// Only what is mapped counts, byte for byte: what a provider calls "sudo" is no more than any other name (HOLES H10).
// The first GIVEN_GROUPS_MAX in the order of the mappings.
static struct choice choose(const struct group_mappings *all, const struct bytes *named, bool confirmed)
{
  struct choice choice = {.count = 0};
  for (size_t i = 0; i < all->count && choice.count < COUNT_OF(choice.list); i++) {
    bool counts = confirmed || all->list[i].local == 0; // a local group is an operator's to give (POLICY W8)
    if (counts && group_list_holds(named, all->list[i].provider)) {
      choice.list[choice.count++] = &all->list[i];
    }
  }
  return choice;
}

static bool is_chosen(const struct choice *choice, const struct group_mapping *mapping)
{
  for (size_t i = 0; i < choice->count; i++) {
    if (choice->list[i] == mapping) {
      return true;
    }
  }
  return false;
}

// " +dev -ops"; a local group is "+local:video".
static void describe(const struct group_mappings *all, const struct given_groups *before, const struct choice *after,
                     char words[static REASON_SIZE])
{
  size_t used = 0;
  words[0] = '\0';
  for (size_t i = 0; i < all->count && used < REASON_SIZE; i++) {
    const struct group_mapping *mapping = &all->list[i];
    bool has = is_chosen(after, mapping);
    if (has != groups_hold(&before->mappings, mapping->number)) {
      (void)snprintf(words + used, REASON_SIZE - used, " %c%s%s", has ? '+' : '-', mapping->local == 1 ? "local:" : "",
                     mapping->name);
      used = strlen(words);
    }
  }
}

static enum status check_active(struct change_context *c, const struct named_groups *groups, bool *ret_active)
{
  struct membership membership;
  enum status status = membership_get(c->txn, groups->account_id, groups->org_id, &membership);
  if (status == STATUS_OK) {
    *ret_active = membership.status == MEMBER_ACTIVE;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status change_grant_groups(struct change_context *c, const struct named_groups *groups,
                                char words[static REASON_SIZE])
{
  struct given_groups before = {.mappings = {.count = 0}};
  struct group_mappings all = {.count = 0};
  bool active = false;
  bool changed = false;
  enum status status = check_active(c, groups, &active);
  if (status != STATUS_OK || !active) {
    return status;
  }
  status = group_mappings_of(c->txn, groups->org_id, &all);
  if (status != STATUS_OK || all.count == 0) { // without a mapping nobody has anything
    return status;
  }
  status = given_get(c->txn, groups->account_id, groups->org_id, &before);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct choice after = choose(&all, groups->named, groups->confirmed);
  describe(&all, &before, &after, words);
  return given_put(c->txn, groups->account_id, groups->org_id, after.list, after.count, &changed);
}
