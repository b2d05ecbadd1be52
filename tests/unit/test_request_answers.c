// SPDX-License-Identifier: Apache-2.0
// The answers to what members ask for (POLICY K10), on a real store: whose they are, and what they give.
#include "base/clock.h"
#include "base/text.h"
#include "change/endings.h"
#include "requesting.h"
#include "store/endings.h"

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

static void K10_an_admins_role_is_asked_for_and_given_until_it_ends(void **state)
{
  (void)state;
  request_set_up();
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  assert_false(asked.replaced);
  struct audit_event event = last_event();
  assert_string_equal(event.event, "request.ask");
  assert_string_equal(event.org, "acme");
  assert_string_equal(event.login, GUEST);
  assert_string_equal(event.detail, "admin for 2h: to mend the mail");
  assert_int_equal(stored_member(GUEST).role, ROLE_VIEWER);
  int64_t before_s = clock_now_s();
  assert_int_equal(approve_as(ADMIN, GUEST), STATUS_OK);
  assert_true(answered.until_s >= before_s + 7200 && answered.until_s <= clock_now_s() + 7200);
  assert_string_equal(answered.reason, "to mend the mail");
  assert_int_equal(answered.uid, get_account(GUEST).uid);
  assert_int_equal(stored_member(GUEST).role, ROLE_ADMIN);
  assert_int_equal(stored_member(GUEST).role_until_s, answered.until_s);
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
  request_set_up();
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
  request_set_up();
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

static void K10_access_again_is_a_viewers_and_ends_again(void **state)
{
  (void)state;
  struct endings endings;
  request_set_up();
  end_member(ADMIN);
  assert_int_equal(make(change_endings(&endings)), STATUS_OK);
  assert_int_equal(endings.count, 1);
  assert_int_equal(stored_member(ADMIN).ended, 1);
  assert_int_equal(ask_role(ADMIN), STATUS_REFUSED); // access comes first
  assert_int_equal(ask_access(ADMIN), STATUS_OK);
  assert_int_equal(approve(ADMIN), STATUS_OK);
  const struct membership now = stored_member(ADMIN);
  assert_int_equal(now.status, MEMBER_ACTIVE);
  assert_int_equal(now.ended, 0);
  assert_int_equal(now.until_s, answered.until_s);
  assert_int_equal(now.role, ROLE_VIEWER);
  assert_int_equal(now.role_until_s, 0);
}

static void K10_who_is_still_in_asks_for_longer(void **state)
{
  (void)state;
  request_set_up();
  struct membership membership = stored_member(ADMIN);
  membership.until_s = clock_now_s() + 600;
  keep_member(&membership);
  assert_int_equal(ask_of("acme", ADMIN, ROLE_VIEWER, 60), STATUS_REFUSED);
  assert_int_equal(ask_access(ADMIN), STATUS_OK);
  assert_int_equal(approve(ADMIN), STATUS_OK);
  assert_int_equal(stored_member(ADMIN).until_s, answered.until_s);
  assert_int_equal(stored_member(ADMIN).role, ROLE_ADMIN);
}

static void K10_a_no_ends_it_and_the_next_one_replaces_what_was_asked(void **state)
{
  (void)state;
  request_set_up();
  assert_int_equal(deny(GUEST), STATUS_NOT_FOUND);
  assert_int_equal(ask_role(GUEST), STATUS_OK);
  age_request(GUEST, REQUEST_EVERY_S);
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_OK);
  assert_true(asked.replaced);
  assert_int_equal(open_requests(0, clock_now_s()), 1);
  struct request_answer answer = *about(GUEST);
  answer.reason = "ask the desk";
  answer.number = 0; // whatever it is
  assert_int_equal(make(change_request_deny(&answer, &answered)), STATUS_OK);
  assert_int_equal(answered.for_s, 60);
  assert_string_equal(last_event().detail, "admin for 1m: to mend the mail; denied: ask the desk");
  assert_int_equal(approve(GUEST), STATUS_NOT_FOUND);
  assert_int_equal(stored_member(GUEST).role, ROLE_VIEWER);
}

static void K10_what_was_put_in_the_place_of_what_was_seen_is_not_given(void **state)
{
  (void)state;
  request_set_up();
  assert_int_equal(ask_of("acme", GUEST, ROLE_ADMIN, 60), STATUS_OK);
  struct request_answer seen = *about(GUEST);
  age_request(GUEST, REQUEST_EVERY_S);
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
  assert_int_equal(stored_member(GUEST).role, ROLE_VIEWER);
  seen.number = asked.number;
  assert_int_equal(make(change_request_approve(&seen, &answered)), STATUS_OK);
  assert_int_equal(stored_member(GUEST).role, ROLE_ADMIN);
}

// What is kept of a reason is text, wherever the audit trail cuts it.
static void N7_the_audit_trail_of_long_reasons_is_text(void **state)
{
  (void)state;
  char reason[REASON_SIZE] = "";
  request_set_up();
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
      STORE_TEST(K10_an_admins_role_is_asked_for_and_given_until_it_ends),
      STORE_TEST(K10_the_role_itself_has_the_event_that_it_always_has),
      STORE_TEST(K10_nobody_answers_their_own),
      STORE_TEST(K10_access_again_is_a_viewers_and_ends_again),
      STORE_TEST(K10_who_is_still_in_asks_for_longer),
      STORE_TEST(K10_a_no_ends_it_and_the_next_one_replaces_what_was_asked),
      STORE_TEST(K10_what_was_put_in_the_place_of_what_was_seen_is_not_given),
      STORE_TEST(N7_the_audit_trail_of_long_reasons_is_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
