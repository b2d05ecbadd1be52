// SPDX-License-Identifier: Apache-2.0
#include "confirmation.h"

#include "store/orgs.h"

struct connection_changed connection_result;
struct org_settings_changed setting_result;

enum status set_connection_by(const struct connection *connection, bool by_operator)
{
  const struct connection_set in = {
      .org = "acme", .connection = connection, .now = stored_org("acme").enforcement == ENFORCEMENT_OFF};
  const struct change change = change_connection_set(&in, &connection_result);
  return by_operator ? make(change) : make_as(BOSS, RIGHT_ORG, change);
}

enum status set_setting_by(const char *key, const char *value, bool by_operator)
{
  const struct org_value values[] = {{key, value}};
  const struct org_settings_set in = {"acme", {values, 1}};
  const struct change change = change_org_settings_set(&in, &setting_result);
  return by_operator ? make(change) : make_as(BOSS, RIGHT_ORG, change);
}

enum status set_ca(const char *client, const char *ca, bool by_operator)
{
  struct connection connection CLEANUP(cleanup_connection) = new_connection(client);
  assert_int_equal(bytes_append_text(&connection.ca_pem, ca), STATUS_OK);
  return set_connection_by(&connection, by_operator);
}

bool is_confirmed(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), STATUS_OK);
  assert_int_equal(confirmed_get(txn, org.id, CONNECTION_ACTIVE, &confirmed), STATUS_OK);
  const struct covered now = covered_of(&org, &connection);
  return covered_same_connection(&now, &confirmed.seen);
}

void guard_alice(void)
{
  struct store_txn *txn = NULL;
  struct account account = get_account(ALICE);
  account.mapped = 1;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(account_update(txn, &account), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}
