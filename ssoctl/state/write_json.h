// SPDX-License-Identifier: Apache-2.0
// Writing a JSON document for people: two blanks a level, so that two of them diff well.
#pragma once
#include <cjson/cJSON.h>

#include "base/status.h"

// Prints JSON on standard output, with a line end. STATUS_NO_MEMORY; STATUS_IO, STATUS_CLOSED as table_flush_output().
MUST_CHECK enum status json_write(const cJSON *json);
