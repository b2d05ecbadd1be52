// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "operations/apply.h"

enum status apply_password_set(struct change_context *a)
{
  struct account account;
  enum status status = change_find_account(a, a->op->email, &account);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(account.password, a->op->password, sizeof account.password);
  account.password_tried = 0;
  if (a->by->delegate != NULL) { // whoever knows it can use the account, whoever made that
    account.by_operator = 0;
  }
  memcpy(a->event.login, account.login, sizeof a->event.login);
  status = change_file_event(a, account.id);
  return status != STATUS_OK ? status : account_update(a->txn, &account);
}

// The owner of an org that enforces keeps the password (POLICY E3, E4).
enum status apply_password_remove(struct change_context *a)
{
  struct account account;
  struct memberships all;
  enum status status = change_find_account(a, a->op->email, &account);
  if (status == STATUS_OK) {
    status = memberships_of(a->txn, account.id, &all);
  }
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    status = org_get(a->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK && all.list[i].role == ROLE_OWNER && org.enforcement != ENFORCEMENT_OFF) {
      report_set(a->report, "account \"%s\": owns org \"%s\", whose enforcement is %s, and keeps the password",
                 account.login, org.slug, enforcement_word(org.enforcement));
      return STATUS_REFUSED;
    }
  }
  if (status != STATUS_OK) {
    return status;
  }
  a->result->changed = account.password[0] != '\0';
  explicit_bzero(account.password, sizeof account.password);
  account.password_tried = 0;
  memcpy(a->event.login, account.login, sizeof a->event.login);
  status = change_file_event(a, account.id);
  return status != STATUS_OK ? status : account_update(a->txn, &account);
}

// By the person, who has typed both: the new one counts as tried (POLICY E2). The old one may have been changed
// meanwhile, and passwords may not be accepted any more.
enum status apply_password_change(struct change_context *a)
{
  struct facts facts;
  struct policy_question question = {.stage = STAGE_LOGIN};
  enum status status = change_load_facts(a, a->op->login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  struct account *account = &facts.account;
  question.person = facts.person;
  policy_decide(&question, &a->result->decision);
  bool offered = a->result->decision.outcome == OUTCOME_OFFER && a->result->decision.offer_password;
  if (!offered || strcmp(account->password, a->op->code) != 0 || a->op->password[0] == '\0') { // both are hashes
    return STATUS_REFUSED;
  }
  memcpy(account->password, a->op->password, sizeof account->password);
  account->password_tried = 1;
  status = change_file_event(a, account->id);
  if (status == STATUS_OK) {
    status = account_update(a->txn, account);
  }
  record_done(&ACCOUNT_RECORD, account);
  return status;
}
