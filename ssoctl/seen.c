// SPDX-License-Identifier: Apache-2.0
#include "seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/files.h"

enum { SLOTS_FIRST = 1024 };

enum status seen_init(struct seen *seen)
{
  *seen = (struct seen){.slots = NULL};
  return file_random(seen->keys, sizeof seen->keys);
}

void seen_clear(struct seen *seen)
{
  free(seen->slots);
  seen->slots = NULL;
  seen->slot_count = seen->count = 0;
}

// The slot that holds what WANTED is about, or the empty one where it belongs.
static struct seen_slot *find(struct seen_slot *slots, size_t count, const struct seen_slot *wanted)
{
  size_t at = (size_t)wanted->hash & (count - 1);
  while (slots[at].line != 0 && (slots[at].hash != wanted->hash || slots[at].check != wanted->check)) {
    at = (at + 1) & (count - 1);
  }
  return &slots[at];
}

static enum status grow(struct seen *seen)
{
  if (seen->count < seen->slot_count / 4 * 3) {
    return STATUS_OK;
  }
  size_t count = seen->slot_count > 0 ? seen->slot_count * 2 : SLOTS_FIRST;
  struct seen_slot *slots = calloc(count, sizeof *slots);
  if (slots == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < seen->slot_count; i++) {
    if (seen->slots[i].line != 0) {
      *find(slots, count, &seen->slots[i]) = seen->slots[i];
    }
  }
  free(seen->slots);
  seen->slots = slots;
  seen->slot_count = count;
  return STATUS_OK;
}

enum status seen_note(struct seen *seen, const char *email, uint32_t line, uint32_t *ret_line)
{
  enum status status = grow(seen);
  if (status != STATUS_OK) {
    return status;
  }
  size_t length = strlen(email);
  const struct seen_slot slot = {siphash(seen->keys[0], email, length), (uint32_t)siphash(seen->keys[1], email, length),
                                 line};
  struct seen_slot *at = find(seen->slots, seen->slot_count, &slot);
  *ret_line = at->line;
  if (at->line == 0) {
    *at = slot;
    seen->count++;
  }
  return STATUS_OK;
}
