// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include <malloc.h>

void *memory_alloc(size_t size)
{
  return calloc(1, size);
}

void *memory_calloc(size_t count, size_t size)
{
  return calloc(count, size);
}

void memory_free(void *pointer)
{
  if (pointer != NULL) {
    explicit_bzero(pointer, malloc_usable_size(pointer));
    free(pointer);
  }
}

void *memory_realloc(void *old, size_t size)
{
  if (old == NULL) {
    return calloc(1, size);
  }
  size_t had = malloc_usable_size(old);
  if (size > 0 && size <= had) {
    return old;
  }
  void *pointer = calloc(1, size);
  if (pointer == NULL) {
    return NULL;
  }
  memcpy(pointer, old, had < size ? had : size);
  memory_free(old);
  return pointer;
}

char *memory_strdup(const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = calloc(1, size);
  if (copy != NULL) {
    memcpy(copy, text, size);
  }
  return copy;
}

bool memory_is_left(size_t size)
{
  void *pointer = calloc(1, size);
  free(pointer);
  return pointer != NULL;
}
