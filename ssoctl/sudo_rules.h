// SPDX-License-Identifier: Apache-2.0
// Lines of sudoers(5) for the admins of those orgs of which operators have said so (admins-sudo).
#pragma once
#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"
#include "store/store.h"

// Appends them, as the store of TXN asks for them, to OUT. Errors as org_each(), and STATUS_NO_MEMORY.
MUST_CHECK enum status sudo_rules_of(struct store_txn *txn, struct bytes *out);

// Both in one, as STORE has them by now, under its lock. What fails is in ERROR.
MUST_CHECK enum status sudo_rules_follow(struct store *store, struct error *error);

// Puts RULES, which it takes, into sudo's file of ours, where that is wired. What fails is in ERROR.
MUST_CHECK enum status sudo_rules_renew(struct bytes *rules, struct error *error);
