// SPDX-License-Identifier: Apache-2.0
// What a person gets by the groups that the org's provider names (POLICY N6), and loses with them.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "operations/apply.h"
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

enum status apply_given_groups(struct change_context *a, const struct giving *giving, char words[static REASON_SIZE])
{
  int64_t org_id = giving->org_id;
  int64_t account_id = giving->account_id;
  struct given_groups before = {.mappings = {.count = 0}};
  struct membership membership = {.status = MEMBER_SUSPENDED};
  struct group_mappings all = {.count = 0};
  bool changed = false;
  enum status status = membership_get(a->txn, account_id, org_id, &membership);
  if (status == STATUS_OK && membership.status == MEMBER_ACTIVE) {
    status = group_mappings_of(a->txn, org_id, &all);
  }
  if (status == STATUS_OK && all.count > 0) { // without a mapping nobody has anything
    status = given_get(a->txn, account_id, org_id, &before);
  }
  if ((status != STATUS_OK && status != STATUS_NOT_FOUND) || all.count == 0) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  const struct choice after = choose(&all, giving->named, giving->confirmed);
  describe(&all, &before, &after, words);
  return given_put(a->txn, account_id, org_id, after.list, after.count, &changed);
}
