// SPDX-License-Identifier: Apache-2.0
// One of the host's places for sign-ins, for whoever signs in through a provider or by a code by email (POLICY K7, T).
#pragma once
#include "session.h"
#include "sign_in_limit.h"

// Takes one for the person of FACTS, who may take LONGEST_MS, and prompts after that. STATUS_TOLD: there is none, or
// an earlier one from there cannot be ended.
MUST_CHECK enum status place_take(struct session *s, const struct facts *facts, int64_t longest_ms,
                                  struct sign_in_limit *ret_limit);
