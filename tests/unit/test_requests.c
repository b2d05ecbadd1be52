// SPDX-License-Identifier: Apache-2.0
// What members ask for, and the answers (POLICY K10), on a real store.
#include "base/clock.h"
#include "base/text.h"
#include "change/endings.h"
#include "change/org.h"
#include "change/request.h"
#include "fixture.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/endings.h"
#include "store/orgs.h"
#include "store/requests.h"

static const char GUEST[] = "guest@nowhere.example";
static const char ADMIN[] = "admin@nowhere.example";
static const char OWNER[] = "boss@example.org";

static struct request_asked asked;
static struct request_answered answered;

static void set_up(void)
{
  create_acme();
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(add_member(ADMIN), STATUS_OK);
  assert_int_equal(give_role(ADMIN, ROLE_ADMIN), STATUS_OK);
}

static enum status ask_of(const char *org, const char *who, enum role role, int64_t for_s)
{
  const struct request_ask in = {org, who, role, for_s, "to mend the mail"};
  return make_as(who, RIGHT_OWN, change_request_ask(&in, &asked));
}

static enum status ask_role(const char *who)
{
  return ask_of("acme", who, ROLE_ADMIN, 7200);
}

static enum status ask_access(const char *who)
{
  return ask_of("acme", who, ROLE_VIEWER, 7200);
}

// Names what is open, as whoever has just seen the list.
static const struct request_answer *about(const char *who)
{
  static struct request_answer answer;
  struct request request = {.number = 0};
  struct account account = get_account(who);
  struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  enum status status = request_get(txn, org.id, account.id, clock_now_s(), &request);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  answer = (struct request_answer){"acme", who, "", 0, status == STATUS_OK ? request.number : 1};
  return &answer;
}

static enum status approve_as(const char *by, const char *who)
{
  return make_as(by, RIGHT_PEOPLE, change_request_approve(about(who), &answered));
}

static enum status approve(const char *who)
{
  return make(change_request_approve(about(who), &answered));
}

static enum status deny(const char *who)
{
  return make(change_request_deny(about(who), &answered));
}

static struct membership stored(const char *login)
{
  struct membership membership;
  struct account account = get_account(login);
  struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  return membership;
}

static struct store_txn *write_txn(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  return txn;
}

static void commit(struct store_txn *txn)
{
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

static void keep(const struct membership *membership)
{
  struct store_txn *txn = write_txn();
  assert_int_equal(membership_put(txn, membership), STATUS_OK);
  commit(txn);
}

// As if its time had come.
static void end(const char *login)
{
  struct membership membership = stored(login);
  membership.until_s = clock_now_s() - 1;
  keep(&membership);
}

// As if that had been asked so many seconds earlier.
static void age(const char *login, int64_t seconds)
{
  struct request request;
  struct account account = get_account(login);
  struct org org = stored_org("acme");
  const struct store_key key = key_of_two_i64(org.id, account.id);
  struct store_txn *txn = write_txn();
  assert_int_equal(request_get(txn, org.id, account.id, clock_now_s(), &request), STATUS_OK);
  request.asked_at_s -= seconds;
  assert_int_equal(store_put_record(txn, TABLE_REQUESTS, &key, &REQUEST_RECORD, &request), STATUS_OK);
  commit(txn);
}

// Counts what is open, and keeps the last.
static enum status count_open(void *context, const struct request *request)
{
  *(size_t *)context += request->expires_at_s > 0;
  return STATUS_OK;
}

static size_t open_at(int64_t org_id, int64_t now_s)
{
  size_t found = 0;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(request_each(txn, org_id, now_s, count_open, &found), STATUS_OK);
  return found;
}

static enum status keep_event(void *context, const struct audit_event *event)
{
  memcpy(context, event, sizeof *event);
  return STATUS_OK;
}

static struct audit_event last_event(void)
{
  struct audit_event event = {.number = 0};
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(audit_each(txn, 0, keep_event, &event), STATUS_OK);
  return event;
}

static struct request request_of(int64_t org_id, int64_t account_id, int64_t asked_at_s)
{
  return (struct request){org_id, account_id, ROLE_ADMIN, 60, "why", asked_at_s, asked_at_s + REQUEST_LIFE_S, 0};
}

static void requests_are_one_for_each_member_and_org_and_expire(void **state)
{
  (void)state;
  struct request found;
  struct store_txn *txn CLEANUP(store_abort) = write_txn();
  struct request first = request_of(7, 1, 1000);
  struct request second = request_of(7, 1, 1001);
  struct request elsewhere = request_of(8, 1, 1000);
  second.for_s = 61;
  assert_int_equal(request_put(txn, &first), STATUS_OK);
  assert_int_equal(request_put(txn, &second), STATUS_OK);
  assert_int_equal(request_put(txn, &elsewhere), STATUS_OK);
  assert_int_equal(request_get(txn, 7, 1, 1002, &found), STATUS_OK);
  assert_int_equal(found.for_s, 61);
  assert_int_equal(found.number, second.number);
  assert_true(0 < first.number && first.number < second.number && second.number < elsewhere.number);
  assert_int_equal(request_get(txn, 7, 1, 1001 + REQUEST_LIFE_S - 1, &found), STATUS_OK);
  assert_int_equal(request_get(txn, 7, 1, 1001 + REQUEST_LIFE_S, &found), STATUS_NOT_FOUND);
  assert_int_equal(request_get(txn, 7, 2, 1002, &found), STATUS_NOT_FOUND);
  assert_int_equal(request_drop(txn, 7, 1), STATUS_OK);
  assert_int_equal(request_drop(txn, 7, 1), STATUS_OK);
  assert_int_equal(request_get(txn, 7, 1, 1002, &found), STATUS_NOT_FOUND);
  assert_int_equal(request_get(txn, 8, 1, 1002, &found), STATUS_OK);
  store_abort(&txn);
  store_unlock(store);
}

static void requests_of_an_org_are_bounded_and_what_has_expired_makes_room(void **state)
{
  (void)state;
  struct store_txn *txn = write_txn();
  for (int64_t account = 1; account <= REQUESTS_MAX; account++) {
    struct request request = request_of(7, account, 1000 + account);
    assert_int_equal(request_put(txn, &request), STATUS_OK);
  }
  struct request one_more = request_of(7, 5000, 2000);
  struct request again = request_of(7, 50, 2000);
  struct request elsewhere = request_of(8, 5000, 2000);
  struct request later = request_of(7, 5000, 1010 + REQUEST_LIFE_S);
  assert_int_equal(request_put(txn, &one_more), STATUS_TOO_LARGE);
  assert_int_equal(request_put(txn, &again), STATUS_OK);
  assert_int_equal(request_put(txn, &elsewhere), STATUS_OK);
  assert_int_equal(request_put(txn, &later), STATUS_OK);
  commit(txn);
  assert_int_equal(open_at(7, 2000), REQUESTS_MAX - 10 + 1);
  assert_int_equal(open_at(0, 2000), REQUESTS_MAX - 10 + 2);
  assert_int_equal(count(TABLE_REQUESTS), REQUESTS_MAX - 10 + 2);
  assert_int_equal(open_at(0, 1000000), 0);
}

static void K10_an_admins_role_is_asked_for_and_given_until_it_ends(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_false(asked.replaced);
  struct audit_event event = last_event();
  assert_string_equal(event.event, "request.ask");
  assert_string_equal(event.org, "acme");
  assert_string_equal(event.login, GUEST);
  assert_string_equal(event.detail, "admin for 2h: to mend the mail");
  assert_int_equal(stored(GUEST).role, ROLE_VIEWER);
  int64_t before_s = clock_now_s();
  assert_int_equal(approve_as(ADMIN, GUEST), STATUS_OK);
  assert_true(answered.until_s >= before_s + 7200 && answered.until_s <= clock_now_s() + 7200);
  assert_string_equal(answered.reason, "to mend the mail");
  assert_int_equal(answered.uid, get_account(GUEST).uid);
  assert_int_equal(stored(GUEST).role, ROLE_ADMIN);
  assert_int_equal(stored(GUEST).role_until_s, answered.until_s);
  event = last_event();
  assert_string_equal(event.event, "request.approve");
  assert_string_equal(event.actor, ADMIN);
  assert_string_equal(event.login, GUEST);
  assert_non_null(strstr(event.detail, "admin for 2h, until "));
  assert_non_null(strstr(event.detail, ": to mend the mail"));
  assert_int_equal(approve_as(ADMIN, GUEST), STATUS_NOT_FOUND);
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED); // there is one, and for longer
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 2 * 7200), STATUS_OK);
}

static enum status keep_role_event(void *context, const struct audit_event *event)
{
  if (strcmp(event->event, "member.role") == 0) {
    memcpy(context, event, sizeof *event);
  }
  return STATUS_OK;
}

static void K10_the_role_itself_has_the_event_that_it_always_has(void **state)
{
  (void)state;
  struct audit_chain chain;
  set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  int64_t before = last_event().number;
  assert_int_equal(approve_as(ADMIN, GUEST), STATUS_OK);
  assert_string_equal(last_event().event, "request.approve");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct audit_event event = {.number = 0};
  assert_int_equal(audit_each(txn, before, keep_role_event, &event), STATUS_OK);
  assert_string_equal(event.actor, ADMIN);
  assert_string_equal(event.login, GUEST);
  assert_string_equal(event.org, "acme");
  assert_non_null(strstr(event.detail, "viewer to admin until "));
  assert_int_equal(audit_verify(txn, &chain), STATUS_OK);
  assert_int_equal(chain.broken, 0);
}

static void K10_nobody_answers_their_own(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_int_equal(approve_as(GUEST, GUEST), STATUS_REFUSED); // a viewer's
  assert_int_equal(give_role(GUEST, ROLE_ADMIN), STATUS_OK);
  assert_int_equal(approve_as(GUEST, GUEST), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "is you"));
  assert_int_equal(make_as(GUEST, RIGHT_PEOPLE, change_request_deny(about(GUEST), &answered)), STATUS_REFUSED);
  assert_int_equal(give_role(GUEST, ROLE_VIEWER), STATUS_OK);
  struct request_answer through_sudo = *about(GUEST);
  through_sudo.by_uid = get_account(GUEST).uid;
  assert_int_equal(make(change_request_approve(&through_sudo, &answered)), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "is you"));
  through_sudo.by_uid = get_account(ADMIN).uid;
  assert_int_equal(make(change_request_approve(&through_sudo, &answered)), STATUS_OK);
}

static void K10_only_members_ask_and_for_themselves(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(create_org("beta", "boss@beta.example"), STATUS_OK);
  const struct request_ask for_other = {"acme", GUEST, ROLE_ADMIN, 60, "x"};
  assert_int_equal(make_as(ADMIN, RIGHT_OWN, change_request_ask(&for_other, &asked)), STATUS_REFUSED);
  assert_int_equal(make(change_request_ask(&for_other, &asked)), STATUS_REFUSED);
  assert_int_equal(ask_of("beta", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED);
  char said[sizeof error.text];
  memcpy(said, error.text, sizeof said);
  assert_int_equal(ask_of("none", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED);
  memcpy(strstr(error.text, "none"), "beta", 4);
  assert_string_equal(error.text, said); // nothing is told of orgs
  assert_int_equal(ask_role(OWNER), STATUS_REFUSED);
  assert_int_equal(ask_role(ADMIN), STATUS_REFUSED); // is one already
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
  assert_int_equal(lock_account(GUEST), STATUS_OK);
  assert_int_equal(ask_role(GUEST), STATUS_REFUSED);
  assert_int_equal(open_at(0, clock_now_s()), 0);
}

static void K10_a_session_that_has_not_opened_the_org_asks_for_nothing_there(void **state)
{
  (void)state;
  set_up();
  const gid_t groups[] = {1};
  const struct delegate delegate = {get_account(GUEST).id, groups, 1};
  const struct change_by by = {.actor = GUEST, .rhost = "", .service = "", .delegate = &delegate, .right = RIGHT_OWN};
  const struct request_ask in = {"acme", GUEST, ROLE_ADMIN, 60, "x"};
  assert_int_equal(change_run(&host, &by, change_request_ask(&in, &asked), &error), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "has not opened it"));
  end(GUEST); // then it cannot
  const struct request_ask access = {"acme", GUEST, ROLE_VIEWER, 60, "x"};
  assert_int_equal(change_run(&host, &by, change_request_ask(&access, &asked), &error), STATUS_OK);
}

static void E6_whom_an_admin_has_suspended_does_not_ask(void **state)
{
  (void)state;
  struct endings endings;
  set_up();
  assert_int_equal(suspend_member(GUEST), STATUS_OK);
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
  assert_int_equal(resume_member(GUEST), STATUS_OK);
  end(GUEST);
  assert_int_equal(suspend_member(GUEST), STATUS_OK); // past its end, and before it was written down
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
  assert_int_equal(resume_member(GUEST), STATUS_OK);
  end(GUEST);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(ask_access(GUEST), STATUS_OK);
  assert_int_equal(suspend_member(GUEST), STATUS_OK);
  assert_true(changed_member.changed);
  assert_int_equal(approve(GUEST), STATUS_REFUSED);
  assert_int_equal(ask_access(GUEST), STATUS_REFUSED);
}

static void K10_access_again_is_a_viewers_and_ends_again(void **state)
{
  (void)state;
  struct endings endings;
  set_up();
  end(ADMIN);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 1);
  assert_int_equal(stored(ADMIN).ended, 1);
  assert_int_equal(ask_role(ADMIN), STATUS_REFUSED); // access comes first
  assert_int_equal(ask_access(ADMIN), STATUS_OK);
  assert_int_equal(approve(ADMIN), STATUS_OK);
  const struct membership now = stored(ADMIN);
  assert_int_equal(now.status, MEMBER_ACTIVE);
  assert_int_equal(now.ended, 0);
  assert_int_equal(now.until_s, answered.until_s);
  assert_int_equal(now.role, ROLE_VIEWER);
  assert_int_equal(now.role_until_s, 0);
}

static void K10_who_is_still_in_asks_for_longer(void **state)
{
  (void)state;
  set_up();
  struct membership membership = stored(ADMIN);
  membership.until_s = clock_now_s() + 600;
  keep(&membership);
  assert_int_equal(ask_of("acme", ADMIN, ROLE_VIEWER, 60), STATUS_REFUSED);
  assert_int_equal(ask_access(ADMIN), STATUS_OK);
  assert_int_equal(approve(ADMIN), STATUS_OK);
  assert_int_equal(stored(ADMIN).until_s, answered.until_s);
  assert_int_equal(stored(ADMIN).role, ROLE_ADMIN);
}

static void K10_a_no_ends_it_and_the_next_one_replaces_what_was_asked(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(deny(GUEST), STATUS_NOT_FOUND);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  age(GUEST, REQUEST_EVERY_S);
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_OK);
  assert_true(asked.replaced);
  assert_int_equal(open_at(0, clock_now_s()), 1);
  struct request_answer answer = *about(GUEST);
  answer.reason = "ask the desk";
  answer.number = 0; // whatever it is
  assert_int_equal(make(change_request_deny(&answer, &answered)), STATUS_OK);
  assert_int_equal(answered.for_s, 60);
  assert_string_equal(last_event().detail, "admin for 1m: to mend the mail; denied: ask the desk");
  assert_int_equal(approve(GUEST), STATUS_NOT_FOUND);
  assert_int_equal(stored(GUEST).role, ROLE_VIEWER);
}

static void K10_what_was_put_in_the_place_of_what_was_seen_is_not_given(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_OK);
  struct request_answer seen = *about(GUEST);
  age(GUEST, REQUEST_EVERY_S);
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, REQUEST_FOR_MAX_S), STATUS_OK);
  assert_true(asked.number > seen.number);
  assert_int_equal(make(change_request_approve(&seen, &answered)), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "was replaced by "));
  assert_non_null(strstr(error.text, "admin for 30d; look at 'ssoctl request list acme' again"));
  assert_int_equal(make(change_request_deny(&seen, &answered)), STATUS_REFUSED);
  struct request_answer unseen = seen;
  unseen.number = 0;
  assert_int_equal(make(change_request_approve(&unseen, &answered)), STATUS_REFUSED);
  unseen.number = asked.number + 1;
  assert_int_equal(make(change_request_approve(&unseen, &answered)), STATUS_REFUSED);
  assert_int_equal(stored(GUEST).role, ROLE_VIEWER);
  seen.number = asked.number;
  assert_int_equal(make(change_request_approve(&seen, &answered)), STATUS_OK);
  assert_int_equal(stored(GUEST).role, ROLE_ADMIN);
}

static void H74_asking_again_and_again_does_not_fill_the_audit_trail(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  int64_t number = asked.number;
  int64_t expires_at_s = asked.expires_at_s;
  int64_t last = last_event().number;
  age(GUEST, 10);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_false(asked.changed);
  assert_false(asked.replaced);
  assert_int_equal(asked.number, number);
  assert_int_equal(asked.expires_at_s, expires_at_s);
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "may be asked for from "));
  assert_int_equal(last_event().number, last);
  age(GUEST, -3600); // a clock that was ahead
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_OK);
  assert_true(asked.replaced);
  assert_int_equal(ask_role(GUEST), STATUS_REFUSED);
  age(GUEST, REQUEST_EVERY_S);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_true(asked.replaced);
}

static void K10_a_request_goes_with_the_membership_the_account_and_the_org(void **state)
{
  (void)state;
  set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_int_equal(remove_member(GUEST), STATUS_OK);
  assert_int_equal(count(TABLE_REQUESTS), 0);
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(approve(GUEST), STATUS_NOT_FOUND);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_int_equal(remove_account(GUEST), STATUS_OK);
  assert_int_equal(count(TABLE_REQUESTS), 0);
  const char *const other = "other@nowhere.example";
  assert_int_equal(add_member(other), STATUS_OK);
  assert_int_equal(ask_role(other), STATUS_OK);
  assert_int_equal(make(change_org_delete(&(struct org_delete){.org = "acme"}, &done)), STATUS_OK);
  assert_int_equal(count(TABLE_REQUESTS), 0);
}

// What is kept of a reason is text, wherever the audit trail cuts it.
static void N7_the_audit_trail_of_long_reasons_is_text(void **state)
{
  (void)state;
  char reason[REASON_SIZE] = "";
  set_up();
  for (size_t first = 0; first < 2; first++) {
    memset(reason, 'a', first);
    for (size_t i = first; i + 3 < sizeof reason; i += 2) {
      memcpy(reason + i, "\xc3\xb6", 3);
    }
    const struct request_ask in = {"acme", GUEST, ROLE_ADMIN, 7200, reason};
    for (int yes = 0; yes < 2; yes++) {
      assert_int_equal(make_as(GUEST, RIGHT_OWN, change_request_ask(&in, &asked)), STATUS_OK);
      struct request_answer answer = *about(GUEST);
      answer.reason = reason;
      struct audit_event event = last_event();
      assert_true(strlen(event.detail) > 100 && text_is_clean(event.detail, strlen(event.detail)));
      assert_int_equal(make(yes ? change_request_approve(&answer, &answered) : change_request_deny(&answer, &answered)),
                       STATUS_OK);
      event = last_event();
      assert_true(strlen(event.detail) > 100 && text_is_clean(event.detail, strlen(event.detail)));
    }
    assert_int_equal(give_role(GUEST, ROLE_VIEWER), STATUS_OK);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(requests_are_one_for_each_member_and_org_and_expire),
      STORE_TEST(requests_of_an_org_are_bounded_and_what_has_expired_makes_room),
      STORE_TEST(K10_an_admins_role_is_asked_for_and_given_until_it_ends),
      STORE_TEST(K10_the_role_itself_has_the_event_that_it_always_has),
      STORE_TEST(K10_nobody_answers_their_own),
      STORE_TEST(K10_only_members_ask_and_for_themselves),
      STORE_TEST(K10_a_session_that_has_not_opened_the_org_asks_for_nothing_there),
      STORE_TEST(E6_whom_an_admin_has_suspended_does_not_ask),
      STORE_TEST(K10_access_again_is_a_viewers_and_ends_again),
      STORE_TEST(K10_who_is_still_in_asks_for_longer),
      STORE_TEST(K10_a_no_ends_it_and_the_next_one_replaces_what_was_asked),
      STORE_TEST(K10_what_was_put_in_the_place_of_what_was_seen_is_not_given),
      STORE_TEST(H74_asking_again_and_again_does_not_fill_the_audit_trail),
      STORE_TEST(K10_a_request_goes_with_the_membership_the_account_and_the_org),
      STORE_TEST(N7_the_audit_trail_of_long_reasons_is_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
