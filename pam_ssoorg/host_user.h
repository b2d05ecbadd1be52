// SPDX-License-Identifier: Apache-2.0
// What the name services of this host say of a user.
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

struct host_user {
  bool known;
  uid_t uid; // if known
  gid_t gid;
};

// Asks for USER. STATUS_IO if no service could say whether it knows the name, and when memory is short: that is not the
// same as not known.
MUST_CHECK enum status host_user_find(const char *user, struct host_user *ret_user);
