// SPDX-License-Identifier: Apache-2.0
// Rows S10 to S12: an answer that vouches for somebody without an account.
#include "policy/rows.h"

bool policy_is_new(const struct policy_question *q)
{
  return !q->person.known && policy_vouches(&q->answer);
}

static void create(struct policy_decision *decision)
{
  policy_grant(decision);
  decision->create = decision->link = decision->prove_email = true;
}

// What it makes has no other way from the start, if the org is in control of it (POLICY "on-link").
static void leave_sso_alone(const struct policy_question *q, struct policy_decision *decision)
{
  bool here = q->person.governing.id == 0 || q->person.governing.id == q->answer.org.id;
  decision->drop_password = here && q->answer.org.on_link == ON_LINK_SSO_ONLY;
}

// The org that governs the email proves it for the invites of all orgs.
static bool governs(const struct policy_question *q)
{
  return q->person.governing.id != 0 && q->person.governing.id == q->answer.org.id;
}

static bool is_invited(const struct policy_question *q)
{
  return governs(q) ? q->person.invite_count > 0 : policy_invite_of(&q->person, q->answer.org.id) != NULL;
}

// The first of other orgs' invites that the person has not been asked about; none where only its own counts.
static const struct policy_invite *next_to_ask(const struct policy_question *q)
{
  for (size_t i = 0; governs(q) && i < q->person.invite_count; i++) {
    const struct policy_invite *invite = &q->person.invites[i];
    if (invite->org.id != q->answer.org.id && !invite->full && invite->consent == CONSENT_NOT_ASKED) {
      return invite;
    }
  }
  return NULL;
}

static bool accepts_others(const struct policy_question *q)
{
  for (size_t i = 0; governs(q) && i < q->person.invite_count; i++) {
    const struct policy_invite *invite = &q->person.invites[i];
    if (invite->org.id != q->answer.org.id && !invite->full && invite->consent == CONSENT_YES) {
      return true;
    }
  }
  return false;
}

static bool takes_newcomers(const struct policy_answer *a)
{
  return a->org.provisioning == PROVISIONING_JIT && !a->tombstoned && !a->full;
}

bool policy_fits_s10(const struct policy_question *q)
{
  return policy_is_new(q) && is_invited(q);
}

// Other orgs' invites are asked about first, one by one; no to all is as if there were none.
void policy_decide_s10(const struct policy_question *q, struct policy_decision *decision)
{
  const struct policy_invite *own = policy_invite_of(&q->person, q->answer.org.id);
  const struct policy_invite *next = next_to_ask(q);
  bool others = accepts_others(q);
  bool by_own = own != NULL && !q->answer.full;
  bool newcomer = takes_newcomers(&q->answer);
  if (next != NULL) {
    policy_ask_consent(decision, next->org.id);
    return;
  }
  if (!by_own && !others && !newcomer) {
    decision->row = "S12";
    policy_decide_s12(q, decision);
    return;
  }
  create(decision);
  leave_sso_alone(q, decision);
  decision->accept_others = others;
  if (by_own) {
    policy_join(decision, own->role, true);
  } else if (newcomer) { // S11 adds this org
    policy_join(decision, q->answer.org.default_role, false);
  }
}

bool policy_fits_s11(const struct policy_question *q)
{
  return policy_is_new(q) && takes_newcomers(&q->answer);
}

void policy_decide_s11(const struct policy_question *q, struct policy_decision *decision)
{
  create(decision);
  leave_sso_alone(q, decision);
  policy_join(decision, q->answer.org.default_role, false);
}

void policy_decide_s12(const struct policy_question *q, struct policy_decision *decision)
{
  bool wanted = q->answer.org.provisioning == PROVISIONING_JIT ? !q->answer.tombstoned
                                                               : policy_invite_of(&q->person, q->answer.org.id) != NULL;
  policy_refuse(decision, q->answer.full && wanted ? NOTICE_FULL : NOTICE_NOT_SET_UP);
}
