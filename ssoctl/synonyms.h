// SPDX-License-Identifier: Apache-2.0
// Words that other tools have for what ssoctl calls otherwise.
#pragma once
#include <stdbool.h>

// Whether A and B are words for the same.
bool synonyms_are(const char *a, const char *b);
