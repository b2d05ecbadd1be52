// SPDX-License-Identifier: Apache-2.0
#include "sso_answer.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "caller_title.h"
#include "change/account.h"
#include "joins.h"
#include "process/oidc.h"

enum { TYPING_MS = 120000, DETAIL_SIZE = 512 };

static const char *filed_under(const struct sso_answer *x)
{
  return x->way == WAY_SSO ? x->org->slug : "";
}

// For somebody whom the provider has vouched for: it is in the audit trail.
static enum status refuse_known(const struct sso_answer *x, const char *row, enum notice notice, const char *detail,
                                const char *line)
{
  char reason[REASON_SIZE];
  (void)snprintf(reason, sizeof reason, "%s %.200s", notice_name(notice), detail);
  session_note_refused(x->s, filed_under(x), row, reason);
  return session_refuse_saying(x->s, row, notice, detail, line);
}

static void reserve_number(const struct sso_answer *x)
{
  const struct number_reserve number = {x->s->request->login, x->s->request->nss_uid};
  struct change_done ignored;
  if (session_change(x->s, change_number_reserve(&number, &ignored)) != STATUS_OK) {
    session_log(LOG_WARNING, "number %u is in use elsewhere and could not be reserved", number.number);
  }
}

// What the person has said besides, as the policy asked.
struct said {
  char password[PASSWORD_HASH_SIZE]; // the hash that matched what was typed (S8), "" for none
  struct org_consent consents[INVITES_MAX_POLICY + ALLOWED_MAX_POLICY];
  size_t consent_count;
  bool joins_asked;
  char own_org[DISPLAY_SIZE]; // the name of one to be made, "" for none
};

// Row S8: an org that is not in control of the account links an identity only beside the account's password.
static enum status ask_password(const struct sso_answer *x, struct said *said)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct account *account = &x->facts->account;
  char text[LOGIN_SIZE + 128];
  (void)snprintf(text, sizeof text, "\nTo link this identity, type the password of account %s: ", x->s->request->login);
  const struct own_password question = {text, clock_monotonic_ms() + TYPING_MS, false};
  enum status status = session_ask_own_password(x->s, account, &question, &typed);
  if (status == STATUS_OK) {
    memcpy(said->password, account->password, sizeof said->password);
  }
  return status;
}

static enum status find_org(const struct sso_answer *x, int64_t org_id, struct org *ret_org)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = session_read(&x->s->error, &store, &txn);
  return status == STATUS_OK ? org_get(txn, org_id, ret_org) : status;
}

// Rule I2: joining by an invite of an org that neither governs the email nor has answered.
static enum status ask_consent(const struct sso_answer *x, int64_t org_id, struct said *said)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct org org;
  char name[4 * DISPLAY_SIZE];
  char text[sizeof name + SLUG_SIZE + 64];
  enum status status = said->consent_count < COUNT_OF(said->consents) ? find_org(x, org_id, &org) : STATUS_TOO_LARGE;
  if (status != STATUS_OK) {
    return status;
  }
  text_escape(org.name, strlen(org.name), name, sizeof name);
  (void)snprintf(text, sizeof text, "\n%s (%s) invites you. Join? [y/N]: ", name, org.slug);
  status = session_ask(x->s, true, text, clock_monotonic_ms() + TYPING_MS, &typed);
  bool yes = status == STATUS_OK && typed.length > 0 && (typed.data[0] == 'y' || typed.data[0] == 'Y');
  said->consents[said->consent_count++] = (struct org_consent){org_id, yes ? CONSENT_YES : CONSENT_NO};
  return status;
}

// Which of the orgs that the domain opens are to be joined (V5): asked once, about all of them.
static enum status ask_join(const struct sso_answer *x, struct said *said)
{
  struct join_offer offer;
  enum status status = joins_load(x->s, &x->facts->person, &offer);
  if (status != STATUS_OK) {
    return status;
  }
  if ((offer.count == 0 && !offer.may_found) || said->joins_asked ||
      said->consent_count + offer.count > COUNT_OF(said->consents)) {
    return STATUS_REFUSED;
  }
  status = joins_ask(x->s, clock_monotonic_ms() + TYPING_MS, &offer);
  if (status == STATUS_REFUSED) {
    return session_refuse(x->s, x->s->decision.row, NOTICE_NEEDS_TERMINAL, "");
  }
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  said->joins_asked = true;
  if (status == STATUS_OK) {
    memcpy(said->own_org, offer.own_name, sizeof said->own_org);
  }
  for (size_t i = 0; i < offer.count; i++) {
    bool yes = status == STATUS_OK && offer.list[i].chosen;
    said->consents[said->consent_count++] = (struct org_consent){offer.list[i].org_id, yes ? CONSENT_YES : CONSENT_NO};
  }
  return STATUS_OK;
}

static enum status ask(const struct sso_answer *x, const struct policy_decision *decision, struct said *said)
{
  switch (decision->ask) {
  case ASK_NOTHING: return STATUS_REFUSED;
  case ASK_JOIN: return ask_join(x, said);
  case ASK_PASSWORD: return said->password[0] == '\0' ? ask_password(x, said) : STATUS_REFUSED;
  case ASK_CONSENT: return ask_consent(x, decision->ask_org_id, said);
  }
  return STATUS_REFUSED;
}

static enum status store_once(const struct sso_answer *x, const struct said *said, struct signed_in *result)
{
  const struct sso_sign_in in = {.login = x->s->request->login,
                                 .connection = x->connection,
                                 .authorized = x->authorized,
                                 .fingerprint = x->fingerprint,
                                 .password = said->password,
                                 .consents = said->consents,
                                 .consent_count = said->consent_count,
                                 .counted = x->way == WAY_MAIL ? "" : x->org->slug,
                                 .joins_asked = said->joins_asked,
                                 .own_org = said->own_org[0] != '\0' ? said->own_org : NULL,
                                 .with_key = session_with_key(x->s),
                                 .way = x->way,
                                 .told = session_told_number(x->s)};
  return session_change(x->s, change_sso_sign_in(&in, result));
}

// Stores the sign-in; what the policy wants to know first is asked, once each.
static enum status store_answer(const struct sso_answer *x, struct signed_in *result)
{
  struct said said = {.password = ""};
  enum status asked = STATUS_OK;
  enum status status = store_once(x, &said, result);
  while (status == STATUS_REFUSED && asked == STATUS_OK && result->decision.ask != ASK_NOTHING) {
    asked = ask(x, &result->decision, &said);
    if (asked == STATUS_OK) {
      status = store_once(x, &said, result);
    }
  }
  explicit_bzero(said.password, sizeof said.password);
  return asked == STATUS_CLOSED || asked == STATUS_TOLD ? asked : status;
}

// What no policy has said is said by the change.
static void describe(const struct sso_answer *x, enum status status, bool decided, char detail[static DETAIL_SIZE])
{
  const char *said = x->s->error.text[0] != '\0' ? x->s->error.text : status_text(status);
  (void)snprintf(detail, DETAIL_SIZE, "email=%.200s%s%.200s", x->authorized->email, decided ? "" : " ",
                 decided ? "" : said);
}

static enum status refuse_answer(const struct sso_answer *x, enum status status, const struct signed_in *result)
{
  const struct policy_decision *decision = &result->decision;
  char line[LOGIN_SIZE + 16] = "";
  bool decided = status == STATUS_REFUSED && decision->row != NULL;
  bool taken = status == STATUS_EXISTS && strchr(x->s->request->login, '@') == NULL; // by somebody of the fleet
  enum notice notice = taken ? NOTICE_OTHER_NAME : session_refusal_of(status, decision);
  const char *row = decided ? decision->row : "-";
  char detail[DETAIL_SIZE];
  describe(x, status, decided && notice != NOTICE_FLEET_ADMIN, detail);
  if (strcmp(row, "N4") == 0) {
    reserve_number(x);
  }
  if (notice == NOTICE_OTHER_NAME) {
    (void)snprintf(line, sizeof line, "Sign in as %s", taken ? x->authorized->email : result->sign_in_as);
  }
  return refuse_known(x, row, notice, detail, line);
}

enum status sso_answer_store(const struct sso_answer *x, struct signed_in *ret_result)
{
  if (caller_turns_away(x->s->request->login)) {
    return refuse_known(x, x->s->decision.row, NOTICE_TURNED_AWAY, "", "");
  }
  if (x->way != WAY_MAIL && !oidc_identity_is_sound(x->authorized, x->connection)) {
    session_log(LOG_ALERT, "ssoorg-oidc sent an identity that it must never send: has it been taken over?");
    session_count_refusal(x->s, NOTICE_BAD_TOKEN, "", "");
    return session_refuse(x->s, x->s->decision.row, NOTICE_BAD_TOKEN, "helper");
  }
  struct signed_in result = {.changed = false};
  enum status status = store_answer(x, &result);
  if (status == STATUS_TOLD) {
    session_note_refused(x->s, filed_under(x), result.decision.row, "what had to be asked was not answered");
  }
  if (status == STATUS_CLOSED || status == STATUS_TOLD) {
    return status;
  }
  if (status != STATUS_OK) {
    return refuse_answer(x, status, &result);
  }
  if (result.own_org[0] != '\0') {
    joins_tell_own(x->s, result.own_org);
  }
  if (result.again) {
    return session_refuse(x->s, result.row, NOTICE_MADE, "");
  }
  *ret_result = result;
  return STATUS_OK;
}
