// SPDX-License-Identifier: Apache-2.0
// Invites on a real store: by code, by a yes, by the org that governs the email; and what other orgs cannot reach.
#include "base/clock.h"
#include "change/code.h"
#include "change/invite.h"
#include "change/password_hash.h"
#include "map/map_read.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/orgs.h"

static const char GUEST[] = "guest@nowhere.example";

static void make_beta(void)
{
  assert_int_equal(create_org("beta", "boss@beta.example"), STATUS_OK);
}

static struct invite_created created;

static enum status invite(const char *org, const char *email, const char *hash)
{
  const struct invite_create in = {
      .org = org, .email = email, .via = hash[0] != '\0' ? VIA_CODE : VIA_SSO, .code = hash};
  return make(change_invite_create(&in, &created));
}

static enum status by_code(const char *login, const char *org, const char *hash, const char *password)
{
  const struct code_sign_in in = {login, org, hash, password, false, {false, 0}};
  return make(change_code_sign_in(&in, &sign_in_result));
}

static bool is_expected(const char *login)
{
  struct map_reader map CLEANUP(map_close) = MAP_READER_EMPTY;
  struct map_invited invited;
  assert_int_equal(map_open(map_path, &map), STATUS_OK);
  return map_invited(&map, login, &invited) == STATUS_OK;
}

static void L13_I3_a_code_makes_the_account_once_with_an_unproven_email(void **state)
{
  (void)state;
  create_acme();
  assert_int_equal(invite("acme", GUEST, "$y$code"), STATUS_OK);
  assert_true(is_expected(GUEST));
  assert_int_equal(by_code(GUEST, "acme", "$y$other", "$y$chosen"), STATUS_REFUSED);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
  assert_int_equal(by_code(GUEST, "acme", "$y$code", "$y$chosen"), STATUS_OK);
  assert_string_equal(sign_in_result.row, "L13");
  assert_int_equal(get_account(GUEST).email_proven, 0);
  assert_int_equal(count(TABLE_INVITES), 0);
  assert_int_equal(count(TABLE_INVITE_EMAILS), 0);
  assert_false(is_expected(GUEST));
  assert_int_equal(by_code(GUEST, "acme", "$y$code", "$y$chosen"), STATUS_REFUSED);
}

static void L15_a_code_for_an_account_wants_its_password(void **state)
{
  (void)state;
  create_acme();
  make_beta();
  assert_int_equal(invite("acme", GUEST, "$y$code"), STATUS_OK);
  assert_int_equal(by_code(GUEST, "acme", "$y$code", "$y$chosen"), STATUS_OK);
  assert_int_equal(remove_member(GUEST), STATUS_OK);
  assert_int_equal(invite("beta", GUEST, "$y$beta"), STATUS_OK); // an org that would like to have the account
  assert_int_equal(by_code(GUEST, "beta", "$y$beta", "$y$beta-chose-this"), STATUS_REFUSED);
  assert_string_equal(get_account(GUEST).password, "$y$chosen");
  assert_int_equal(by_code(GUEST, "beta", "$y$beta", "$y$chosen"), STATUS_OK);
  assert_string_equal(sign_in_result.row, "L15");
}

static void I4_a_code_is_refused_once_a_provider_governs_the_address(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  make_beta();
  assert_int_equal(invite("beta", "alice@acme.test", "$y$code"), STATUS_OK);
  assert_int_equal(created.invite.via, VIA_SSO);
  assert_string_equal(created.invite.code, "");
  assert_int_equal(by_code("alice@acme.test", "beta", "$y$code", "$y$chosen"), STATUS_REFUSED);
  assert_int_equal(count(TABLE_ACCOUNTS), 2);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_REFUSED);
  assert_int_equal(sign_in_result.decision.ask, ASK_CONSENT);
  assert_int_equal(sign_in_saying("alice@acme.test", "alice@acme.test", "sub-1", CONSENT_NO), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "S12"); // no to all
  assert_int_equal(count(TABLE_ACCOUNTS), 2);
  assert_int_equal(sign_in_saying("alice@acme.test", "alice@acme.test", "sub-1", CONSENT_YES), STATUS_OK);
  assert_string_equal(sign_in_result.row, "S10"); // proven there: she joins Beta, and Acme stays closed
  assert_int_equal(get_account("alice@acme.test").email_proven, 1);
}

static void I2_a_yes_counts_only_after_the_governing_orgs_sign_in(void **state)
{
  (void)state;
  fixture_set_up(PROVISIONING_JIT);
  make_beta();
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(invite("beta", "alice@acme.test", ""), STATUS_REFUSED); // Beta's provider has no say in it
  assert_int_equal(invite("beta", "alice@acme.test", "$y$code"), STATUS_OK);
  char ticket[PROTOCOL_TICKET_SIZE] = "";
  const struct invite_accept yes = {"alice@acme.test", "beta", "", ticket};
  assert_int_not_equal(make(change_invite_accept(&yes, &done)), STATUS_OK); // no sign-in
  assert_int_equal(count(TABLE_INVITES), 1);
  assert_int_equal(sign_in("alice@acme.test", "alice@acme.test", "sub-1"), STATUS_OK);
  memcpy(ticket, sign_in_result.ticket.id, sizeof ticket);
  assert_int_equal(make(change_invite_accept(&yes, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_INVITES), 0);
  assert_int_not_equal(make(change_invite_accept(&yes, &done)), STATUS_OK);
}

static enum status count_cancelled(void *context, const struct audit_event *event)
{
  *(int *)context += strcmp(event->event, "invite.cancel") == 0 && strcmp(event->org, "acme") == 0;
  return STATUS_OK;
}

static void I5_sso_only_cancels_and_refuses_invites(void **state)
{
  int cancelled = 0;
  (void)state;
  fixture_set_up(PROVISIONING_INVITE_ONLY);
  for (int i = 0; i < 150; i++) { // more than are noted at once
    char email[EMAIL_SIZE];
    (void)snprintf(email, sizeof email, "p%d@nowhere.example", i);
    assert_int_equal(invite("acme", email, "$y$code"), STATUS_OK);
  }
  assert_int_equal(sign_in("boss@acme.test", "boss@acme.test", "sub-0"), STATUS_REFUSED);
  assert_int_equal(invite("acme", "first@acme.test", ""), STATUS_OK);
  assert_int_equal(sign_in("first@acme.test", "first@acme.test", "sub-1"), STATUS_OK);
  assert_int_equal(set_password("boss@example.org", "correct-Horse-9"), STATUS_OK);
  assert_int_equal(count(TABLE_INVITES), 150);
  assert_int_equal(enforce_as_owner(ENFORCEMENT_SSO_ONLY), STATUS_OK);
  assert_int_equal(count(TABLE_INVITES), 0);
  assert_int_equal(count(TABLE_INVITE_EMAILS), 0);
  assert_int_equal(invite("acme", GUEST, "$y$code"), STATUS_REFUSED);
  assert_int_equal(set_provisioning(PROVISIONING_INVITE_ONLY), STATUS_REFUSED); // E3
  assert_int_equal(set_enforcement(ENFORCEMENT_OFF), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(org.provisioning, PROVISIONING_INVITE_ONLY); // E1: the earlier mode returns
  assert_int_equal(audit_each(txn, 0, count_cancelled, &cancelled), STATUS_OK);
  assert_int_equal(cancelled, 150); // each by itself
}

static void codes_have_100_bits_and_are_read_as_people_type_them(void **state)
{
  (void)state;
  char code[CODE_SIZE];
  char other[CODE_SIZE];
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(code_new(code), STATUS_OK);
  assert_int_equal(code_new(other), STATUS_OK);
  assert_int_equal(strlen(code), CODE_SIZE - 1);
  assert_string_not_equal(code, other);
  assert_int_equal(bytes_append_text(&typed, "oiL0 abcde-fghjk mnpqr s"), STATUS_OK);
  assert_int_equal(code_fold(&typed, &folded), STATUS_OK);
  assert_string_equal(bytes_text(&folded), "0110ABCDEFGHJKMNPQRS");
  static const char *const ILLEGAL[] = {"", "0110ABCDEFGHJKMNPQR", "0110ABCDEFGHJKMNPQRST", "0110ABCDEFGHJKMNPQRU",
                                        "0110ABCDEFGHJKMNPQR!"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    struct bytes bad CLEANUP(bytes_done) = BYTES_EMPTY;
    struct bytes none CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(bytes_append_text(&bad, ILLEGAL[i]), STATUS_OK);
    assert_int_equal(code_fold(&bad, &none), STATUS_INVALID);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(L13_I3_a_code_makes_the_account_once_with_an_unproven_email),
      STORE_TEST(L15_a_code_for_an_account_wants_its_password),
      STORE_TEST(I4_a_code_is_refused_once_a_provider_governs_the_address),
      STORE_TEST(I2_a_yes_counts_only_after_the_governing_orgs_sign_in),
      STORE_TEST(I5_sso_only_cancels_and_refuses_invites),
      cmocka_unit_test(codes_have_100_bits_and_are_read_as_people_type_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
