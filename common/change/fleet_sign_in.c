// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_sign_in.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/fleet_kept.h"

#define WHOLE                                                                                                          \
  {                                                                                                                    \
    FIELD_U8, 0, 0                                                                                                     \
  }

static const struct fleet_rule RULES[] = {
    {FLEET_ACCOUNT, FLEET_COMES, WHOLE, 0, FLEET_FATE_REFUSED, "somebody new: the engine gives them a number"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_TEXT(account, name), 1, FLEET_FATE_OWN, "the name that a provider says"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_U8(account, email_proven), 2, FLEET_FATE_OWN, "that an address was proven"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_I64(account, proof), 2, FLEET_FATE_OWN, "under which proof of its domain"},
    {FLEET_ACCOUNT, FLEET_EMPTIES, FIELD_OF_TEXT(account, password), 3, FLEET_FATE_OWN,
     "a password from before the address was proven: dropped"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_TEXT(account, password), 3, FLEET_FATE_TOLD, "a new password"},
    {FLEET_ACCOUNT, FLEET_CHANGES, FIELD_OF_I64(account, sso_only_org), 4, FLEET_FATE_TOLD,
     "that only one org's sign-in counts any more (on-link)"},
    {FLEET_MEMBERSHIP, FLEET_COMES, WHOLE, 0, FLEET_FATE_REFUSED, "a place in an org: the engine gives it"},
    {FLEET_MEMBERSHIP, FLEET_CHANGES, FIELD_OF_U8(membership, role), 5, FLEET_FATE_OWN,
     "a role that the provider's groups give or take"},
    {FLEET_MEMBERSHIP, FLEET_CHANGES, FIELD_OF_U8(membership, role_by), 5, FLEET_FATE_OWN, "by what the role is there"},
    {FLEET_MEMBERSHIP, FLEET_CHANGES, FIELD_OF_I64(membership, role_until_s), 5, FLEET_FATE_OWN, "until when"},
    {FLEET_INVITE, FLEET_GOES, WHOLE, 0, FLEET_FATE_OWN, "an invite that somebody already there has used up"},
    {FLEET_PENDING, FLEET_GOES, WHOLE, 0, FLEET_FATE_OWN, "an expected identity that has come"},
    {FLEET_CONNECTION, FLEET_GOES, WHOLE, 0, FLEET_FATE_LEFT, "a connection that waits for a sign-in to make it count"},
};

const struct fleet_rule *fleet_rules(size_t *ret_count)
{
  *ret_count = COUNT_OF(RULES);
  return RULES;
}

// Room for the record of either kind of which single fields are looked at.
union record {
  struct account account;
  struct membership membership;
};

static const struct record_type *type_of(enum fleet_kind kind)
{
  return kind == FLEET_ACCOUNT ? &ACCOUNT_RECORD : kind == FLEET_MEMBERSHIP ? &MEMBERSHIP_RECORD : NULL;
}

static void forget(union record *record)
{
  explicit_bzero(record, sizeof *record);
}

static enum status decode(enum fleet_kind kind, const struct bytes *bytes, union record *ret_record)
{
  explicit_bzero(ret_record, sizeof *ret_record);
  return record_decode(type_of(kind), bytes_text(bytes), bytes->length, ret_record);
}

static unsigned char *at(union record *record, const struct field *field)
{
  return (unsigned char *)record + field->offset;
}

static bool same_field(union record *a, union record *b, const struct field *field)
{
  return memcmp(at(a, field), at(b, field), field->size) == 0;
}

static bool is_field_rule(const struct fleet_rule *rule, enum fleet_kind kind)
{
  return rule->kind == kind && (rule->turn == FLEET_CHANGES || rule->turn == FLEET_EMPTIES);
}

// Whether RULE is about what differs between the two in its field.
static bool is_about(const struct fleet_rule *rule, union record *before, union record *now)
{
  bool empties = rule->turn == FLEET_EMPTIES;
  return !same_field(before, now, &rule->field) && (!empties || at(now, &rule->field)[0] == 0);
}

static enum status refuse(const struct fleet_row *row, struct error *error)
{
  error_set(error, "fleet: %s: is made by the fleet's engine, or an admin, alone", fleet_kind_name(row->kind));
  return STATUS_REFUSED;
}

// Field by field; what is left that no rule is about is refused.
static enum status judge_fields(const struct fleet_row *row, struct error *error, bool *ret_told)
{
  union record before CLEANUP(forget);
  union record now CLEANUP(forget);
  struct bytes rest CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = decode(row->kind, &row->before, &before);
  status = status != STATUS_OK ? status : decode(row->kind, &row->record, &now);
  for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(RULES); i++) {
    const struct fleet_rule *rule = &RULES[i];
    if (is_field_rule(rule, row->kind) && is_about(rule, &before, &now)) {
      *ret_told = *ret_told || rule->fate == FLEET_FATE_TOLD;
      status = rule->fate == FLEET_FATE_REFUSED ? refuse(row, error) : STATUS_OK;
      memcpy(at(&before, &rule->field), at(&now, &rule->field), rule->field.size);
    }
  }
  status = status != STATUS_OK ? status : record_encode(type_of(row->kind), &before, &rest);
  if (status != STATUS_OK) {
    return status;
  }
  bool same = rest.length == row->record.length && memcmp(rest.data, row->record.data, rest.length) == 0;
  return same ? STATUS_OK : refuse(row, error);
}

static enum status judge_whole(const struct fleet_row *row, struct error *error, bool *ret_told)
{
  enum fleet_turn turn = row->gone ? FLEET_GOES : row->is_new ? FLEET_COMES : FLEET_CHANGES;
  for (size_t i = 0; i < COUNT_OF(RULES); i++) {
    const struct fleet_rule *rule = &RULES[i];
    bool lets = rule->fate == FLEET_FATE_OWN || rule->fate == FLEET_FATE_TOLD;
    if (rule->kind == row->kind && rule->turn == turn && turn != FLEET_CHANGES && lets) {
      *ret_told = *ret_told || rule->fate == FLEET_FATE_TOLD;
      return STATUS_OK;
    }
  }
  return refuse(row, error);
}

enum status fleet_judge_sign_in(const struct fleet_rows *rows, struct error *error, bool *ret_told)
{
  *ret_told = false;
  for (size_t i = 0; i < rows->count; i++) {
    const struct fleet_row *row = &rows->list[i];
    bool by_field = !row->gone && !row->is_new && type_of(row->kind) != NULL;
    enum status status = by_field ? judge_fields(row, error, ret_told) : judge_whole(row, error, ret_told);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

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

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

static bool is_own_rule(const struct fleet_rule *rule, enum fleet_kind kind)
{
  return is_field_rule(rule, kind) && rule->fate == FLEET_FATE_OWN;
}

static bool is_said_anew(const struct fleet_rule *of, union record *kept, union record *come)
{
  for (size_t i = 0; i < COUNT_OF(RULES); i++) {
    const struct fleet_rule *rule = &RULES[i];
    bool with = is_own_rule(rule, of->kind) && rule->group == of->group;
    if (with && !same_field(kept, come, &rule->field)) {
      return true;
    }
  }
  return false;
}

// What the fleet has not changed since it was changed here stays as it is here.
static void keep_fields(enum fleet_kind kind, union record *kept, union record *here, union record *ret_come)
{
  union record come CLEANUP(forget) = *ret_come;
  for (size_t i = 0; i < COUNT_OF(RULES); i++) {
    const struct fleet_rule *rule = &RULES[i];
    if (is_own_rule(rule, kind) && !is_said_anew(rule, kept, &come)) {
      memcpy(at(ret_come, &rule->field), at(here, &rule->field), rule->field.size);
    }
  }
}

static enum status read_here(struct change_context *c, const struct fleet_row *row, union record *ret_here)
{
  return row->kind == FLEET_ACCOUNT ? account_get(c->txn, row->account_id, &ret_here->account)
                                    : membership_get(c->txn, row->account_id, row->org_id, &ret_here->membership);
}

static enum status merge_fields(struct change_context *c, const struct fleet_row *row, const struct bytes *fleets,
                                struct bytes *ret_record)
{
  union record kept CLEANUP(forget);
  union record here CLEANUP(forget) = {.account = {.id = 0}};
  union record come CLEANUP(forget);
  enum status status = decode(row->kind, fleets, &kept);
  status = status != STATUS_OK ? status : decode(row->kind, &row->record, &come);
  status = status != STATUS_OK ? status : read_here(c, row, &here);
  if (status != STATUS_OK) { // what is not here is stored as it comes
    return status == STATUS_NOT_FOUND ? bytes_append(ret_record, bytes_text(&row->record), row->record.length) : status;
  }
  keep_fields(row->kind, &kept, &here, &come);
  return record_encode(type_of(row->kind), &come, ret_record);
}

static enum status merge(struct change_context *c, const struct fleet_row *row, const struct bytes *fleets,
                         struct bytes *ret_record, bool *ret_stays)
{
  bool by_field = type_of(row->kind) != NULL;
  if (!by_field) { // used up here, unless it is another one
    *ret_stays = same_bytes(fleets, &row->record);
    enum status status = *ret_stays ? STATUS_OK : fleet_kept_drop(c->txn, row);
    return status != STATUS_OK ? status : bytes_append(ret_record, bytes_text(&row->record), row->record.length);
  }
  enum status status = merge_fields(c, row, fleets, ret_record);
  if (status != STATUS_OK) {
    return status;
  }
  return same_bytes(ret_record, &row->record) ? fleet_kept_drop(c->txn, row)
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

// Field group by field group: an admin who has changed one of a group has said what the others are, too.
static enum status leave_fields(const struct bytes *fleets, struct fleet_row *row)
{
  union record kept CLEANUP(forget);
  union record before CLEANUP(forget);
  union record now CLEANUP(forget);
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = decode(row->kind, fleets, &kept);
  status = status != STATUS_OK ? status : decode(row->kind, &row->before, &before);
  status = status != STATUS_OK ? status : decode(row->kind, &row->record, &now);
  if (status != STATUS_OK) {
    return status;
  }
  union record out CLEANUP(forget) = now;
  for (size_t i = 0; i < COUNT_OF(RULES); i++) {
    const struct fleet_rule *rule = &RULES[i];
    if (is_own_rule(rule, row->kind) && !is_said_anew(rule, &before, &now)) {
      memcpy(at(&out, &rule->field), at(&kept, &rule->field), rule->field.size);
    }
  }
  status = record_encode(type_of(row->kind), &out, &record);
  if (status == STATUS_OK && !same_bytes(&record, &row->record)) {
    bytes_take(&row->here, &row->record);
    bytes_take(&row->record, &record);
  }
  return status;
}

enum status fleet_leave_own(struct change_context *c, struct fleet_rows *rows)
{
  for (size_t i = 0; i < rows->count; i++) {
    struct fleet_row *row = &rows->list[i];
    struct bytes fleets CLEANUP(bytes_done) = BYTES_EMPTY;
    bool by_field = !row->gone && !row->is_new && type_of(row->kind) != NULL;
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
