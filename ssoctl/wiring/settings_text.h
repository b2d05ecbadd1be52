// SPDX-License-Identifier: Apache-2.0
// The text of nsswitch.conf(5), login.defs(5) and of sshd's drop-in with what is ours in it, and without.
#pragma once
#include "base/bytes.h"
#include "base/error.h"
#include "base/status.h"
#include "wiring/wiring.h"

// Appends TEXT of nsswitch.conf, with "ssoorg" as the last service of passwd, group and initgroups (where that is
// there) if WANTED, without it else, to OUT. STATUS_REFUSED where an action before it would keep it from being asked,
// STATUS_INVALID where passwd or group is missing; ERROR says what is legal. STATUS_NO_MEMORY.
MUST_CHECK enum status nsswitch_text(const char *text, bool wanted, struct error *error, struct bytes *out);

// Appends TEXT of login.defs, with a LOGIN_TIMEOUT of our own as its last line if WANTED (the last one counts), without
// it else. STATUS_NO_MEMORY.
MUST_CHECK enum status login_defs_text(const char *text, const struct wiring_values *values, bool wanted,
                                       struct bytes *out);

// How a file of ours in another package's folder begins.
#define DROP_IN_MARK "# ssoorg:"

// Appends the whole of sshd's drop-in to OUT. STATUS_NO_MEMORY.
MUST_CHECK enum status sshd_drop_in_text(const struct wiring_values *values, struct bytes *out);

// Appends the whole of sudo's. STATUS_NO_MEMORY.
MUST_CHECK enum status sudoers_text(const struct wiring_values *values, struct bytes *out);
