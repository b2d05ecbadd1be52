// SPDX-License-Identifier: Apache-2.0
// Recovery codes in a real store (POLICY L5): used once, by the present owner, and never there to be read.
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "change/code.h"
#include "change/password_hash.h"
#include "change/recovery.h"
#include "facts/facts.h"
#include "sign_ins.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/orgs.h"
#include "store/recovery.h"

#define BOSS "boss@example.org"
#define CAROL "carol@acme.test"

enum { STORE_FILE_MAX = 64 << 20 };

static char texts[RECOVERY_CODES][CODE_SIZE];
static struct recovery_code codes[RECOVERY_CODES];

// As ssoctl does, with prefixes that FIRST tells from those of another time.
static void draw(char first)
{
  for (int i = 0; i < RECOVERY_CODES; i++) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(code_new(texts[i]), STATUS_OK);
    texts[i][0] = first;
    texts[i][1] = (char)('0' + i);
    assert_int_equal(bytes_append_text(&typed, texts[i]), STATUS_OK);
    assert_int_equal(code_fold(&typed, &folded), STATUS_OK);
    codes[i] = (struct recovery_code){.org_id = 0};
    (void)snprintf(codes[i].prefix, sizeof codes[i].prefix, "%.2s", texts[i]);
    assert_int_equal(password_hash(&folded, codes[i].hash), STATUS_OK);
  }
}

static enum status create(const char *org)
{
  return make(change_recovery_create(&(struct recovery_create){org, codes}, &done));
}

static enum status use(const char *login, int number)
{
  const struct recovery_sign_in in = {login, codes[number].prefix, codes[number].hash, false};
  return make(change_recovery_sign_in(&in, &sign_in_result));
}

static bool is_offered(const char *login)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct facts_query of = {login, "sshd", "", 1000000, "sudo", NULL};
  struct policy_question question = {.stage = STAGE_LOGIN};
  struct policy_decision decision;
  struct facts facts;
  assert_int_equal(facts_load(txn, &of, &facts), STATUS_OK);
  question.person = facts.person;
  policy_decide(&question, &decision);
  return decision.verdict == VERDICT_OFFER && decision.offer_recovery;
}

static struct recovery_summary summary(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct recovery_summary sum;
  struct org org;
  assert_int_equal(org_by_slug(txn, "acme", &org), STATUS_OK);
  assert_int_equal(recovery_summarize(txn, org.owner_id, org.id, &sum), STATUS_OK);
  return sum;
}

struct events {
  int sign_ins;
  int used;
};

static enum status count_event(void *context, const struct audit_event *event)
{
  struct events *events = context;
  events->sign_ins += strcmp(event->event, "sign-in") == 0 && strcmp(event->detail, "recovery") == 0;
  events->used += strcmp(event->event, "recovery.used") == 0 && strcmp(event->org, "acme") == 0;
  return STATUS_OK;
}

static struct events events(void)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  struct events counted = {0};
  assert_int_equal(audit_each(txn, 0, count_event, &counted), STATUS_OK);
  return counted;
}

static void set_up_codes(void)
{
  fixture_set_up(PROVISIONING_JIT);
  draw('A');
  assert_int_equal(create("acme"), STATUS_OK);
}

static void L5_each_code_signs_the_owner_in_once(void **state)
{
  (void)state;
  set_up_codes();
  assert_true(is_offered(BOSS));
  for (int i = 0; i < RECOVERY_CODES; i++) {
    assert_int_equal(use(BOSS, i), STATUS_OK);
    assert_string_equal(sign_in_result.row, "L5");
    assert_string_equal(sign_in_result.org, "acme");
    assert_int_equal(sign_in_result.ticket.way, WAY_RECOVERY);
    assert_int_equal(sign_in_result.codes_left, RECOVERY_CODES - 1 - i);
    assert_int_equal(use(BOSS, i), STATUS_REFUSED);
    assert_int_equal(sign_in_result.ticket.id[0], '\0');
  }
  assert_false(is_offered(BOSS));
  assert_int_equal(events().sign_ins, RECOVERY_CODES);
  assert_int_equal(events().used, RECOVERY_CODES);
  struct recovery_summary sum = summary();
  assert_int_equal(sum.left, 0);
  assert_int_equal(sum.made, RECOVERY_CODES);
  assert_true(sum.created_at_s > 0 && sum.last_used_at_s >= sum.created_at_s);
  assert_int_equal(seen_here(BOSS).password_tried, 0); // a code says nothing of the password
}

static void L5_an_owner_without_a_password_signs_in_too(void **state)
{
  (void)state;
  set_up_codes();
  assert_int_equal(remove_password(BOSS), STATUS_OK);
  assert_true(is_offered(BOSS));
  assert_int_equal(use(BOSS, 0), STATUS_OK);
}

static void L5_a_code_that_does_not_match_is_refused_and_used_by_nothing(void **state)
{
  (void)state;
  set_up_codes();
  struct recovery_code kept = codes[3];
  codes[3].hash[10] ^= 1;
  assert_int_equal(use(BOSS, 3), STATUS_REFUSED);
  codes[3] = kept;
  memcpy(codes[3].prefix, codes[4].prefix, sizeof codes[3].prefix);
  assert_int_equal(use(BOSS, 3), STATUS_REFUSED);
  (void)snprintf(codes[3].prefix, sizeof codes[3].prefix, "A");
  assert_int_equal(use(BOSS, 3), STATUS_REFUSED);
  codes[3] = kept;
  codes[3].hash[0] = '\0'; // as a used one has it
  assert_int_equal(use(BOSS, 3), STATUS_REFUSED);
  codes[3] = kept;
  assert_int_equal(summary().left, RECOVERY_CODES);
  assert_int_equal(events().used, 0);
  assert_int_equal(use(BOSS, 3), STATUS_OK);
}

static void L5_an_empty_hash_never_matches_a_used_code(void **state)
{
  (void)state;
  set_up_codes();
  assert_int_equal(use(BOSS, 0), STATUS_OK);
  codes[0].hash[0] = '\0';
  assert_int_equal(use(BOSS, 0), STATUS_REFUSED);
}

static void L5_the_codes_of_an_org_are_only_its_owners(void **state)
{
  (void)state;
  set_up_codes();
  assert_int_equal(add_member(CAROL), STATUS_OK);
  assert_int_equal(give_role(CAROL, ROLE_ADMIN), STATUS_OK);
  assert_int_equal(use(CAROL, 0), STATUS_REFUSED);
  assert_int_equal(use("nobody@example.org", 0), STATUS_REFUSED);
  assert_int_equal(summary().left, RECOVERY_CODES);
}

static void L5_a_transfer_makes_the_codes_void(void **state)
{
  (void)state;
  set_up_codes();
  assert_int_equal(add_member(CAROL), STATUS_OK);
  assert_int_equal(transfer_acme(CAROL), STATUS_OK);
  assert_int_equal(count(TABLE_RECOVERY), 0);
  assert_int_equal(use(BOSS, 0), STATUS_REFUSED);
  assert_int_equal(use(CAROL, 0), STATUS_REFUSED);
  assert_int_equal(transfer_acme(BOSS), STATUS_OK); // back: they stay void
  assert_int_equal(use(BOSS, 0), STATUS_REFUSED);
}

static void L5_a_transfer_of_one_org_keeps_the_codes_of_another(void **state)
{
  (void)state;
  set_up_codes();
  assert_int_equal(create_org("beta", BOSS), STATUS_OK);
  draw('B');
  assert_int_equal(create("beta"), STATUS_OK);
  assert_int_equal(add_member(CAROL), STATUS_OK);
  assert_int_equal(transfer_acme(CAROL), STATUS_OK);
  assert_int_equal(count(TABLE_RECOVERY), RECOVERY_CODES);
  assert_int_equal(use(BOSS, 0), STATUS_OK);
  assert_string_equal(sign_in_result.org, "beta");
}

static void L5_new_codes_take_the_place_of_earlier_ones(void **state)
{
  (void)state;
  set_up_codes();
  struct recovery_code earlier = codes[0];
  assert_int_equal(use(BOSS, 1), STATUS_OK);
  draw('A'); // begins alike: what is replaced is in nobody's way
  assert_int_equal(create("acme"), STATUS_OK);
  assert_int_equal(count(TABLE_RECOVERY), RECOVERY_CODES);
  assert_int_equal(summary().left, RECOVERY_CODES);
  assert_int_equal(summary().last_used_at_s, 0);
  codes[0] = earlier;
  assert_int_equal(use(BOSS, 0), STATUS_REFUSED);
  assert_int_equal(use(BOSS, 1), STATUS_OK);
  assert_int_equal(make(change_recovery_revoke(&(struct recovery_revoke){"acme"}, &done)), STATUS_OK);
  assert_true(done.changed);
  assert_int_equal(count(TABLE_RECOVERY), 0);
  assert_int_equal(use(BOSS, 2), STATUS_REFUSED);
  assert_int_equal(make(change_recovery_revoke(&(struct recovery_revoke){"acme"}, &done)), STATUS_OK);
  assert_false(done.changed);
}

static void codes_that_begin_alike_are_refused_and_change_nothing(void **state)
{
  (void)state;
  set_up_codes();
  struct recovery_code first = codes[0];
  draw('C');
  memcpy(codes[9].prefix, codes[2].prefix, sizeof codes[9].prefix);
  assert_int_equal(create("acme"), STATUS_EXISTS);
  codes[0] = first;
  assert_int_equal(use(BOSS, 0), STATUS_OK);
}

static void L4_L5_a_locked_owner_keeps_out_and_the_code_is_not_used_up(void **state)
{
  (void)state;
  set_up_codes();
  struct store_txn *txn = NULL;
  struct account boss = get_account(BOSS);
  boss.status = ACCOUNT_LOCKED; // no operation locks an owner
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(account_update(txn, &boss), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  assert_int_equal(use(BOSS, 0), STATUS_REFUSED);
  assert_string_equal(sign_in_result.decision.row, "L4");
  assert_int_equal(summary().left, RECOVERY_CODES);
}

static void L5_no_codes_for_an_owner_whom_another_org_governs(void **state)
{
  (void)state;
  struct store_txn *txn = NULL;
  struct org org;
  fixture_set_up(PROVISIONING_JIT);
  assert_int_equal(create_org("beta", "b@acme.test"), STATUS_OK);
  assert_int_equal(store_lock(store), STATUS_OK);
  assert_int_equal(store_begin(store, true, &txn), STATUS_OK);
  assert_int_equal(org_by_slug(txn, "beta", &org), STATUS_OK);
  org.by_root = 0;
  assert_int_equal(org_update(txn, &org), STATUS_OK);
  assert_int_equal(store_commit(&txn), STATUS_OK);
  store_unlock(store);
  draw('A');
  assert_int_equal(create("beta"), STATUS_REFUSED);
  assert_int_equal(count(TABLE_RECOVERY), 0);
}

static void only_hashes_of_codes_are_stored(void **state)
{
  (void)state;
  struct bytes file CLEANUP(bytes_done) = BYTES_EMPTY;
  char path[128];
  set_up_codes();
  assert_int_equal(use(BOSS, 0), STATUS_OK);
  store_close(&store);
  (void)snprintf(path, sizeof path, "%s/data.mdb", directory);
  assert_int_equal(file_read_trusted(path, STORE_FILE_MAX, NULL, &file), STATUS_OK);
  assert_non_null(
      memmem(file.data, file.length, codes[1].hash, strlen(codes[1].hash))); // the search finds what is there
  for (int i = 0; i < RECOVERY_CODES; i++) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_null(memmem(file.data, file.length, texts[i], strlen(texts[i])));
    assert_int_equal(bytes_append_text(&typed, texts[i]), STATUS_OK);
    assert_int_equal(code_fold(&typed, &folded), STATUS_OK);
    assert_null(memmem(file.data, file.length, folded.data, folded.length));
    assert_null(memmem(file.data, file.length, folded.data + 2, folded.length - 2));
  }
  open_store(STORE_READ_WRITE);
}

static void of_two_who_type_a_code_at_once_one_gets_in(void **state)
{
  (void)state;
  enum { AT_ONCE = 4 };
  pid_t pids[AT_ONCE];
  int granted = 0;
  set_up_codes();
  store_close(&store);
  for (int i = 0; i < AT_ONCE; i++) {
    pids[i] = fork();
    if (pids[i] == 0) {
      open_store(STORE_READ_WRITE);
      enum status status = use(BOSS, 0);
      _exit(status == STATUS_OK ? 1 : status == STATUS_REFUSED ? 0 : 2);
    }
  }
  for (int i = 0; i < AT_ONCE; i++) {
    int how = 0;
    assert_int_equal(waitpid(pids[i], &how, 0), pids[i]);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) < 2);
    granted += WEXITSTATUS(how);
  }
  open_store(STORE_READ_WRITE);
  assert_int_equal(granted, 1);
  assert_int_equal(summary().left, RECOVERY_CODES - 1);
  assert_int_equal(events().used, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(L5_each_code_signs_the_owner_in_once),
      STORE_TEST(L5_an_owner_without_a_password_signs_in_too),
      STORE_TEST(L5_a_code_that_does_not_match_is_refused_and_used_by_nothing),
      STORE_TEST(L5_an_empty_hash_never_matches_a_used_code),
      STORE_TEST(L5_the_codes_of_an_org_are_only_its_owners),
      STORE_TEST(L5_a_transfer_makes_the_codes_void),
      STORE_TEST(L5_a_transfer_of_one_org_keeps_the_codes_of_another),
      STORE_TEST(L5_new_codes_take_the_place_of_earlier_ones),
      STORE_TEST(codes_that_begin_alike_are_refused_and_change_nothing),
      STORE_TEST(L4_L5_a_locked_owner_keeps_out_and_the_code_is_not_used_up),
      STORE_TEST(L5_no_codes_for_an_owner_whom_another_org_governs),
      STORE_TEST(only_hashes_of_codes_are_stored),
      STORE_TEST(of_two_who_type_a_code_at_once_one_gets_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
