// SPDX-License-Identifier: Apache-2.0
#include "process/user.h"

#include <pwd.h>
#include <stddef.h>

enum status process_user_find(const char *name, struct error *error, struct process_user *ret_user)
{
  const struct passwd *entry = getpwnam(name);
  if (entry == NULL || entry->pw_uid == 0 || entry->pw_gid == 0) {
    error_set(error, "system user \"%s\": does not exist; systemd-sysusers makes it from the package's file", name);
    return STATUS_NOT_FOUND;
  }
  *ret_user = (struct process_user){true, entry->pw_uid, entry->pw_gid};
  return STATUS_OK;
}
