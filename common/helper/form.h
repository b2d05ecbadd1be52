// SPDX-License-Identifier: Apache-2.0
// application/x-www-form-urlencoded text (RFC 6749 appendix B), in wiping buffers.
#pragma once
#include <stddef.h>

#include "base/bytes.h"
#include "base/status.h"

// Appends the LENGTH bytes to OUT, all but letters, digits and "-._~" as %XX. STATUS_NO_MEMORY, STATUS_TOO_LARGE.
MUST_CHECK enum status form_encode(struct bytes *out, const char *data, size_t length);

// Appends NAME=VALUE to FORM, with "&" in front if something is there already. Errors as form_encode().
MUST_CHECK enum status form_add(struct bytes *form, const char *name, const char *value);
