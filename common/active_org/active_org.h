// SPDX-License-Identifier: Apache-2.0
// A person's choice of their active org (POLICY K5): a line in ~/.config/ssoorg/active-org, theirs to change. A hint
// only: it opens nothing. These act as whoever calls them, and follow no link below the home (HOLES H07).
#pragma once
#include <sys/types.h>

#include "base/names.h"
#include "base/status.h"

// Reads the slug from the file below HOME, which must be UID's and a plain file. STATUS_NOT_FOUND for none that is
// legal; SLUG is untouched then.
MUST_CHECK enum status active_org_load(const char *home, uid_t uid, char slug[static SLUG_SIZE]);

// Writes it, and makes the folders. STATUS_IO.
MUST_CHECK enum status active_org_save(const char *home, const char *slug);

// The same as the user UID with group GID, for root: in a process of its own that has a second for it, so that a home
// that hangs holds nobody up.
MUST_CHECK enum status active_org_load_as(const char *home, uid_t uid, gid_t gid, char slug[static SLUG_SIZE]);
MUST_CHECK enum status active_org_save_as(const char *home, uid_t uid, gid_t gid, const char *slug);
