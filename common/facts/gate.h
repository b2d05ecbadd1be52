// SPDX-License-Identifier: Apache-2.0
// Groups as a gate: an org lets in through its connection only who is in one of its required groups at the provider
// (POLICY S16). Errors as store_get().
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "store/confirmed.h"

// Whether the connection in SLOT of ORG, as it will be with what waits there, is to be asked for a person's groups:
// they are mapped to something, or one is required, or was when an operator last looked (POLICY W8).
MUST_CHECK enum status gate_wants_groups(struct store_txn *txn, const struct org *org, enum connection_slot slot,
                                         bool *ret_wants);

// The groups that are required of an account, as protocol/group_words.h has them; "" for none. Of a GUARDED one those
// that an operator last set or saw count.
MUST_CHECK enum status gate_required(struct store_txn *txn, const struct org *org, bool guarded,
                                     char ret_required[static GROUP_WORDS_SIZE]);

// The first of REQUIRED that NAMED, a list as protocol/group_list.h has it, holds, byte for byte. False: none.
bool gate_passed_by(const char *required, const struct bytes *named, char ret_name[static PROTOCOL_GROUP_SIZE]);
