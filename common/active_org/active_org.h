// SPDX-License-Identifier: Apache-2.0
// A person's choice of their active org (POLICY K5): a line in ~/.config/ssoorg/active-org.
#pragma once
#include "active_org/home_line.h"
#include "base/names.h"

// Reads the slug, as home_line_load(). STATUS_INVALID also for what is none; SLUG is untouched then.
MUST_CHECK enum status active_org_load(const char *home, uid_t uid, char slug[static SLUG_SIZE]);

// Writes it, as home_line_save().
MUST_CHECK enum status active_org_save(const char *home, const char *slug);

// The same as the user OWNER, for root, as home_line_load_as() and home_line_save_as().
MUST_CHECK enum status active_org_load_as(const struct home_owner *owner, char slug[static SLUG_SIZE]);
MUST_CHECK enum status active_org_save_as(const struct home_owner *owner, const char *slug);
