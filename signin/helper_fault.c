// SPDX-License-Identifier: Apache-2.0
#include "helper_fault.h"

#include <errno.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "paths.h"
#include "session.h"

void helper_fault_log(enum status status)
{
  if (access(PATH_OIDC, X_OK) != 0) {
    session_log(LOG_ERR, PATH_OIDC ": %s; it belongs to this package", strerror(errno));
    return;
  }
  // What forbids it to the helper forbids it to us.
  bool there = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 0;
  if (!there && errno != ENOSYS && errno != EOPNOTSUPP) {
    session_log(LOG_ERR,
                "ssoorg-oidc cannot shut itself in: Landlock: %s, as by a container's filter of system calls; allow "
                "landlock_create_ruleset, landlock_add_rule and landlock_restrict_self there (systemd-nspawn: "
                "--system-call-filter=\"landlock_create_ruleset landlock_add_rule landlock_restrict_self\")",
                errno == EPERM ? "EPERM" : strerror(errno));
    return;
  }
  session_log(LOG_ERR, "ssoorg-oidc ended before it said anything: %s; 'ssoctl check' looks at what it needs",
              status_text(status));
}
