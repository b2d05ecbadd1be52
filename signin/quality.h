// SPDX-License-Identifier: Apache-2.0
// Whether a chosen password is good enough, by libpwquality and the host's /etc/security/pwquality.conf.
#pragma once
#include "base/bytes.h"
#include "base/error.h"

// STATUS_OK; STATUS_REFUSED with an ERROR for the person; STATUS_NO_MEMORY. OLD may be empty.
MUST_CHECK enum status quality_check(const struct bytes *password, const struct bytes *old, const char *login,
                                     struct error *error);
