// SPDX-License-Identifier: Apache-2.0
// What an admin says of a connection to a provider, one by one: as results, the dumped state and the wanted state have
// it.
#pragma once
#include <stddef.h>

#include "base/clock.h"
#include "command.h"
#include "store/entities.h"
#include "table.h"

struct connection_field {
  const char *key;
  enum option option; // that says it
  const char *(*text)(const struct connection *connection);
};

// The table, without secret and certificates; static.
const struct connection_field *connection_fields(size_t *ret_count);

// When its secret ends at the provider, written into TEXT; NULL where nobody has said.
const char *connection_expiry(const struct connection *connection, char text[static CLOCK_TEXT_SIZE]);

// Adds to VALUES, a context_values(), what of AFTER is not as in BEFORE, which is NULL where there was none. Of the
// secret and of certificates only whether there are any, and whether they are others.
void connection_add_values(struct table *values, const struct connection *before, const struct connection *after);
