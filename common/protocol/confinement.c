// SPDX-License-Identifier: Apache-2.0
#include "protocol/confinement.h"

#include <errno.h>
#include <stddef.h>

#include "base/cleanup.h"

static const struct {
  int error;
  const char *lack;
  const char *mend;
} LACKS[] = {
    {EPERM, "Landlock: EPERM, as by a container's filter of system calls",
     "allow landlock_create_ruleset landlock_add_rule landlock_restrict_self there (SystemCallFilter= of "
     "systemd-nspawn)"},
    {ENOSYS, "Landlock: ENOSYS, this kernel has none, or a container's filter of system calls says so",
     "boot a kernel with Landlock, and allow its calls there"},
    {EOPNOTSUPP, "Landlock: EOPNOTSUPP, it is not switched on in this kernel",
     "add landlock to lsm= on the kernel's command line"},
};

static size_t find(int error)
{
  size_t at = 0;
  while (at < COUNT_OF(LACKS) && LACKS[at].error != error) {
    at++;
  }
  return at;
}

bool confinement_is_lack(int error)
{
  return find(error) < COUNT_OF(LACKS);
}

const char *confinement_lack(int error)
{
  return confinement_is_lack(error) ? LACKS[find(error)].lack : "";
}

const char *confinement_mend(int error)
{
  return confinement_is_lack(error) ? LACKS[find(error)].mend : "";
}
