// SPDX-License-Identifier: Apache-2.0
// What is to be said in the log of ssoorg-oidc, which logs nothing itself.
#pragma once
#include <stdint.h>

#include "base/status.h"

// Logs in one line why it has ended before it said anything; STATUS is what its socket said.
void helper_fault_log(enum status status);

// Logs in one line what it worked without, and what gives that back; ERROR is lacks_landlock of its message. Nothing
// for one that lacks nothing.
void helper_fault_log_lack(uint32_t error);
