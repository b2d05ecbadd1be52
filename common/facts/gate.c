// SPDX-License-Identifier: Apache-2.0
#include "facts/gate.h"

#include <string.h>

#include "base/cleanup.h"
#include "protocol/group_list.h"
#include "store/groups.h"

// Where nobody has looked since that is kept, what is there has been seen.
static enum status seen_in(struct store_txn *txn, const struct org *org, enum connection_slot slot,
                           char ret_required[static GROUP_WORDS_SIZE])
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  enum status status = confirmed_get(txn, org->id, slot, &confirmed);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct requirements *seen = status == STATUS_OK ? &confirmed.seen.requirements : &org->requirements;
  memcpy(ret_required, seen->required_groups, GROUP_WORDS_SIZE);
  return STATUS_OK;
}

enum status gate_wants_groups(struct store_txn *txn, const struct org *org, enum connection_slot slot, bool *ret_wants)
{
  char seen[GROUP_WORDS_SIZE];
  bool any = false;
  enum status status = group_mappings_any(txn, org->id, &any);
  status = status != STATUS_OK ? status : seen_in(txn, org, slot, seen);
  if (status == STATUS_OK) {
    *ret_wants = any || org->requirements.required_groups[0] != '\0' || seen[0] != '\0';
  }
  return status;
}

enum status gate_required(struct store_txn *txn, const struct org *org, bool guarded,
                          char ret_required[static GROUP_WORDS_SIZE])
{
  if (guarded) {
    return seen_in(txn, org, CONNECTION_ACTIVE, ret_required);
  }
  memcpy(ret_required, org->requirements.required_groups, GROUP_WORDS_SIZE);
  return STATUS_OK;
}

bool gate_passed_by(const char *required, const struct bytes *named, char ret_name[static PROTOCOL_GROUP_SIZE])
{
  char name[PROTOCOL_GROUP_SIZE];
  for (const char *at = required[0] != '\0' ? required : NULL; at != NULL;) {
    if (group_words_next(&at, name) != STATUS_OK) {
      return false;
    }
    if (group_list_holds(named, name)) {
      memcpy(ret_name, name, sizeof name);
      return true;
    }
  }
  return false;
}
