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
};

static enum change_about about_of(enum operation_kind kind)
{
  switch ((int)kind) {
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
