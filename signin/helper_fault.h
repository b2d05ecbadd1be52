// SPDX-License-Identifier: Apache-2.0
// Why ssoorg-oidc, which logs nothing itself, has ended before it said anything.
#pragma once
#include "base/status.h"

// Logs it in one line, with what mends it; STATUS is what its socket said.
void helper_fault_log(enum status status);
