// SPDX-License-Identifier: Apache-2.0
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/recovery.h"
#include "change/request.h"
#include "change/social.h"
#include "protocol/group_list.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "twin.h"

static struct recovery_code codes[RECOVERY_CODES];

const struct recovery_code *twin_codes(char first)
{
  for (int i = 0; i < RECOVERY_CODES; i++) {
    codes[i] = (struct recovery_code){.org_id = 0};
    (void)snprintf(codes[i].prefix, sizeof codes[i].prefix, "%c%d", first, i);
    (void)snprintf(codes[i].hash, sizeof codes[i].hash, "$y$no hash");
  }
  return codes;
}

static void ask(const char *who)
{
  struct request_asked asked;
  const struct request_ask in = {"acme", who, ROLE_ADMIN, 7200, "to mend the mail"};
  assert_int_equal(make_as(who, RIGHT_OWN, change_request_ask(&in, &asked)), STATUS_OK);
}

static void set_social(void)
{
  const struct connection connection = new_connection("nest-client");
  assert_int_equal(
      make(change_social_set(&(struct social_set){"nest", "Nest", SPEAKS_OPENID, &connection, false}, &done)),
      STATUS_OK);
}

static void sign_in_with_group(const char *who, const char *subject)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_int_equal(group_list_add(&groups, "staff"), STATUS_OK);
  assert_int_equal(sign_in_with(who, who, subject, &groups), STATUS_OK);
}

// Whoever was to be there until a moment ago.
static void end_membership(const char *slug, const char *who)
{
  struct store_txn *txn = NULL;
  struct membership membership;
  assert_int_equal(store_lock(store), STATUS_OK);
  const struct account account = get_account(who);
  const struct org org = stored_org(slug);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  membership.until_s = clock_now_s() - 60;
  assert_int_equal(membership_put(txn, &membership), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static enum status add_to_own(const char *email)
{
  struct member_add in = new_member(email);
  in.org = "own";
  return add(&in);
}

// An org that was there before the host came into the fleet, and is its own.
static void make_own_org(void)
{
  twin_forget_fleet();
  host.push = NULL;
  assert_int_equal(create_org("own", "boss@own.test"), STATUS_OK);
  assert_int_equal(add_to_own("olga@own.test"), STATUS_OK);
  join_fleet(true);
}

void twin_set_up(void)
{
  make_own_org();
  fill_fleet();
  assert_int_equal(create_org("beta", "chief@beta.test"), STATUS_OK);
  assert_int_equal(add_domain("beta", "beta.test"), STATUS_OK);
  assert_int_equal(add_member(CAROL), STATUS_OK);
  assert_int_equal(add_member(ERIN), STATUS_OK);
  assert_int_equal(add_member("frank@acme.test"), STATUS_OK);
  sign_in_with_group(ALICE, "subject-alice");
  sign_in_with_group(CAROL, "subject-carol");
  sign_in_with_group(BOSS, "subject-boss");
  assert_int_equal(set_password(ALICE, "a long password of hers"), STATUS_OK);
  assert_int_equal(set_provisioning(PROVISIONING_JIT), STATUS_OK);
  assert_int_equal(try_connection("client"), STATUS_OK);
  assert_int_equal(sign_in_by_password(BOSS), STATUS_OK);
  assert_int_equal(make(change_recovery_create(&(struct recovery_create){"acme", twin_codes('x')}, &done)), STATUS_OK);
  ask(CAROL);
  ask(ERIN);
  set_social();
  assert_int_equal(invite_to_acme("gwen@acme.test", ROLE_VIEWER, 0), STATUS_OK);
  assert_int_equal(add_to_own(CAROL), STATUS_OK);
  end_membership("acme", "frank@acme.test");
  end_membership("own", "olga@own.test");
  twin_keep();
}
