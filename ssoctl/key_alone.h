// SPDX-License-Identifier: Apache-2.0
// Whether an ssh key without any sign-in lets somebody in.
#pragma once
#include "policy/policy.h"

// "accepted", "refused", "not ours", or "asked": the login would ask the provider (POLICY K9), whose word decides.
// Static.
const char *key_alone_word(const struct policy_question *asked);
