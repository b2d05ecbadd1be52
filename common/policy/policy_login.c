// SPDX-License-Identifier: Apache-2.0
#include "base/cleanup.h"
#include "policy/rows.h"

// What a row offers; with nothing to offer it stays a refusal.
static void offer(const struct policy_question *q, struct policy_decision *decision, bool password)
{
  bool counts = !q->person.sso_only || policy_owns_any(&q->person); // POLICY "on-link"
  decision->offer_password = password && counts && q->person.has_password;
  bool any = decision->offer_password || decision->offer_code || decision->offer_recovery || decision->sso_count > 0 ||
             decision->offer_social || decision->offer_mail;
  decision->verdict = any ? VERDICT_OFFER : VERDICT_REFUSED;
  if (any) {
    decision->notice = NOTICE_NONE;
  } else if (decision->notice == NOTICE_INTERNAL) {
    decision->notice = NOTICE_NO_WAY;
  }
}

// One more org to sign in at, if it has a connection that may be used from here; otherwise the refusal says why not.
static void add_sso(const struct policy_question *q, struct policy_decision *decision, const struct policy_org *org)
{
  bool there = org->id == 0 || !org->has_connection || decision->sso_count == COUNT_OF(decision->sso_orgs);
  for (size_t i = 0; i < decision->sso_count; i++) {
    there = there || decision->sso_orgs[i] == org->id;
  }
  if (there) {
    return;
  }
  if (org->barred) {
    decision->notice = NOTICE_NETWORK;
  } else if (org->keys == KEYS_REQUIRED && q->service == SERVICE_LOGIN && !q->made.with_key) {
    decision->notice = NOTICE_KEY_NEEDED;
  } else {
    decision->sso_orgs[decision->sso_count++] = org->id;
  }
}

// The orgs where an identity is linked.
static void add_linked(const struct policy_question *q, struct policy_decision *decision)
{
  for (size_t i = 0; i < q->person.membership_count; i++) {
    const struct policy_membership *membership = &q->person.memberships[i];
    if (!membership->suspended && membership->org.linked) {
      add_sso(q, decision, &membership->org);
    }
  }
}

static bool accepts_password(const struct policy_person *person)
{
  static const struct policy_made PASSWORD = {.way = WAY_PASSWORD};
  for (size_t i = 0; i < person->membership_count; i++) {
    if (!policy_objects(person, &person->memberships[i], &PASSWORD)) {
      return true;
    }
  }
  return false;
}

static bool is_governed(const struct policy_question *q)
{
  return q->person.known && q->person.governing.id != 0;
}

static bool fits_l0(const struct policy_question *q)
{
  return q->person.store_readable && !q->person.known && !q->person.local_user && q->person.other_case;
}

static bool fits_l1_illegal(const struct policy_question *q)
{
  return !q->person.login_legal;
}

static bool fits_l1_clash(const struct policy_question *q)
{
  return q->person.store_readable && q->person.known && q->person.local_user;
}

static bool fits_l2(const struct policy_question *q)
{
  return q->person.local_user;
}

static bool fits_l3(const struct policy_question *q)
{
  return !q->person.store_readable;
}

static bool fits_l1_unknown(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id == 0 && q->person.invite_count == 0 && !policy_may_join(&q->person);
}

static bool fits_k6(const struct policy_question *q)
{
  int64_t at_s = q->person.last_sso_at_s;
  bool recent = at_s > 0 && at_s <= q->person.now_s && q->person.now_s - at_s < q->reauth_s;
  return q->person.known && recent && !q->person.locked && policy_has_active(&q->person);
}

static bool fits_l15(const struct policy_question *q)
{
  return q->person.known && q->person.membership_count == 0;
}

// A code alone would open the home of whoever had the account before: it is taken only beside the account's password.
static void decide_l15(const struct policy_question *q, struct policy_decision *decision)
{
  add_sso(q, decision, &q->person.governing);
  decision->offer_code = q->person.has_password && policy_takes_code(&q->person);
  offer(q, decision, false);
  if (decision->notice == NOTICE_NO_WAY) {
    decision->notice = NOTICE_REMOVED;
  }
}

static bool fits_l5(const struct policy_question *q)
{
  return q->person.known && policy_is_owner(&q->person);
}

static void decide_l5(const struct policy_question *q, struct policy_decision *decision)
{
  decision->offer_recovery = q->person.has_recovery;
  add_sso(q, decision, &q->person.governing);
  for (size_t i = 0; q->person.governing.id == 0 && i < q->person.membership_count; i++) {
    const struct policy_membership *membership = &q->person.memberships[i];
    if (membership->role == ROLE_OWNER) {
      add_sso(q, decision, &membership->org);
    }
  }
  offer(q, decision, accepts_password(&q->person));
}

static bool fits_l6(const struct policy_question *q)
{
  return is_governed(q) && q->person.governing.enforcement == ENFORCEMENT_DOMAINS;
}

static void decide_l6(const struct policy_question *q, struct policy_decision *decision)
{
  add_sso(q, decision, &q->person.governing);
  offer(q, decision, policy_waits_for_operator(&q->person, &q->person.governing) && accepts_password(&q->person));
}

static bool fits_l7(const struct policy_question *q)
{
  return is_governed(q) && q->person.governing.enforcement == ENFORCEMENT_SSO_ONLY;
}

static void decide_l7(const struct policy_question *q, struct policy_decision *decision)
{
  add_sso(q, decision, &q->person.governing);
  add_linked(q, decision);
  offer(q, decision, accepts_password(&q->person));
}

static bool fits_l8(const struct policy_question *q)
{
  return is_governed(q) && q->person.governing.enforcement == ENFORCEMENT_OFF;
}

static void decide_l8(const struct policy_question *q, struct policy_decision *decision)
{
  add_sso(q, decision, &q->person.governing);
  add_linked(q, decision);
  decision->offer_social = q->person.social_linked && policy_takes_social(&q->person);
  decision->offer_mail = policy_takes_mail(&q->person);
  offer(q, decision, accepts_password(&q->person));
}

static bool fits_l9(const struct policy_question *q)
{
  return q->person.known && q->person.governing.id == 0 && accepts_password(&q->person);
}

static void decide_l9(const struct policy_question *q, struct policy_decision *decision)
{
  add_linked(q, decision);
  decision->offer_social = policy_takes_social(&q->person);
  decision->offer_mail = policy_takes_mail(&q->person);
  offer(q, decision, true);
}

static bool fits_l10(const struct policy_question *q)
{
  return q->person.known && q->person.governing.id == 0;
}

static void decide_l10(const struct policy_question *q, struct policy_decision *decision)
{
  add_linked(q, decision);
  offer(q, decision, false);
}

static bool fits_l11(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id != 0 && q->person.governing.has_connection;
}

static void decide_l11(const struct policy_question *q, struct policy_decision *decision)
{
  add_sso(q, decision, &q->person.governing);
  offer(q, decision, false);
}

static bool fits_l16(const struct policy_question *q)
{
  return q->person.short_name && fits_l11(q);
}

static bool fits_l12(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id != 0 && q->person.invite_count == 0;
}

static bool fits_l13(const struct policy_question *q)
{
  return !q->person.known && q->person.invite_count > 0;
}

static void decide_l13(const struct policy_question *q, struct policy_decision *decision)
{
  decision->offer_code = policy_takes_code(&q->person);
  for (size_t i = 0; i < q->person.invite_count; i++) {
    const struct policy_invite *invite = &q->person.invites[i];
    if (invite->via == VIA_SSO && invite->org.trust == TRUST_ANY) {
      add_sso(q, decision, &invite->org);
    }
  }
  decision->offer_social = q->person.governing.id == 0 && policy_takes_social(&q->person);
  decision->offer_mail = q->person.governing.id == 0 && policy_takes_mail(&q->person);
  offer(q, decision, false);
}

static bool fits_l14(const struct policy_question *q)
{
  return policy_may_join(&q->person);
}

static void decide_l14(const struct policy_question *q, struct policy_decision *decision)
{
  decision->offer_social = policy_takes_social(&q->person);
  decision->offer_mail = policy_takes_mail(&q->person);
  offer(q, decision, false);
}

// In the order of POLICY.md. L1 stands in three places: each is a part of its condition. K6 stands before what would
// be asked. Row L4 (all suspended) takes
// effect in STAGE_SESSION, after the prompts of the rows below.
static const struct policy_row ROWS[] = {
    {"L0", fits_l0, .notice = NOTICE_LOWER_CASE},
    {"L1", fits_l1_illegal, .verdict = VERDICT_NOT_OURS},
    {"L1", fits_l1_clash, .verdict = VERDICT_NOT_OURS},
    {"L2", fits_l2, .verdict = VERDICT_NOT_OURS},
    {"L3", fits_l3, .verdict = VERDICT_UNAVAILABLE, .notice = NOTICE_UNAVAILABLE},
    {"L1", fits_l1_unknown, .verdict = VERDICT_NOT_OURS},
    {"K6", fits_k6, .verdict = VERDICT_GRANTED},
    {"L15", fits_l15, .decide = decide_l15},
    {"L5", fits_l5, .decide = decide_l5},
    {"L6", fits_l6, .decide = decide_l6},
    {"L7", fits_l7, .decide = decide_l7},
    {"L8", fits_l8, .decide = decide_l8},
    {"L9", fits_l9, .decide = decide_l9},
    {"L10", fits_l10, .decide = decide_l10},
    {"L16", fits_l16, .decide = decide_l11},
    {"L11", fits_l11, .decide = decide_l11},
    {"L12", fits_l12, .verdict = VERDICT_NOT_OURS},
    {"L13", fits_l13, .decide = decide_l13},
    {"L14", fits_l14, .decide = decide_l14},
};

void policy_login(const struct policy_question *question, struct policy_decision *decision)
{
  policy_try_rows(ROWS, COUNT_OF(ROWS), question, decision);
}
