// SPDX-License-Identifier: Apache-2.0
// What somebody is told when they are in: who has come before, when and from where the last time was (POLICY K7); who
// has not, which orgs they are in, as what, and where their home is.
#pragma once
#include "session.h"

void greeting_tell(struct session *s, const struct signed_in *result);
