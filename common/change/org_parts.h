// SPDX-License-Identifier: Apache-2.0
// What makes an org, whoever asks for it; for the files that do.
#pragma once
#include "change/context.h"

// Whether nothing else is called SLUG: all names share one space (POLICY N2). STATUS_EXISTS with an error.
MUST_CHECK enum status org_check_free(struct change_context *c, const char *slug);

// The same for the groups of the org when it is called SLUG. Errors as change_check_group_name().
MUST_CHECK enum status org_check_group_names(struct change_context *c, int64_t org_id, const char *slug);

// Gives ORG, which has all but its groups' numbers, these, and stores it with its owner's membership. Errors as
// numbers_choose().
MUST_CHECK enum status org_store_new(struct change_context *c, struct org *org);
