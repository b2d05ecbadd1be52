// SPDX-License-Identifier: Apache-2.0
#include "base/id_list.h"

#include <stdlib.h>

#include "base/grow.h"

enum status id_list_add(struct id_list *list, int64_t id)
{
  int64_t *room = grow_array(list->ids, list->count, sizeof *room, &list->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  list->ids = room;
  list->ids[list->count++] = id;
  return STATUS_OK;
}

bool id_list_holds(const struct id_list *list, int64_t id)
{
  for (size_t i = 0; i < list->count; i++) {
    if (list->ids[i] == id) {
      return true;
    }
  }
  return false;
}

void id_list_done(struct id_list *list)
{
  free(list->ids);
  *list = (struct id_list){.count = 0};
}
