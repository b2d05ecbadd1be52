// SPDX-License-Identifier: Apache-2.0
// What 'idp set' puts into a connection: each value as it is typed, or as a preset says it.
#pragma once
#include "desk.h"
#include "store/entities.h"

// What VALUE is where nobody says anything; "" if it is nothing then. Static.
const char *idp_value_default(enum preset_value value);

// Fills a new CONNECTION with the defaults. An exit code.
int idp_values_default(const struct desk *desk, struct connection *connection);

// Puts what is on the command line into CONNECTION: what is typed, and then what --preset says of the rest. An exit
// code, with the error on standard error.
int idp_values_set(const struct desk *desk, struct connection *connection);
