// SPDX-License-Identifier: Apache-2.0
// The state of the host as metrics, in Prometheus' text format, for a collector that reads files.
#pragma once
#include "base/bytes.h"
#include "context.h"

// Appends them to OUT, from CTX's read transaction. Errors as store_get(); STATUS_NO_MEMORY.
MUST_CHECK enum status metrics_text(struct context *ctx, struct bytes *out);
