// SPDX-License-Identifier: Apache-2.0
// Values of an org's settings as they are typed.
#pragma once
#include "context.h"

// Domains as people write them, words or a JSON array, once each and none that is public (POLICY N1), in A-labels. An
// exit code, with the error on standard error.
int org_value_domains(const char *key, const char *typed, char to[static ALLOWED_SIZE]);
