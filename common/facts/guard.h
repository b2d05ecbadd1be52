// SPDX-License-Identifier: Apache-2.0
// Accounts that no org and no provider reaches by email, and no delegate touches (POLICY "guarded account").
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "store/accounts.h"

// Whether NAME, with the primary group GID, is in one of the host's groups OPERATORS (names separated by spaces) that
// root and not an org gave (HOLES H10): NSS is asked. TXN may be NULL where there is no store. STATUS_NO_MEMORY; errors
// as store_get().
MUST_CHECK enum status guard_is_operator(struct store_txn *txn, const char *operators, const char *name, gid_t gid,
                                         bool *ret_is);

// Whether ACCOUNT is mapped onto a local user, an operator's by /etc/group, listed there in any group, holds a local
// group by its provider, or is an admin of an org whose admins have sudo (POLICY N6). No name service is asked. Errors
// as local_group_load() and store_get().
MUST_CHECK enum status guard_of(struct store_txn *txn, const char *operators, const struct account *account,
                                bool *ret_guarded);

// Whether any member of ORG_ID is such an account, EXCEPT_ID left out. Errors as guard_of().
MUST_CHECK enum status guard_of_members(struct store_txn *txn, const char *operators, int64_t org_id, int64_t except_id,
                                        bool *ret_any);
