// SPDX-License-Identifier: Apache-2.0
// The system users that helpers run as.
#pragma once
#include "base/error.h"
#include "process/process.h"

// The system user NAME, which is not root, to drop to. STATUS_NOT_FOUND if there is none; ERROR says so.
MUST_CHECK enum status process_user_find(const char *name, struct error *error, struct process_user *ret_user);
