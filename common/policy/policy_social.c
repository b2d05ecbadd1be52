// SPDX-License-Identifier: Apache-2.0
// What the answer of a social connection, or a code by email, leads to (POLICY V5): the rows of stage ANSWER for what
// no org stands behind.
#include "base/cleanup.h"
#include "policy/rows.h"

// The person's own address, and the provider says that it has verified it (POLICY V1).
static bool proves(const struct policy_answer *a)
{
  return a->email_state == EMAIL_VERIFIED && a->email_is_primary;
}

static enum notice why_not(const struct policy_answer *a)
{
  if (a->email_state == EMAIL_ABSENT) {
    return NOTICE_NO_EMAIL;
  }
  return a->email_is_primary && a->email_state != EMAIL_ILLEGAL ? NOTICE_EMAIL_UNVERIFIED : NOTICE_SOMEBODY_ELSE;
}

static bool fits_s1(const struct policy_question *q)
{
  return q->person.known && q->person.locked;
}

static bool fits_s2(const struct policy_question *q)
{
  const struct policy_answer *a = &q->answer;
  return (a->identity_known && !a->identity_own) || (!a->identity_known && a->email_is_another);
}

// Whom it was offered to may be governed by an org that enforces by now, or guarded.
static bool fits_v3(const struct policy_question *q)
{
  // L8 offers a social account to the governed where it is linked already, and a code.
  bool linked = q->person.known && q->answer.identity_known && q->answer.identity_own;
  bool offered = q->answer.by_mail ? policy_takes_mail(&q->person) : policy_takes_social(&q->person);
  bool governed = q->person.governing.id != 0;
  return !offered || (governed && !linked && !(q->answer.by_mail && q->person.known));
}

// A code that came to the very address that was proven before.
static bool fits_v5_proven(const struct policy_question *q)
{
  return q->person.known && q->answer.by_mail && proves(&q->answer) && q->answer.proof_holds;
}

static bool fits_s3(const struct policy_question *q)
{
  return q->person.known && q->answer.identity_known && q->answer.identity_own;
}

static bool fits_s5(const struct policy_question *q)
{
  return q->person.known && q->answer.email_is_primary && q->answer.other_identity;
}

static void link_and_prove(struct policy_decision *decision)
{
  policy_grant(decision);
  decision->link = decision->prove_email = true;
}

static bool fits_s7(const struct policy_question *q)
{
  return q->person.known && proves(&q->answer) && q->answer.never_used;
}

static void decide_s7(const struct policy_question *q, struct policy_decision *decision)
{
  (void)q;
  link_and_prove(decision);
  decision->drop_unproven = true;
}

static bool fits_s8(const struct policy_question *q)
{
  return q->person.known && proves(&q->answer);
}

static void decide_s8(const struct policy_question *q, struct policy_decision *decision)
{
  bool counts = q->person.has_password && policy_password_counts(&q->person);
  if (q->answer.password_given && counts) {
    link_and_prove(decision);
    return;
  }
  policy_refuse(decision, NOTICE_NOT_IN_CONTROL);
  decision->ask = counts ? ASK_PASSWORD : ASK_NOTHING;
}

static bool fits_s9(const struct policy_question *q)
{
  return q->person.known;
}

static void decide_why_not(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, why_not(&q->answer));
}

static bool fits_s13(const struct policy_question *q)
{
  return !proves(&q->answer);
}

// The first invite that is still to be asked about, and whether any was said yes to.
static const struct policy_invite *next_invite(const struct policy_question *q, bool *ret_accepted)
{
  *ret_accepted = false;
  for (size_t i = 0; i < q->person.invite_count; i++) {
    const struct policy_invite *invite = &q->person.invites[i];
    if (invite->full || invite->org.enforcement == ENFORCEMENT_SSO_ONLY) {
      continue;
    }
    if (invite->consent == CONSENT_NOT_ASKED) {
      return invite;
    }
    *ret_accepted = *ret_accepted || invite->consent == CONSENT_YES;
  }
  return NULL;
}

static void ask_join(struct policy_decision *decision)
{
  policy_refuse(decision, NOTICE_JOINED_NONE);
  decision->ask = ASK_JOIN;
}

static bool founds(const struct policy_question *q)
{
  return q->person.may_found && q->person.found_consent == CONSENT_YES;
}

// Whether there is an org to be asked about, and whether any was chosen.
static bool must_ask(const struct policy_question *q, bool *ret_chosen)
{
  bool asks = q->person.may_found && q->person.found_consent == CONSENT_NOT_ASKED;
  *ret_chosen = founds(q);
  for (size_t i = 0; i < q->person.allowed_count; i++) {
    const struct policy_allowed *allowed = &q->person.allowed[i];
    asks = asks || allowed->consent == CONSENT_NOT_ASKED;
    *ret_chosen = *ret_chosen || allowed->consent == CONSENT_YES;
  }
  return asks;
}

// Nothing was chosen, or there is no room anywhere.
static void refuse_without_org(const struct policy_question *q, struct policy_decision *decision)
{
  bool full = q->person.allowed_count == 0 && q->person.allowed_full;
  policy_refuse(decision, full ? NOTICE_FULL : NOTICE_JOINED_NONE);
}

static bool fits_s10(const struct policy_question *q)
{
  return q->person.invite_count > 0 && !q->answer.tombstoned;
}

static void create(const struct policy_question *q, struct policy_decision *decision, bool invited, bool chosen)
{
  policy_grant(decision);
  decision->create = decision->link = decision->prove_email = true;
  decision->accept_others = invited;
  decision->join_allowed = chosen;
  decision->found = chosen && founds(q);
}

// Invites first, one by one; then, with none of them accepted, the orgs that the domain opens.
static void decide_s10(const struct policy_question *q, struct policy_decision *decision)
{
  bool accepted = false;
  bool chosen = false;
  const struct policy_invite *next = next_invite(q, &accepted);
  if (next != NULL) {
    policy_ask_consent(decision, next->org.id);
  } else if (!accepted && must_ask(q, &chosen)) {
    ask_join(decision);
  } else if (accepted || chosen) {
    create(q, decision, accepted, chosen);
  } else {
    refuse_without_org(q, decision);
  }
}

static bool fits_v5(const struct policy_question *q)
{
  return policy_may_join(&q->person) && !q->answer.tombstoned;
}

static void decide_v5(const struct policy_question *q, struct policy_decision *decision)
{
  bool chosen = false;
  if (must_ask(q, &chosen)) {
    ask_join(decision);
  } else if (chosen) {
    create(q, decision, false, true);
  } else {
    refuse_without_org(q, decision);
  }
}

static bool fits_s12(const struct policy_question *q)
{
  return !q->person.known;
}

static const struct policy_row ROWS[] = {
    {"S1", fits_s1, .notice = NOTICE_LOCKED},
    {"S2", fits_s2, .notice = NOTICE_SOMEBODY_ELSE},
    {"V3", fits_v3, .notice = NOTICE_NOT_OPEN},
    {"S3", fits_s3, .verdict = VERDICT_GRANTED},
    {"V5", fits_v5_proven, .verdict = VERDICT_GRANTED},
    {"S5", fits_s5, .notice = NOTICE_ADDRESS_REUSED},
    {"S7", fits_s7, .decide = decide_s7},
    {"S8", fits_s8, .decide = decide_s8},
    {"S9", fits_s9, .decide = decide_why_not},
    {"S13", fits_s13, .decide = decide_why_not},
    {"S10", fits_s10, .decide = decide_s10},
    {"V5", fits_v5, .decide = decide_v5},
    {"S12", fits_s12, .notice = NOTICE_NOT_SET_UP},
};

void policy_social(const struct policy_question *question, struct policy_decision *decision)
{
  policy_try_rows(ROWS, COUNT_OF(ROWS), question, decision);
}
