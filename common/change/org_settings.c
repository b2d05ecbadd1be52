// SPDX-License-Identifier: Apache-2.0
#include "change/org_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/context.h"
#include "change/covered.h"
#include "change/enforcement.h"
#include "change/org_own.h"
#include "change/staged.h"
#include "store/here.h"

static enum status is_same(const struct org *a, const struct org *b, bool *ret_same)
{
  struct bytes one CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes other CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = record_encode(&ORG_RECORD, a, &one);
  if (status != STATUS_OK) {
    return status;
  }
  status = record_encode(&ORG_RECORD, b, &other);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_same = one.length == other.length && memcmp(bytes_text(&one), bytes_text(&other), one.length) == 0;
  return STATUS_OK;
}

static void note_values(struct audit_event *event, const struct org_values *values)
{
  for (size_t i = 0; i < values->count; i++) {
    size_t used = strlen(event->detail);
    (void)snprintf(event->detail + used, sizeof event->detail - used, "%s%s=%s", used > 0 ? ", " : "",
                   values->list[i].key, values->list[i].value);
  }
  // What was cut within a character is no text.
  text_end_clean(event->detail);
}

// An owner narrows where their own password counts only from inside the new list (POLICY "password-from"): by where
// they signed in last.
static enum status check_inside(struct change_context *c, const struct org *before, const struct org *org)
{
  struct account owner;
  struct account_here here;
  if (c->by->delegate == NULL || strcmp(before->password_from, org->password_from) == 0) {
    return STATUS_OK;
  }
  enum status status = account_get(c->txn, c->by->delegate->account_id, &owner);
  status = status != STATUS_OK ? status : account_here_get(c->txn, c->by->delegate->account_id, &here);
  if (status != STATUS_OK) {
    return status;
  }
  const struct facts_query of = {owner.login, "", here.last_sign_in_from, c->now_s, "", NULL};
  bool outside = query_is_barred(&of, org->password_from);
  if (outside) {
    error_set(
        c->error,
        "password-from: \"%.100s\" leaves out where you signed in last (\"%.60s\", empty for the console): your own "
        "password would not count any more",
        org->password_from, here.last_sign_in_from);
  }
  record_done(&ACCOUNT_RECORD, &owner);
  return outside ? STATUS_REFUSED : STATUS_OK;
}

// With its limits goes that its owner counts as a guest: social accounts and codes by email are not for owners (POLICY
// V3), and whoever has nothing else would be locked out.
static enum status check_lifted(struct change_context *c, const struct org *before, const struct org *org)
{
  struct account owner;
  if (before->self_made != 1 || org->self_made == 1) {
    return STATUS_OK;
  }
  enum status status = account_get(c->txn, org->owner_id, &owner);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  bool has_password = owner.password[0] != '\0';
  if (!has_password) {
    error_set(c->error,
              "self-made: the owner, %.200s, has no password, and would sign in by nothing else: 'ssoctl password set' "
              "comes first",
              owner.email);
  }
  record_done(&ACCOUNT_RECORD, &owner);
  return has_password ? STATUS_OK : STATUS_REFUSED;
}

// Into ORG, which has what is stored.
static enum status set_values(struct change_context *c, const struct org_values *values, const struct org *before,
                              struct org *org)
{
  enum status status = settings_set(org, values, c->error);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_check_provisioning(c, org);
  if (status != STATUS_OK) {
    return status;
  }
  status = org->allowed_domains[0] != '\0' ? org_own_check(c, org, "let people of a domain join") : STATUS_OK;
  status = status != STATUS_OK ? status : check_lifted(c, before, org);
  return status != STATUS_OK ? status : check_inside(c, before, org);
}

static enum status set(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_settings_set *in = input;
  struct org_settings_changed *result = ret_result;
  struct org org;
  bool same = false;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = org;
  status = set_values(c, &in->values, &before, &org);
  if (status != STATUS_OK) {
    return status;
  }
  result->before = before;
  result->after = org;
  status = before.enforcement != ENFORCEMENT_OFF ? staged_settings(c, &in->values, &before, &org, &result->waits)
                                                 : staged_follow(c, &in->values, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = covered_note_org(c, &before, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_same(&before, &org, &same);
  if (status != STATUS_OK) {
    return status;
  }
  note_values(&c->event, &in->values);
  result->changed = !same || result->waits || store_writes(c->txn) > 0;
  return org_update(c->txn, &org);
}

static const struct change_kind SET = {"org.set", CHANGE_SITE, CHANGE_OF_ORG, set, sizeof(struct org_settings_changed),
                                       false};

struct change change_org_settings_set(const struct org_settings_set *in, struct org_settings_changed *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, in->org, ""};
}
