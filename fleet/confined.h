// SPDX-License-Identifier: Apache-2.0
// What ssoorg-fleet keeps in its sandbox.
#pragma once
#include "helper/sandbox.h"

extern const struct sandbox CONFINED;
