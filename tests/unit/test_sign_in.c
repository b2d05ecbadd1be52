// SPDX-License-Identifier: Apache-2.0
// Sign-ins on a real store: what each answer of a provider leaves there.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "change/password_hash.h"
#include "change/ticket.h"
#include "facts/facts.h"
#include "map/map_read.h"
#include "publish/publish.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "store/orgs.h"

static void S11_a_first_sign_in_under_jit_makes_the_account(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S11");
  assert_int_equal(strlen(sign_in_result.ticket.id), 32);
  struct account alice = get_account("alice@acme.test");
  assert_int_equal(alice.email_proven, 1);
  assert_string_equal(alice.name, "Some Name");
  uint32_t uid = alice.uid;
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S3");
  assert_int_equal(get_account("alice@acme.test").uid, uid); // H08
  assert_int_equal(count(TABLE_IDENTITIES), 1);
}

static void S12_a_refused_sign_in_stores_nothing(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S12");
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(count(TABLE_IDENTITIES), 0);
  assert_int_equal(count(TABLE_TICKETS), 0);
}

static void S10_an_invite_is_used_once(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(invite_to_acme("alice@acme.test", ROLE_ADMIN, clock_now_s() + 60), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S10");
  assert_int_equal(count(TABLE_INVITES), 0);
}

static void S12_an_expired_invite_is_none(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(invite_to_acme("alice@acme.test", ROLE_VIEWER, clock_now_s() - 1), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S12");
}

static void S2_S5_S13_the_wrong_person_is_refused_and_nothing_is_linked(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "bob@acme.test", "sub-bob"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S13");
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(sign_in("bob@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S2");
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-2"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S5");
  assert_int_equal(count(TABLE_IDENTITIES), 1);
}

static void H43_subjects_are_compared_whole(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "subject"), STATUS_OK);
  static const char *const OTHERS[] = {"sub", "subjec", "subjectx", "Subject", "subject "};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", OTHERS[i]), STATUS_REFUSED);
    assert_string_equal(sign_in_result.decision.row, "S5");
  }
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", ""), STATUS_REFUSED);
}

static void S7_a_member_added_by_hand_is_linked_and_an_unproven_password_dropped(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  assert_int_equal(add_member("carol@acme.test"), STATUS_OK);
  assert_int_equal(set_password("carol@acme.test", "set by an admin"), STATUS_OK);
  assert_int_equal(sign_in("carol@acme.test", "carol@acme.test", "sub-c"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S7");
  assert_string_equal(get_account("carol@acme.test").password, "");
}

static void identities_of_an_earlier_client_open_nothing(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(set_connection("another-client"), STATUS_OK);
  // The same subject is another identity now; the proven email links it anew.
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S7");
  assert_int_equal(sign_in("bob@acme.test", "bob@acme.test", "sub-1"), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S2");
}

static void N4_a_number_other_than_the_one_told_is_refused(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  char fingerprint[FINGERPRINT_SIZE];
  struct connection connection = new_connection("client");
  struct message_authorized authorized = {.issuer = "https://idp.test",
                                          .client_id = "client",
                                          .subject = "s",
                                          .email = "alice@acme.test",
                                          .email_state = EMAIL_VERIFIED};
  struct store_txn *txn = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  store_abort(&txn);
  connection.org_id = org.id;
  connection.registration = 1;
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  const struct sso_sign_in in = {.way = WAY_SSO,
                                 .login = "alice@acme.test",
                                 .connection = &connection,
                                 .authorized = &authorized,
                                 .fingerprint = fingerprint,
                                 .password = "",
                                 .told = {true, 70001}};
  assert_int_equal(sign_in_by(&in), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "N4");
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
}

static void N4_a_number_of_another_name_service_is_not_offered_again(void **state)
{
  (void)state;
  create_acme();
  // Nobody has it: nothing to reserve.
  assert_int_equal(make(change_number_reserve(&(struct number_reserve){"", 70001}, &done)), STATUS_OK);
  assert_false(done.changed);
  assert_int_equal(count(TABLE_NUMBERS), 3);
  // Nobody's, but never legal.
  assert_int_equal(make(change_number_reserve(&(struct number_reserve){"", 65534}, &done)), STATUS_INVALID);
  assert_int_equal(count(TABLE_NUMBERS), 3);
}

static void H01_two_names_with_one_hash_get_two_numbers(void **state)
{
  (void)state;
  // A range of 40 numbers for 3 + 12 of them: names meet at the same start again and again.
  config.map.ranges = (struct u32_list){2, {70000, 70039}};
  fixture_set_up(PROVISIONING_JIT);
  for (int i = 0; i < 12; i++) {
    char login[64];
    char subject[64];
    (void)snprintf(login, sizeof login, "p%d@acme.test", i);
    (void)snprintf(subject, sizeof subject, "sub-%d", i);
    assert_int_equal(sign_in(login, login, subject), STATUS_OK);
  }
  assert_int_equal(count(TABLE_NUMBERS), 3 + 12);
  assert_int_equal(count(TABLE_ACCOUNTS), 13);
}

static void E6_a_removed_member_comes_back_under_jit_with_the_same_number(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  uint32_t uid = get_account("alice@acme.test").uid;
  assert_int_equal(remove_member("alice@acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_string_equal(sign_in_result.decision.row, "S4");
  assert_int_equal(get_account("alice@acme.test").uid, uid);
}

static void E6_a_removed_member_comes_back_as_a_viewer_whatever_the_default(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(set_setting("default-role", "admin"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(sign_in_result.decision.role, ROLE_ADMIN);
  assert_int_equal(remove_member("alice@acme.test"), STATUS_OK);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(sign_in_result.decision.role, ROLE_VIEWER);
}

static void K7_a_sign_in_says_when_the_last_one_was(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(sign_in_result.last_sign_in_at_s, 0);
  int64_t first = seen_here("alice@acme.test").last_sign_in_at_s;
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(sign_in_result.last_sign_in_at_s, first);
}

static void H24_only_the_exact_domain_is_governed(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  static const char *const OTHERS[] = {"a@badacme.test", "a@sub.acme.test", "a@acme.test.evil.test"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    struct store_txn *txn CLEANUP(store_abort) = read_txn();
    struct facts facts;
    const struct facts_query of = {OTHERS[i], "sshd", "192.0.2.1", clock_now_s(), "sudo", NULL};
    assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
    assert_int_equal(facts.person.governing.id, 0);
    store_abort(&txn);
    txn = NULL;
    assert_int_equal(sign_in(OTHERS[i], OTHERS[i], "sub-x"), STATUS_REFUSED);
  }
}

static void a_ticket_is_redeemed_once(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  const struct ticket_redeem redeem = {sign_in_result.ticket.id};
  assert_int_equal(make(change_ticket_redeem(&redeem, &done)), STATUS_OK);
  assert_int_equal(make(change_ticket_redeem(&redeem, &done)), STATUS_NOT_FOUND);
}

static void H05_H16_names_that_would_break_files_are_not_stored(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  static const char *const NAMES[] = {"a:b", "a\nb", "\x1b[31m", "root\nallowed_users = ALL", "\xff\xfe"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
    struct message_authorized authorized = {.issuer = "https://idp.test", .client_id = "client", .subject = "sub-1"};
    struct store_txn *txn = read_txn();
    struct org org;
    assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
    assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
    store_abort(&txn);
    (void)snprintf(authorized.name, sizeof authorized.name, "%s", NAMES[i]);
    char fingerprint[FINGERPRINT_SIZE];
    read_fingerprint(CONNECTION_ACTIVE, fingerprint);
    const struct sso_sign_in in = {.way = WAY_SSO,
                                   .login = "alice@acme.test",
                                   .connection = &connection,
                                   .authorized = &authorized,
                                   .fingerprint = fingerprint,
                                   .password = ""};
    assert_int_equal(sign_in_by(&in), STATUS_OK);
    assert_string_equal(get_account("alice@acme.test").name, "Some Name");
  }
}

static void H25_passwords_match_themselves_only(void **state)
{
  (void)state;
  char hash[PASSWORD_HASH_SIZE];
  struct bytes password CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes other CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(bytes_append_text(&password, "correct horse"), STATUS_OK);
  assert_int_equal(password_hash(&password, hash), STATUS_OK);
  assert_memory_equal(hash, "$y$", 3);
  assert_true(password_matches(&password, hash));
  assert_false(password_matches(&password, ""));
  assert_false(password_matches(&password, "*"));
  assert_false(password_matches(&password, "!$y$"));
  assert_false(password_matches(&other, hash));
  assert_false(password_matches(&other, ""));
  assert_int_equal(bytes_append(&other, "correct horse\0x", 15), STATUS_OK);
  assert_false(password_matches(&other, hash));
  assert_int_equal(password_hash(&other, hash), STATUS_INVALID);
  bytes_clear(&other);
  assert_int_equal(bytes_append_text(&other, "short77"), STATUS_OK);
  assert_int_equal(password_hash(&other, hash), STATUS_INVALID);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(S11_a_first_sign_in_under_jit_makes_the_account),
      STORE_TEST(S12_a_refused_sign_in_stores_nothing),
      STORE_TEST(S10_an_invite_is_used_once),
      STORE_TEST(S12_an_expired_invite_is_none),
      STORE_TEST(S2_S5_S13_the_wrong_person_is_refused_and_nothing_is_linked),
      STORE_TEST(H43_subjects_are_compared_whole),
      STORE_TEST(S7_a_member_added_by_hand_is_linked_and_an_unproven_password_dropped),
      STORE_TEST(identities_of_an_earlier_client_open_nothing),
      STORE_TEST(N4_a_number_other_than_the_one_told_is_refused),
      STORE_TEST(N4_a_number_of_another_name_service_is_not_offered_again),
      STORE_TEST(H01_two_names_with_one_hash_get_two_numbers),
      STORE_TEST(E6_a_removed_member_comes_back_under_jit_with_the_same_number),
      STORE_TEST(E6_a_removed_member_comes_back_as_a_viewer_whatever_the_default),
      STORE_TEST(K7_a_sign_in_says_when_the_last_one_was),
      STORE_TEST(H24_only_the_exact_domain_is_governed),
      STORE_TEST(a_ticket_is_redeemed_once),
      STORE_TEST(H05_H16_names_that_would_break_files_are_not_stored),
      cmocka_unit_test(H25_passwords_match_themselves_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
