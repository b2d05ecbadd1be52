// SPDX-License-Identifier: Apache-2.0
#include "base/cleanup.h"
#include "policy/rows.h"

// Whether the org lets a session of this kind in. Services other than sshd and login have not asked the person
// anything: only orgs without enforcement are opened there (POLICY K3), and their keys rule does not count (K1).
static bool opens(const struct policy_question *q, const struct policy_membership *membership)
{
  struct policy_made made = q->made;
  if (membership->suspended) {
    return false;
  }
  if (q->service == SERVICE_OTHER && made.way == WAY_KEY) {
    return membership->org.enforcement == ENFORCEMENT_OFF;
  }
  made.with_key = made.with_key || q->service == SERVICE_OTHER;
  return !policy_objects(&q->person, membership, &made);
}

static bool fits_unreadable(const struct policy_question *q)
{
  return !q->person.store_readable;
}

static bool fits_foreign(const struct policy_question *q)
{
  return q->person.local_user;
}

static bool fits_stranger(const struct policy_question *q)
{
  return !q->person.known && q->person.governing.id == 0 && q->person.invite_count == 0 && !policy_may_join(&q->person);
}

static bool fits_no_account(const struct policy_question *q)
{
  return !q->person.known;
}

static bool fits_locked(const struct policy_question *q)
{
  return q->person.locked;
}

static bool fits_inactive(const struct policy_question *q)
{
  return !policy_has_active(&q->person);
}

static void decide_inactive(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, q->person.membership_count > 0 ? NOTICE_SUSPENDED : NOTICE_REMOVED);
}

static bool fits_key(const struct policy_question *q)
{
  return q->made.way == WAY_KEY && q->service == SERVICE_LOGIN;
}

static void open_orgs(const struct policy_question *q, struct policy_decision *decision)
{
  for (size_t i = 0; i < q->person.membership_count; i++) {
    if (opens(q, &q->person.memberships[i])) {
      decision->opened[decision->opened_count++] = q->person.memberships[i].org.id;
    }
  }
}

// Its rule is for everybody whom it governs, members or not.
static bool governing_objects_to_key(const struct policy_question *q)
{
  const struct policy_person *person = &q->person;
  const struct policy_membership outsider = {.org = person->governing};
  const struct policy_membership *membership = policy_membership_in(person, person->governing.id);
  if (membership != NULL) {
    return policy_objects(person, membership, &q->made);
  }
  return person->governing.id != 0 && policy_objects(person, &outsider, &q->made);
}

// Whose word would have been needed: the governing org's, without one any.
static bool matters(const struct policy_person *person, const struct policy_membership *membership)
{
  bool governs = person->governing.id == 0 || membership->org.id == person->governing.id;
  return governs && !membership->suspended && policy_key_is_live(person, membership);
}

// Says of a key that was refused for want of a provider's word which word that was.
static void refuse_key(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, NOTICE_KEY_REFUSED);
  for (size_t i = 0; i < q->person.membership_count; i++) {
    const struct policy_membership *membership = &q->person.memberships[i];
    if (matters(&q->person, membership)) {
      bool refused = membership->org.asked == ASKED_REFUSED;
      decision->row = "K9";
      policy_refuse(decision, refused ? NOTICE_KEY_UNKNOWN : NOTICE_KEY_UNASKED);
    }
  }
}

// The rule of the governing org applies; without one at least one org's must allow the key.
static void decide_key(const struct policy_question *q, struct policy_decision *decision)
{
  open_orgs(q, decision);
  if (governing_objects_to_key(q) || decision->opened_count == 0) {
    decision->opened_count = 0;
    refuse_key(q, decision);
    return;
  }
  policy_grant(decision);
}

static bool always(const struct policy_question *q)
{
  (void)q;
  return true;
}

static void decide_open(const struct policy_question *q, struct policy_decision *decision)
{
  open_orgs(q, decision);
  if (decision->opened_count == 0 && q->made.way != WAY_KEY) {
    policy_refuse(decision, NOTICE_NOT_OPEN);
    return;
  }
  policy_grant(decision);
}

// Row L4: the prompts were answered, and all the same.
static bool fits_l4(const struct policy_question *q)
{
  bool suspended = q->person.membership_count > 0 && !policy_has_active(&q->person);
  return q->made.way != WAY_KEY && (q->person.locked || suspended);
}

static void decide_l4(const struct policy_question *q, struct policy_decision *decision)
{
  policy_refuse(decision, q->person.locked ? NOTICE_LOCKED : NOTICE_SUSPENDED);
}

static const struct policy_row ROWS[] = {
    {"L1", fits_foreign, .verdict = VERDICT_NOT_OURS},
    {"L3", fits_unreadable, .verdict = VERDICT_UNAVAILABLE, .notice = NOTICE_UNAVAILABLE},
    {"L1", fits_stranger, .verdict = VERDICT_NOT_OURS},
    {"K1", fits_no_account, .notice = NOTICE_REMOVED},
    {"L4", fits_l4, .decide = decide_l4},
    {"K1", fits_locked, .notice = NOTICE_LOCKED},
    {"K1", fits_inactive, .decide = decide_inactive},
    {"K1", fits_key, .decide = decide_key},
    {"K2", always, .decide = decide_open},
};

void policy_session(const struct policy_question *question, struct policy_decision *decision)
{
  policy_try_rows(ROWS, COUNT_OF(ROWS), question, decision);
}
