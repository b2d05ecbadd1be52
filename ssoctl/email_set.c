// SPDX-License-Identifier: Apache-2.0
#include "email_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/files.h"

enum { SLOTS_FIRST = 1024 };

enum status email_set_init(struct email_set *set)
{
  *set = (struct email_set){.slots = NULL};
  return file_random(set->keys, sizeof set->keys);
}

void email_set_clear(struct email_set *set)
{
  free(set->slots);
  set->slots = NULL;
  set->slot_count = set->count = 0;
}

// The slot that holds what WANTED is about, or the empty one where it belongs.
static struct email_set_slot *find(struct email_set_slot *slots, size_t count, const struct email_set_slot *wanted)
{
  size_t at = (size_t)wanted->hash & (count - 1);
  while (slots[at].line != 0 && (slots[at].hash != wanted->hash || slots[at].check != wanted->check)) {
    at = (at + 1) & (count - 1);
  }
  return &slots[at];
}

static enum status grow(struct email_set *set)
{
  if (set->count < set->slot_count / 4 * 3) {
    return STATUS_OK;
  }
  size_t count = set->slot_count > 0 ? set->slot_count * 2 : SLOTS_FIRST;
  struct email_set_slot *slots = calloc(count, sizeof *slots);
  if (slots == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < set->slot_count; i++) {
    if (set->slots[i].line != 0) {
      *find(slots, count, &set->slots[i]) = set->slots[i];
    }
  }
  free(set->slots);
  set->slots = slots;
  set->slot_count = count;
  return STATUS_OK;
}

enum status email_set_note(struct email_set *set, const char *email, uint32_t line, uint32_t *ret_line)
{
  enum status status = grow(set);
  if (status != STATUS_OK) {
    return status;
  }
  size_t length = strlen(email);
  const struct email_set_slot slot = {siphash(set->keys[0], email, length),
                                      (uint32_t)siphash(set->keys[1], email, length), line};
  struct email_set_slot *at = find(set->slots, set->slot_count, &slot);
  *ret_line = at->line;
  if (at->line == 0) {
    *at = slot;
    set->count++;
  }
  return STATUS_OK;
}
