// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "helper/sandbox_parts.h"

// The files that are left to be read: certificates and what the resolver needs (Landlock, see landlock(7)).
// Folders that resolv.conf may be a link into are whole: the file is replaced while we run.
static const char *const READABLE[] = {
    "/etc/ssl",
    "/usr/lib/ssl",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/resolv.conf",
    "/etc/resolvconf",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/dev/urandom", // without it c-ares gives its questions the same numbers at each start
};

// Every right of the first version; what later ones add, the filter of system calls refuses.
static const uint64_t ALL_RIGHTS = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
static const uint64_t FOLDER_RIGHTS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

static int new_ruleset(void)
{
  const struct landlock_ruleset_attr handled = {.handled_access_fs = ALL_RIGHTS};
  return (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
}

// What is not there needs no rule. 0, or why there is none: what another call than Landlock's own says is EIO.
static int allow_path(int ruleset, const char *path)
{
  struct stat found;
  int fd CLEANUP(cleanup_fd) = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    return errno == ENOENT || errno == EACCES || errno == ENOTDIR || errno == ELOOP ? 0 : EIO;
  }
  if (fstat(fd, &found) != 0) {
    return EIO;
  }
  uint64_t rights = S_ISDIR(found.st_mode) ? FOLDER_RIGHTS : (uint64_t)LANDLOCK_ACCESS_FS_READ_FILE;
  const struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
  return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : errno;
}

int sandbox_limit_files(void)
{
  int ruleset CLEANUP(cleanup_fd) = new_ruleset();
  if (ruleset < 0) {
    return errno;
  }
  for (size_t i = 0; i < COUNT_OF(READABLE); i++) {
    int error = allow_path(ruleset, READABLE[i]);
    if (error != 0) {
      return error;
    }
  }
  return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
}
