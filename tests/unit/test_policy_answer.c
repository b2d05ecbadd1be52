// SPDX-License-Identifier: Apache-2.0
// Rows S of POLICY.md: what an SSO answer leads to.
#include "person.h"

static struct policy_org acme(void)
{
  return (struct policy_org){.id = ACME, .has_connection = true, .by_root = true};
}

// alice@acme.test, a member of Acme without an identity yet; Acme's provider says she is alice@acme.test.
static struct policy_question alice(void)
{
  struct policy_question q = {.stage = STAGE_ANSWER};
  q.person = (struct policy_person){.login_legal = true, .store_readable = true, .known = true, .membership_count = 1};
  q.person.memberships[0].org = acme();
  q.person.governing = acme();
  q.answer = (struct policy_answer){.org = acme(),
                                    .member_here = true,
                                    .email_state = EMAIL_VERIFIED,
                                    .email_is_primary = true,
                                    .email_domain_here = true,
                                    .in_control = true};
  return q;
}

// The same answer for a name without an account.
static struct policy_question newcomer(enum provisioning provisioning)
{
  struct policy_question q = alice();
  q.person.known = false;
  q.person.membership_count = 0;
  q.answer.member_here = q.answer.in_control = false;
  q.answer.org.provisioning = provisioning;
  return q;
}

static struct policy_question linked(void)
{
  struct policy_question q = alice();
  q.answer.identity_known = q.answer.identity_own = true;
  return q;
}

static struct policy_decision expect(const struct policy_question *q, const char *row, enum policy_outcome outcome)
{
  struct policy_decision decision;
  policy_decide(q, &decision);
  assert_string_equal(decision.row, row);
  assert_int_equal(decision.outcome, outcome);
  if (outcome != OUTCOME_GRANTED) {
    assert_false(decision.create || decision.join || decision.link || decision.prove_email || decision.accept_invite);
  }
  return decision;
}

static void expect_refusal(const struct policy_question *q, const char *row, enum notice notice)
{
  assert_int_equal(expect(q, row, OUTCOME_REFUSED).notice, notice);
}

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
  struct policy_decision decision = expect(&q, "S3", OUTCOME_GRANTED);
  assert_false(decision.link || decision.join || decision.create || decision.prove_email);
}

static void S3_a_changed_email_changes_nothing(void **state)
{
  (void)state;
  struct policy_question q = linked();
  q.answer.email_is_primary = q.answer.email_domain_here = false;
  q.answer.email_state = EMAIL_UNVERIFIED;
  (void)expect(&q, "S3", OUTCOME_GRANTED);
  q.answer.email_state = EMAIL_ABSENT;
  (void)expect(&q, "S3", OUTCOME_GRANTED);
}

static struct policy_question removed(void)
{
  struct policy_question q = linked();
  q.person.membership_count = 0;
  q.answer.member_here = false;
  return q;
}

static void S4_E6_a_removed_person_joins_again_under_jit(void **state)
{
  (void)state;
  struct policy_question q = removed();
  q.answer.org.provisioning = PROVISIONING_JIT;
  q.answer.org.default_role = ROLE_ADMIN;
  struct policy_decision decision = expect(&q, "S4", OUTCOME_GRANTED);
  assert_true(decision.join);
  assert_false(decision.accept_invite);
  assert_int_equal(decision.role, ROLE_ADMIN);
}

static void S4_a_removed_person_joins_by_an_invite(void **state)
{
  (void)state;
  struct policy_question q = removed();
  (void)invites(&q, ACME, VIA_SSO);
  struct policy_decision decision = expect(&q, "S4", OUTCOME_GRANTED);
  assert_true(decision.join && decision.accept_invite);
  assert_int_equal(decision.role, ROLE_ADMIN);
}

static void S4_a_removed_person_is_refused_under_invite_only(void **state)
{
  (void)state;
  struct policy_question q = removed();
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
}

static void S4_a_membership_elsewhere_lets_in_without_joining(void **state)
{
  (void)state;
  struct policy_question q = removed();
  q.person.membership_count = 1;
  q.person.memberships[0] = (struct policy_membership){.org = {.id = BETA}};
  struct policy_decision decision = expect(&q, "S4", OUTCOME_GRANTED);
  assert_false(decision.join);
  q.person.memberships[0].org.enforcement = ENFORCEMENT_SSO_ONLY;
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
  q.person.memberships[0].org.enforcement = ENFORCEMENT_OFF;
  q.person.memberships[0].suspended = true;
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
}

static void S5_a_reused_address_is_refused(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.other_identity = true;
  expect_refusal(&q, "S5", NOTICE_ADDRESS_REUSED);
}

static void S6_trust_linked_wants_an_admin(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.org.trust = TRUST_LINKED;
  expect_refusal(&q, "S6", NOTICE_LINK_NEEDED);
}

static void S7_a_proven_email_links_the_identity(void **state)
{
  (void)state;
  struct policy_question q = alice();
  struct policy_decision decision = expect(&q, "S7", OUTCOME_GRANTED);
  assert_true(decision.link && decision.prove_email);
  assert_false(decision.create || decision.join);
  q.answer.email_state = EMAIL_UNSTATED; // absent email_verified on the org's own verified domain
  (void)expect(&q, "S7", OUTCOME_GRANTED);
}

static void S7_a_link_that_leads_nowhere_is_not_stored(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.membership_count = 0;
  q.answer.member_here = false;
  expect_refusal(&q, "S7", NOTICE_NOT_SET_UP);
  q.answer.org.provisioning = PROVISIONING_JIT;
  struct policy_decision decision = expect(&q, "S7", OUTCOME_GRANTED);
  assert_true(decision.link && decision.join);
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
                            OUTCOME_GRANTED)
                         .outcome,
                     OUTCOME_GRANTED);
    questions[i].person.guarded = true;
    expect_refusal(&questions[i], "S15", NOTICE_UNCONFIRMED);
  }
}

static void H61_S8_a_guarded_account_is_linked_only_beside_its_password(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.guarded = q.person.has_password = true;
  assert_int_equal(expect(&q, "S8", OUTCOME_REFUSED).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  assert_true(expect(&q, "S8", OUTCOME_GRANTED).link);
}

static void H62_S8_an_account_used_while_unproven_is_linked_only_beside_its_password(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.used_unproven = true;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  assert_int_equal(expect(&q, "S8", OUTCOME_REFUSED).ask, ASK_NOTHING);
  q.person.has_password = true;
  assert_int_equal(expect(&q, "S8", OUTCOME_REFUSED).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  struct policy_decision decision = expect(&q, "S8", OUTCOME_GRANTED);
  assert_true(decision.link && decision.prove_email);
  assert_false(decision.drop_unproven);
}

static void H77_S8_an_earlier_proof_of_the_domain_is_no_proof(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.person.proven = true;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  q.person.proven_here = true;
  assert_true(expect(&q, "S7", OUTCOME_GRANTED).link);
}

static void S12_a_full_org_says_so_and_takes_nobody(void **state)
{
  (void)state;
  struct policy_question jit = newcomer(PROVISIONING_JIT);
  struct policy_question invited = newcomer(PROVISIONING_INVITE_ONLY);
  struct policy_question stranger = newcomer(PROVISIONING_INVITE_ONLY);
  struct policy_question member = linked();
  (void)invites(&invited, ACME, VIA_SSO);
  jit.answer.full = invited.answer.full = stranger.answer.full = member.answer.full = true;
  expect_refusal(&jit, "S12", NOTICE_FULL);
  expect_refusal(&invited, "S12", NOTICE_FULL);
  expect_refusal(&stranger, "S12", NOTICE_NOT_SET_UP);
  assert_int_equal(expect(&member, "S3", OUTCOME_GRANTED).outcome, OUTCOME_GRANTED);
  member.answer.member_here = false;
  member.person.membership_count = 0;
  member.answer.org.provisioning = PROVISIONING_JIT;
  expect_refusal(&member, "S4", NOTICE_FULL);
}

static void S8_an_org_that_is_not_in_control_does_not_link(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.in_control = false;
  expect_refusal(&q, "S8", NOTICE_NOT_IN_CONTROL);
  assert_int_equal(expect(&q, "S8", OUTCOME_REFUSED).ask, ASK_NOTHING);
}

static void S8_the_password_of_the_account_links_and_nothing_is_dropped(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.in_control = false;
  q.answer.org.on_link = ON_LINK_SSO_ONLY; // not for this org to say
  q.person.has_password = true;
  assert_int_equal(expect(&q, "S8", OUTCOME_REFUSED).ask, ASK_PASSWORD);
  q.answer.password_given = true;
  struct policy_decision decision = expect(&q, "S8", OUTCOME_GRANTED);
  assert_true(decision.link && decision.prove_email);
  assert_false(decision.drop_password || decision.drop_unproven);
  q.answer.member_here = false; // then as S4
  q.person.membership_count = 0;
  expect_refusal(&q, "S8", NOTICE_NOT_SET_UP);
}

static void S7_on_link_sso_only_erases_the_password_of_all_but_owners(void **state)
{
  (void)state;
  struct policy_question q = alice();
  assert_true(expect(&q, "S7", OUTCOME_GRANTED).drop_unproven);
  assert_false(expect(&q, "S7", OUTCOME_GRANTED).drop_password);
  q.answer.org.on_link = ON_LINK_SSO_ONLY;
  assert_true(expect(&q, "S7", OUTCOME_GRANTED).drop_password);
  q.person.memberships[0].role = ROLE_OWNER;
  assert_false(expect(&q, "S7", OUTCOME_GRANTED).drop_password);
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

static void S10_an_invite_makes_the_account_with_its_role(void **state)
{
  (void)state;
  for (int mode = PROVISIONING_INVITE_ONLY; mode <= PROVISIONING_JIT; mode++) {
    struct policy_question q = newcomer((enum provisioning)mode);
    (void)invites(&q, ACME, VIA_SSO);
    struct policy_decision decision = expect(&q, "S10", OUTCOME_GRANTED);
    assert_true(decision.create && decision.join && decision.link && decision.accept_invite && decision.prove_email);
    assert_int_equal(decision.role, ROLE_ADMIN);
  }
}

static void H67_I2_S10_the_governing_org_asks_about_the_invites_of_others_one_by_one(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_INVITE_ONLY);
  struct policy_invite *beta = invites(&q, BETA, VIA_SSO);
  struct policy_invite *gamma = invites(&q, 4, VIA_SSO);
  struct policy_decision decision = expect(&q, "S10", OUTCOME_REFUSED);
  assert_int_equal(decision.ask, ASK_CONSENT);
  assert_int_equal(decision.ask_org_id, BETA);
  assert_false(decision.create);
  beta->consent = CONSENT_NO;
  assert_int_equal(expect(&q, "S10", OUTCOME_REFUSED).ask_org_id, 4);
  gamma->consent = CONSENT_NO; // no to all is as if there were none
  decision = expect(&q, "S12", OUTCOME_REFUSED);
  assert_int_equal(decision.ask, ASK_NOTHING);
  assert_false(decision.create);
  gamma->consent = CONSENT_YES;
  decision = expect(&q, "S10", OUTCOME_GRANTED);
  assert_true(decision.create && decision.accept_others);
  assert_false(decision.join);
  q.answer.org.provisioning = PROVISIONING_JIT; // S11 adds this org
  decision = expect(&q, "S10", OUTCOME_GRANTED);
  assert_true(decision.join && decision.accept_others);
  gamma->consent = CONSENT_NO;
  decision = expect(&q, "S10", OUTCOME_GRANTED);
  assert_true(decision.join);
  assert_false(decision.accept_others);
  assert_false(decision.accept_invite);
  assert_int_equal(decision.role, ROLE_VIEWER);
  q.answer.org.id = 3; // another org proves it for its own invite only
  q.answer.org.trust = TRUST_ANY;
  assert_string_equal(expect(&q, "S11", OUTCOME_GRANTED).row, "S11");
  assert_false(expect(&q, "S11", OUTCOME_GRANTED).accept_others);
}

static void I2_S4_an_invite_of_an_org_that_does_not_govern_wants_a_yes(void **state)
{
  (void)state;
  struct policy_question q = removed();
  q.person.governing = org(BETA, ENFORCEMENT_OFF);
  struct policy_invite *invite = invites(&q, ACME, VIA_SSO);
  expect_refusal(&q, "S4", NOTICE_NOT_SET_UP);
  assert_int_equal(expect(&q, "S4", OUTCOME_REFUSED).ask, ASK_CONSENT);
  assert_int_equal(expect(&q, "S4", OUTCOME_REFUSED).ask_org_id, ACME);
  invite->consent = CONSENT_NO;
  assert_int_equal(expect(&q, "S4", OUTCOME_REFUSED).ask, ASK_NOTHING);
  invite->consent = CONSENT_YES;
  assert_true(expect(&q, "S4", OUTCOME_GRANTED).accept_invite);
}

static void S11_jit_makes_the_account_with_the_default_role(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  struct policy_decision decision = expect(&q, "S11", OUTCOME_GRANTED);
  assert_true(decision.create && decision.join && decision.link && decision.prove_email);
  assert_false(decision.accept_invite);
  assert_int_equal(decision.role, ROLE_VIEWER);
}

static void S12_invite_only_without_an_invite_is_refused(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_INVITE_ONLY);
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
}

static void S12_a_tombstoned_name_is_refused_until_it_is_invited_again(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  struct policy_decision decision;
  q.answer.tombstoned = true;
  expect_refusal(&q, "S12", NOTICE_NOT_SET_UP);
  (void)invites(&q, ACME, VIA_SSO);
  policy_decide(&q, &decision);
  assert_string_equal(decision.row, "S10");
  assert_true(decision.create && decision.accept_invite);
}

static void unverified_emails_never_make_an_account_under_any_trust(void **state)
{
  (void)state;
  struct policy_question q = newcomer(PROVISIONING_JIT);
  q.answer.email_state = EMAIL_UNVERIFIED;
  for (int trust = TRUST_DOMAIN; trust <= TRUST_ANY; trust++) {
    q.answer.org.trust = (enum trust)trust;
    (void)expect(&q, "S13", OUTCOME_REFUSED);
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
    (void)expect(&questions[i], NAMES[i], i == S8 ? OUTCOME_REFUSED : OUTCOME_GRANTED);
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
  (void)expect(&q, "S3", OUTCOME_GRANTED);
  q = removed();
  q.answer.email_domain_lapsed = true;
  q.answer.org.provisioning = PROVISIONING_JIT;
  (void)expect(&q, "S4", OUTCOME_GRANTED);
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

// Alice's answer, as of a provider that knows her by another address, which an admin has said is hers.
static struct policy_question expected(void)
{
  struct policy_question q = alice();
  q.answer.email_is_primary = false;
  q.answer.expected = true;
  return q;
}

static void E7_a_lapsed_domain_fulfils_no_expectation(void **state)
{
  (void)state;
  struct policy_question q = expected();
  (void)expect(&q, "S6", OUTCOME_GRANTED);
  q.answer.email_domain_lapsed = true;
  assert_int_equal(expect(&q, "S9", OUTCOME_REFUSED).outcome, OUTCOME_REFUSED);
}

static void S6_what_an_admin_expects_is_linked_whatever_the_trust(void **state)
{
  (void)state;
  struct policy_question q = expected();
  for (int trust = TRUST_DOMAIN; trust <= TRUST_ANY; trust++) {
    q.answer.org.trust = (enum trust)trust;
    struct policy_decision decision = expect(&q, "S6", OUTCOME_GRANTED);
    assert_true(decision.link);
    assert_false(decision.prove_email || decision.drop_unproven || decision.drop_password || decision.join);
  }
  q.answer.email_domain_here = false; // a guest's address elsewhere, also on another org's domain
  q.answer.email_domain_elsewhere = true;
  q.answer.in_control = false;
  assert_true(expect(&q, "S6", OUTCOME_GRANTED).link);
  q.answer.expected = false;
  expect_refusal(&q, "S9", NOTICE_SOMEBODY_ELSE);
}

static void S6_an_expected_address_must_be_proven(void **state)
{
  (void)state;
  static const struct {
    enum email_state state;
    bool here;
    bool granted;
  } CASES[] = {{EMAIL_VERIFIED, false, true},  {EMAIL_VERIFIED, true, true},    {EMAIL_UNSTATED, true, true},
               {EMAIL_UNSTATED, false, false}, {EMAIL_UNVERIFIED, true, false}, {EMAIL_ABSENT, true, false},
               {EMAIL_ILLEGAL, true, false}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    for (int trust = TRUST_DOMAIN; trust <= TRUST_ANY; trust++) {
      struct policy_question q = expected();
      struct policy_decision decision;
      q.answer.email_state = CASES[i].state;
      q.answer.email_domain_here = CASES[i].here;
      q.answer.org.trust = (enum trust)trust;
      policy_decide(&q, &decision);
      assert_int_equal(decision.outcome == OUTCOME_GRANTED, CASES[i].granted);
      assert_int_equal(decision.link, CASES[i].granted);
    }
  }
}

static void S1_S2_S5_refuse_before_what_is_expected(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.person.locked = true;
  expect_refusal(&q, "S1", NOTICE_LOCKED);
  q = expected();
  q.answer.identity_known = true;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
  q = expected();
  q.answer.email_is_another = true;
  expect_refusal(&q, "S2", NOTICE_SOMEBODY_ELSE);
  q = expected();
  q.answer.email_is_primary = q.answer.other_identity = true;
  expect_refusal(&q, "S5", NOTICE_ADDRESS_REUSED);
  q = expected();
  q.answer.other_identity = true;
  expect_refusal(&q, "S9", NOTICE_SOMEBODY_ELSE);
  q = newcomer(PROVISIONING_JIT);
  q.answer.email_is_primary = false;
  q.answer.expected = true; // expected for an account, and there is none
  expect_refusal(&q, "S13", NOTICE_SOMEBODY_ELSE);
}

static void S6_on_link_holds_where_the_org_is_in_control_and_never_for_owners(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.answer.org.on_link = ON_LINK_SSO_ONLY;
  assert_true(expect(&q, "S6", OUTCOME_GRANTED).drop_password);
  q.answer.in_control = false;
  assert_false(expect(&q, "S6", OUTCOME_GRANTED).drop_password);
  q.answer.in_control = true;
  q.person.memberships[0].role = ROLE_OWNER;
  assert_false(expect(&q, "S6", OUTCOME_GRANTED).drop_password);
}

// A delegate says what on-link is, and the password is what a guarded account has while S15 refuses.
static void W8_on_link_leaves_a_guarded_account_its_password(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.answer.org.on_link = ON_LINK_SSO_ONLY;
  q.person.guarded = q.person.has_password = q.answer.password_given = true;
  assert_true(expect(&q, "S6", OUTCOME_GRANTED).link);
  assert_false(expect(&q, "S6", OUTCOME_GRANTED).drop_password);
}

static void S6_expected_of_no_member_goes_on_as_S4(void **state)
{
  (void)state;
  struct policy_question q = expected();
  q.answer.member_here = false;
  q.person.membership_count = 0;
  expect_refusal(&q, "S6", NOTICE_NOT_SET_UP);
  q.answer.org.provisioning = PROVISIONING_JIT;
  struct policy_decision decision = expect(&q, "S6", OUTCOME_GRANTED);
  assert_true(decision.join && decision.link);
}

static void S7_proves_the_email_also_where_it_was_expected(void **state)
{
  (void)state;
  struct policy_question q = alice();
  q.answer.expected = true;
  assert_true(expect(&q, "S7", OUTCOME_GRANTED).prove_email);
  q.answer.org.trust = TRUST_LINKED;
  assert_false(expect(&q, "S6", OUTCOME_GRANTED).prove_email);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H61_S15_a_guarded_account_waits_for_an_operator),
      cmocka_unit_test(H61_S8_a_guarded_account_is_linked_only_beside_its_password),
      cmocka_unit_test(H62_S8_an_account_used_while_unproven_is_linked_only_beside_its_password),
      cmocka_unit_test(H77_S8_an_earlier_proof_of_the_domain_is_no_proof),
      cmocka_unit_test(S12_a_full_org_says_so_and_takes_nobody),
      cmocka_unit_test(S1_a_locked_account_is_refused_even_when_linked),
      cmocka_unit_test(S1_H06_a_membership_suspended_meanwhile_is_refused),
      cmocka_unit_test(S2_H18_an_identity_of_another_account_is_refused),
      cmocka_unit_test(S2_H30_an_email_of_another_account_is_refused),
      cmocka_unit_test(S3_a_linked_member_signs_in),
      cmocka_unit_test(S3_a_changed_email_changes_nothing),
      cmocka_unit_test(S4_E6_a_removed_person_joins_again_under_jit),
      cmocka_unit_test(S4_a_removed_person_joins_by_an_invite),
      cmocka_unit_test(S4_a_removed_person_is_refused_under_invite_only),
      cmocka_unit_test(S4_a_membership_elsewhere_lets_in_without_joining),
      cmocka_unit_test(S5_a_reused_address_is_refused),
      cmocka_unit_test(S6_trust_linked_wants_an_admin),
      cmocka_unit_test(S6_what_an_admin_expects_is_linked_whatever_the_trust),
      cmocka_unit_test(S6_an_expected_address_must_be_proven),
      cmocka_unit_test(S1_S2_S5_refuse_before_what_is_expected),
      cmocka_unit_test(S6_on_link_holds_where_the_org_is_in_control_and_never_for_owners),
      cmocka_unit_test(S6_expected_of_no_member_goes_on_as_S4),
      cmocka_unit_test(S7_proves_the_email_also_where_it_was_expected),
      cmocka_unit_test(S7_a_proven_email_links_the_identity),
      cmocka_unit_test(S7_a_link_that_leads_nowhere_is_not_stored),
      cmocka_unit_test(S8_an_org_that_is_not_in_control_does_not_link),
      cmocka_unit_test(S8_the_password_of_the_account_links_and_nothing_is_dropped),
      cmocka_unit_test(W8_on_link_leaves_a_guarded_account_its_password),
      cmocka_unit_test(S7_on_link_sso_only_erases_the_password_of_all_but_owners),
      cmocka_unit_test(S9_each_reason_has_its_own_message),
      cmocka_unit_test(S13_each_reason_has_its_own_message),
      cmocka_unit_test(S10_an_invite_makes_the_account_with_its_role),
      cmocka_unit_test(H67_I2_S10_the_governing_org_asks_about_the_invites_of_others_one_by_one),
      cmocka_unit_test(I2_S4_an_invite_of_an_org_that_does_not_govern_wants_a_yes),
      cmocka_unit_test(S11_jit_makes_the_account_with_the_default_role),
      cmocka_unit_test(S12_invite_only_without_an_invite_is_refused),
      cmocka_unit_test(S12_a_tombstoned_name_is_refused_until_it_is_invited_again),
      cmocka_unit_test(unverified_emails_never_make_an_account_under_any_trust),
      cmocka_unit_test(E7_a_lapsed_domain_links_nobody_and_makes_no_account),
      cmocka_unit_test(E7_a_lapsed_domain_fulfils_no_expectation),
      cmocka_unit_test(E7_a_lapsed_domain_changes_no_other_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
