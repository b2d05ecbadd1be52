// SPDX-License-Identifier: Apache-2.0
// Which installation this is: machine-id(5).
#pragma once
#include "base/status.h"

enum { MACHINE_ID_SIZE = 33 };

// 32 hexadecimal digits. STATUS_NOT_FOUND: there is none, or no legal one.
MUST_CHECK enum status machine_id_read(char ret_id[static MACHINE_ID_SIZE]);
