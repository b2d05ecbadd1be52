// SPDX-License-Identifier: Apache-2.0
// A connection as 'idp set' and 'social set' change it: what is named on the command line, in what is stored, and
// whether that makes a whole.
#pragma once
#include "context.h"
#include "store/entities.h"

// Changes CONNECTION, which is as it is stored, or new with the defaults. An exit code, with the error on standard
// error.
int idp_change(struct context *ctx, struct connection *connection);
