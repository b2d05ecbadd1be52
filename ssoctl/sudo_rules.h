// SPDX-License-Identifier: Apache-2.0
// Lines of sudoers(5) for the admins of those orgs of which operators have said so (admins-sudo).
#pragma once
#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"

// Appends them, as the store in DIR asks for them, to OUT; none where there is no store. Errors as store_open() and
// store_begin(), with ERROR, and STATUS_NO_MEMORY.
MUST_CHECK enum status sudo_rules_load(const char *dir, struct error *error, struct bytes *out);

// Writes sudo's file of ours anew, where it is wired and not what this host's store asks for any more. What fails is
// in ERROR.
MUST_CHECK enum status sudo_rules_renew(struct error *error);
