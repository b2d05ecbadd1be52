// SPDX-License-Identifier: Apache-2.0
// Claims and their records: proven by DNS or by hand, missing, back again, gone for too long (POLICY E7).
#include "acme.h"
#include "base/clock.h"
#include "operations/apply.h"
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

static struct operation look_up(enum operation_kind kind, const char *slug, const char *token)
{
  struct operation op = new_operation(kind, "");
  (void)snprintf(op.org, sizeof op.org, "%s", slug);
  (void)snprintf(op.domain, sizeof op.domain, "acme.test");
  (void)snprintf(op.token, sizeof op.token, "%s", token);
  return op;
}

// The record of the org's claim was looked up just now.
static enum status looked_up(enum operation_kind kind, const char *slug)
{
  struct domain domain = get_claim(slug, "acme.test");
  struct operation op = look_up(kind, slug, domain.token);
  return run(&op);
}

// The same at another time.
static void looked_up_at(int64_t now_s, enum operation_kind kind)
{
  struct domain domain = get_claim("acme", "acme.test");
  struct operation op = look_up(kind, "acme", domain.token);
  struct change_context a = {.host = &host, .op = &op, .report = &report, .result = &result, .now_s = now_s};
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &a.txn), STATUS_OK);
  assert_int_equal(kind == OPERATION_DOMAIN_FOUND ? apply_domain_found(&a) : apply_domain_missing(&a), STATUS_OK);
  assert_int_equal(store_commit(&a.txn), STATUS_OK);
  store_unlock(store);
}

// Acme, its domain proven by DNS.
static void set_up_proven(enum provisioning provisioning)
{
  set_up_acme(provisioning);
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "keeps.test"), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "acme"), STATUS_OK);
}

static void create_beta(void)
{
  struct operation op = new_operation(OPERATION_ORG_CREATE, "other@example.org");
  (void)snprintf(op.org, sizeof op.org, "beta");
  assert_int_equal(run(&op), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "beta", "acme.test"), STATUS_OK);
}

static void a_found_record_verifies_the_claim_once(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  struct domain domain = get_claim("acme", "acme.test");
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(domain.verified, 1);
  assert_string_equal(domain.reason, "");
  assert_true(domain.verified_at_s > 0 && domain.checked_at_s == domain.verified_at_s);
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "acme"), STATUS_OK);
  assert_false(result.changed);
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void a_record_with_another_token_verifies_nothing(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "acme.test"), STATUS_OK);
  static const char *const TOKENS[] = {"", "0123456789abcdef0123456789abcdef"};
  for (size_t i = 0; i < COUNT_OF(TOKENS); i++) {
    struct operation op = look_up(OPERATION_DOMAIN_VERIFY, "acme", TOKENS[i]);
    assert_int_equal(run(&op), STATUS_REFUSED);
    op.kind = OPERATION_DOMAIN_MISSING;
    assert_int_equal(run(&op), STATUS_REFUSED);
  }
  struct domain before = get_claim("acme", "acme.test");
  assert_int_equal(before.verified, 0);
  assert_int_equal(before.checked_at_s, 0);
  // Given up and claimed again while the record was looked up.
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "acme.test"), STATUS_OK);
  struct operation op = look_up(OPERATION_DOMAIN_VERIFY, "acme", before.token);
  assert_int_equal(run(&op), STATUS_REFUSED);
  assert_int_equal(get_claim("acme", "acme.test").verified, 0);
}

static void the_first_proof_wins_and_the_other_claim_stays_pending(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  create_beta();
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "beta"), STATUS_REFUSED);
  assert_non_null(strstr(report.text, "another org"));
  assert_int_equal(get_claim("beta", "acme.test").verified, 0);
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "beta"), STATUS_OK);
}

static void a_pending_claim_notes_a_look_up_and_misses_nothing(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(with_domain(OPERATION_DOMAIN_ADD, "acme", "acme.test"), STATUS_OK);
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(looked_up(OPERATION_DOMAIN_MISSING, "acme"), STATUS_OK);
  struct domain domain = get_claim("acme", "acme.test");
  assert_true(domain.checked_at_s > 0);
  assert_int_equal(domain.missing_since_s, 0);
  assert_int_equal(domain.verified, 0);
  assert_int_equal(looked_up(OPERATION_DOMAIN_FOUND, "acme"), STATUS_OK);
  assert_int_equal(get_claim("acme", "acme.test").verified, 0); // that alone verifies nothing
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void E7_only_changes_are_audited(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  static const struct {
    uint64_t events;
    enum operation_kind kind;
    bool missing;
  } STEPS[] = {
      {0, OPERATION_DOMAIN_FOUND, false}, {1, OPERATION_DOMAIN_MISSING, true}, {0, OPERATION_DOMAIN_MISSING, true},
      {1, OPERATION_DOMAIN_FOUND, false}, {0, OPERATION_DOMAIN_FOUND, false},
  };
  for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
    uint64_t events = count(TABLE_AUDIT);
    assert_int_equal(looked_up(STEPS[i].kind, "acme"), STATUS_OK);
    assert_int_equal(count(TABLE_AUDIT), events + STEPS[i].events);
    assert_int_equal(get_claim("acme", "acme.test").missing_since_s != 0, STEPS[i].missing);
    assert_int_equal(get_claim("acme", "acme.test").verified, 1);
  }
}

static void E7_a_domain_verified_by_hand_has_no_record_to_miss(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  looked_up_at(1000, OPERATION_DOMAIN_MISSING);
  looked_up_at(1000 + 15 * DAY_S, OPERATION_DOMAIN_MISSING);
  struct domain domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, 0);
  assert_false(domain_is_lapsed(&domain));
  assert_string_equal(domain.reason, "test");
}

static void a_record_takes_the_place_of_a_reason_and_a_reason_that_of_a_missing_record(void **state)
{
  (void)state;
  set_up_acme(PROVISIONING_JIT);
  int64_t verified_at_s = get_claim("acme", "acme.test").verified_at_s;
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "acme"), STATUS_OK);
  assert_true(result.changed);
  assert_string_equal(get_claim("acme", "acme.test").reason, "");
  assert_int_equal(get_claim("acme", "acme.test").verified_at_s, verified_at_s);
  assert_int_equal(with_domain(OPERATION_DOMAIN_VERIFY, "acme", "acme.test"), STATUS_OK); // by hand, in vain
  assert_string_equal(get_claim("acme", "acme.test").reason, "");
  assert_int_equal(looked_up(OPERATION_DOMAIN_MISSING, "acme"), STATUS_OK);
  assert_int_equal(with_domain(OPERATION_DOMAIN_VERIFY, "acme", "acme.test"), STATUS_OK);
  assert_string_equal(get_claim("acme", "acme.test").reason, "test");
  assert_int_equal(get_claim("acme", "acme.test").missing_since_s, 0);
}

static void E7_a_domain_lapses_after_fourteen_days_of_look_ups_in_vain(void **state)
{
  (void)state;
  const int64_t start_s = 1000000;
  set_up_proven(PROVISIONING_JIT);
  looked_up_at(start_s, OPERATION_DOMAIN_MISSING);
  looked_up_at(start_s + 14 * DAY_S - 1, OPERATION_DOMAIN_MISSING);
  struct domain domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, start_s);
  assert_false(domain_is_lapsed(&domain));
  looked_up_at(start_s + 14 * DAY_S, OPERATION_DOMAIN_MISSING);
  domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, start_s);
  assert_true(domain_is_lapsed(&domain));
  looked_up_at(start_s + 20 * DAY_S, OPERATION_DOMAIN_FOUND);
  domain = get_claim("acme", "acme.test");
  assert_false(domain_is_lapsed(&domain));
  looked_up_at(start_s + 21 * DAY_S, OPERATION_DOMAIN_MISSING);
  domain = get_claim("acme", "acme.test");
  assert_int_equal(domain.missing_since_s, start_s + 21 * DAY_S); // anew
}

static void lapse(void)
{
  int64_t now_s = clock_now_s();
  looked_up_at(now_s - 15 * DAY_S, OPERATION_DOMAIN_MISSING);
  looked_up_at(now_s, OPERATION_DOMAIN_MISSING);
}

static void E7_a_lapsed_domain_brings_nobody_new_and_lets_those_who_are_linked_in(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(do_kind(OPERATION_MEMBER_ADD, "carol@acme.test"), STATUS_OK);
  lapse();
  uint64_t accounts = count(TABLE_ACCOUNTS);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "sub-2"), STATUS_REFUSED); // S11
  assert_string_equal(result.decision.row, "E7");
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "sub-3"), STATUS_REFUSED); // S7
  assert_string_equal(result.decision.row, "E7");
  assert_int_equal(count(TABLE_ACCOUNTS), accounts);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK); // S3
  looked_up_at(clock_now_s(), OPERATION_DOMAIN_FOUND);
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "sub-2"), STATUS_OK);
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "sub-3"), STATUS_OK);
}

static void E7_enforcement_stays_on_a_lapsed_domain(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  struct account owner = get_account("boss@example.org");
  struct operation op = new_operation(OPERATION_ENFORCEMENT_SET, "");
  op.value = ENFORCEMENT_DOMAINS;
  memcpy(op.password, owner.password, sizeof op.password);
  assert_int_equal(run(&op), STATUS_OK);
  lapse();
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  store_abort(&txn);
  assert_int_equal(org.enforcement, ENFORCEMENT_DOMAINS);
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "acme", "acme.test"), STATUS_REFUSED);
}

static void E7_a_lapsed_domain_passes_to_no_other_org(void **state)
{
  (void)state;
  set_up_proven(PROVISIONING_JIT);
  create_beta();
  lapse();
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "beta"), STATUS_REFUSED);
  assert_int_equal(with_domain(OPERATION_DOMAIN_VERIFY, "beta", "acme.test"), STATUS_REFUSED); // by hand likewise
  assert_int_equal(get_claim("acme", "acme.test").verified, 1);
  assert_int_equal(with_domain(OPERATION_DOMAIN_REMOVE, "acme", "acme.test"), STATUS_OK);
  assert_int_equal(looked_up(OPERATION_DOMAIN_VERIFY, "beta"), STATUS_OK);
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
