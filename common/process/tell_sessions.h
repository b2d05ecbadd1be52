// SPDX-License-Identifier: Apache-2.0
// Tells the sessions that a person has open something, a new sign-in (HOLES H73) or that they end (POLICY K10): a line
// on each of their terminals.
#pragma once
#include <stdint.h>

// Writes LINE to the pseudo-terminals that belong to UID, which must be 1000 or more; LINE is printable ASCII. Nothing
// is waited for: a terminal that nobody reads is passed over, and so is what goes wrong.
void tell_sessions(uint32_t uid, const char *line);
