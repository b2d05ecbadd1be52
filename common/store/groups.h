// SPDX-License-Identifier: Apache-2.0
// Provider groups (POLICY N6): what they are mapped to, and who got what by them. Writing needs a write transaction.
// Every function may fail as store_get() and store_put() do.
#pragma once
#include "store/entities.h"
#include "store/store.h"

// "dev" as the end of "acme-dev": [a-z][a-z0-9-]*, not "admins" and not ending in "-admins", and the whole no longer
// than GROUP_SIZE - 1.
bool group_name_is_legal(const char *slug, const char *name);

// The name of the whole: at most LOGIN_SIZE - 1 characters for every slug.
void group_full_name(const char *slug, const char *name, char full[static LOGIN_SIZE]);

MUST_CHECK enum status group_get(struct store_txn *txn, int64_t org_id, const char *name, struct org_group *ret_group);

// The group whose whole name is FULL, whichever org's it is; that of the slug and the hyphen in it.
MUST_CHECK enum status group_by_full_name(struct store_txn *txn, const char *full, struct org_group *ret_group);

// The org's group with this number.
MUST_CHECK enum status group_by_gid(struct store_txn *txn, int64_t org_id, uint32_t gid, struct org_group *ret_group);

// Stores a new group and takes its number. STATUS_EXISTS if name or number is taken.
MUST_CHECK enum status group_add(struct store_txn *txn, const struct org_group *group);

// Forgets a group that no mapping names any more; nothing gets its number again (POLICY N4).
MUST_CHECK enum status group_remove(struct store_txn *txn, const struct org_group *group);

typedef enum status group_visit(void *context, const struct org_group *group);
MUST_CHECK enum status group_each(struct store_txn *txn, int64_t org_id, group_visit *visit, void *context);

// All mappings of an org, in the order of the provider groups' bytes.
struct group_mappings {
  size_t count;
  struct group_mapping list[GROUP_MAPPINGS_MAX];
};
MUST_CHECK enum status group_mappings_of(struct store_txn *txn, int64_t org_id, struct group_mappings *ret_mappings);

// Whether the org has any: without one nobody was given anything.
MUST_CHECK enum status group_mappings_any(struct store_txn *txn, int64_t org_id, bool *ret_any);

MUST_CHECK enum status group_mapping_get(struct store_txn *txn, int64_t org_id, const char *provider,
                                         struct group_mapping *ret_mapping);
// Stores a new one with a number of its own. STATUS_TOO_LARGE for one more than GROUP_MAPPINGS_MAX.
MUST_CHECK enum status group_mapping_add(struct store_txn *txn, struct group_mapping *mapping);

// Stores one that has its number, in place of what was there.
MUST_CHECK enum status group_mapping_put(struct store_txn *txn, const struct group_mapping *mapping);

// Forgets it, and takes what it gave from everybody.
MUST_CHECK enum status group_mapping_remove(struct store_txn *txn, const struct group_mapping *mapping);

// Whether VALUE is one of LIST.
bool groups_hold(const struct u32_list *list, uint32_t value);

// STATUS_NOT_FOUND for nothing.
MUST_CHECK enum status given_get(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                 struct given_groups *ret_given);

// The same, but nothing is no error.
MUST_CHECK enum status given_get_or_none(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                         struct given_groups *ret_given);

// From now on the account has what COUNT of the org's mappings give, at most GIVEN_GROUPS_MAX; *RET_CHANGED: that is
// something else than before.
MUST_CHECK enum status given_put(struct store_txn *txn, int64_t account_id, int64_t org_id,
                                 const struct group_mapping *const *mappings, size_t count, bool *ret_changed);

// The account has nothing of the org's provider any more. STATUS_OK where it had nothing.
MUST_CHECK enum status given_drop(struct store_txn *txn, int64_t account_id, int64_t org_id);

// Calls VISIT with each account that has the group with this number, in the order they were made; another status than
// STATUS_OK ends the walk.
typedef enum status given_visit(void *context, int64_t account_id);
MUST_CHECK enum status given_each(struct store_txn *txn, uint32_t gid, given_visit *visit, void *context);
