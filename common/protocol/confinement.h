// SPDX-License-Identifier: Apache-2.0
// What ssoorg-oidc may do without where it cannot shut itself in wholly: Landlock, which some containers forbid and
// some kernels do not have. Of its other means none may be missing.
#pragma once
#include <stdbool.h>

// What a host wants. A message that says nothing of it wants all.
enum confinement {
  CONFINEMENT_STRICT = 0, // without Landlock it asks nobody anything
  CONFINEMENT_AVAILABLE,  // it works with what is left, and says so
};

// Whether ERROR, the errno of a call of landlock(7), says that Landlock is forbidden here or not there. Of any other it
// is not known why, and nobody does without Landlock for it.
bool confinement_is_lack(int error);

// What is missing and where that comes from, as "Landlock: EPERM, ..."; and what gives it back, as an imperative.
// Static, printable ASCII; "" unless confinement_is_lack().
const char *confinement_lack(int error);
const char *confinement_mend(int error);
