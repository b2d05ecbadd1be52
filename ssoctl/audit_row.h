// SPDX-License-Identifier: Apache-2.0
// The row of the policy that an event of the audit trail names, for whoever may look.
#pragma once
#include <stdbool.h>

#include "store/entities.h"

// Whether the address that a provider said is another account's is no org's to know: to a delegate these rows look the
// same. Borrowed from EVENT, or static.
const char *audit_row_shown(const struct audit_event *event, bool delegate);
