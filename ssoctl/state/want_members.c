// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "email_set.h"
#include "member_values.h"
#include "state/want.h"
#include "store/accounts.h"

enum { KEY_LOCAL_USER = MEMBER_VALUE_COUNT, KEY_COUNT };

static void keys_of_member(struct json_key keys[static KEY_COUNT])
{
  for (size_t i = 0; i < MEMBER_VALUE_COUNT; i++) {
    keys[i] = (struct json_key){MEMBER_VALUES[i].column, i == MEMBER_UID ? JSON_NUMBER : JSON_TEXT};
  }
  keys[KEY_LOCAL_USER] = (struct json_key){"local_user", JSON_TEXT};
}

static int take_values(const struct json_place *at, const cJSON *const values[static KEY_COUNT], struct member_row *row)
{
  struct error error = {.text = ""};
  for (size_t i = 0; i < MEMBER_VALUE_COUNT; i++) {
    char number[32];
    const char *text = json_text(values[i]);
    if (values[i] != NULL && text == NULL) {
      double value = cJSON_GetNumberValue(values[i]);
      bool whole = value >= 0 && value <= UINT32_MAX && value == (double)(uint32_t)value;
      (void)snprintf(number, sizeof number, "%u", whole ? (uint32_t)value : 0);
      text = number;
    }
    if (text != NULL && MEMBER_VALUES[i].take(MEMBER_VALUES[i].column, text, row, &error) != STATUS_OK) {
      return fail(EXIT_USAGE, "%s.%s", at->path, error.text);
    }
  }
  if (row->email[0] == '\0') {
    return fail(EXIT_USAGE, "%s: email is missing", at->path);
  }
  bool both = values[KEY_LOCAL_USER] != NULL && (values[MEMBER_LOGIN] != NULL || values[MEMBER_HOME] != NULL ||
                                                 values[MEMBER_SHELL] != NULL || values[MEMBER_UID] != NULL);
  return !both
             ? EXIT_DONE
             : fail(EXIT_USAGE, "%s.local_user: login, home, shell and uid are the local user's, and not legal with it",
                    at->path);
}

// Whether the person is in the org, and as what.
static enum status find_member(const struct plan *plan, const struct org *org, const char *email, bool *ret_there,
                               struct membership *ret_membership)
{
  struct account account;
  *ret_there = false;
  enum status status = org->id != 0 ? account_by_email(plan->ctx->txn, email, &account) : STATUS_NOT_FOUND;
  if (status == STATUS_OK) {
    status = membership_get(plan->ctx->txn, account.id, org->id, ret_membership);
    record_done(&ACCOUNT_RECORD, &account);
    *ret_there = status == STATUS_OK;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct member {
  const struct json_place *at;
  const char *org;
  const struct member_row *row;
  bool is_owner; // now
  struct membership now;
};

static bool add_role(struct plan *plan, const struct member *m)
{
  const struct member_row *row = m->row;
  if (membership_own_role(&m->now) == row->role) {
    return true;
  }
  struct step *step = plan_step(plan, STEP_MEMBER_ROLE, m->at->path, m->org, row->email);
  if (step == NULL) {
    return false;
  }
  step->in.member_role = (struct member_role){.org = m->org, .email = row->email, .role = (enum role)row->role};
  step->before = role_word((uint8_t)membership_own_role(&m->now));
  step->after = role_word(row->role);
  step->late = m->is_owner;
  return true;
}

static bool add_status(struct plan *plan, const struct member *m)
{
  const struct member_row *row = m->row;
  if (!row->has_status || m->now.status == (uint8_t)row->status) {
    return true;
  }
  enum step_kind kind = row->status == MEMBER_SUSPENDED ? STEP_MEMBER_SUSPEND : STEP_MEMBER_RESUME;
  struct step *step = plan_step(plan, kind, m->at->path, m->org, row->email);
  if (step == NULL) {
    return false;
  }
  if (kind == STEP_MEMBER_RESUME) {
    step->in.member_resume = (struct member_resume){.org = m->org, .email = row->email};
  } else {
    step->in.member = (struct member_name){m->org, row->email};
  }
  step->before = member_status_word(m->now.status);
  step->after = member_status_word((uint8_t)row->status);
  step->late = m->is_owner;
  return true;
}

// Who is there already must be who is meant: 'member add' says so, after role and status are as they shall be.
static bool add_member(struct plan *plan, const struct member *m, const char *local_user)
{
  struct step *step = plan_step(plan, STEP_MEMBER_ADD, m->at->path, m->org, m->row->email);
  if (step == NULL) {
    return false;
  }
  step->in.member_add = member_row_add(m->row, m->org, local_user);
  step->after = role_word(m->row->role);
  step->late = m->is_owner;
  return true;
}

static int want_member(struct plan *plan, const struct json_place *at, const struct org *org, const char *owner,
                       struct email_set *seen)
{
  struct json_key keys[KEY_COUNT];
  const cJSON *values[KEY_COUNT];
  uint32_t before = 0;
  bool there = false;
  struct member_row *row = plan_make(plan, sizeof *row);
  keys_of_member(keys);
  int code = row != NULL ? json_object(at, keys, KEY_COUNT, values) : fail(EXIT_FAILED, "out of memory");
  code = code == EXIT_DONE ? take_values(at, values, row) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  struct member m = {.at = at, .org = org->slug, .row = row};
  enum status status = email_set_note(seen, row->email, 1, &before);
  status = status == STATUS_OK ? find_member(plan, org, row->email, &there, &m.now) : status;
  if (status != STATUS_OK) {
    return plan_unreadable(status);
  }
  if (before != 0) {
    return fail(EXIT_USAGE, "%s.email: \"%s\" is named twice", at->path, row->email);
  }
  m.is_owner = there && m.now.role == ROLE_OWNER;
  bool owns = owner[0] != '\0' ? strcmp(owner, row->email) == 0 && (there || org->id == 0) : m.is_owner;
  if (owns) {
    return EXIT_DONE; // whose role is no setting, and who is never suspended (POLICY E4)
  }
  if (m.is_owner) {
    m.now.role_by = ROLE_BY_HAND;
    m.now.role = ROLE_ADMIN; // once somebody else owns the org
  }
  const char *local_user = json_text(values[KEY_LOCAL_USER]);
  bool added = (!there || (add_role(plan, &m) && add_status(plan, &m))) &&
               add_member(plan, &m, local_user != NULL ? local_user : "");
  return added ? EXIT_DONE : EXIT_FAILED;
}

struct pruning {
  struct plan *plan;
  const struct org *org;
  struct email_set *named;
};

// Whom an admin added and nobody names; who came by an invite or a sign-in, or goes by themselves, is not the
// document's.
static enum status prune_member(void *context, const struct membership *membership)
{
  const struct pruning *p = context;
  struct account account;
  uint32_t named = 0;
  if (membership->source != SOURCE_MANUAL || membership->role == ROLE_OWNER || membership->until_s != 0) {
    return STATUS_OK;
  }
  enum status status = account_get(p->plan->ctx->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  const char *email = plan_text(p->plan, account.email);
  record_done(&ACCOUNT_RECORD, &account);
  status = email != NULL ? email_set_note(p->named, email, 1, &named) : STATUS_NO_MEMORY;
  if (status != STATUS_OK || named != 0) {
    return status;
  }
  struct step *step = plan_step(p->plan, STEP_MEMBER_REMOVE, "", p->org->slug, email);
  if (step == NULL) {
    return STATUS_TOLD;
  }
  step->in.member = (struct member_name){p->org->slug, email};
  return STATUS_OK;
}

static void forget(struct email_set *set)
{
  email_set_clear(set);
}

int want_members(struct plan *plan, const struct json_place *at, const struct org *org, const char *owner)
{
  struct email_set seen CLEANUP(forget) = {.count = 0};
  const struct pruning pruning = {plan, org, &seen};
  const cJSON *item = NULL;
  size_t index = 0;
  if (email_set_init(&seen) != STATUS_OK) {
    return fail(EXIT_FAILED, "random numbers cannot be read");
  }
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    int code = want_member(plan, &place, org, owner, &seen);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  bool prunes = plan->prunes && org->id != 0;
  enum status status =
      prunes ? membership_each(plan->ctx->txn, org->id, prune_member, (void *)(uintptr_t)&pruning) : STATUS_OK;
  return status == STATUS_OK ? EXIT_DONE : plan_unreadable(status);
}
