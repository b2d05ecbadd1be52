// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/covered.h"
#include "change/enforcement.h"
#include "change/settings.h"
#include "change/staged.h"
#include "operations/apply.h"

static enum status is_same(const struct org *a, const struct org *b, bool *ret_same)
{
  struct bytes one CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes other CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = record_encode(&ORG_RECORD, a, &one);
  if (status == STATUS_OK) {
    status = record_encode(&ORG_RECORD, b, &other);
  }
  if (status == STATUS_OK) {
    *ret_same = one.length == other.length && memcmp(bytes_text(&one), bytes_text(&other), one.length) == 0;
  }
  return status;
}

static void note(struct audit_event *event, const struct org_value *value)
{
  size_t used = strlen(event->detail);
  (void)snprintf(event->detail + used, sizeof event->detail - used, "%s%s=%s", used > 0 ? ", " : "", value->key,
                 value->value);
}

// An owner narrows where their own password counts only from inside the new list (POLICY "password-from"): by where
// they signed in last.
static enum status check_inside(struct change_context *a, const struct org *before, const struct org *org)
{
  struct account owner;
  if (a->by->delegate == NULL || strcmp(before->password_from, org->password_from) == 0) {
    return STATUS_OK;
  }
  enum status status = account_get(a->txn, a->by->delegate->account_id, &owner);
  if (status != STATUS_OK) {
    return status;
  }
  const struct facts_query of = {owner.login, "", owner.last_sign_in_from, a->now_s, ""};
  bool outside = query_is_barred(&of, org->password_from);
  if (outside) {
    report_set(
        a->report,
        "password-from: \"%.100s\" leaves out where you signed in last (\"%.60s\", empty for the console): your own "
        "password would not count any more",
        org->password_from, owner.last_sign_in_from);
  }
  record_done(&ACCOUNT_RECORD, &owner);
  return outside ? STATUS_REFUSED : STATUS_OK;
}

enum status apply_org_set(struct change_context *a)
{
  struct org org;
  bool same = false;
  enum status status = change_find_org(a, a->op->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = org;
  for (size_t i = 0; status == STATUS_OK && i < a->op->value_count; i++) {
    status = setting_set(&org, a->op->values[i].key, a->op->values[i].value, a->report);
    note(&a->event, &a->op->values[i]);
  }
  if (status == STATUS_OK) {
    status = change_check_provisioning(a, &org);
  }
  if (status == STATUS_OK) {
    status = check_inside(a, &before, &org);
  }
  if (status == STATUS_OK) {
    status =
        staged_settings(a, &(struct org_values){a->op->values, a->op->value_count}, &before, &org, &a->result->waits);
  }
  if (status == STATUS_OK) {
    status = covered_note(a, CONNECTION_ACTIVE, &(struct org_state){&before, NULL}, &(struct org_state){&org, NULL});
  }
  if (status == STATUS_OK) {
    status = is_same(&before, &org, &same);
  }
  a->result->changed = !same || a->result->waits || store_writes(a->txn) > 0;
  return status != STATUS_OK ? status : org_update(a->txn, &org);
}
