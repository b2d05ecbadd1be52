// SPDX-License-Identifier: Apache-2.0
// Names that systems and programs have for their own users and groups, as far as they are known here.
#pragma once
#include <stdbool.h>

// True for names that Debian gives to system users and groups, and for "root", "sudo", "wheel", "docker" and the like.
bool name_is_reserved(const char *name);

// True for names that packages give the users and groups they make, and that strangers guess, beyond the reserved ones:
// whoever has one already keeps it, and nobody new chooses it (HOLES H76).
bool name_is_usual(const char *name);
