// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_own.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/fleet_kept.h"

enum status fleet_keep_own(struct change_context *c, const struct fleet_rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    struct bytes there CLEANUP(bytes_done) = BYTES_EMPTY;
    const struct fleet_row *row = &rows->list[i];
    enum status status = fleet_kept_get(c->txn, row, &there);
    if (status == STATUS_NOT_FOUND) { // else it is the fleet's still
      status = fleet_kept_put(c->txn, row, row->gone ? &row->record : &row->before);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static bool is_own_rule(const struct fleet_rule *rule, enum fleet_kind kind)
{
  return fleet_rule_of_field(rule, kind) && rule->fate == FLEET_FATE_OWN;
}

static bool is_said_anew(const struct fleet_rule *of, union fleet_record *kept, union fleet_record *come)
{
  for (size_t i = 0; i < FLEET_RULE_COUNT; i++) {
    const struct fleet_rule *rule = &FLEET_RULES[i];
    bool with = is_own_rule(rule, of->kind) && rule->group == of->group;
    if (with && !fleet_record_same(kept, come, &rule->field)) {
      return true;
    }
  }
  return false;
}

// What the fleet has not changed since it was changed here stays as it is here.
static void keep_fields(enum fleet_kind kind, union fleet_record *kept, union fleet_record *here,
                        union fleet_record *ret_come)
{
  union fleet_record come CLEANUP(fleet_record_forget) = *ret_come;
  for (size_t i = 0; i < FLEET_RULE_COUNT; i++) {
    const struct fleet_rule *rule = &FLEET_RULES[i];
    if (is_own_rule(rule, kind) && !is_said_anew(rule, kept, &come)) {
      memcpy(fleet_record_at(ret_come, &rule->field), fleet_record_at(here, &rule->field), rule->field.size);
    }
  }
}

static enum status read_here(struct change_context *c, const struct fleet_row *row, union fleet_record *ret_here)
{
  return row->kind == FLEET_ACCOUNT ? account_get(c->txn, row->account_id, &ret_here->account)
                                    : membership_get(c->txn, row->account_id, row->org_id, &ret_here->membership);
}

static enum status merge_fields(struct change_context *c, const struct fleet_row *row, const struct bytes *fleets,
                                struct bytes *ret_record)
{
  union fleet_record kept CLEANUP(fleet_record_forget);
  union fleet_record here CLEANUP(fleet_record_forget) = {.account = {.id = 0}};
  union fleet_record come CLEANUP(fleet_record_forget);
  enum status status = fleet_record_decode(row->kind, fleets, &kept);
  status = status != STATUS_OK ? status : fleet_record_decode(row->kind, &row->record, &come);
  status = status != STATUS_OK ? status : read_here(c, row, &here);
  if (status != STATUS_OK) { // what is not here is stored as it comes
    return status == STATUS_NOT_FOUND ? bytes_append(ret_record, bytes_text(&row->record), row->record.length) : status;
  }
  keep_fields(row->kind, &kept, &here, &come);
  return record_encode(fleet_record_type(row->kind), &come, ret_record);
}

static enum status merge(struct change_context *c, const struct fleet_row *row, const struct bytes *fleets,
                         struct bytes *ret_record, bool *ret_stays)
{
  bool by_field = fleet_record_type(row->kind) != NULL;
  if (!by_field) { // used up here, unless it is another one
    *ret_stays = bytes_equal(fleets, &row->record);
    enum status status = *ret_stays ? STATUS_OK : fleet_kept_drop(c->txn, row);
    return status != STATUS_OK ? status : bytes_append(ret_record, bytes_text(&row->record), row->record.length);
  }
  enum status status = merge_fields(c, row, fleets, ret_record);
  if (status != STATUS_OK) {
    return status;
  }
  return bytes_equal(ret_record, &row->record) ? fleet_kept_drop(c->txn, row)
                                               : fleet_kept_put(c->txn, row, &row->record);
}

enum status fleet_merge_own(struct change_context *c, const struct fleet_row *row, struct bytes *ret_record,
                            bool *ret_stays)
{
  struct bytes fleets CLEANUP(bytes_done) = BYTES_EMPTY;
  *ret_stays = false;
  enum status status = fleet_kept_get(c->txn, row, &fleets);
  if (status == STATUS_NOT_FOUND) {
    return bytes_append(ret_record, bytes_text(&row->record), row->record.length);
  }
  return status != STATUS_OK ? status : merge(c, row, &fleets, ret_record, ret_stays);
}

// What a group of the provider gives is so here alone; what came with the membership is the fleet's.
static bool is_bare(const struct fleet_rule *rule, const union fleet_record *record, bool with_told)
{
  if (rule->kind == FLEET_MEMBERSHIP) {
    return record->membership.role_by != ROLE_BY_GROUP;
  }
  return with_told && rule->fate == FLEET_FATE_TOLD;
}

enum status fleet_make_bare(const struct fleet_row *row, bool with_told, struct bytes *ret_record)
{
  union fleet_record record CLEANUP(fleet_record_forget) = {.account = {.id = 0}};
  enum status status = fleet_record_decode(row->kind, &row->record, &record);
  union fleet_record bare CLEANUP(fleet_record_forget) = record;
  for (size_t i = 0; i < FLEET_RULE_COUNT; i++) {
    const struct fleet_rule *rule = &FLEET_RULES[i];
    if (fleet_rule_of_field(rule, row->kind) && !is_bare(rule, &record, with_told)) {
      explicit_bzero(fleet_record_at(&bare, &rule->field), rule->field.size);
    }
  }
  if (row->kind == FLEET_ACCOUNT) {
    bare.account.proof = PROOF_NONE;
  }
  return status != STATUS_OK ? status : record_encode(fleet_record_type(row->kind), &bare, ret_record);
}

// RECORD is what goes to the fleet; it is taken.
static void send_instead(struct fleet_row *row, struct bytes *record)
{
  if (!bytes_equal(record, &row->record)) {
    bytes_take(&row->here, &row->record);
    bytes_take(&row->record, record);
  }
}

static enum status leave_new(struct fleet_row *row)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = fleet_make_bare(row, true, &record);
  if (status == STATUS_OK) {
    send_instead(row, &record);
  }
  return status;
}

enum status fleet_leave_new(struct fleet_rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    struct fleet_row *row = &rows->list[i];
    bool comes = row->is_new && !row->gone && fleet_record_type(row->kind) != NULL;
    enum status status = comes ? leave_new(row) : STATUS_OK;
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

// Field group by field group: an admin who has changed one of a group has said what the others are, too.
static enum status leave_fields(const struct bytes *fleets, struct fleet_row *row)
{
  union fleet_record kept CLEANUP(fleet_record_forget);
  union fleet_record before CLEANUP(fleet_record_forget);
  union fleet_record now CLEANUP(fleet_record_forget);
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = fleet_record_decode(row->kind, fleets, &kept);
  status = status != STATUS_OK ? status : fleet_record_decode(row->kind, &row->before, &before);
  status = status != STATUS_OK ? status : fleet_record_decode(row->kind, &row->record, &now);
  if (status != STATUS_OK) {
    return status;
  }
  union fleet_record out CLEANUP(fleet_record_forget) = now;
  for (size_t i = 0; i < FLEET_RULE_COUNT; i++) {
    const struct fleet_rule *rule = &FLEET_RULES[i];
    if (is_own_rule(rule, row->kind) && !is_said_anew(rule, &before, &now)) {
      memcpy(fleet_record_at(&out, &rule->field), fleet_record_at(&kept, &rule->field), rule->field.size);
    }
  }
  status = record_encode(fleet_record_type(row->kind), &out, &record);
  if (status == STATUS_OK) {
    send_instead(row, &record);
  }
  return status;
}

enum status fleet_leave_own(struct change_context *c, struct fleet_rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    struct fleet_row *row = &rows->list[i];
    struct bytes fleets CLEANUP(bytes_done) = BYTES_EMPTY;
    bool by_field = !row->gone && !row->is_new && fleet_record_type(row->kind) != NULL;
    enum status status = by_field ? fleet_kept_get(c->txn, row, &fleets) : STATUS_NOT_FOUND;
    if (status == STATUS_OK) {
      status = leave_fields(&fleets, row);
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  return STATUS_OK;
}
