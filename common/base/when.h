// SPDX-License-Identifier: Apache-2.0
// Moments as people type them.
#pragma once
#include <stdint.h>

#include "base/status.h"

// The moment that TEXT names, in seconds since 1970: a duration back from NOW_S ("90s" to "2w"); "today" or "yesterday",
// from its beginning; a day ("2026-11-01"), likewise; or a date of RFC 3339 ("2026-11-01T08:00:00Z", "...+01:00"), whose
// fraction of a second is dropped. Days are those of UTC, as all that is printed. STATUS_INVALID.
MUST_CHECK enum status when_parse(const char *text, int64_t now_s, int64_t *ret_at_s);
