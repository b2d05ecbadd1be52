// SPDX-License-Identifier: Apache-2.0
#include "active_org_prompt.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "active_org/active_org.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "change/ticket.h"

enum { TEXT_SIZE = 4096 };

struct open_org {
  int64_t id;
  char slug[SLUG_SIZE];
  char name[DISPLAY_SIZE];
};

struct open_orgs {
  size_t count;
  struct open_org list[MEMBERSHIPS_MAX_POLICY];
};

static enum status load(struct error *error, const struct policy_decision *decision, struct open_orgs *ret_orgs)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct open_orgs orgs = {.count = 0};
  enum status status = session_read(error, &store, &txn);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < decision->opened_count; i++) {
    struct open_org *to = &orgs.list[orgs.count++];
    struct org org;
    status = org_get(txn, decision->opened[i], &org);
    if (status != STATUS_OK) {
      return status;
    }
    to->id = org.id;
    memcpy(to->slug, org.slug, sizeof to->slug);
    memcpy(to->name, org.name, sizeof to->name);
  }
  *ret_orgs = orgs;
  return STATUS_OK;
}

// The last choice; 0 for none that is open.
static size_t find_preferred(const struct account *account, const struct open_orgs *orgs)
{
  char slug[SLUG_SIZE];
  const struct home_owner owner = {account->home, account->uid, account->gid};
  enum status status = active_org_load_as(&owner, slug);
  if (status == STATUS_INVALID) {
    session_log(LOG_NOTICE, "%s/.config/ssoorg/active-org: is not a plain file of login=%s with a slug in it: ignored",
                account->home, account->login);
  }
  if (status != STATUS_OK) {
    return 0;
  }
  for (size_t i = 0; i < orgs->count; i++) {
    if (strcmp(orgs->list[i].slug, slug) == 0) {
      return i;
    }
  }
  return 0;
}

static void compose(const struct open_orgs *orgs, size_t preferred, char *text, size_t size)
{
  size_t used = (size_t)snprintf(text, size, "\nYour orgs here\n");
  for (size_t i = 0; i < orgs->count && used < size; i++) {
    char name[4 * DISPLAY_SIZE];
    text_escape(orgs->list[i].name, strlen(orgs->list[i].name), name, sizeof name);
    used += (size_t)snprintf(text + used, size - used, "  %zu) %.64s (%s)\n", i + 1, name, orgs->list[i].slug);
  }
  if (used < size) {
    (void)snprintf(text + used, size - used, "Active org [%s]: ", orgs->list[preferred].slug);
  }
}

// A number or a slug; Enter, and whatever is neither, keeps the last choice.
static size_t read_choice(const struct open_orgs *orgs, const struct bytes *typed, size_t preferred)
{
  int64_t number = 0;
  if (typed->length == 0) {
    return preferred;
  }
  if (text_to_i64(bytes_text(typed), 1, (int64_t)orgs->count, &number) == STATUS_OK) {
    return (size_t)number - 1;
  }
  for (size_t i = 0; i < orgs->count; i++) {
    if (strcmp(orgs->list[i].slug, bytes_text(typed)) == 0) {
      return i;
    }
  }
  return preferred;
}

static void keep(struct session *s, const struct signed_in *result, const struct open_org *org, bool typed)
{
  const struct ticket_choose choose = {result->ticket.id, org->id};
  struct change_done ignored;
  if (session_change(s, change_ticket_choose(&choose, &ignored)) != STATUS_OK) {
    session_log(LOG_WARNING, "the choice of %s as the active org of %s could not be kept", org->slug,
                s->request->login);
  }
  const struct home_owner owner = {result->account.home, result->account.uid, result->account.gid};
  // A first sign-in has no home yet.
  if (typed && active_org_save_as(&owner, org->slug) != STATUS_OK) {
    session_log(LOG_INFO, "the choice of %s as the active org of %s could not be written to their home", org->slug,
                s->request->login);
  }
}

void active_org_choose(struct session *s, const struct signed_in *result, const struct facts *now)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct policy_question question = {
      .stage = STAGE_SESSION,
      .service = policy_service_of(s->request->service),
      .made = {.way = result->ticket.way, .org_id = result->ticket.org_id, .with_key = result->ticket.with_key == 1},
      .person = now->person};
  struct policy_decision decision;
  struct open_orgs orgs;
  char text[TEXT_SIZE];
  policy_decide(&question, &decision);
  if (decision.verdict != VERDICT_GRANTED || decision.opened_count < 2 || question.service != SERVICE_LOGIN ||
      load(&s->error, &decision, &orgs) != STATUS_OK) {
    return;
  }
  size_t preferred = find_preferred(&result->account, &orgs);
  compose(&orgs, preferred, text, sizeof text);
  if (session_ask(s, true, text, s->choose_until_ms, &typed) != STATUS_OK) {
    return; // without a conversation the last choice
  }
  size_t chosen = read_choice(&orgs, &typed, preferred);
  keep(s, result, &orgs.list[chosen], typed.length > 0);
}

size_t active_org_find(const struct account *account, const struct ticket *ticket,
                       const struct policy_decision *decision)
{
  struct open_orgs orgs;
  struct error ignored;
  for (size_t i = 0; i < decision->opened_count; i++) {
    if (ticket->active_org_id != 0 && decision->opened[i] == ticket->active_org_id) {
      return i;
    }
  }
  return decision->opened_count > 1 && load(&ignored, decision, &orgs) == STATUS_OK ? find_preferred(account, &orgs)
                                                                                    : 0;
}
