// SPDX-License-Identifier: Apache-2.0
// The audit trail as a chain on a real store: what is written follows, and what was done to it since is found.
#include "base/clock.h"
#include "fixture.h"
#include "store/audit.h"

enum { SOME = 6, SEEN_MAX = 64 };

static struct audit_event seen[SEEN_MAX];
static size_t seen_count;

static enum status see(void *context, const struct audit_event *event)
{
  (void)context;
  assert_true(seen_count < SEEN_MAX);
  seen[seen_count++] = *event;
  return STATUS_OK;
}

static void read_all(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  seen_count = 0;
  assert_int_equal(audit_each(txn, 0, see, NULL), STATUS_OK);
}

static struct audit_chain verified(void)
{
  struct audit_chain chain;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(audit_verify(txn, &chain), STATUS_OK);
  return chain;
}

static void make_some(void)
{
  create_acme();
  for (int i = 0; i < SOME; i++) {
    char email[EMAIL_SIZE];
    (void)snprintf(email, sizeof email, "p%d@nowhere.example", i);
    assert_int_equal(add_member(email), STATUS_OK);
  }
  read_all();
  assert_int_equal(seen_count, SOME + 1);
}

// Writes EVENT under the key NUMBER, or takes what is there away where it is NULL.
static void put(int64_t number, const struct audit_event *event)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  const struct store_key key = key_of_i64(number);
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  enum status status = event != NULL ? store_put_record(txn, TABLE_AUDIT, &key, &AUDIT_RECORD, event)
                                     : store_delete(txn, TABLE_AUDIT, &key);
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void expect_break(size_t at, size_t after)
{
  struct audit_chain chain = verified();
  assert_int_equal(chain.broken, seen[at].number);
  assert_int_equal(chain.broken_at_s, seen[at].at_s);
  assert_int_equal(chain.broken_after, seen[after].number);
}

static void a_hash_is_over_all_that_an_event_says(void **state)
{
  (void)state;
  const struct audit_event event = {7,
                                    1700000000,
                                    "root",
                                    "org.create",
                                    "acme",
                                    "",
                                    "192.0.2.1",
                                    "sshd",
                                    "S3",
                                    "it's",
                                    "abababababababababababababababababababababababababababababababab"};
  char hash[AUDIT_HASH_SIZE];
  audit_hash(&event, hash);
  assert_string_equal(hash, "443db655d1dac703bc8db14c6c7660abe9b4a0c1534bd3b9bcc09ee1696f6ca3");
}

static void each_event_carries_the_hash_of_the_one_before(void **state)
{
  (void)state;
  char hash[AUDIT_HASH_SIZE] = "0000000000000000000000000000000000000000000000000000000000000000";
  make_some();
  for (size_t i = 0; i < seen_count; i++) {
    assert_string_equal(seen[i].before, hash);
    audit_hash(&seen[i], hash);
  }
  struct audit_chain chain = verified();
  assert_int_equal(chain.broken, 0);
  assert_int_equal(chain.events, SOME + 1);
  assert_int_equal(chain.unchained, 0);
  assert_int_equal(chain.first, seen[0].number);
  assert_int_equal(chain.last, seen[SOME].number);
  assert_string_equal(chain.head, hash);
}

static void a_changed_event_is_found_by_the_next_one(void **state)
{
  (void)state;
  make_some();
  struct audit_event changed[] = {seen[2], seen[2], seen[2], seen[2], seen[2], seen[2], seen[2], seen[2], seen[2]};
  changed[0].at_s++;
  changed[1].actor[0] ^= 1;
  changed[2].event[0] ^= 1;
  changed[3].org[0] ^= 1;
  changed[4].login[0] ^= 1;
  memcpy(changed[5].rhost, "x", 2);
  memcpy(changed[6].service, "x", 2);
  memcpy(changed[7].row, "x", 2);
  memcpy(changed[8].detail, "x", 2);
  for (size_t i = 0; i < COUNT_OF(changed); i++) {
    put(seen[2].number, &changed[i]);
    expect_break(3, 2);
  }
  put(seen[2].number, &seen[2]);
  assert_int_equal(verified().broken, 0);
}

static void what_was_cut_swapped_doubled_or_put_in_is_found(void **state)
{
  (void)state;
  make_some();
  put(seen[3].number, NULL);
  expect_break(4, 2);
  put(seen[3].number, &seen[4]);
  put(seen[4].number, &seen[3]);
  assert_int_equal(verified().broken, seen[4].number); // it stands where the third was
  put(seen[3].number, &seen[3]);
  put(seen[4].number, &seen[3]); // doubled, in another's place
  assert_int_equal(verified().broken, seen[3].number);
  put(seen[4].number, &seen[4]);
  struct audit_event made = seen[SOME];
  made.number++;
  put(made.number, &made); // doubled, behind all
  assert_int_equal(verified().broken, made.number);
  audit_hash(&seen[SOME], made.before);
  put(made.number, &made); // whoever can write can go on: only a head that was kept elsewhere tells
  assert_int_equal(verified().broken, 0);
}

// As a store from before events were chained, with COUNT of them.
static void unchain(size_t count)
{
  for (size_t i = 0; i < count; i++) {
    seen[i].before[0] = '\0';
    put(seen[i].number, &seen[i]);
  }
}

static void events_from_before_the_chain_are_counted_and_followed(void **state)
{
  (void)state;
  make_some();
  unchain(seen_count);
  assert_int_equal(add_member("next@nowhere.example"), STATUS_OK);
  assert_int_equal(add_member("more@nowhere.example"), STATUS_OK);
  read_all();
  struct audit_chain chain = verified();
  assert_int_equal(chain.broken, 0);
  assert_int_equal(chain.unchained, SOME + 1);
  assert_int_equal(chain.events, SOME + 3);
  seen[SOME + 2].before[0] = '\0'; // one that says so behind a chained one
  put(seen[SOME + 2].number, &seen[SOME + 2]);
  expect_break(SOME + 2, SOME + 1);
}

static void what_is_trimmed_breaks_nothing(void **state)
{
  (void)state;
  make_some();
  {
    struct store_txn *txn CLEANUP(store_abort) = NULL;
    assert_int_equal(store_lock(store), STATUS_OK);
    assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
    for (size_t i = 0; i < 3; i++) {
      const struct store_key key = key_of_i64(seen[i].number);
      struct audit_event old = seen[i];
      old.at_s = 1;
      assert_int_equal(store_put_record(txn, TABLE_AUDIT, &key, &AUDIT_RECORD, &old), STATUS_OK);
    }
    assert_int_equal(audit_trim(txn, 2), STATUS_OK);
    assert_int_equal(store_commit(&txn), STATUS_OK);
    store_unlock(store);
  }
  assert_int_equal(add_member("next@nowhere.example"), STATUS_OK);
  struct audit_chain chain = verified();
  assert_int_equal(chain.broken, 0);
  assert_int_equal(chain.first, seen[3].number);
  assert_int_equal(chain.events, SOME - 1);
}

static void an_empty_trail_is_whole(void **state)
{
  (void)state;
  struct audit_chain chain = verified();
  assert_int_equal(chain.events, 0);
  assert_int_equal(chain.broken, 0);
  assert_string_equal(chain.head, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_hash_is_over_all_that_an_event_says),
      STORE_TEST(each_event_carries_the_hash_of_the_one_before),
      STORE_TEST(a_changed_event_is_found_by_the_next_one),
      STORE_TEST(what_was_cut_swapped_doubled_or_put_in_is_found),
      STORE_TEST(events_from_before_the_chain_are_counted_and_followed),
      STORE_TEST(what_is_trimmed_breaks_nothing),
      STORE_TEST(an_empty_trail_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
