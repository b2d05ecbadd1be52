// SPDX-License-Identifier: Apache-2.0
// Whether ssoorg-oidc can shut itself in here. Container managers forbid the calls, with errors of their own choice, or
// end whoever makes one: they are tried in a process of their own.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/landlock.h>
#include <linux/seccomp.h>

#include "base/cleanup.h"
#include "check/check.h"

// What a try says that is no errno: the process was ended for it.
enum { TRY_ENDED = -1 };

// As helper/sandbox_files.c does it, for one folder. 0 or an errno.
static int restrict_self(void)
{
  const struct landlock_ruleset_attr handled = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE};
  int folder CLEANUP(cleanup_fd) = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const struct landlock_path_beneath_attr rule = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = folder};
  int ruleset CLEANUP(cleanup_fd) = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
  bool done = ruleset >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
              syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 &&
              syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  return done ? 0 : errno;
}

static int try_landlock(void)
{
  int how = 0;
  pid_t child = fork();
  if (child == 0) {
    _exit(restrict_self());
  }
  if (child < 0) {
    return errno;
  }
  while (waitpid(child, &how, 0) != child) {
    if (errno != EINTR) {
      return errno;
    }
  }
  return WIFEXITED(how) ? WEXITSTATUS(how) : TRY_ENDED;
}

static void tell_lack(int error, enum confinement confinement, struct findings *findings)
{
  char mend[FINDING_MEND_SIZE];
  bool strict = confinement == CONFINEMENT_STRICT;
  (void)snprintf(mend, sizeof mend, "%s%s", confinement_mend(error),
                 strict ? ", or set confinement = available in ssoorg.conf(5)" : "");
  findings_add(findings, strict ? SEVERITY_CRITICAL : SEVERITY_WARNING, "confinement", mend, "%s: %s",
               confinement_lack(error),
               strict ? "nobody is signed in by a provider or by mail (confinement = strict)"
                      : "the network helper may read what every user may (confinement = available)");
}

void check_confinement(const struct config *config, struct findings *findings)
{
  static const char MEND[] = "allow landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp in the "
                             "container's or the service's filter of system calls (SystemCallFilter=)";
  int error = try_landlock();
  if (prctl(PR_GET_SECCOMP) < 0 && errno == EINVAL) {
    findings_add(findings, SEVERITY_CRITICAL, "confinement", "boot a kernel with seccomp filters",
                 "the kernel has no seccomp filters: nobody is signed in by a provider or by mail");
  } else if (error == 0) {
    findings_add(findings, SEVERITY_OK, "confinement", NULL, "seccomp and Landlock (ABI %ld) are there",
                 syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION));
  } else if (confinement_is_lack(error)) {
    tell_lack(error, config->confinement, findings);
  } else {
    findings_add(findings, SEVERITY_CRITICAL, "confinement", MEND,
                 "Landlock: %s: nobody is signed in by a provider or by mail",
                 error == TRY_ENDED ? "a filter of system calls ends whoever asks for it" : strerror(error));
  }
}
