// SPDX-License-Identifier: Apache-2.0
#include "host_user.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>

enum { BUFFER_SIZE = 16 * 1024 };

// pam_modutil_getpwnam() would go on trying for as long as memory is short.
enum status host_user_find(const char *user, struct host_user *ret_user)
{
  char buffer[BUFFER_SIZE];
  struct passwd storage;
  struct passwd *found = NULL;
  int code = getpwnam_r(user, &storage, buffer, sizeof buffer, &found);
  // Services say "not known" in these ways too (getpwnam_r(3)).
  if (code != 0 && code != ENOENT && code != ESRCH && code != EBADF && code != EPERM) {
    return STATUS_IO;
  }
  *ret_user = (struct host_user){.known = false};
  if (found != NULL) {
    *ret_user = (struct host_user){true, found->pw_uid, found->pw_gid};
  }
  return STATUS_OK;
}
