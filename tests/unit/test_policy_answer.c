// SPDX-License-Identifier: Apache-2.0
// Rows S of POLICY.md: whom an SSO answer may let in at all, and which emails count for nothing.
#include "answered.h"

static void S1_a_locked_account_is_refused_even_when_linked(void **state)
{
  (void)state;
  struct policy_question q = linked();
  q.person.locked = true;
  expect_refusal(&q, "S1", NOTICE_LOCKED);
}

static void S1_H06_a_membership_suspended_meanwhile_is_refused(void **state)
{
  (void)state;
  struct policy_question q = linked();
  q.answer.suspended_here = true;
  expect_refusal(&q, "S1", NOTICE_SUSPENDED);
}

static void S2_H18_an_identity_of_another_account_is_refused(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.identity_known = true; // and not her own, though the email is right
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
  q = newcomer(PROVISIONING_JIT);
  q.answer.identity_known = true;
  q.answer.email_is_primary = false;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
}

static void S2_L16_whoever_typed_another_name_of_their_own_is_told_which_is_theirs(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  q.answer.identity_known = true;
  expect_refusal(&q, "S2", NOTICE_OTHER_NAME);
  q.answer.identity_known = false;
  q.answer.email_is_another = true;
  expect_refusal(&q, "S2", NOTICE_OTHER_NAME);
  q.answer.email_state = EMAIL_UNVERIFIED; // nobody has shown that the account is theirs
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
}

static void S2_H30_an_email_of_another_account_is_refused(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.email_is_primary = false;
  q.answer.email_is_another = true;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
}

static void S3_a_linked_member_signs_in(void **state)
{
  (void)state;
  struct policy_question q = linked();
  struct policy_decision decision = expect(&q, "S3", VERDICT_GRANTED);
  assert_false(decision.link || decision.join || decision.create || decision.prove_email);
}

static void S3_a_changed_email_changes_nothing(void **state)
{
  (void)state;
  struct policy_question q = linked();
  q.answer.email_is_primary = q.answer.email_domain_here = false;
  q.answer.email_state = EMAIL_UNVERIFIED;
  (void)expect(&q, "S3", VERDICT_GRANTED);
  q.answer.email_state = EMAIL_ABSENT;
  (void)expect(&q, "S3", VERDICT_GRANTED);
}

// Every S row that could let an account in, behind S15.
static void H61_S15_a_guarded_account_waits_for_an_operator(void **state)
{
  (void)state;
  struct policy_question questions[] = {alice(), linked(), linked(), alice()};
  questions[2].answer.member_here = false;
  questions[2].answer.org.provisioning = PROVISIONING_JIT;
  questions[3].answer.password_given = true;
  for (size_t i = 0; i < COUNT_OF(questions); i++) {
    questions[i].answer.org.unconfirmed = true;
    assert_int_equal(expect(&questions[i],
                            i == 1   ? "S3"
                            : i == 2 ? "S4"
                                     : "S7",
                            VERDICT_GRANTED)
                         .verdict,
                     VERDICT_GRANTED);
    questions[i].person.guarded = true;
    expect_refusal(&questions[i], "S15", NOTICE_UNCONFIRMED);
  }
}

static struct policy_question gated(struct policy_question q)
{
  q.answer.gated = true;
  return q;
}

// Every row behind S16 that could let somebody in, and a newcomer.
static void S16_whoever_is_in_no_required_group_is_refused(void **state)
{
  (void)state;
  struct policy_question questions[] = {alice(), linked(), removed(), newcomer(PROVISIONING_JIT), removed(), alice()};
  static const char *const ROWS[] = {"S7", "S3", "S4", "S11", "S4", "S6"};
  questions[2].answer.org.provisioning = PROVISIONING_JIT;
  questions[4].person.membership_count = 1; // elsewhere, which another org's sign-in would open too
  questions[4].person.memberships[0].org = (struct policy_org){.id = ACME + 1};
  questions[5].answer.expected = true;
  questions[5].answer.email_is_primary = false;
  for (size_t i = 0; i < COUNT_OF(questions); i++) {
    (void)expect(&questions[i], ROWS[i], VERDICT_GRANTED);
    struct policy_question q = gated(questions[i]);
    expect_refusal(&q, "S16", NOTICE_NOT_IN_GROUP);
    q.answer.password_given = true;
    expect_refusal(&q, "S16", NOTICE_NOT_IN_GROUP);
    q.answer.in_required = true;
    (void)expect(&q, ROWS[i], VERDICT_GRANTED);
  }
}

static void S16_too_many_groups_are_not_no_group(void **state)
{
  (void)state;
  struct policy_question q = gated(linked());
  q.answer.groups_cut = true;
  expect_refusal(&q, "S16", NOTICE_GROUPS_CUT);
  q.answer.in_required = true; // one that it does name
  (void)expect(&q, "S3", VERDICT_GRANTED);
  q.answer.gated = q.answer.in_required = false; // nobody asks
  (void)expect(&q, "S3", VERDICT_GRANTED);
}

static void S16_is_tried_after_S1_S2_and_S15(void **state)
{
  (void)state;
  struct policy_question locked = gated(linked());
  locked.person.locked = true;
  expect_refusal(&locked, "S1", NOTICE_LOCKED);
  struct policy_question other = gated(linked());
  other.answer.identity_own = false;
  expect_refusal(&other, "S2", NOTICE_SOMEBODY_ELSE);
  struct policy_question guarded = gated(linked());
  guarded.person.guarded = guarded.answer.org.unconfirmed = true;
  expect_refusal(&guarded, "S15", NOTICE_UNCONFIRMED);
  struct policy_question owner = gated(linked()); // a gate is for the connection, whoever comes by it
  owner.person.memberships[0].role = ROLE_OWNER;
  expect_refusal(&owner, "S16", NOTICE_NOT_IN_GROUP);
}

static void expect_email_refusals(struct policy_question q, const char *row)
{
  struct policy_question missing = q;
  missing.answer.email_state = EMAIL_ABSENT;
  missing.answer.email_is_primary = missing.answer.email_domain_here = false;
  expect_refusal(&missing, row, NOTICE_NO_EMAIL);
  struct policy_question unverified = q;
  unverified.answer.email_state = EMAIL_UNVERIFIED;
  expect_refusal(&unverified, row, NOTICE_EMAIL_UNVERIFIED);
  struct policy_question different = q;
  different.answer.email_is_primary = false;
  expect_refusal(&different, row, NOTICE_SOMEBODY_ELSE);
  struct policy_question illegal = different;
  illegal.answer.email_state = EMAIL_ILLEGAL;
  expect_refusal(&illegal, row, NOTICE_SOMEBODY_ELSE);
  struct policy_question foreign = q;
  foreign.answer.email_domain_here = false;
  expect_refusal(&foreign, row, NOTICE_EMAIL_DOMAIN);
  foreign.answer.email_domain_elsewhere = true;
  foreign.answer.org.trust = TRUST_ANY; // never for another org's domain
  expect_refusal(&foreign, row, NOTICE_EMAIL_DOMAIN);
}

static void S9_each_reason_has_its_own_message(void **state)
{
  (void)state;
  expect_email_refusals(alice(), "S9");
}

static void S13_each_reason_has_its_own_message(void **state)
{
  (void)state;
  expect_email_refusals(newcomer(PROVISIONING_JIT), "S13");
}

static void unverified_emails_never_make_an_account_under_any_trust(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  q.answer.email_state = EMAIL_UNVERIFIED;
  for (int trust = TRUST_DOMAIN; trust <= TRUST_ANY; trust++) {
    q.answer.org.trust = (enum trust)trust;
    (void)expect(&q, "S13", VERDICT_REFUSED);
  }
  q.answer.org.trust = TRUST_ANY; // off the org's domains an absent email_verified does not do
  q.answer.email_domain_here = false;
  q.answer.email_state = EMAIL_UNSTATED;
  expect_refusal(&q, "S13", NOTICE_EMAIL_UNVERIFIED);
}

static void E7_a_lapsed_domain_links_nobody_and_makes_no_account(void **state)
{
  (void)state;
  enum { S7, S8, S10, S11, ROWS };
  static const char *const NAMES[ROWS] = {"S7", "S8", "S10", "S11"};
  struct policy_question questions[ROWS] = {
      [S7] = alice(),
      [S8] = alice(),
      [S10] = newcomer(PROVISIONING_INVITE_ONLY),
      [S11] = newcomer(PROVISIONING_JIT),
  };
  questions[S8].answer.in_control = false;
  (void)invites(&questions[S10], ACME, VIA_SSO);
  for (int i = 0; i < ROWS; i++) {
    (void)expect(&questions[i], NAMES[i], i == S8 ? VERDICT_REFUSED : VERDICT_GRANTED);
    questions[i].answer.email_domain_lapsed = true;
    expect_refusal(&questions[i], "E7", NOTICE_DOMAIN_LAPSED);
    questions[i].answer.org.trust = TRUST_ANY; // no trust makes up for it
    expect_refusal(&questions[i], "E7", NOTICE_DOMAIN_LAPSED);
  }
}

static void E7_a_lapsed_domain_changes_no_other_row(void **state)
{
  (void)state;
  struct policy_question q = linked();
  q.answer.email_domain_lapsed = true;
  (void)expect(&q, "S3", VERDICT_GRANTED);
  q = removed();
  q.answer.email_domain_lapsed = true;
  q.answer.org.provisioning = PROVISIONING_JIT;
  (void)expect(&q, "S4", VERDICT_GRANTED);
  q = linked();
  q.answer.email_domain_lapsed = q.person.locked = true;
  expect_refusal(&q, "S1", NOTICE_LOCKED);
  q = alice();
  q.answer.email_domain_lapsed = q.answer.other_identity = true;
  expect_refusal(&q, "S5", NOTICE_ADDRESS_REUSED);
  q = alice();
  q.answer.email_domain_lapsed = true;
  q.answer.email_state = EMAIL_UNVERIFIED;
  expect_refusal(&q, "S9", NOTICE_EMAIL_UNVERIFIED);
  q = newcomer(PROVISIONING_INVITE_ONLY);
  q.answer.email_domain_lapsed = true;
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
  q = newcomer(PROVISIONING_JIT);
  q.answer.email_domain_lapsed = true;
  q.answer.email_is_primary = false;
  expect_refusal(&q, "S13", NOTICE_SOMEBODY_ELSE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H61_S15_a_guarded_account_waits_for_an_operator),
      cmocka_unit_test(S16_whoever_is_in_no_required_group_is_refused),
      cmocka_unit_test(S16_too_many_groups_are_not_no_group),
      cmocka_unit_test(S16_is_tried_after_S1_S2_and_S15),
      cmocka_unit_test(S1_a_locked_account_is_refused_even_when_linked),
      cmocka_unit_test(S1_H06_a_membership_suspended_meanwhile_is_refused),
      cmocka_unit_test(S2_H18_an_identity_of_another_account_is_refused),
      cmocka_unit_test(S2_L16_whoever_typed_another_name_of_their_own_is_told_which_is_theirs),
      cmocka_unit_test(S2_H30_an_email_of_another_account_is_refused),
      cmocka_unit_test(S3_a_linked_member_signs_in),
      cmocka_unit_test(S3_a_changed_email_changes_nothing),
      cmocka_unit_test(S9_each_reason_has_its_own_message),
      cmocka_unit_test(S13_each_reason_has_its_own_message),
      cmocka_unit_test(unverified_emails_never_make_an_account_under_any_trust),
      cmocka_unit_test(E7_a_lapsed_domain_links_nobody_and_makes_no_account),
      cmocka_unit_test(E7_a_lapsed_domain_changes_no_other_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
