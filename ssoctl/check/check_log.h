// SPDX-License-Identifier: Apache-2.0
// What the last check found, so that a timer's runs log changes alone.
#pragma once
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"
#include "check/findings.h"

// Logs what is wrong now and was not the last time, and what is right again; notes FINDINGS for the next time.
// STATUS_IO, STATUS_NO_MEMORY; ERROR says which file.
MUST_CHECK enum status check_log(const struct findings *findings, struct error *error);

// How many of SEVERITY the last check with --log found, and when. STATUS_NOT_FOUND where there was none.
MUST_CHECK enum status check_log_last(enum severity severity, size_t *ret_number, int64_t *ret_at_s);
