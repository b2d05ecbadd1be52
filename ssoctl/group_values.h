// SPDX-License-Identifier: Apache-2.0
// Names of groups at a provider, which may have commas and blanks in them, on the command line and in JSON.
#pragma once
#include "protocol/group_words.h"

struct cJSON;

// WORDS as an array of strings; null for "" and for "none". NULL: out of memory.
struct cJSON *group_values_json(const char *words);

// What was TYPED for KEY: as it is, or ["staff", "ops team"] as words. An exit code, with the error on standard error.
int group_values_typed(const char *key, const char *typed, char ret_words[static GROUP_WORDS_SIZE]);
