// SPDX-License-Identifier: Apache-2.0
// What makes an org, whoever asks for it; for the files that do.
#pragma once
#include "change/context.h"

// Whether nothing else is called SLUG: all names share one space (POLICY N2). STATUS_EXISTS with an error.
MUST_CHECK enum status org_check_free(struct change_context *c, const char *slug);

// Gives ORG, which has all but its groups' numbers, these, and stores it with its owner's membership. Errors as
// numbers_choose().
MUST_CHECK enum status org_store_new(struct change_context *c, struct org *org);
