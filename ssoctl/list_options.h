// SPDX-License-Identifier: Apache-2.0
// How a list is to be printed: by the options that lists have, and by what it is printed on.
#pragma once
#include "command.h"
#include "table.h"

// Sets it in TABLE, before the first row is printed. EXIT_DONE, or EXIT_USAGE after an error.
int list_options_apply(const struct invocation *in, struct table *table);
