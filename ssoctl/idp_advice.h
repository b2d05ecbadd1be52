// SPDX-License-Identifier: Apache-2.0
// What an admin can do about a test sign-in that failed.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "policy/notices.h"
#include "store/entities.h"

// What is wrong and its mend, for REASON (enum failure_reason) and the DETAIL that came with it, by the words of the
// provider whose PRESET it is ("" for none). Static.
const char *idp_advice(const char *preset, uint32_t reason, const char *detail);

// What can be done where the sign-in is genuine and the policy refuses it with NOTICE, as the end of a sentence in TEXT
// of SIZE bytes; "" where the notice says it all.
void idp_advice_refused(enum notice notice, const struct connection *connection, char *text, size_t size);
