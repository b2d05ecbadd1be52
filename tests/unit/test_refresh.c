// SPDX-License-Identifier: Apache-2.0
// K9: refresh tokens as they are kept, what a provider's answers make of them, and when they go.
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/refresh.h"
#include "sign_ins.h"
#include "store/refresh.h"

static const char ALICE[] = "alice@acme.test";
static const char SUBJECT[] = "u-alice";
static const char TOKEN[] = "rt-1";

static int64_t acme_id(void)
{
  return stored_org("acme").id;
}

static void put_token(const char *token, enum refresh_state state)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = acme_id(), .state = (uint8_t)state};
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  refresh.account_id = get_account(ALICE).id;
  memcpy(refresh.subject, SUBJECT, sizeof SUBJECT);
  assert_int_equal(bytes_append_text(&refresh.token, token), STATUS_OK);
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(connection_get(txn, refresh.org_id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  connection.offline = 1;
  assert_int_equal(connection_put(txn, CONNECTION_ACTIVE, &connection), STATUS_OK);
  refresh.registration = connection.registration;
  refresh.generation = connection.generation;
  assert_int_equal(refresh_put(txn, &refresh), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void set_up(void)
{
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in(ALICE, ALICE, SUBJECT), STATUS_OK);
  put_token(TOKEN, REFRESH_READY);
}

// What is kept of Alice; STATUS_NOT_FOUND.
static enum status kept(struct refresh *ret_refresh)
{
  int64_t org_id = acme_id();
  int64_t account_id = get_account(ALICE).id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return refresh_get(txn, org_id, account_id, ret_refresh);
}

static void expect_kept(const char *token, enum refresh_state state)
{
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  assert_int_equal(kept(&refresh), STATUS_OK);
  assert_string_equal(bytes_text(&refresh.token), token);
  assert_int_equal(refresh.state, state);
}

static void load(struct refresh_asked *asked)
{
  int64_t org_id = acme_id();
  int64_t account_id = get_account(ALICE).id;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(refresh_asked_load(txn, org_id, account_id, asked), STATUS_OK);
}

static enum status begin(const struct refresh_asked *asked)
{
  return make(change_refresh_begin(asked, &done));
}

static struct message_authorized answer(const struct refresh_asked *asked, const char *subject)
{
  struct message_authorized authorized = {.email_state = EMAIL_VERIFIED, .name = "Alice Anew"};
  memcpy(authorized.issuer, asked->connection.issuer, sizeof authorized.issuer);
  memcpy(authorized.client_id, asked->connection.client_id, sizeof authorized.client_id);
  (void)stpncpy(authorized.subject, subject, sizeof authorized.subject - 1);
  return authorized;
}

static enum refresh_result end(const struct refresh_end *in)
{
  struct refresh_ended ended = {.result = REFRESH_NEVER};
  assert_int_equal(make(change_refresh_end(in, &ended)), STATUS_OK);
  return ended.result;
}

static void K9_that_it_is_asked_is_stored_before(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  set_up();
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  expect_kept(TOKEN, REFRESH_BEGUN);
}

static void K9_an_answer_replaces_the_token_and_refreshes_the_name(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  struct bytes rotated CLEANUP(bytes_done) = BYTES_EMPTY;
  set_up();
  int64_t signed_in_at_s = seen_here(ALICE).last_sso_at_s;
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  assert_int_equal(bytes_append_text(&rotated, "rt-2"), STATUS_OK);
  const struct message_authorized authorized = answer(&asked, SUBJECT);
  const struct refresh_end in = {ALICE, &asked, REFRESH_ANSWERED, false, &rotated, &authorized, ""};
  assert_int_equal(end(&in), REFRESH_ANSWERED);
  expect_kept("rt-2", REFRESH_READY);
  assert_string_equal(get_account(ALICE).name, "Alice Anew");
  assert_int_equal(seen_here(ALICE).last_sso_at_s, signed_in_at_s); // it counts for keys alone
  assert_int_equal(end(&in), REFRESH_NEVER);                        // of a token that is not there any more
  expect_kept("rt-2", REFRESH_READY);
}

static void K9_a_refusal_wipes_the_token_until_the_next_sign_in(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  set_up();
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  const struct refresh_end in = {ALICE, &asked, REFRESH_NO_GRANT, false, NULL, NULL, "invalid_grant"};
  assert_int_equal(end(&in), REFRESH_NO_GRANT);
  expect_kept("", REFRESH_REFUSED);
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  assert_int_equal(sign_in(ALICE, ALICE, SUBJECT), STATUS_OK);
  assert_int_equal(kept(&refresh), STATUS_NOT_FOUND);
}

static void K9_a_refusal_after_an_answer_that_was_lost_says_nothing_of_the_person(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  set_up();
  put_token(TOKEN, REFRESH_BEGUN);
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  const struct refresh_end in = {ALICE, &asked, REFRESH_NO_GRANT, false, NULL, NULL, "invalid_grant"};
  assert_int_equal(end(&in), REFRESH_NO_GRANT);
  expect_kept("", REFRESH_LOST);
}

static void K9_no_answer_leaves_the_token_and_the_doubt(void **state)
{
  (void)state;
  static const struct {
    enum refresh_state before;
    bool unanswered;
    enum refresh_state after;
  } CASES[] = {{REFRESH_READY, false, REFRESH_READY},
               {REFRESH_READY, true, REFRESH_BEGUN},
               {REFRESH_BEGUN, false, REFRESH_BEGUN},
               {REFRESH_BEGUN, true, REFRESH_BEGUN}};
  set_up();
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
    put_token(TOKEN, CASES[i].before);
    load(&asked);
    assert_int_equal(begin(&asked), STATUS_OK);
    const struct refresh_end in = {ALICE, &asked, REFRESH_UNREACHABLE, CASES[i].unanswered, NULL, NULL, ""};
    assert_int_equal(end(&in), REFRESH_UNREACHABLE);
    expect_kept(TOKEN, CASES[i].after);
  }
}

static void K9_an_answer_about_somebody_else_is_no_answer(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  set_up();
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  const struct message_authorized authorized = answer(&asked, "u-mallory");
  const struct refresh_end in = {ALICE, &asked, REFRESH_ANSWERED, false, NULL, &authorized, ""};
  assert_int_equal(end(&in), REFRESH_UNSOUND);
  assert_string_not_equal(get_account(ALICE).name, "Alice Anew");
}

static void K9_an_answer_through_a_connection_that_was_changed_meanwhile_is_none(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  set_up();
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  memcpy(asked.fingerprint, "0000000000000000", sizeof "0000000000000000");
  const struct message_authorized authorized = answer(&asked, SUBJECT);
  const struct refresh_end in = {ALICE, &asked, REFRESH_ANSWERED, false, NULL, &authorized, ""};
  assert_int_equal(end(&in), REFRESH_UNREACHABLE);
  assert_string_not_equal(get_account(ALICE).name, "Alice Anew");
}

static void K9_a_token_that_a_sign_in_has_brought_meanwhile_stays(void **state)
{
  (void)state;
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  set_up();
  load(&asked);
  assert_int_equal(begin(&asked), STATUS_OK);
  put_token("rt-of-a-sign-in", REFRESH_READY);
  const struct refresh_end in = {ALICE, &asked, REFRESH_NO_GRANT, false, NULL, NULL, ""};
  assert_int_equal(end(&in), REFRESH_NEVER);
  expect_kept("rt-of-a-sign-in", REFRESH_READY);
  assert_int_equal(begin(&asked), STATUS_NOT_FOUND);
  expect_kept("rt-of-a-sign-in", REFRESH_READY);
}

static void K9_a_token_goes_with_the_identity(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(unlink_identity(ALICE), STATUS_OK);
  assert_int_equal(count(TABLE_REFRESH), 0);
}

static void K9_a_token_goes_with_the_account(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(remove_account(ALICE), STATUS_OK);
  assert_int_equal(count(TABLE_REFRESH), 0);
}

static void K9_a_token_goes_with_the_connection(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(remove_connection(), STATUS_OK);
  assert_int_equal(count(TABLE_REFRESH), 0);
}

static enum status change_connection(void (*change)(struct connection *connection))
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  int64_t org_id = acme_id();
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(connection_get(txn, org_id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  change(&connection);
  enum status status = connection_put(txn, CONNECTION_ACTIVE, &connection);
  status = status != STATUS_OK ? status : store_commit(&txn);
  store_unlock(store);
  return status;
}

static void of_another_client(struct connection *connection)
{
  memcpy(connection->client_id, "another", sizeof "another");
}

static void of_another_generation(struct connection *connection)
{
  connection->generation++;
}

static void not_offline(struct connection *connection)
{
  connection->offline = 0;
}

static void renamed_claim(struct connection *connection)
{
  memcpy(connection->email_claim, "upn", sizeof "upn");
}

static void K9_a_token_goes_with_whom_it_may_be_sent_to(void **state)
{
  (void)state;
  void (*const CHANGES[])(struct connection * connection) = {of_another_client, of_another_generation, not_offline};
  set_up();
  assert_int_equal(change_connection(renamed_claim), STATUS_OK);
  expect_kept(TOKEN, REFRESH_READY);
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    put_token(TOKEN, REFRESH_READY);
    assert_int_equal(change_connection(CHANGES[i]), STATUS_OK);
    assert_int_equal(count(TABLE_REFRESH), 0);
  }
}

static void K9_a_refusal_outlasts_the_token_and_the_setting(void **state)
{
  (void)state;
  set_up();
  put_token("", REFRESH_REFUSED);
  assert_int_equal(change_connection(not_offline), STATUS_OK);
  expect_kept("", REFRESH_REFUSED);
}

static void K9_what_comes_from_a_backup_is_doubted_and_nobodys_goes(void **state)
{
  (void)state;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct refresh stranger = {.org_id = 0, .account_id = 777, .subject = "u-bob"};
  set_up();
  stranger.org_id = acme_id();
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(refresh_put(txn, &stranger), STATUS_OK);
  assert_int_equal(refresh_sweep(txn, true), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(count(TABLE_REFRESH), 1);
  expect_kept(TOKEN, REFRESH_BEGUN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(K9_that_it_is_asked_is_stored_before),
      STORE_TEST(K9_an_answer_replaces_the_token_and_refreshes_the_name),
      STORE_TEST(K9_a_refusal_wipes_the_token_until_the_next_sign_in),
      STORE_TEST(K9_a_refusal_after_an_answer_that_was_lost_says_nothing_of_the_person),
      STORE_TEST(K9_no_answer_leaves_the_token_and_the_doubt),
      STORE_TEST(K9_an_answer_about_somebody_else_is_no_answer),
      STORE_TEST(K9_an_answer_through_a_connection_that_was_changed_meanwhile_is_none),
      STORE_TEST(K9_a_token_that_a_sign_in_has_brought_meanwhile_stays),
      STORE_TEST(K9_a_token_goes_with_the_identity),
      STORE_TEST(K9_a_token_goes_with_the_account),
      STORE_TEST(K9_a_token_goes_with_the_connection),
      STORE_TEST(K9_a_token_goes_with_whom_it_may_be_sent_to),
      STORE_TEST(K9_a_refusal_outlasts_the_token_and_the_setting),
      STORE_TEST(K9_what_comes_from_a_backup_is_doubted_and_nobodys_goes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
