// SPDX-License-Identifier: Apache-2.0
// What an admin changes on a host of a fleet is the same as on a host in none, whatever else the change is about.
#include "base/clock.h"
#include "change/account_values.h"
#include "change/endings.h"
#include "change/password.h"
#include "change/recovery.h"
#include "change/request.h"
#include "store/requests.h"
#include "twin.h"

static const char HASH[] = "$y$another hash";

static struct request_answered answered;

static struct request_answer about(const char *who)
{
  struct request request = {.number = 0};
  const struct account account = get_account(who);
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(request_get(txn, org.id, account.id, clock_now_s(), &request), STATUS_OK);
  return (struct request_answer){"acme", who, "", 0, request.number};
}

static enum status approve(void)
{
  const struct request_answer answer = about(CAROL);
  return make(change_request_approve(&answer, &answered));
}

static enum status deny(void)
{
  const struct request_answer answer = about(CAROL);
  return make(change_request_deny(&answer, &answered));
}

static enum status ask(void)
{
  struct request_asked asked;
  const struct request_ask in = {"acme", "frank@acme.test", ROLE_VIEWER, 7200, "to come back"};
  return make_as("frank@acme.test", RIGHT_OWN, change_request_ask(&in, &asked));
}

static enum status add_new(void)
{
  return add_member(DAVE);
}

static enum status remove_one(void)
{
  return remove_member(CAROL);
}

static enum status suspend(void)
{
  return suspend_member(CAROL);
}

static enum status resume(void)
{
  return resume_member(BOB);
}

static enum status change_role(void)
{
  return give_role(CAROL, ROLE_ADMIN);
}

static enum status end_memberships(void)
{
  struct endings endings;
  return make(change_endings(&endings));
}

static enum status make_codes(void)
{
  return make(change_recovery_create(&(struct recovery_create){"acme", twin_codes('y')}, &done));
}

static enum status revoke_codes(void)
{
  return make(change_recovery_revoke(&(struct recovery_revoke){"acme"}, &done));
}

static enum status lock(void)
{
  return lock_account(CAROL);
}

static enum status unlock(void)
{
  enum status status = lock_account(CAROL);
  return status != STATUS_OK ? status : unlock_account(CAROL);
}

static enum status rename_one(void)
{
  return rename_account(CAROL, "carola");
}

static enum status remove_whole(void)
{
  return remove_account(CAROL);
}

static enum status retire(void)
{
  return retire_account(CAROL);
}

static enum status prove(void)
{
  return make(change_account_prove(&(struct account_prove){BOB, "seen"}, &changed_account));
}

static enum status set_account(void)
{
  struct account_values_set result;
  const struct account_values in = {CAROL, "Carol C.", "/home/elsewhere", "/bin/sh"};
  return make(change_account_values_set(&in, &result));
}

static enum status link_one(void)
{
  return link_identity(BOB, "subject-bob");
}

static enum status link_alone(void)
{
  enum status status = set_setting("on-link", "sso-only");
  return status != STATUS_OK ? status : link_identity(BOB, "subject-bob");
}

static enum status expect_one(void)
{
  struct identity_linked linked;
  return make(change_identity_expect(&(struct identity_expect){"acme", BOB, "bob@idp.test"}, &linked));
}

static enum status unlink_one(void)
{
  return unlink_identity(CAROL);
}

static enum status unlink_and_rename(void)
{
  enum status status = expect_one();
  return status != STATUS_OK ? status : unlink_identity(BOB);
}

static enum status set_other_password(void)
{
  return make(change_password_set(&(struct password_set){BOSS, HASH}, &done));
}

static enum status drop_password(void)
{
  return remove_password(ALICE);
}

static const struct twin_change CHANGES[] = {
    {"request.ask", ask},
    {"request.approve", approve},
    {"request.deny", deny},
    {"member.add", add_new},
    {"member.remove", remove_one},
    {"member.suspend", suspend},
    {"member.resume", resume},
    {"member.role", change_role},
    {"member.end", end_memberships},
    {"recovery.create", make_codes},
    {"recovery.revoke", revoke_codes},
    {"account.lock", lock},
    {"account.unlock", unlock},
    {"account.rename", rename_one},
    {"account.remove", remove_whole},
    {"account.retire", retire},
    {"account.prove", prove},
    {"account.set", set_account},
    {"identity.link", link_one},
    {"identity.link, and no other way", link_alone},
    {"identity.link of an address", expect_one},
    {"identity.unlink", unlink_one},
    {"identity.unlink of an address", unlink_and_rename},
    {"password.set", set_other_password},
    {"password.remove", drop_password},
};

static void a_change_of_somebody_on_an_admin_host_leaves_what_it_leaves_on_a_host_alone(void **state)
{
  (void)state;
  twin_set_up();
  twin_compare(CHANGES, COUNT_OF(CHANGES));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(a_change_of_somebody_on_an_admin_host_leaves_what_it_leaves_on_a_host_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
