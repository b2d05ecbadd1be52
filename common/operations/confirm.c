// SPDX-License-Identifier: Apache-2.0
#include "operations/confirm.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/staged.h"
#include "store/confirmed.h"

static enum status optional(enum status status)
{
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// Confirms what is in SLOT, if it is what the operator has looked at. *RET_DONE: it was.
static enum status confirm(struct change_context *a, const struct org *org, enum connection_slot slot, bool *ret_done)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = org->id};
  enum status status = connection_get(a->txn, org->id, slot, &connection);
  if (status != STATUS_OK) {
    return optional(status);
  }
  status = confirmed_get(a->txn, org->id, slot, &confirmed);
  const char *shown = status == STATUS_OK ? confirmed.fingerprint : FINGERPRINT_NONE;
  bool named = strcmp(shown, a->op->fingerprint) == 0;
  if (optional(status) != STATUS_OK || !named) {
    return optional(status);
  }
  const struct org then = slot == CONNECTION_STAGED ? staged_org(org, &connection) : *org;
  const struct covered now = covered_of(&then, &connection);
  confirmed.org_id = org->id;
  status = confirmed_see(&confirmed, &now);
  *ret_done = true;
  return status != STATUS_OK ? status : confirmed_put(a->txn, slot, &confirmed);
}

enum status apply_idp_confirm(struct change_context *a)
{
  struct org org;
  bool done = false;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status == STATUS_OK) {
    status = confirm(a, &org, CONNECTION_ACTIVE, &done);
  }
  if (status == STATUS_OK && !done) {
    status = confirm(a, &org, CONNECTION_STAGED, &done);
  }
  if (status == STATUS_OK && !done) {
    report_set(a->report,
               "org \"%s\": \"%.40s\" is not the fingerprint of its connection as it is now; look at 'ssoctl idp show "
               "%s' once more",
               org.slug, a->op->fingerprint, org.slug);
    return STATUS_REFUSED;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "fingerprint %s", a->op->fingerprint);
  return status;
}
