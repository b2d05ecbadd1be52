// SPDX-License-Identifier: Apache-2.0
// What the commands about people of an org share.
#pragma once
#include "desk.h"

// Opens DESK and starts an operation of KIND for the org and email of the first two arguments. Exit codes as
// desk_open().
int people_start(struct desk *desk, const struct invocation *in, enum operation_kind kind, struct operation *ret_op);

// The role TYPED for WHAT ("--role") into OP: viewer or admin.
int people_role(const char *what, const char *typed, struct operation *op);

// Ends what runs under UID if --end-sessions was given, and says so; CODE is passed on if it is not EXIT_DONE.
int people_end_sessions(const struct desk *desk, const char *login, uint32_t uid);
