// SPDX-License-Identifier: Apache-2.0
// Who of an org's members got in lately by a way that another enforcement would not take (POLICY L6 to L10, K1).
#pragma once
#include "context.h"

// Prints them: a row for each person and way; with --json an object with them in it. Passwords by the sign-ins that the
// audit trail has since SINCE_S; keys by the file that sshd would read, since nobody notes sign-ins by key. An exit
// code.
int enforcement_trial_print(struct context *ctx, const char *slug, uint8_t to, int64_t since_s);
