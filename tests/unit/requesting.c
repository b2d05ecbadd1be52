// SPDX-License-Identifier: Apache-2.0
#include "requesting.h"

#include "base/clock.h"
#include "store/accounts.h"
#include "store/orgs.h"

struct request_asked asked;
struct request_answered answered;

void request_set_up(void)
{
  create_acme();
  assert_int_equal(add_member(GUEST), STATUS_OK);
  assert_int_equal(add_member(ADMIN), STATUS_OK);
  assert_int_equal(give_role(ADMIN, ROLE_ADMIN), STATUS_OK);
}

enum status ask_of(const char *org, const char *who, enum role role, int64_t for_s)
{
  const struct request_ask in = {org, who, role, for_s, "to mend the mail"};
  return make_as(who, RIGHT_OWN, change_request_ask(&in, &asked));
}

enum status ask_role(const char *who)
{
  return ask_of("acme", who, ROLE_ADMIN, 7200);
}

enum status ask_access(const char *who)
{
  return ask_of("acme", who, ROLE_VIEWER, 7200);
}

const struct request_answer *about(const char *who)
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

struct membership stored_member(const char *login)
{
  struct membership membership;
  struct account account = get_account(login);
  struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  return membership;
}

struct store_txn *write_txn(void)
{
  struct store_txn *txn = NULL;
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  return txn;
}

void commit_txn(struct store_txn *txn)
{
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
}

void keep_member(const struct membership *membership)
{
  struct store_txn *txn = write_txn();
  assert_int_equal(membership_put(txn, membership), STATUS_OK);
  commit_txn(txn);
}

void end_member(const char *login)
{
  struct membership membership = stored_member(login);
  membership.until_s = clock_now_s() - 1;
  keep_member(&membership);
}

void age_request(const char *login, int64_t seconds)
{
  struct request request;
  struct account account = get_account(login);
  struct org org = stored_org("acme");
  const struct store_key key = key_of_two_i64(org.id, account.id);
  struct store_txn *txn = write_txn();
  assert_int_equal(request_get(txn, org.id, account.id, clock_now_s(), &request), STATUS_OK);
  request.asked_at_s -= seconds;
  assert_int_equal(store_put_record(txn, TABLE_REQUESTS, &key, &REQUEST_RECORD, &request), STATUS_OK);
  commit_txn(txn);
}

// Counts what is open.
static enum status count_open(void *context, const struct request *request)
{
  *(size_t *)context += request->expires_at_s > 0;
  return STATUS_OK;
}

size_t open_requests(int64_t org_id, int64_t now_s)
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

struct audit_event last_event(void)
{
  struct audit_event event = {.number = 0};
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(audit_each(txn, 0, keep_event, &event), STATUS_OK);
  return event;
}
