// SPDX-License-Identifier: Apache-2.0
#include "sudo_rules.h"

#include <unistd.h>

#include "base/cleanup.h"
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

enum status sudo_rules_of(struct store_txn *txn, struct bytes *out)
{
  return org_each(txn, add_rule, out);
}

enum status sudo_rules_renew(struct bytes *rules, struct error *error)
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
  bytes_take(&values.sudo_rules, rules);
  enum status status = wiring_plan(row, &values, true, error, &plan);
  if (status != STATUS_OK || plan.state != WIRING_OUTDATED) {
    return status;
  }
  return wiring_write(&plan, error);
}

// Under the writers' lock: what is read is what is written, and whoever is stopped in between, as a delegate can be, is
// killed by the next who waits.
enum status sudo_rules_follow(struct store *store, struct error *error)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct bytes rules CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = store_lock(store);
  if (status != STATUS_OK) {
    error_set(error, "store: %s", status_text(status));
    return status;
  }
  status = store_begin(store, false, &txn);
  status = status != STATUS_OK ? status : sudo_rules_of(txn, &rules);
  if (status != STATUS_OK) {
    error_set(error, "store: %s", status_text(status));
  }
  status = status != STATUS_OK ? status : sudo_rules_renew(&rules, error);
  store_abort(&txn);
  store_unlock(store);
  return status;
}
