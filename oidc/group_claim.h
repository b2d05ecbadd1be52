// SPDX-License-Identifier: Apache-2.0
// Which groups the provider says a person is in. There is no standard for it: most send an array of strings.
#pragma once
#include <stdbool.h>

#include "base/bytes.h"
#include "protocol/protocol.h"

struct cJSON;

// Of each of these CLAIM is the name of a claim or, if there is none of that name, a path of names inside each other
// with dots between them ("realm_access.roles"; "\." is a dot of a name).

// True if TOKEN has the claim, not null, so that userinfo need not be asked; also if CLAIM is "": none is wanted.
bool group_claim_is_there(const struct cJSON *token, const char *claim);

// Fills *RET_GROUPS, which is empty, as protocol/group_list.h has it: from TOKEN, or, if it has no such claim, from
// USERINFO, which may be NULL. The claim is an array of strings, one string, or an object: then the names of those of
// its members that are objects. Anything else says nothing (HOLES H52). Names that are no strings, are empty, too long
// or not clean are left out, and what comes behind the first PROTOCOL_GROUP_COUNT: GROUPS_CUT then.
// GROUPS_OVERAGE: neither has the claim, and TOKEN says that it is to be had elsewhere (OIDC Core 5.6.2,
// "_claim_names"), or that there are groups ("hasgroups"): what Microsoft's tokens say of somebody who is in too many.
// STATUS_NO_MEMORY.
MUST_CHECK enum status group_claim_read(const struct cJSON *token, const struct cJSON *userinfo, const char *claim,
                                        struct bytes *ret_groups, enum groups_state *ret_state);
