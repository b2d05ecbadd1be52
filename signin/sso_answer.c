// SPDX-License-Identifier: Apache-2.0
#include "sso_answer.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "caller_title.h"
#include "process/oidc.h"

enum { TYPING_MS = 120000 };

// For somebody whom the provider has vouched for: it is in the audit trail.
static enum status refuse_known(const struct sso_answer *x, const char *row, enum notice notice, const char *detail)
{
  struct operation op = session_operation(x->s, OPERATION_SIGN_IN_REFUSED);
  struct operation_result result;
  memcpy(op.org, x->org->slug, sizeof op.org);
  (void)snprintf(op.row, sizeof op.row, "%s", row);
  (void)snprintf(op.reason, sizeof op.reason, "%s %.200s", notice_name(notice), detail);
  if (session_operate(x->s, &op, &result) != STATUS_OK) {
    session_log(LOG_WARNING, "the refusal below could not be added to the audit trail");
  }
  session_refuse(x->s, row, notice, detail);
  return STATUS_REFUSED;
}

static void reserve_number(const struct sso_answer *x)
{
  struct operation op = session_operation(x->s, OPERATION_NUMBER_RESERVE);
  struct operation_result result;
  op.nss_uid = x->s->request->nss_uid;
  if (session_operate(x->s, &op, &result) != STATUS_OK) {
    session_log(LOG_WARNING, "number %u is in use elsewhere and could not be reserved", op.nss_uid);
  }
}

// Row S8: an org that is not in control of the account links an identity only beside the account's password.
static enum status ask_password(const struct sso_answer *x, struct operation *op)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct account *account = &x->facts->account;
  char text[LOGIN_SIZE + 128];
  (void)snprintf(text, sizeof text, "\nTo link this identity, type the password of account %s: ", x->s->request->login);
  const struct own_password question = {text, clock_monotonic_ms() + TYPING_MS, false};
  enum status status = session_ask_own_password(x->s, account, &question, &typed);
  if (status == STATUS_OK) {
    memcpy(op->password, account->password, sizeof op->password);
  }
  return status;
}

static enum status find_org(const struct sso_answer *x, int64_t org_id, struct org *ret_org)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = session_read(&x->s->trouble, &store, &txn);
  return status == STATUS_OK ? org_get(txn, org_id, ret_org) : status;
}

// Rule I2: joining by an invite of an org that neither governs the email nor has answered.
static enum status ask_consent(const struct sso_answer *x, int64_t org_id, struct operation *op)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct org org;
  char name[4 * DISPLAY_SIZE];
  char text[sizeof name + SLUG_SIZE + 64];
  enum status status = op->consent_count < COUNT_OF(op->consents) ? find_org(x, org_id, &org) : STATUS_TOO_LARGE;
  if (status != STATUS_OK) {
    return status;
  }
  text_escape(org.name, strlen(org.name), name, sizeof name);
  (void)snprintf(text, sizeof text, "\n%s (%s) invites you. Join? [y/N]: ", name, org.slug);
  status = session_ask(x->s, true, text, clock_monotonic_ms() + TYPING_MS, &typed);
  bool yes = status == STATUS_OK && typed.length > 0 && (typed.data[0] == 'y' || typed.data[0] == 'Y');
  op->consents[op->consent_count++] = (struct org_consent){org_id, yes ? CONSENT_YES : CONSENT_NO};
  return status;
}

static enum status ask(const struct sso_answer *x, const struct policy_decision *decision, struct operation *op)
{
  switch (decision->ask) {
  case ASK_NOTHING: return STATUS_REFUSED;
  case ASK_PASSWORD: return op->password[0] == '\0' ? ask_password(x, op) : STATUS_REFUSED;
  case ASK_CONSENT: return ask_consent(x, decision->ask_org_id, op);
  }
  return STATUS_REFUSED;
}

// Stores the sign-in; what the policy wants to know first is asked, once each.
static enum status store_answer(const struct sso_answer *x, struct operation *op, struct operation_result *result)
{
  enum status asked = STATUS_OK;
  enum status status = session_operate(x->s, op, result);
  while (status == STATUS_REFUSED && asked == STATUS_OK && result->decision.ask != ASK_NOTHING) {
    asked = ask(x, &result->decision, op);
    if (asked == STATUS_OK) {
      status = session_operate(x->s, op, result);
    }
  }
  explicit_bzero(op->password, sizeof op->password);
  return asked == STATUS_CLOSED ? asked : status;
}

enum status sso_answer_store(const struct sso_answer *x, struct operation_result *ret_result)
{
  if (caller_turns_away(x->s->request->login)) {
    return refuse_known(x, x->s->decision.row, NOTICE_TURNED_AWAY, "");
  }
  struct operation op = session_operation(x->s, OPERATION_SSO_SIGN_IN);
  struct operation_result result = {.changed = false};
  op.connection = x->connection;
  op.authorized = x->authorized;
  (void)snprintf(op.fingerprint, sizeof op.fingerprint, "%s", x->fingerprint);
  if (!oidc_identity_is_sound(op.authorized, x->connection)) {
    session_log(LOG_ALERT, "ssoorg-oidc sent an identity that it must never send: has it been taken over?");
    session_refuse(x->s, x->s->decision.row, NOTICE_BAD_TOKEN, "helper");
    session_count_refusal(x->s, NOTICE_BAD_TOKEN);
    return STATUS_REFUSED;
  }
  op.nss_known = x->s->request->nss_known == 1;
  op.nss_uid = x->s->request->nss_uid;
  enum status status = store_answer(x, &op, &result);
  if (status == STATUS_OK) {
    result.asked = op.consent_count > 0;
    *ret_result = result;
    return STATUS_OK;
  }
  if (status == STATUS_CLOSED) {
    return status;
  }
  bool decided = status == STATUS_REFUSED && result.decision.row != NULL;
  enum notice notice = decided ? result.decision.notice : NOTICE_INTERNAL;
  const char *row = decided ? result.decision.row : "-";
  char detail[REASON_SIZE];
  (void)snprintf(detail, sizeof detail, "email=%.200s", op.authorized->email);
  if (strcmp(row, "N4") == 0) {
    reserve_number(x);
  }
  return refuse_known(x, row, notice, detail);
}
