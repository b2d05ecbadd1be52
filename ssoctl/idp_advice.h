// SPDX-License-Identifier: Apache-2.0
// What an admin can do about a test sign-in that failed.
#pragma once
#include <stdint.h>

// A sentence with what is wrong and its mend, for REASON (enum failure) and the DETAIL that came with it. Static.
const char *idp_advice(uint32_t reason, const char *detail);
