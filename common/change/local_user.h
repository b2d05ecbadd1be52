// SPDX-License-Identifier: Apache-2.0
// Accounts on local users (POLICY N5).
#pragma once
#include "change/context.h"

// Gives ACCOUNT, which is new and has EMAIL, the login, numbers, home, shell and password's hash of the local user
// NAME. STATUS_REFUSED for a uid below 1000 or one that was given here, STATUS_NOT_FOUND for no such user,
// STATUS_EXISTS, STATUS_INVALID; all with an error.
MUST_CHECK enum status change_take_local_user(struct change_context *c, const char *name, const char *email,
                                              struct account *account);
