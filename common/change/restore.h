// SPDX-License-Identifier: Apache-2.0
// Putting a store back as a backup has it (POLICY D3): an operator's alone, since it names no org.
#pragma once
#include "change/change.h"

// FROM: a read transaction of the backup's store. WHAT names it for the audit trail: "of HOST at DATE".
struct store_restore {
  struct store_txn *from;
  const char *what;
};

struct store_restored {
  bool changed;
  bool same_history;      // the backup is an earlier state of this very store, whose audit trail goes on
  uint64_t orgs;          // that there are now
  uint64_t accounts;      // likewise
  uint64_t kept_numbers;  // given since the backup, and never again
  uint64_t ended;         // accounts that had been removed since, and are removed again
  uint64_t owners_back;   // such ones that own an org of the backup, and are back
  uint64_t members_ended; // memberships likewise
  uint64_t void_invites;  // of the backup
  uint64_t void_codes;    // recovery codes of the backup
};

// Everything becomes as FROM has it, in one transaction, but: numbers, names and members that were removed or given
// since stay removed; invites, recovery codes and whatever waits for an answer are void; counters of tries stay; and
// the audit trail goes on where the backup is an earlier state of this store, and is the backup's where it is
// another's. STATUS_CORRUPT where the backup holds what it cannot.
struct change change_store_restore(const struct store_restore *in, struct store_restored *ret_result);

// Whether TO, a transaction of a later state, has FROM's audit trail in its own. *RET_LAST is the number of FROM's last
// event, 0 for none. Errors as store_get().
MUST_CHECK enum status restore_is_same_history(struct store_txn *from, struct store_txn *to, int64_t *ret_last,
                                               bool *ret_same);
