// SPDX-License-Identifier: Apache-2.0
// What a host of a fleet logs in to its engine with, and how the engine comes to know it.
#pragma once
#include "base/bytes.h"
#include "store/fleet.h"

// Fills `login`, of `host` and of something random, so that a host that was taken out does not come in again by what it
// had when one of its name is added, and a random `password` of JOIN in, and
// where the engine is as AT has it. STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status credential_make(const struct fleet_join *at, struct fleet_join *join);

// Appends the SQL that makes the role of JOIN, with a verifier in place of its password, to SQL. GROUP: the role that
// it is in besides; NULL: none yet. STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status credential_sql(const struct fleet_join *join, const char *group, struct bytes *sql);
