// SPDX-License-Identifier: Apache-2.0
#include "protocol/group_list.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "protocol/protocol.h"

bool group_list_takes(const char *name, size_t length)
{
  return length > 0 && length < PROTOCOL_GROUP_SIZE && text_is_clean(name, length);
}

const char *group_list_next(const struct bytes *list, const char *at)
{
  const char *start = bytes_text(list);
  const char *next = at == NULL ? start : at + strlen(at) + 1;
  return next < start + list->length ? next : NULL;
}

bool group_list_holds(const struct bytes *list, const char *name)
{
  for (const char *at = group_list_next(list, NULL); at != NULL; at = group_list_next(list, at)) {
    if (strcmp(at, name) == 0) {
      return true;
    }
  }
  return false;
}

static size_t count(const struct bytes *list)
{
  size_t names = 0;
  for (const char *at = group_list_next(list, NULL); at != NULL; at = group_list_next(list, at)) {
    names++;
  }
  return names;
}

enum status group_list_add(struct bytes *list, const char *name)
{
  size_t length = strnlen(name, PROTOCOL_GROUP_SIZE);
  if (!group_list_takes(name, length)) {
    return STATUS_INVALID;
  }
  if (group_list_holds(list, name)) {
    return STATUS_OK;
  }
  return count(list) < PROTOCOL_GROUP_COUNT ? bytes_append(list, name, length + 1) : STATUS_TOO_LARGE;
}

// Nothing is read as text before it is known to end within the list.
bool group_list_is_sound(const struct bytes *list)
{
  struct bytes again CLEANUP(bytes_done) = BYTES_EMPTY;
  if (list->length > 0 && list->data[list->length - 1] != '\0') {
    return false;
  }
  for (const char *at = group_list_next(list, NULL); at != NULL; at = group_list_next(list, at)) {
    if (group_list_holds(&again, at) || group_list_add(&again, at) != STATUS_OK) {
      return false;
    }
  }
  return true;
}
