// SPDX-License-Identifier: Apache-2.0
// What an org that its owner has made may not do: change/org_own.h.
#include "change/org_own.h"

enum status org_own_check(struct change_context *c, const struct org *org, const char *what)
{
  if (org->self_made != 1) {
    return STATUS_OK;
  }
  error_set(c->error,
            "org \"%s\": was made by its owner, and may not %s (POLICY V6); an operator lifts that with 'org set %s "
            "self-made=no'",
            org->slug, what, org->slug);
  return STATUS_REFUSED;
}
