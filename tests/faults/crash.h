// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "plan.h"

// From now on PLAN is told where this process crashes, which it then does.
void crash_watch(struct fault_plan *plan);
