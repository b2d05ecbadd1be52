// SPDX-License-Identifier: Apache-2.0
#include "change/fleet_sign_in.h"

#include <string.h>

#include "base/cleanup.h"
#include "change/fleet_own.h"

// Whether RULE is about what differs between the two in its field.
static bool is_about(const struct fleet_rule *rule, union fleet_record *before, union fleet_record *now)
{
  bool empties = rule->turn == FLEET_EMPTIES;
  return !fleet_record_same(before, now, &rule->field) && (!empties || fleet_record_at(now, &rule->field)[0] == 0);
}

static enum status refuse(const struct fleet_row *row, struct error *error)
{
  error_set(error, "fleet: %s: is made by the fleet's engine, or an admin, alone", fleet_kind_name(row->kind));
  return STATUS_REFUSED;
}

// Field by field; what is left that no rule is about is refused.
static enum status judge_fields(const struct fleet_row *row, struct error *error, bool *ret_told)
{
  union fleet_record before CLEANUP(fleet_record_forget);
  union fleet_record now CLEANUP(fleet_record_forget);
  struct bytes rest CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = fleet_record_decode(row->kind, &row->before, &before);
  status = status != STATUS_OK ? status : fleet_record_decode(row->kind, &row->record, &now);
  for (size_t i = 0; status == STATUS_OK && i < FLEET_RULE_COUNT; i++) {
    const struct fleet_rule *rule = &FLEET_RULES[i];
    if (fleet_rule_of_field(rule, row->kind) && is_about(rule, &before, &now)) {
      *ret_told = *ret_told || rule->fate == FLEET_FATE_TOLD;
      status = rule->fate == FLEET_FATE_REFUSED ? refuse(row, error) : STATUS_OK;
      memcpy(fleet_record_at(&before, &rule->field), fleet_record_at(&now, &rule->field), rule->field.size);
    }
  }
  status = status != STATUS_OK ? status : record_encode(fleet_record_type(row->kind), &before, &rest);
  if (status != STATUS_OK) {
    return status;
  }
  return bytes_equal(&rest, &row->record) ? STATUS_OK : refuse(row, error);
}

// The rule of what comes or goes whole; NULL: none is about it.
static const struct fleet_rule *whole_rule(const struct fleet_row *row)
{
  enum fleet_turn turn = row->gone ? FLEET_GOES : row->is_new ? FLEET_COMES : FLEET_CHANGES;
  for (size_t i = 0; turn != FLEET_CHANGES && i < FLEET_RULE_COUNT; i++) {
    if (FLEET_RULES[i].kind == row->kind && FLEET_RULES[i].turn == turn) {
      return &FLEET_RULES[i];
    }
  }
  return NULL;
}

static bool is_claimed(const struct fleet_row *row, const struct fleet_claims *claims)
{
  if (row->kind == FLEET_MEMBERSHIP) {
    return fleet_claims_place(claims, row->account_id, row->org_id) != NULL;
  }
  return claims->email[0] != '\0' && claims->account_id == row->account_id;
}

// What comes is looked at as a change of what the fleet gives.
static enum status judge_comer(struct fleet_row *row, const struct fleet_claims *claims, struct error *error,
                               struct fleet_judgement *judged)
{
  bytes_clear(&row->before);
  enum status status = fleet_make_bare(row, false, &row->before);
  status = status != STATUS_OK ? status : judge_fields(row, error, &judged->told);
  judged->comes = true;
  judged->unclaimed = judged->unclaimed || !is_claimed(row, claims);
  return status;
}

static enum status judge_whole(struct fleet_row *row, const struct fleet_claims *claims, struct error *error,
                               struct fleet_judgement *judged)
{
  const struct fleet_rule *rule = whole_rule(row);
  enum fleet_fate fate = rule != NULL ? rule->fate : FLEET_FATE_REFUSED;
  judged->told = judged->told || fate == FLEET_FATE_TOLD;
  if (fate == FLEET_FATE_CLAIMED) {
    return judge_comer(row, claims, error, judged);
  }
  return fate == FLEET_FATE_OWN || fate == FLEET_FATE_TOLD ? STATUS_OK : refuse(row, error);
}

enum status fleet_judge_sign_in(struct fleet_rows *rows, const struct fleet_claims *claims, struct error *error,
                                struct fleet_judgement *ret_judged)
{
  *ret_judged = (struct fleet_judgement){.told = false};
  for (size_t i = 0; i < rows->count; i++) {
    struct fleet_row *row = &rows->list[i];
    bool by_field = !row->gone && !row->is_new && fleet_record_type(row->kind) != NULL;
    enum status status =
        by_field ? judge_fields(row, error, &ret_judged->told) : judge_whole(row, claims, error, ret_judged);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}
