// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "change/fleet_parts.h"
#include "store/fleet.h"
#include "store/numbers_store.h"

int64_t fleet_row_id(const struct fleet_row *row)
{
  return row->account_id != 0 ? row->account_id : row->org_id;
}

enum status fleet_decode(struct change_context *c, const struct fleet_row *row, const struct record_type *type,
                         void *ret_value)
{
  enum status status = record_decode(type, bytes_text(&row->record), row->record.length, ret_value);
  if (status != STATUS_OK) {
    error_set(c->error, "fleet: %s %lld %s: %s", fleet_kind_name(row->kind), (long long)fleet_row_id(row), row->key,
              status == STATUS_VERSION ? "was written by another version; upgrade this host" : status_text(status));
  }
  return status;
}

enum status fleet_check_same(struct change_context *c, const struct fleet_row *row, bool same)
{
  if (!same) {
    error_set(c->error, "fleet: %s %s: its record is about something else", fleet_kind_name(row->kind), row->key);
  }
  return same ? STATUS_OK : STATUS_CORRUPT;
}

// What the check of a change has said is kept for whoever looks why something of the fleet is not here.
enum status fleet_note_clash(struct change_context *c, const struct fleet_row *row)
{
  struct fleet_clash clash = {.at_s = c->now_s};
  (void)snprintf(clash.what, sizeof clash.what, "%.250s", c->error != NULL ? c->error->text : "");
  error_set(c->error, "%s", "");
  return fleet_clash_put(c->txn, fleet_kind_name(row->kind), fleet_row_id(row), row->key, &clash);
}

enum status fleet_check_number(struct change_context *c, uint32_t number, int64_t id)
{
  struct number use;
  bool foreign = false;
  enum status status = numbers_get(c->txn, number, &use);
  if (status == STATUS_OK && !numbers_may_come(&use, id)) {
    error_set(c->error, "number %u: is or was given to something else on this host", number);
    return STATUS_EXISTS;
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = foreign_has_number(c->foreign, number, &foreign);
  if (status == STATUS_OK && foreign) {
    error_set(c->error, "number %u: is a local user's or group's", number);
    return STATUS_EXISTS;
  }
  return status;
}

bool fleet_is_clash(enum status status)
{
  return status == STATUS_EXISTS || status == STATUS_INVALID || status == STATUS_REFUSED;
}
