// SPDX-License-Identifier: Apache-2.0
#include "operations/operation.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "operations/apply.h"
#include "operations/confirm.h"
#include "publish/publish.h"

enum { GROW_TRIES = 6, MANY = 32 };

// What one of many operations stores, and what making room for it in trees takes, at most as a rule.
static const size_t ROOM_EACH = 1024;

static const struct {
  const char *event; // in the audit trail
  apply_function *apply;
} OPERATIONS[OPERATION_COUNT] = {
    [OPERATION_ORG_CREATE] = {"org.create", apply_org_create},
    [OPERATION_IDP_SET] = {"idp.set", apply_idp_set},
    [OPERATION_IDP_REMOVE] = {"idp.remove", apply_idp_remove},
    [OPERATION_GROUP_MAP] = {"group.map", apply_group_map},
    [OPERATION_GROUP_UNMAP] = {"group.unmap", apply_group_unmap},
    [OPERATION_IDP_CONFIRM] = {"idp.confirm", apply_idp_confirm},
    [OPERATION_IDP_TRIED] = {"idp.test", apply_idp_tried},
    [OPERATION_IDP_FOUND] = {"idp.auth", apply_idp_found},
    [OPERATION_DOMAIN_ADD] = {"domain.add", apply_domain_add},
    [OPERATION_DOMAIN_VERIFY] = {"domain.verify", apply_domain_verify},
    [OPERATION_DOMAIN_FOUND] = {"domain.found", apply_domain_found},
    [OPERATION_DOMAIN_MISSING] = {"domain.missing", apply_domain_missing},
    [OPERATION_DOMAIN_REMOVE] = {"domain.remove", apply_domain_remove},
    [OPERATION_PROVISIONING_SET] = {"provisioning.set", apply_provisioning_set},
    [OPERATION_ORG_SET] = {"org.set", apply_org_set},
    [OPERATION_ENFORCEMENT_SET] = {"enforcement.set", apply_enforcement_set},
    [OPERATION_ENFORCEMENT_PAUSE] = {"enforcement.pause", apply_enforcement_pause},
    [OPERATION_INVITE_CREATE] = {"invite.create", apply_invite_create},
    [OPERATION_INVITE_CANCEL] = {"invite.cancel", apply_invite_cancel},
    [OPERATION_INVITE_ACCEPT] = {"invite.accept", apply_invite_accept},
    [OPERATION_MEMBER_ADD] = {"member.add", apply_member_add},
    [OPERATION_MEMBER_IMPORT] = {"member.import", apply_member_import},
    [OPERATION_MEMBER_REMOVE] = {"member.remove", apply_member_remove},
    [OPERATION_MEMBER_ROLE] = {"member.role", apply_member_role},
    [OPERATION_MEMBER_SUSPEND] = {"member.suspend", apply_member_suspend},
    [OPERATION_MEMBER_RESUME] = {"member.resume", apply_member_resume},
    [OPERATION_ORG_RENAME] = {"org.rename", apply_org_rename},
    [OPERATION_ORG_DELETE] = {"org.delete", apply_org_delete},
    [OPERATION_ORG_TRANSFER] = {"org.transfer", apply_org_transfer},
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
    [OPERATION_PASSWORD_SIGN_IN] = {"sign-in", apply_password_sign_in},
    [OPERATION_CODE_SIGN_IN] = {"sign-in", apply_code_sign_in},
    [OPERATION_RECOVERY_CREATE] = {"recovery.create", apply_recovery_create},
    [OPERATION_RECOVERY_REVOKE] = {"recovery.revoke", apply_recovery_revoke},
    [OPERATION_RECOVERY_SIGN_IN] = {"sign-in", apply_recovery_sign_in},
    [OPERATION_SSO_SIGN_IN] = {"sign-in", apply_sso_sign_in},
    [OPERATION_SIGN_IN_REFUSED] = {"sign-in.refused", apply_sign_in_refused},
    [OPERATION_TICKET_REDEEM] = {"ticket.redeem", apply_ticket_redeem},
    [OPERATION_TICKET_CHOOSE] = {"ticket.choose", apply_ticket_choose},
    [OPERATION_TRY] = {"try", apply_try},
    [OPERATION_THROTTLE_CLEAR] = {"throttle.clear", apply_throttle_clear},
    [OPERATION_REFUSAL_COUNT] = {"refusal.count", apply_refusal_count},
    [OPERATION_NUMBER_RESERVE] = {"number.reserve", apply_number_reserve},
};

static enum status publish_now(const struct operation_host *host, struct report *report)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(host->store, false, &txn);
  if (status == STATUS_OK) {
    status = publish(txn, host->config, host->map_path);
  }
  if (status != STATUS_OK) {
    report_set(report, "%s: the published map cannot be written: %s; the change itself is stored", host->map_path,
               status_text(status));
  }
  return status == STATUS_OK ? STATUS_OK : STATUS_IO;
}

static void start_event(struct application *a)
{
  const struct operation *op = a->op;
  struct audit_event *event = &a->event;
  *event = (struct audit_event){.at_s = a->now_s};
  memcpy(event->actor, op->actor, sizeof event->actor);
  memcpy(event->rhost, op->rhost, sizeof event->rhost);
  memcpy(event->service, op->service, sizeof event->service);
  memcpy(event->org, op->org, sizeof event->org);
  memcpy(event->login, op->login, sizeof event->login);
  memcpy(event->row, op->row, sizeof event->row);
  (void)stpncpy(event->event, OPERATIONS[op->kind].event, sizeof event->event - 1);
}

// What the map must show is written where no reader looks before the commit, so that a full disk refuses the change
// whole, and shown after it.
static enum status commit(struct application *a)
{
  const char *path = a->host->map_path;
  struct publication publication CLEANUP(publication_end) = PUBLICATION_EMPTY;
  enum status status = publication_prepare(a->txn, a->host->config, path, &publication);
  bool prepared = status == STATUS_OK;
  if (!prepared && status != STATUS_FULL) {
    report_set(a->report, "%s: the published map cannot be written: %s; nothing was changed", path,
               status_text(status));
  }
  status = prepared ? store_commit(&a->txn) : status;
  if (status != STATUS_OK) {
    store_abort(&a->txn);
    publication_take_back(&publication);
    a->shown = a->shown && publication.kind != PUBLICATION_REBUILD; // that one has marked the map dirty
  } else {
    a->shown = publication_show(&publication) == STATUS_OK;
  }
  return status;
}

// Applies one operation within the transaction.
static enum status apply_one(struct application *a)
{
  start_event(a);
  a->result->changed = true;
  a->silent = false;
  enum status status = apply_check_delegate(a);
  if (status == STATUS_OK) {
    status = OPERATIONS[a->op->kind].apply(a);
  }
  if (status != STATUS_OK && a->report != NULL && a->report->text[0] == '\0' && status != STATUS_FULL) {
    report_set(a->report, "%s: %s", OPERATIONS[a->op->kind].event, status_text(status));
  }
  a->changed = a->changed || a->result->changed;
  a->audited = a->audited || (a->result->changed && !a->silent);
  return status == STATUS_OK && a->result->changed && !a->silent ? audit_add(a->txn, &a->event) : status;
}

static bool is_refusal(enum status status)
{
  return status == STATUS_REFUSED || status == STATUS_NOT_FOUND || status == STATUS_EXISTS || status == STATUS_INVALID;
}

// One that was refused after it had stored something ends everything: the transaction is not what it should be.
static enum status judge(struct application *a, const struct operations *all, enum status status, uint64_t writes)
{
  bool go_on =
      all->done == NULL ? status == STATUS_OK : all->done(all->context, a->index, status, a->report, a->result);
  bool unharmed = status == STATUS_OK || (is_refusal(status) && store_writes(a->txn) == writes);
  if (go_on && unharmed) {
    report_set(a->report, "%s", "");
    return STATUS_OK;
  }
  return status != STATUS_OK ? status : STATUS_REFUSED;
}

static enum status apply_each(struct application *a, const struct operations *all)
{
  enum status status = STATUS_OK;
  for (a->index = 0; status == STATUS_OK && a->index < all->count; a->index++) {
    uint64_t writes = store_writes(a->txn);
    status = all->get(all->context, a->index, a->report, &a->op);
    if (status == STATUS_OK) {
      status = apply_one(a);
    }
    status = judge(a, all, status, writes);
  }
  return status;
}

static enum status apply_and_commit(struct application *a, const struct operations *all)
{
  enum status status = store_begin(a->host->store, true, &a->txn);
  if (status != STATUS_OK) {
    return status;
  }
  a->changed = a->audited = false;
  status = apply_each(a, all);
  if (status == STATUS_OK && a->audited && a->host->config->audit_keep_s > 0) {
    status = audit_trim(a->txn, a->now_s - a->host->config->audit_keep_s);
  }
  if (status == STATUS_OK && a->changed && !a->host->dry_run) {
    return commit(a);
  }
  store_abort(&a->txn);
  return status;
}

// Many ask again and again who else has a name or a number, and take room that is better made once.
static enum status prepare_for_many(struct application *a, uint64_t count)
{
  size_t room = 0;
  if (count < MANY) {
    return STATUS_OK;
  }
  enum status status = __builtin_mul_overflow(count, ROOM_EACH, &room) ? STATUS_TOO_LARGE : STATUS_OK;
  if (status == STATUS_OK) {
    status = store_make_room(a->host->store, room);
  }
  if (status == STATUS_OK) {
    status = foreign_load(&a->foreign);
  }
  return status;
}

static enum status run_locked(struct application *a, const struct operations *all)
{
  const struct operation_host *host = a->host;
  enum status status = prepare_for_many(a, all->count);
  if (status == STATUS_OK) {
    status = apply_and_commit(a, all);
  }
  for (int i = 0; status == STATUS_FULL && i < GROW_TRIES; i++) {
    status = store_grow(host->store);
    if (status == STATUS_OK) {
      status = apply_and_commit(a, all);
    }
  }
  if (!a->shown) {
    enum status published = publish_now(host, status == STATUS_OK ? a->report : NULL);
    return status != STATUS_OK ? status : published;
  }
  return status;
}

enum status operation_run_all(const struct operation_host *host, const struct operations *all, struct report *report,
                              struct operation_result *ret_result, uint64_t *ret_index)
{
  struct operation_result result = {.changed = false};
  struct application a = {.host = host, .report = report, .result = &result, .shown = true, .now_s = clock_now_s()};
  enum status status = store_lock(host->store);
  if (status != STATUS_OK) {
    report_set(report, "the store is busy: another program has been changing it for %d seconds",
               STORE_LOCK_WAIT_MS / 1000);
    return status;
  }
  if (all->count == 1) {
    store_hurry(host->store);
  }
  if (report != NULL) {
    report->text[0] = '\0';
  }
  status = run_locked(&a, all);
  foreign_free(&a.foreign);
  store_unlock(host->store);
  if (status != STATUS_OK && report != NULL && report->text[0] == '\0') {
    report_set(report, "the store cannot be changed: %s", status_text(status));
  }
  *ret_index = a.index > 0 ? a.index - 1 : 0;
  *ret_result = result;
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

enum status operation_run(const struct operation_host *host, const struct operation *operation, struct report *report,
                          struct operation_result *ret_result)
{
  const struct operations one = {1, the_only_one, NULL, (void *)(uintptr_t)operation};
  uint64_t index = 0;
  return operation_run_all(host, &one, report, ret_result, &index);
}

static bool is_current(const struct operation_host *host, const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  return store_begin(host->store, false, &txn) == STATUS_OK &&
         publish_is_current(txn, host->config, host->map_path, login);
}

enum status operation_publish(const struct operation_host *host, const char *login, struct report *report)
{
  enum status status = store_lock(host->store);
  if (status != STATUS_OK) {
    return status;
  }
  // Others may have met the same map and mended it while this one waited for the lock.
  if (!is_current(host, login)) {
    status = publish_now(host, report);
  }
  store_unlock(host->store);
  return status;
}
