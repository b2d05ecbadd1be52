// SPDX-License-Identifier: Apache-2.0
#include "sudo_rules.h"

#include <unistd.h>

#include "base/cleanup.h"
#include "paths.h"
#include "store/orgs.h"
#include "wiring/wiring.h"

// Of those admins whose session opened ORG: sudo sees them in the group.
static enum status add_rule(void *rules, const struct org *org)
{
  if (org->admins_sudo != 1) {
    return STATUS_OK;
  }
  const char *const texts[] = {"%", org->slug, "-admins ALL=(ALL:ALL) ALL\n"};
  return bytes_append_texts(rules, texts, COUNT_OF(texts));
}

enum status sudo_rules_load(const char *dir, struct error *error, struct bytes *out)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  if (access(dir, F_OK) != 0) {
    return STATUS_OK;
  }
  enum status status = store_open(dir, STORE_READ_ONLY, error, &store);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_begin(store, false, &txn);
  status = status != STATUS_OK ? status : org_each(txn, add_rule, out);
  if (status != STATUS_OK) {
    error_set(error, "store %s: %s", dir, status_text(status));
  }
  return status;
}

enum status sudo_rules_renew(struct error *error)
{
  struct wiring_values values CLEANUP(wiring_values_done) = {.sudo_rules = BYTES_EMPTY};
  struct wiring_plan plan CLEANUP(wiring_plan_done) = WIRING_PLAN_EMPTY;
  size_t count = 0;
  const struct wiring *row = wiring_table(&count);
  while (row->kind != WIRING_SUDOERS) {
    row++;
  }
  if (access(row->path, F_OK) != 0) {
    return STATUS_OK;
  }
  enum status status = sudo_rules_load(PATH_STORE, error, &values.sudo_rules);
  status = status != STATUS_OK ? status : wiring_plan(row, &values, true, error, &plan);
  if (status != STATUS_OK || plan.state != WIRING_OUTDATED) {
    return status;
  }
  return wiring_write(&plan, error);
}
