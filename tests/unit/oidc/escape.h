// SPDX-License-Identifier: Apache-2.0
// An attempt from inside the confinement of ssoorg-oidc: in a process of its own, which is confined as main() does it.
// What it may not do must fail; what it needs must still work.
#pragma once
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

enum { NOBODY = 65534, NOT_CONFINED = 90, CAME_THROUGH = 91, ANOTHER_ERROR = 92, SHADOWED = 93 };

// Returns true if what was attempted succeeded; errno says why it did not.
typedef bool attempt(void);

// Tries it: 0 if it was refused, or one of the numbers above, or 128 and the signal that ended the process.
int run(attempt *try);

// The same where a filter forbids Landlock: the rest of the confinement is there.
int run_without_landlock(attempt *try);

// Either way.
void expect_failure(attempt *try);

// The test may_not_FUNCTION.
#define REFUSED(function)                                                                                              \
  static void may_not_##function(void **state)                                                                         \
  {                                                                                                                    \
    (void)state;                                                                                                       \
    expect_failure(function);                                                                                          \
  }
