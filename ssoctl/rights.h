// SPDX-License-Identifier: Apache-2.0
// What a command takes of whoever is no operator (POLICY W), as it was typed: its own right, and that of options and
// settings that take more.
#pragma once
#include "command.h"

// What IN takes as it was typed: the command's right, or more for an option or setting that takes more.
enum right rights_taken(const struct invocation *in);

// Whether an option or argument of IN is the path of a file; "-" is none.
bool rights_path(const struct invocation *in);
