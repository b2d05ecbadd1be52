// SPDX-License-Identifier: Apache-2.0
// Claims and their records: proven by DNS or by hand, missing, back again, gone for too long (POLICY E7).
#include "base/clock.h"
#include "change/context.h"
#include "change/domain.h"
#include "sign_ins.h"
#include "store/orgs.h"

enum { DAY_S = 86400 };

static struct domain get_claim(const char *slug, const char *name)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct org org;
  struct domain domain;
  assert_int_equal(org_by_slug(txn, slug, &org), STATUS_OK);
  assert_int_equal(domain_get(txn, org.id, name, &domain), STATUS_OK);
  return domain;
}

static struct domain_changed changed;

typedef struct change look_up_function(const struct domain_look_up *look_up, struct domain_changed *ret_result);

static int64_t checked_at_s(const char *slug, const char *name)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct domain_here here;
  struct org org;
  assert_int_equal(org_by_slug(txn, slug, &org), STATUS_OK);
  assert_int_equal(domain_here_get(txn, org.id, name, &here), STATUS_OK);
  return here.checked_at_s;
}

static enum status verify(const char *slug, const char *token)
{
  return make(change_domain_verify(&(struct domain_verify){slug, "acme.test", token, ""}, &changed));
}

// The record of the org's claim was looked up just now, and is there.
static enum status verify_by_record(const char *slug)
{
  struct domain domain = get_claim(slug, "acme.test");
  return verify(slug, domain.token);
}

// The same for the claim of acme, to note whether it is there.
static enum status look_up(look_up_function *what)
{
  struct domain domain = get_claim("acme", "acme.test");
  return make(what(&(struct domain_look_up){"acme", "acme.test", domain.token}, &changed));
}

// The same at another time.
static void look_up_at(int64_t now_s, look_up_function *what)
{
  struct domain domain = get_claim("acme", "acme.test");
  const struct domain_look_up in = {"acme", "acme.test", domain.token};
  const struct change change = what(&in, &changed);
  struct change_context c = {.host = &host, .by = &by_root, .change = &change, .error = &error, .now_s = now_s};
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &c.txn), STATUS_OK);
  assert_int_equal(change.kind->apply(&c, change.input, change.result), STATUS_OK);
  assert_int_equal(store_commit(&c.txn), STATUS_OK);
  store_unlock(store);
}

// Acme, its domain proven by DNS.
static void set_up_proven(enum provisioning provisioning)
{
  fixture_set_up(provisioning);
  assert_int_equal(add_domain("acme", "keeps.test"), STATUS_OK);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_by_record("acme"), STATUS_OK);
}

static void create_beta(void)
{
  assert_int_equal(create_org("beta", "other@example.org"), STATUS_OK);
  assert_int_equal(add_domain("beta", "acme.test"), STATUS_OK);
}

static void a_found_record_verifies_the_claim_once(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  struct domain domain = get_claim("acme", "acme.test");
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(domain.verified, 1);
  assert_string_equal(domain.reason, "");
  assert_true(domain.verified_at_s > 0 && checked_at_s("acme", "acme.test") == domain.verified_at_s);
  assert_int_equal(verify_by_record("acme"), STATUS_OK);
  assert_false(changed.changed);
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void a_record_with_another_token_verifies_nothing(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  static const char *const TOKENS[] = {"", "0123456789abcdef0123456789abcdef"};
  for (size_t i = 0; i < COUNT_OF(TOKENS); i++) {
    const struct domain_look_up in = {"acme", "acme.test", TOKENS[i]};
    assert_int_equal(verify("acme", TOKENS[i]), STATUS_REFUSED);
    assert_int_equal(make(change_domain_missing(&in, &changed)), STATUS_REFUSED);
  }
  struct domain before = get_claim("acme", "acme.test");
  assert_int_equal(before.verified, 0);
  assert_int_equal(checked_at_s("acme", "acme.test"), 0);
  // Given up and claimed again while the record was looked up.
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify("acme", before.token), STATUS_REFUSED);
  assert_int_equal(get_claim("acme", "acme.test").verified, 0);
}

static void the_first_proof_wins_and_the_other_claim_stays_pending(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  create_beta();
  assert_int_equal(verify_by_record("beta"), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "another org"));
  assert_int_equal(get_claim("beta", "acme.test").verified, 0);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_by_record("beta"), STATUS_OK);
}

static void a_pending_claim_notes_a_look_up_and_misses_nothing(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(look_up(change_domain_missing), STATUS_OK);
  struct domain domain = get_claim("acme", "acme.test");
  assert_true(checked_at_s("acme", "acme.test") > 0);
  assert_int_equal(domain.missing_since_s, 0);
  assert_int_equal(domain.verified, 0);
  assert_int_equal(look_up(change_domain_found), STATUS_OK);
  assert_int_equal(get_claim("acme", "acme.test").verified, 0); // that alone verifies nothing
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void E7_only_changes_are_audited(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  static const struct {
    uint64_t events;
    look_up_function *what;
    bool missing;
  } STEPS[] = {
      {0, change_domain_found, false}, {1, change_domain_missing, true}, {0, change_domain_missing, true},
      {1, change_domain_found, false}, {0, change_domain_found, false},
  };
  for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
    uint64_t events = count(TABLE_AUDIT);
    assert_int_equal(look_up(STEPS[i].what), STATUS_OK);
    assert_int_equal(count(TABLE_AUDIT), events + STEPS[i].events);
    assert_int_equal(get_claim("acme", "acme.test").missing_since_s != 0, STEPS[i].missing);
    assert_int_equal(get_claim("acme", "acme.test").verified, 1);
  }
}

static void E7_a_domain_verified_by_hand_has_no_record_to_miss(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  look_up_at(1000, change_domain_missing);
  look_up_at(1000 + 15 * DAY_S, change_domain_missing);
  struct domain domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, 0);
  assert_false(domain_is_lapsed(&domain));
  assert_string_equal(domain.reason, "test");
}

static void a_record_takes_the_place_of_a_reason_and_a_reason_that_of_a_missing_record(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  int64_t verified_at_s = get_claim("acme", "acme.test").verified_at_s;
  assert_int_equal(verify_by_record("acme"), STATUS_OK);
  assert_true(changed.changed);
  assert_string_equal(get_claim("acme", "acme.test").reason, "");
  assert_int_equal(get_claim("acme", "acme.test").verified_at_s, verified_at_s);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK); // by hand, in vain
  assert_string_equal(get_claim("acme", "acme.test").reason, "");
  assert_int_equal(look_up(change_domain_missing), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_string_equal(get_claim("acme", "acme.test").reason, "test");
  assert_int_equal(get_claim("acme", "acme.test").missing_since_s, 0);
}

static void E7_a_domain_lapses_after_fourteen_days_of_look_ups_in_vain(void **state)
{
  (void)state;
  const int64_t start_s = 1000000;
  set_up_proven(PROVISIONING_JIT);
  look_up_at(start_s, change_domain_missing);
  look_up_at(start_s + 14 * DAY_S - 1, change_domain_missing);
  struct domain domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, start_s);
  assert_false(domain_is_lapsed(&domain));
  look_up_at(start_s + 14 * DAY_S, change_domain_missing);
  domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, start_s);
  assert_true(domain_is_lapsed(&domain));
  look_up_at(start_s + 20 * DAY_S, change_domain_found);
  domain = get_claim("acme", "acme.test");
  assert_false(domain_is_lapsed(&domain));
  look_up_at(start_s + 21 * DAY_S, change_domain_missing);
  domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, start_s + 21 * DAY_S); // anew
}

static void lapse(void)
{
  int64_t now_s = clock_now_s();
  look_up_at(now_s - 15 * DAY_S, change_domain_missing);
  look_up_at(now_s, change_domain_missing);
}

static void E7_a_lapsed_domain_brings_nobody_new_and_lets_those_who_are_linked_in(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(add_member("carol@acme.test"), STATUS_OK);
  lapse();
  uint64_t accounts = count(TABLE_ACCOUNTS);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "sub-2"), STATUS_REFUSED); // S11
  assert_string_equal(sign_in_result.decision.row, "E7");
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "sub-3"), STATUS_REFUSED); // S7
  assert_string_equal(sign_in_result.decision.row, "E7");
  assert_int_equal(count(TABLE_ACCOUNTS), accounts);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // S3
  look_up_at(clock_now_s(), change_domain_found);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "sub-2"), STATUS_OK);
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "sub-3"), STATUS_OK);
}

static void E7_enforcement_stays_on_a_lapsed_domain(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(enforce_as_owner(ENFORCEMENT_DOMAINS), STATUS_OK);
  lapse();
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(org.enforcement, ENFORCEMENT_DOMAINS);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_REFUSED);
}

static void E7_a_lapsed_domain_passes_to_no_other_org(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  create_beta();
  lapse();
  assert_int_equal(verify_by_record("beta"), STATUS_REFUSED);
  assert_int_equal(verify_domain("beta", "acme.test"), STATUS_REFUSED); // by hand likewise
  assert_int_equal(get_claim("acme", "acme.test").verified, 1);
  assert_int_equal(remove_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_by_record("beta"), STATUS_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(a_found_record_verifies_the_claim_once),
      STORE_TEST(a_record_with_another_token_verifies_nothing),
      STORE_TEST(the_first_proof_wins_and_the_other_claim_stays_pending),
      STORE_TEST(a_pending_claim_notes_a_look_up_and_misses_nothing),
      STORE_TEST(E7_only_changes_are_audited),
      STORE_TEST(E7_a_domain_verified_by_hand_has_no_record_to_miss),
      STORE_TEST(a_record_takes_the_place_of_a_reason_and_a_reason_that_of_a_missing_record),
      STORE_TEST(E7_a_domain_lapses_after_fourteen_days_of_look_ups_in_vain),
      STORE_TEST(E7_a_lapsed_domain_brings_nobody_new_and_lets_those_who_are_linked_in),
      STORE_TEST(E7_enforcement_stays_on_a_lapsed_domain),
      STORE_TEST(E7_a_lapsed_domain_passes_to_no_other_org),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
