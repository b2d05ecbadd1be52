// SPDX-License-Identifier: Apache-2.0
#include "operations/operation.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "operations/apply.h"
#include "operations/confirm.h"

static const struct {
  const char *event; // in the audit trail
  apply_function *apply;
} OPERATIONS[OPERATION_COUNT] = {
    [OPERATION_IDP_SET] = {"idp.set", apply_idp_set},
    [OPERATION_IDP_REMOVE] = {"idp.remove", apply_idp_remove},
    [OPERATION_IDP_CONFIRM] = {"idp.confirm", apply_idp_confirm},
    [OPERATION_IDP_TRIED] = {"idp.test", apply_idp_tried},
    [OPERATION_IDP_FOUND] = {"idp.auth", apply_idp_found},
    [OPERATION_ACCOUNT_LOCK] = {"account.lock", apply_account_lock},
    [OPERATION_ACCOUNT_UNLOCK] = {"account.unlock", apply_account_unlock},
    [OPERATION_ACCOUNT_RENAME] = {"account.rename", apply_account_rename},
    [OPERATION_ACCOUNT_REMOVE] = {"account.remove", apply_account_remove},
    [OPERATION_ACCOUNT_RETIRE] = {"account.retire", apply_account_retire},
    [OPERATION_ACCOUNT_PROVE] = {"account.prove", apply_account_prove},
    [OPERATION_IDENTITY_LINK] = {"identity.link", apply_identity_link},
    [OPERATION_IDENTITY_UNLINK] = {"identity.unlink", apply_identity_unlink},
    [OPERATION_PASSWORD_SET] = {"password.set", apply_password_set},
    [OPERATION_PASSWORD_REMOVE] = {"password.remove", apply_password_remove},
    [OPERATION_PASSWORD_CHANGE] = {"password.change", apply_password_change},
    [OPERATION_NUMBER_RESERVE] = {"number.reserve", apply_number_reserve},
};

static enum change_about about_of(enum operation_kind kind)
{
  switch ((int)kind) {
  case OPERATION_PASSWORD_SET:
  case OPERATION_PASSWORD_REMOVE: return CHANGE_OF_PASSWORD;
  case OPERATION_IDENTITY_LINK:
  case OPERATION_IDENTITY_UNLINK: return CHANGE_OF_IDENTITY;
  case OPERATION_ACCOUNT_RETIRE: return CHANGE_OF_ACCOUNT;
  default: return CHANGE_OF_ORG;
  }
}

static enum status apply_old(struct change_context *c, const void *input, void *ret_result)
{
  const struct operation *op = input;
  c->op = op;
  c->result = ret_result;
  memcpy(c->event.login, op->login, sizeof c->event.login);
  return OPERATIONS[op->kind].apply(c);
}

// Old operations as changes.
struct old {
  const struct operations *all;
  struct change_by by;
  struct change_kind kind;
  struct operation_result result;
};

static enum status get_old(void *context, uint64_t index, struct report *report, struct change *ret_change)
{
  struct old *old = context;
  const struct operation *op = NULL;
  enum status status = old->all->get(old->all->context, index, report, &op);
  if (status != STATUS_OK) {
    return status;
  }
  old->by = (struct change_by){op->actor, op->rhost, op->service, op->caller_uid, op->delegate, op->right};
  old->kind = (struct change_kind){.event = OPERATIONS[op->kind].event,
                                   .about = about_of(op->kind),
                                   .apply = apply_old,
                                   .result_size = sizeof old->result};
  *ret_change = (struct change){&old->kind, op, &old->result, &old->result.changed, op->org, op->email};
  return STATUS_OK;
}

static bool done_old(void *context, uint64_t index, enum status status, const struct report *report)
{
  struct old *old = context;
  return old->all->done(old->all->context, index, status, report, &old->result);
}

enum status operation_run_all(const struct change_host *host, const struct operations *all, struct report *report,
                              struct operation_result *ret_result, uint64_t *ret_index)
{
  struct old old = {.all = all};
  const struct changes changes = {all->count, get_old, all->done != NULL ? done_old : NULL, &old};
  enum status status = change_run_all(host, &old.by, &changes, report, ret_index);
  *ret_result = old.result;
  return status;
}

static enum status the_only_one(void *context, uint64_t index, struct report *for_report,
                                const struct operation **ret_op)
{
  (void)index;
  (void)for_report;
  *ret_op = context;
  return STATUS_OK;
}

enum status operation_run(const struct change_host *host, const struct operation *operation, struct report *report,
                          struct operation_result *ret_result)
{
  const struct operations one = {1, the_only_one, NULL, (void *)(uintptr_t)operation};
  uint64_t index = 0;
  return operation_run_all(host, &one, report, ret_result, &index);
}
