// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "operations/apply.h"

apply_function apply_idp_confirm;
