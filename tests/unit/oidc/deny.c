// SPDX-License-Identifier: Apache-2.0
#include "deny.h"

#include <seccomp.h>
#include <stddef.h>
#include <stdlib.h>

struct denials denials_of_landlock(int error)
{
  return (struct denials){{{SCMP_SYS(landlock_create_ruleset), error},
                           {SCMP_SYS(landlock_add_rule), error},
                           {SCMP_SYS(landlock_restrict_self), error}}};
}

void deny(const struct denials *denials)
{
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == NULL) {
    abort();
  }
  for (size_t i = 0; i < DENIALS; i++) {
    const struct denial *d = &denials->of[i];
    if (d->call != 0 && seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((unsigned)d->error), d->call, 0, NULL) != 0) {
      abort();
    }
  }
  if (seccomp_load(filter) != 0) {
    abort();
  }
  seccomp_release(filter);
}
