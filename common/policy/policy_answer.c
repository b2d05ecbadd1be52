// SPDX-License-Identifier: Apache-2.0
#include "base/cleanup.h"
#include "policy/rows.h"

static bool fits_s1(const struct policy_question *q)
{
  return q->person.known && (q->person.locked || (q->answer.member_here && q->answer.suspended_here));
}

static void decide_s1(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, q->person.locked ? NOTICE_LOCKED : NOTICE_SUSPENDED);
}

static bool fits_s2(const struct policy_question *q)
{
  const struct policy_answer *a = &q->answer;
  return (a->identity_known && !a->identity_own) || (!a->identity_known && policy_has_email(a) && a->email_is_another);
}

// Who has shown that the name that was typed would be theirs, and has another one here, is told which: that is their
// own (POLICY L16).
static void decide_s2(const struct policy_question *q, struct policy_decision *decision)
{
  const struct policy_answer *a = &q->answer;
  bool own = !q->person.known && a->email_is_primary && (a->identity_known || policy_vouches(a));
  policy_refuse(decision, own ? NOTICE_OTHER_NAME : NOTICE_SOMEBODY_ELSE);
}

// What an operator granted holds only for the connection as an operator saw it, also for an identity from before.
static bool fits_s15(const struct policy_question *q)
{
  return q->person.known && q->person.guarded && q->answer.org.unconfirmed;
}

// Whoever the provider does not let in here is out, also with an identity from before, and nobody new comes.
static bool fits_s16(const struct policy_question *q)
{
  return q->answer.gated && !q->answer.in_required;
}

static void decide_s16(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, q->answer.groups_cut ? NOTICE_GROUPS_CUT : NOTICE_NOT_IN_GROUP);
}

static bool is_linked(const struct policy_question *q)
{
  return q->person.known && q->answer.identity_known && q->answer.identity_own;
}

static bool fits_s3(const struct policy_question *q)
{
  return is_linked(q) && q->answer.member_here;
}

static bool opens_elsewhere(const struct policy_question *q)
{
  const struct policy_made made = {.way = WAY_SSO, .org_id = q->answer.org.id};
  for (size_t i = 0; i < q->person.membership_count; i++) {
    const struct policy_membership *membership = &q->person.memberships[i];
    if (!membership->suspended && !policy_objects(&q->person, membership, &made)) {
      return true;
    }
  }
  return false;
}

static bool fits_s4(const struct policy_question *q)
{
  return is_linked(q) && !q->answer.member_here;
}

// The governing org's own invite needs no question, and who would join anyway is not asked either (POLICY I2).
static void decide_s4(const struct policy_question *q, struct policy_decision *decision)
{
  const struct policy_answer *a = &q->answer;
  const struct policy_invite *invite = a->full ? NULL : policy_invite_of(&q->person, a->org.id);
  bool jit = a->org.provisioning == PROVISIONING_JIT && !a->full;
  bool asks = invite != NULL && !jit && a->org.id != q->person.governing.id;
  if (asks && invite->consent == CONSENT_NOT_ASKED) {
    policy_ask_consent(decision, a->org.id);
  } else if (invite != NULL && (!asks || invite->consent == CONSENT_YES)) {
    policy_join(decision, invite->role, true);
  } else if (jit) {
    policy_join(decision, a->was_removed ? ROLE_VIEWER : a->org.default_role, false);
  } else if (opens_elsewhere(q)) {
    policy_grant(decision);
  } else {
    policy_refuse(decision, a->full ? NOTICE_FULL : NOTICE_NOT_SET_UP);
  }
}

static bool fits_s5(const struct policy_question *q)
{
  return q->person.known && policy_has_email(&q->answer) && q->answer.email_is_primary && q->answer.other_identity;
}

// What another org's provider says does not count, until that one's identity is unlinked (POLICY "on-link").
static bool fits_s6_elsewhere(const struct policy_question *q)
{
  return q->person.known && q->answer.sso_elsewhere;
}

static bool fits_s6(const struct policy_question *q)
{
  return q->person.known && q->answer.org.trust == TRUST_LINKED;
}

// Nobody else can have had the account: the email was proven by whoever has the domain now, or nobody has used it.
static bool is_theirs_alone(const struct policy_person *person)
{
  return person->proven ? person->proven_here : !person->used_unproven;
}

static bool fits_s7(const struct policy_question *q)
{
  return q->person.known && !q->answer.other_identity && policy_vouches(&q->answer) && q->answer.in_control &&
         !q->person.guarded && is_theirs_alone(&q->person);
}

// Linked now, then as S3 or S4; a link that leads to a refusal is not stored.
static void link_and_go_on(const struct policy_question *q, struct policy_decision *decision)
{
  if (q->answer.member_here) {
    policy_grant(decision);
  } else {
    decide_s4(q, decision);
  }
  decision->link = decision->prove_email = decision->verdict == VERDICT_GRANTED;
}

// On-link: the password of an account that the org is in control of goes; owners keep theirs, and so does who is
// guarded: it is what they have while the connection is not confirmed (POLICY W8).
static bool leaves_sso_alone(const struct policy_question *q)
{
  return q->answer.in_control && !q->person.guarded && q->answer.org.on_link == ON_LINK_SSO_ONLY &&
         !policy_owns_any(&q->person);
}

static void decide_s7(const struct policy_question *q, struct policy_decision *decision)
{
  link_and_go_on(q, decision);
  decision->drop_unproven = decision->link;
  decision->drop_password = decision->link && leaves_sso_alone(q);
}

// What an admin has said beforehand: the address need not be the account's own, but must be proven, by the provider or
// by being on the org's domain. It says nothing about the account's email.
static bool fits_s6_expected(const struct policy_question *q)
{
  const struct policy_answer *a = &q->answer;
  bool proven = a->email_state == EMAIL_VERIFIED || (a->email_state == EMAIL_UNSTATED && a->email_domain_here);
  // Of an account that the org is not in control of only an operator has said it, who saw another connection.
  bool said_of_this = a->in_control || !a->org.unconfirmed;
  return q->person.known && a->expected && said_of_this && proven && !a->email_domain_lapsed && !a->other_identity &&
         !fits_s7(q);
}

static void ask_password(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, NOTICE_NOT_IN_CONTROL);
  decision->ask = q->person.has_password && policy_password_counts(&q->person) ? ASK_PASSWORD : ASK_NOTHING;
}

static void decide_s6_expected(const struct policy_question *q, struct policy_decision *decision)
{
  if (q->person.guarded && !q->answer.password_given) { // it may have been said before the account was guarded
    ask_password(q, decision);
    return;
  }
  link_and_go_on(q, decision);
  decision->prove_email = false;
  decision->drop_password = decision->link && leaves_sso_alone(q);
}

static bool fits_s8(const struct policy_question *q)
{
  return q->person.known && !q->answer.other_identity && policy_vouches(&q->answer);
}

// Whoever types the account's password has it: nothing of it is dropped, and on-link is not for this org to say.
static void decide_s8(const struct policy_question *q, struct policy_decision *decision)
{
  if (q->answer.password_given && policy_password_counts(&q->person)) {
    link_and_go_on(q, decision);
    return;
  }
  ask_password(q, decision);
}

static bool fits_s9(const struct policy_question *q)
{
  return q->person.known;
}

static void decide_why_not(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, policy_why_not_vouched(&q->answer));
}

// A domain whose record is gone brings nobody new and links nobody; who is linked was let in by S3 and S4.
static bool fits_e7(const struct policy_question *q)
{
  return q->answer.email_domain_lapsed && (fits_s7(q) || fits_s8(q) || policy_fits_s10(q) || policy_fits_s11(q));
}

static bool fits_s13(const struct policy_question *q)
{
  return !q->person.known;
}

// In the order of ssoorg-policy(7); rule E7 stands before the rows that it takes away.
static const struct policy_row ROWS[] = {
    {"S1", fits_s1, .decide = decide_s1},
    {"S2", fits_s2, .decide = decide_s2},
    {"S15", fits_s15, .notice = NOTICE_UNCONFIRMED},
    {"S16", fits_s16, .decide = decide_s16},
    {"S3", fits_s3, .verdict = VERDICT_GRANTED},
    {"S4", fits_s4, .decide = decide_s4},
    {"S5", fits_s5, .notice = NOTICE_ADDRESS_REUSED},
    {"S6", fits_s6_elsewhere, .notice = NOTICE_LINK_NEEDED},
    {"S6", fits_s6_expected, .decide = decide_s6_expected},
    {"S6", fits_s6, .notice = NOTICE_LINK_NEEDED},
    {"E7", fits_e7, .notice = NOTICE_DOMAIN_LAPSED},
    {"S7", fits_s7, .decide = decide_s7},
    {"S8", fits_s8, .decide = decide_s8},
    {"S9", fits_s9, .decide = decide_why_not},
    {"S10", policy_fits_s10, .decide = policy_decide_s10},
    {"S11", policy_fits_s11, .decide = policy_decide_s11},
    {"S12", policy_is_new, .decide = policy_decide_s12},
    {"S13", fits_s13, .decide = decide_why_not},
};

void policy_answer(const struct policy_question *question, struct policy_decision *decision)
{
  policy_try_rows(ROWS, COUNT_OF(ROWS), question, decision);
}
