// SPDX-License-Identifier: Apache-2.0
#include "change/granted_groups.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/context.h"
#include "protocol/group_list.h"
#include "store/accounts.h"
#include "store/endings.h"
#include "store/groups.h"

struct choice {
  size_t count;
  const struct group_mapping *list[GIVEN_GROUPS_MAX];
};

// Only what is mapped counts, byte for byte: what a provider calls "sudo" is no more than any other name (HOLES H10).
// A local group and a role are given through a connection as an operator saw it alone (POLICY W8).
static bool is_named(const struct named_groups *groups, const struct group_mapping *mapping)
{
  bool counts = groups->confirmed || mapping->gives == GIVES_GROUP;
  return counts && group_list_holds(groups->named, mapping->provider);
}

static void choose_those(const struct group_mappings *all, const struct named_groups *groups, bool roles,
                         struct choice *choice)
{
  for (size_t i = 0; i < all->count && choice->count < COUNT_OF(choice->list); i++) {
    if ((all->list[i].gives == GIVES_ROLE) == roles && is_named(groups, &all->list[i])) {
      choice->list[choice->count++] = &all->list[i];
    }
  }
}

// The first GIVEN_GROUPS_MAX in the order of the mappings; before them those of the role, if it HAS it by a group.
static struct choice choose(const struct group_mappings *all, const struct named_groups *groups, bool has_role)
{
  struct choice choice = {.count = 0};
  if (has_role) {
    choose_those(all, groups, true, &choice);
  }
  choose_those(all, groups, false, &choice);
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

// " +dev -ops" behind what is there; a local group is "+local:video".
static void describe(const struct group_mappings *all, const struct given_groups *before, const struct choice *after,
                     char words[static REASON_SIZE])
{
  size_t used = strlen(words);
  for (size_t i = 0; i < all->count && used < REASON_SIZE; i++) {
    const struct group_mapping *mapping = &all->list[i];
    bool has = is_chosen(after, mapping);
    if (mapping->gives != GIVES_ROLE && has != groups_hold(&before->mappings, mapping->number)) {
      (void)snprintf(words + used, REASON_SIZE - used, " %c%s%s", has ? '+' : '-',
                     mapping->gives == GIVES_LOCAL_GROUP ? "local:" : "", mapping->name);
      used = strlen(words);
    }
  }
}

static bool names_role(const struct group_mappings *all, const struct named_groups *groups)
{
  for (size_t i = 0; i < all->count; i++) {
    if (all->list[i].gives == GIVES_ROLE && is_named(groups, &all->list[i])) {
      return true;
    }
  }
  return false;
}

// Whether the group may make an admin of who is a viewer: not of whom an admin has made one, nor where somebody else
// may have used the account (HOLES H63).
static enum status may_raise(struct change_context *c, const struct named_groups *groups,
                             const struct membership *membership, bool *ret_may)
{
  bool used = true;
  if (membership->role != ROLE_VIEWER || membership->role_by == ROLE_BY_HAND) {
    return STATUS_OK;
  }
  enum status status = change_used_unproven(c, groups->account, &used);
  *ret_may = status == STATUS_OK && !used;
  return status;
}

// The owner's role is nobody's to give, and one that an admin gave is an admin's to take.
static enum status apply_role(struct change_context *c, const struct named_groups *groups, bool named,
                              struct membership *membership, char words[static REASON_SIZE])
{
  bool has = membership->role_by == ROLE_BY_GROUP;
  bool raises = false;
  enum status status = named && !has ? may_raise(c, groups, membership, &raises) : STATUS_OK;
  if (status != STATUS_OK || (!raises && (named || !has))) {
    return status;
  }
  membership_take_role(membership);
  if (raises) {
    membership->role = ROLE_ADMIN;
    membership->role_by = ROLE_BY_GROUP;
    membership->role_until_s = 0; // of one that has ended
  }
  (void)snprintf(words, REASON_SIZE, " %crole:%s", raises ? '+' : '-', role_word(ROLE_ADMIN));
  return membership_put(c->txn, membership);
}

static enum status give(struct change_context *c, const struct named_groups *groups, const struct group_mappings *all,
                        bool has_role, char words[static REASON_SIZE])
{
  struct given_groups before = {.mappings = {.count = 0}};
  const int64_t account_id = groups->account->id;
  bool changed = false;
  enum status status = given_get(c->txn, account_id, groups->org_id, &before);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct choice after = choose(all, groups, has_role);
  describe(all, &before, &after, words);
  return given_put(c->txn, account_id, groups->org_id, after.list, after.count, &changed);
}

enum status change_grant_groups(struct change_context *c, const struct named_groups *groups,
                                char words[static REASON_SIZE])
{
  struct group_mappings all = {.count = 0};
  struct membership stored;
  words[0] = '\0';
  enum status status = membership_get(c->txn, groups->account->id, groups->org_id, &stored);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  struct membership membership = membership_at(&stored, c->now_s);
  if (membership.status != MEMBER_ACTIVE) {
    return STATUS_OK;
  }
  status = group_mappings_of(c->txn, groups->org_id, &all);
  if (status != STATUS_OK || all.count == 0) { // without a mapping nobody has anything
    return status;
  }
  status = apply_role(c, groups, names_role(&all, groups), &membership, words);
  return status != STATUS_OK ? status : give(c, groups, &all, membership.role_by == ROLE_BY_GROUP, words);
}
