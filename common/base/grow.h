// SPDX-License-Identifier: Apache-2.0
// Arrays that grow as they are filled.
#pragma once
#include <stddef.h>
#include <stdlib.h>

enum { GROW_FIRST = 16 };

// ARRAY of *CAPACITY elements of SIZE bytes each, COUNT of them in use, with room for one more: the same, or a larger
// one in its place with *CAPACITY changed. The caller's, to be freed. NULL when there is no memory: ARRAY is as it was.
static inline void *grow_array(void *array, size_t count, size_t size, size_t *capacity)
{
  if (count < *capacity) {
    return array;
  }
  size_t wanted = *capacity > 0 ? *capacity * 2 : GROW_FIRST;
  void *grown = reallocarray(array, wanted, size);
  if (grown != NULL) {
    *capacity = wanted;
  }
  return grown;
}
