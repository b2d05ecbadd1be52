// SPDX-License-Identifier: Apache-2.0
// What an account that is gone leaves on the host and must not find its way to whoever gets the name next (POLICY N8,
// S14): home, crontab, at jobs, a lingering user manager.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/entities.h"

#define LEFTOVERS_FOLDER ".ssoorg-removed"

struct leftovers {
  char home[PATH_SIZE + sizeof LEFTOVERS_FOLDER + LOGIN_SIZE + 16]; // where it lies now, "" if there was none to move
  size_t jobs; // crontabs, at jobs and managers that were taken away
};

// Moves ACCOUNT's home beside it into a folder that only root may look into, as LOGIN.UID, where it is a directory of
// the account's number; nothing is followed, changed or deleted in it. STATUS_EXISTS for a home that is another's or no
// directory, STATUS_IO with errno as the system has it. RET->home says where it is.
MUST_CHECK enum status leftovers_move_home(const struct account *account, struct leftovers *ret);

// Takes away what would run for the login or the number: the crontab is renamed, the others are deleted. STATUS_IO if
// something is left.
MUST_CHECK enum status leftovers_end_jobs(const struct account *account, struct leftovers *ret);
