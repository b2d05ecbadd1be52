// SPDX-License-Identifier: Apache-2.0
// Where a fleet's engine is, as 'fleet init' is told: postgresql://LOGIN@HOST[:PORT][,HOST[:PORT]...]/DATABASE.
#pragma once
#include "base/error.h"
#include "base/status.h"
#include "store/fleet.h"

// Reads URL into `engines`, `database` and `login` of JOIN. STATUS_INVALID: with a password, which everybody on this
// host would see, or what is no such URL; ERROR says what is legal and never the password.
MUST_CHECK enum status engine_url_read(const char *url, struct error *error, struct fleet_join *join);
