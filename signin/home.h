// SPDX-License-Identifier: Apache-2.0
// The home of whoever a session is for, before pam_mkhomedir(8) looks at it.
#pragma once
#include "session.h"

// Whether it belongs to another number than the account's (POLICY N8). One that root has made, as sftp's chroots are,
// is nobody else's, and a local user's is the host's.
bool home_is_anothers(const struct account *account);

// Tells the person, and the log, of a home that is root's and closed to everybody else: pam_mkhomedir(8) leaves one
// that it could not make so, takes it for the home from then on, and the person would not know why they are in "/".
// Nothing is said of one that may be being made just now.
void home_tell(struct session *s, const struct account *account);
