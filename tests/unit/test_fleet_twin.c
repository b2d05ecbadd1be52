// SPDX-License-Identifier: Apache-2.0
// What an admin changes on a host of a fleet is the same as on a host in none, whatever else the change is about.
#include "base/clock.h"
#include "change/domain.h"
#include "change/enforcement.h"
#include "change/group.h"
#include "change/invite.h"
#include "change/org.h"
#include "change/org_settings.h"
#include "change/social.h"
#include "store/fleet_tables.h"
#include "store/orgs.h"
#include "twin.h"

static struct domain_changed domain_result;
static struct org_settings_changed setting_result;

static enum status map(void)
{
  return map_group("others", "ops");
}

static enum status map_role(void)
{
  return make(change_group_map_role(&(struct group_map_role){"acme", "admins"}, &done));
}

static enum status unmap(void)
{
  return unmap_group("staff");
}

static enum status provision(void)
{
  return set_provisioning(PROVISIONING_INVITE_ONLY);
}

static enum status enforce_domains(void)
{
  const struct account owner = get_account(BOSS);
  return make(change_enforcement_set(&(struct enforcement_set){"acme", ENFORCEMENT_SSO_ONLY, owner.password}, &done));
}

static enum status pause_enforcement(void)
{
  enum status status = enforce_domains();
  const struct enforcement_pause in = {"acme", clock_now_s() + 3600, "the provider is away"};
  return status != STATUS_OK ? status : make(change_enforcement_pause(&in, &done));
}

static enum status invite(void)
{
  return invite_to_acme(DAVE, ROLE_VIEWER, 0);
}

static enum status cancel_invite(void)
{
  return make(change_invite_cancel(&(struct invite_cancel){"acme", "gwen@acme.test"}, &done));
}

static enum status set_other_connection(void)
{
  return set_connection("other-client");
}

static enum status drop_connection(void)
{
  return remove_connection();
}

static enum status try_it(void)
{
  return try_connection("client");
}

static enum status confirm(void)
{
  char fingerprint[FINGERPRINT_SIZE];
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  return make(change_connection_confirm(&(struct connection_confirm){"acme", fingerprint}, &done));
}

static enum status find_auth(void)
{
  char fingerprint[FINGERPRINT_SIZE];
  struct connection connection CLEANUP(cleanup_connection) = new_connection("client");
  struct connection_changed changed;
  const struct connection_set set = {.org = "acme", .connection = &connection, .secret_given = true, .now = true};
  connection.client_auth = CLIENT_AUTH_AUTO;
  assert_int_equal(bytes_append_text(&connection.client_secret, "a secret"), STATUS_OK);
  assert_int_equal(make(change_connection_set(&set, &changed)), STATUS_OK);
  read_fingerprint(CONNECTION_ACTIVE, fingerprint);
  return make(change_connection_found(&(struct connection_found){"acme", fingerprint, CLIENT_AUTH_BASIC}, &done));
}

static enum status change_social(void)
{
  const struct connection connection = new_connection("nest-other");
  return make(change_social_set(&(struct social_set){"nest", "Other nest", SPEAKS_OPENID, &connection, false}, &done));
}

static enum status find_social_auth(void)
{
  struct connection connection CLEANUP(cleanup_connection) = new_connection("nest-client");
  const struct social_set set = {"nest", "Nest", SPEAKS_OPENID, &connection, true};
  connection.client_auth = CLIENT_AUTH_AUTO;
  assert_int_equal(bytes_append_text(&connection.client_secret, "a secret"), STATUS_OK);
  assert_int_equal(make(change_social_set(&set, &done)), STATUS_OK);
  return make(change_social_found(&(struct social_found){"nest", CLIENT_AUTH_BASIC}, &done));
}

static enum status drop_social(void)
{
  return make(change_social_remove(&(struct social_remove){"nest"}, &done));
}

static enum status set_values(void)
{
  static const struct org_value values[] = {{"signin-from", "10.0.0.0/8"}, {"help", "ask us"}, {"keys", "deny"}};
  return make(change_org_settings_set(&(struct org_settings_set){"acme", {values, COUNT_OF(values)}}, &setting_result));
}

static enum status transfer(void)
{
  return transfer_acme(ALICE);
}

static enum status create(void)
{
  return create_org("gamma", "gamma@gamma.test");
}

static enum status create_for_another(void)
{
  return create_org("gamma", CAROL);
}

static enum status rename_org(void)
{
  return make(change_org_rename(&(struct org_rename){"acme", "zenith"}, &done));
}

static enum status delete_org(void)
{
  return make(change_org_delete(&(struct org_delete){"acme"}, &done));
}

static enum status claim_domain(void)
{
  return add_domain("acme", "acme.example");
}

static enum status verify_other(void)
{
  return verify_domain("beta", "beta.test");
}

static const char *token(void)
{
  static struct domain domain;
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(domain_get(txn, org.id, "acme.test", &domain), STATUS_OK);
  return domain.token;
}

static enum status find_domain(void)
{
  const struct domain_look_up in = {"acme", "acme.test", token()};
  return make(change_domain_found(&in, &domain_result));
}

static enum status miss_domain(void)
{
  const struct domain_look_up in = {"acme", "acme.test", token()};
  return make(change_domain_missing(&in, &domain_result));
}

static enum status drop_domain(void)
{
  return remove_domain("beta", "beta.test");
}

static const struct twin_change CHANGES[] = {
    {"group.map", map},
    {"group.map of a role", map_role},
    {"group.unmap", unmap},
    {"provisioning.set", provision},
    {"enforcement.set", enforce_domains},
    {"enforcement.pause", pause_enforcement},
    {"invite.create", invite},
    {"invite.cancel", cancel_invite},
    {"idp.set", set_other_connection},
    {"idp.remove", drop_connection},
    {"idp.test", try_it},
    {"idp.confirm", confirm},
    {"idp.auth", find_auth},
    {"social.set", change_social},
    {"social.auth", find_social_auth},
    {"social.remove", drop_social},
    {"org.set", set_values},
    {"org.transfer", transfer},
    {"org.create", create},
    {"org.create for somebody who is there", create_for_another},
    {"org.rename", rename_org},
    {"org.delete", delete_org},
    {"domain.add", claim_domain},
    {"domain.verify", verify_other},
    {"domain.found", find_domain},
    {"domain.missing", miss_domain},
    {"domain.remove", drop_domain},
};

static void a_change_of_an_org_on_an_admin_host_leaves_what_it_leaves_on_a_host_alone(void **state)
{
  (void)state;
  twin_set_up();
  twin_compare(CHANGES, COUNT_OF(CHANGES));
}

static void each_table_is_something_in_a_fleet(void **state)
{
  (void)state;
  for (int table = 0; table < TABLE_COUNT; table++) {
    assert_int_not_equal(fleet_table_of((enum store_table)table), FLEET_TABLE_UNSAID);
  }
  assert_int_equal(fleet_table_of(TABLE_COUNT), FLEET_TABLE_UNSAID);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_table_is_something_in_a_fleet),
      FLEET_TEST(a_change_of_an_org_on_an_admin_host_leaves_what_it_leaves_on_a_host_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
