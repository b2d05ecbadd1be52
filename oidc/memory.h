// SPDX-License-Identifier: Apache-2.0
// The allocator that is given to the libraries: what they free is wiped, because tokens and secrets pass through their
// buffers. It is malloc() underneath, so that a block may also be freed by free().
#pragma once
#include <stdbool.h>
#include <stddef.h>

void *memory_alloc(size_t size); // zeroed
void *memory_calloc(size_t count, size_t size);
void *memory_realloc(void *old, size_t size);
char *memory_strdup(const char *text);
void memory_free(void *pointer);

// Whether SIZE bytes could be had now.
bool memory_is_left(size_t size);
