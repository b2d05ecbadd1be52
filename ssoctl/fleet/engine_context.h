// SPDX-License-Identifier: Apache-2.0
// The fleet's engine, for a command.
#pragma once
#include "context.h"
#include "fleet/link.h"

enum { ENGINE_CONNECT_MS = 10 * 1000, ENGINE_COMMAND_MS = 60 * 1000 };

// Reads what this host joined with. cleanup_fleet_join(). EXIT_REFUSED: it is in no fleet.
int engine_context_join(struct context *ctx, struct fleet_join *ret_join);

// EXIT_REFUSED: this host is in a fleet.
int engine_context_alone(struct context *ctx);

// Connects as JOIN says. engine_end(). An exit code, with the error on standard error.
int engine_context_open(const struct context *ctx, const struct fleet_join *join, struct engine **ret_engine);

// The two in one, for what an admin host alone may do: EXIT_REFUSED on any other.
int engine_context_admin(struct context *ctx, struct fleet_join *ret_join, struct engine **ret_engine);
