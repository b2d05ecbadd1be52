// SPDX-License-Identifier: Apache-2.0
// Which groups the provider says a person is in. There is no standard for it: most send an array of strings.
#pragma once
#include <stdbool.h>

#include "base/bytes.h"

struct cJSON;

// True if TOKEN has the claim, not null, so that userinfo need not be asked; also if CLAIM is "": none is wanted.
bool group_claim_is_there(const struct cJSON *token, const char *claim);

// Fills *RET_GROUPS, which is empty, as protocol/group_list.h has it: from TOKEN, or, if it has no such claim, from
// USERINFO, which may be NULL. The claim is an array of strings or one string; anything else says nothing (HOLES H52).
// Of an array those that are no strings, are empty, too long or not clean are left out, and what comes behind the first
// PROTOCOL_GROUP_COUNT. STATUS_NO_MEMORY.
MUST_CHECK enum status group_claim_read(const struct cJSON *token, const struct cJSON *userinfo, const char *claim,
                                        struct bytes *ret_groups);
