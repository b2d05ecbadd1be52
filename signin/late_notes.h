// SPDX-License-Identifier: Apache-2.0
// Sign-ins that the store took no word of, since the disk took no writes (POLICY E4, case O08): kept in /run, as long
// as this boot lasts, until the audit trail can have them.
#pragma once
#include "session.h"

// Keeps that RESULT's account has signed in now. STATUS_TOO_LARGE: there are as many as are kept; STATUS_IO,
// STATUS_READ_ONLY, STATUS_NO_SPACE, STATUS_PERMISSION: the folder is not root's alone.
MUST_CHECK enum status late_notes_keep(const struct session *s, const struct signed_in *result);

// Adds those that are kept to the audit trail, the oldest first, and forgets them. What cannot be added now is left; if
// another process is at it, all is left to that one.
void late_notes_catch_up(struct session *s);
