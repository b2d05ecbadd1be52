// SPDX-License-Identifier: Apache-2.0
// What 'idp set' puts into a connection: each value as it is typed, or as a preset says it.
#pragma once
#include "context.h"
#include "store/entities.h"

// Fills a new CONNECTION with the defaults. An exit code.
int idp_values_default(const struct context *ctx, struct connection *connection);

// Puts what is on the command line into CONNECTION: what is typed, and then what --preset says of the rest. An exit
// code, with the error on standard error.
int idp_values_set(const struct context *ctx, struct connection *connection);
