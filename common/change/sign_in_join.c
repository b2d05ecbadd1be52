// SPDX-License-Identifier: Apache-2.0
// Orgs joined after a sign-in in one of the host's own ways (POLICY K8).
#include <stdio.h>

#include "change/sign_in_parts.h"

static const struct policy_allowed *find_allowed(const struct policy_person *person, int64_t org_id)
{
  for (size_t i = 0; i < person->allowed_count; i++) {
    if (person->allowed[i].org_id == org_id) {
      return &person->allowed[i];
    }
  }
  return NULL;
}

// Only who has just proven the address so (POLICY V5).
enum status sign_in_check_proven(const struct sign_in *s, const char *id)
{
  const struct facts *facts = &s->facts;
  struct ticket ticket;
  enum status status = ticket_get(s->c->txn, id, s->c->now_s, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  bool proven = facts->person.known && !facts->person.locked && facts->account.email_proven == 1 &&
                ticket.account_id == facts->account.id && way_is_of_host(ticket.way) && ticket.proven == 1;
  return proven ? STATUS_OK : STATUS_REFUSED;
}

static enum status join(struct change_context *c, const void *input, void *ret_result)
{
  const struct org_join *in = input;
  struct signed_in ignored = {.changed = false};
  struct sign_in s = {.c = c, .result = &ignored, .login = in->login};
  struct org org;
  (void)ret_result;
  enum status status = sign_in_begin(&s);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = sign_in_check_proven(&s, in->ticket);
  if (status != STATUS_OK) {
    return status;
  }
  const struct policy_allowed *allowed = find_allowed(&s.facts.person, org.id);
  if (allowed == NULL) {
    return STATUS_REFUSED;
  }
  s.account = s.facts.account;
  change_name_login(c, s.account.login);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "as %s", role_word((uint8_t)allowed->role));
  return sign_in_join(&s, org.id, allowed->role, SOURCE_SSO, 0);
}

static const struct change_kind JOIN = {"member.join", CHANGE_CLAIM, CHANGE_OF_ORG, join, sizeof(struct change_done),
                                        false};

struct change change_org_join(const struct org_join *in, struct change_done *ret_result)
{
  return (struct change){&JOIN, in, ret_result, &ret_result->changed, in->org, ""};
}
