// SPDX-License-Identifier: Apache-2.0
// Numbers of accounts and groups: which are legal, which are chosen, and which may be asked for.
#include "map/numbers.h"

#include "fixture.h"
#include "store/numbers_store.h"

static enum status taken_below(void *context, uint32_t number, bool *ret_taken)
{
  *ret_taken = number < *(const uint32_t *)context;
  return STATUS_OK;
}

static void N4_numbers_are_the_first_free_ones_from_the_names_hash(void **state)
{
  (void)state;
  static const unsigned char SEED[16] = {9};
  struct map_settings settings = {.ranges = {4, {70000, 70009, 80000, 80009}}, .used = {2, {0, 0}}};
  uint32_t limit = 0;
  uint32_t first = 0;
  uint32_t again = 0;
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &first), STATUS_OK);
  assert_in_range(first, 70000, 70009);
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_int_equal(first, again);
  limit = 70009; // only the last of the first range is free
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_int_equal(again, 70009);
  limit = 70010; // none is
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_in_range(again, 80000, 80009);
  limit = 0;
  settings.used.values[0] = 5; // half full: passed over
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_OK);
  assert_in_range(again, 80000, 80009);
  settings.used.values[1] = 5;
  assert_int_equal(number_choose(SEED, "alice", &settings, taken_below, &limit, &again), STATUS_NOT_FOUND);
}

static void H22_H49_numbers_of_systemd_and_out_of_range_are_not_legal(void **state)
{
  (void)state;
  static const uint32_t ILLEGAL[] = {0, 1, 999, 61184, 65519, 65534, 65535, 2147483648U, 4294967294U, 4294967295U};
  static const uint32_t LEGAL[] = {1000, 61183, 65520, 65536, 99999, 2147483647};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(number_is_legal(ILLEGAL[i]));
  }
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(number_is_legal(LEGAL[i]));
  }
}

static void numbers_of_local_users_are_seen(void **state)
{
  (void)state;
  bool local = false;
  assert_int_equal(number_is_local(0, &local), STATUS_OK);
  assert_true(local);
  assert_int_equal(number_is_local(2147483646, &local), STATUS_OK);
  assert_false(local);
}

static enum status with_uid(const char *email, uint32_t uid)
{
  struct member_add in = new_member(email);
  in.uid = uid;
  return add(&in);
}

static void H22_a_uid_that_is_asked_for_is_legal(void **state)
{
  (void)state;
  static const uint32_t ILLEGAL[] = {1,     999,   61184,    61185,          65000,     65519,
                                     65534, 65535, 1U << 31, UINT32_MAX - 1, UINT32_MAX};
  static const uint32_t LEGAL[] = {61183, 65520, 65533, 65536, 99999, 524288, 2147483647};
  create_acme();
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(with_uid("new@acme.test", ILLEGAL[i]), STATUS_INVALID);
    assert_non_null(strstr(error.text, "61184 to 65519"));
  }
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_NUMBERS), 3);
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    char email[EMAIL_SIZE];
    (void)snprintf(email, sizeof email, "u%zu@acme.test", i);
    assert_int_equal(with_uid(email, LEGAL[i]), STATUS_OK);
    struct account account = get_account(email);
    assert_int_equal(account.uid, LEGAL[i]);
    assert_int_equal(account.gid, LEGAL[i]);
  }
}

static void H01_a_uid_that_is_asked_for_is_nobodys_and_was_nobodys(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(add_member("gone@acme.test"), STATUS_OK);
  uint32_t gone = added.account.uid;
  assert_int_equal(remove_account("gone@acme.test"), STATUS_OK);
  const struct org org = stored_org("acme");
  const uint32_t taken[] = {gone, org.gid, org.admins_gid, get_account("boss@example.org").uid};
  for (size_t i = 0; i < COUNT_OF(taken); i++) {
    assert_int_equal(with_uid("new@acme.test", taken[i]), STATUS_EXISTS);
    assert_non_null(strstr(error.text, "any other is legal"));
  }
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
}

static void an_account_that_exists_keeps_its_number(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(with_uid("carol@acme.test", 70001), STATUS_OK);
  assert_int_equal(with_uid("carol@acme.test", 70001), STATUS_OK);
  assert_false(added.changed);
  assert_int_equal(with_uid("carol@acme.test", 70002), STATUS_EXISTS);
  assert_non_null(strstr(error.text, "70001"));
}

static enum status note_number(void *context, uint32_t number, const struct number *use)
{
  struct u32_list *seen = context;
  assert_int_equal(use->use, NUMBER_ACCOUNT);
  seen->values[seen->count++] = number;
  return STATUS_OK;
}

static void numbers_are_visited_from_the_first_to_the_last_that_are_asked_for(void **state)
{
  (void)state;
  static const struct {
    uint32_t first;
    uint32_t last;
    uint32_t count;
  } CASES[] = {{200000, 200002, 3}, {200001, 200001, 1}, {200001, 300000, 2}, {200003, 299999, 0}, {100000, 199999, 0}};
  create_acme();
  for (uint32_t i = 0; i < 3; i++) {
    char email[EMAIL_SIZE];
    (void)snprintf(email, sizeof email, "u%u@acme.test", i);
    assert_int_equal(with_uid(email, 200000 + i), STATUS_OK);
  }
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  assert_int_equal(store_begin(store, false, &txn), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct u32_list seen = {.count = 0};
    assert_int_equal(numbers_each_in(txn, CASES[i].first, CASES[i].last, note_number, &seen), STATUS_OK);
    assert_int_equal(seen.count, CASES[i].count);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(N4_numbers_are_the_first_free_ones_from_the_names_hash),
      cmocka_unit_test(H22_H49_numbers_of_systemd_and_out_of_range_are_not_legal),
      cmocka_unit_test(numbers_of_local_users_are_seen),
      STORE_TEST(H22_a_uid_that_is_asked_for_is_legal),
      STORE_TEST(H01_a_uid_that_is_asked_for_is_nobodys_and_was_nobodys),
      STORE_TEST(an_account_that_exists_keeps_its_number),
      STORE_TEST(numbers_are_visited_from_the_first_to_the_last_that_are_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
