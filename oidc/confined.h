// SPDX-License-Identifier: Apache-2.0
// What ssoorg-oidc keeps in its sandbox.
#pragma once
#include "helper/sandbox.h"

enum {
  CONFINED_CPU_S = 5,        // 15 to 20 ms for a sign-in
  CONFINED_MEMORY_MIB = 192, // 24 to 33 for a sign-in, under 48 with the largest document
  CONFINED_DESCRIPTORS = 64,
};

extern const struct sandbox CONFINED;
