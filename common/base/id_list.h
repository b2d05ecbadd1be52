// SPDX-License-Identifier: Apache-2.0
// A growing list of ids. All zero is a valid empty one.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct id_list {
  int64_t *ids; // owned
  size_t count;
  size_t capacity;
};

// Adds ID behind the others. STATUS_NO_MEMORY leaves LIST unchanged.
MUST_CHECK enum status id_list_add(struct id_list *list, int64_t id);

// Whether ID is one of them: all are looked at.
bool id_list_holds(const struct id_list *list, int64_t id);

// Frees what LIST owns and leaves it empty.
void id_list_done(struct id_list *list);
