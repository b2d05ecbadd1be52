// SPDX-License-Identifier: Apache-2.0
// Who may run a command: asked once, before the command itself is begun. What changes the store is asked again there,
// in the transaction of the change.
#pragma once
#include "actor.h"
#include "command.h"

// Fills *RET_ACTOR. EXIT_DONE, EXIT_REFUSED, or another exit code; the error is on standard error.
int authorize_command(const struct invocation *in, struct actor *ret_actor);
