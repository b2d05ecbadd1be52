// SPDX-License-Identifier: Apache-2.0
// Whoever is new in a fleet, or in another org of it, at a sign-in: claimed by a host, told by an admin host.
#include <string.h>

#include "change/connection.h"
#include "change/fleet_claims.h"
#include "change/group.h"
#include "fleet_ground.h"
#include "protocol/group_list.h"
#include "sign_ins.h"
#include "store/accounts.h"

#define DORA "dora@acme.test"

static const int64_t DORAS_ID = STORE_ID_FLEET + 77;

// What the engine has been asked for, and what it says.
static struct {
  size_t asked;
  size_t accounts;
  size_t places;
  enum status says;
  bool is_there; // somebody of that address is in the fleet already,
  bool clashes;  // and cannot be here
  bool follows;  // ssoorg-sync hears of the claim first: of the number,
  bool is_whole; // and of the account, too
  uint8_t role;  // of a place
  uint8_t source;
  int64_t until_s;
} claims_of;

static const struct membership DORAS_PLACE = {.account_id = STORE_ID_FLEET + 77, .source = SOURCE_SSO};

// As an engine has those whom another host has claimed.
static void put_there(const struct account *like, int64_t org_id)
{
  struct fleet_rows rows = {.count = 0};
  struct fleet_row *row = NULL;
  struct account account = *like;
  struct membership place = DORAS_PLACE;
  account = (struct account){.id = DORAS_ID, .proof = PROOF_NONE, .created_by_org = org_id};
  (void)snprintf(account.login, sizeof account.login, "%s", like->login);
  (void)snprintf(account.email, sizeof account.email, "%s", like->email);
  (void)snprintf(account.home, sizeof account.home, "%s", like->home);
  (void)snprintf(account.shell, sizeof account.shell, "%s", like->shell);
  account.uid = account.gid = like->uid;
  place.org_id = org_id;
  const struct fleet_row of_account = {.kind = FLEET_ACCOUNT, .account_id = DORAS_ID, .is_claim = true};
  const struct fleet_row of_place = {
      .kind = FLEET_MEMBERSHIP, .account_id = DORAS_ID, .org_id = org_id, .is_claim = true};
  assert_int_equal(fleet_rows_add(&rows, &of_account, &row), STATUS_OK);
  assert_int_equal(fleet_row_pack(row, &ACCOUNT_RECORD, &account), STATUS_OK);
  assert_int_equal(fleet_rows_add(&rows, &of_place, &row), STATUS_OK);
  assert_int_equal(fleet_row_pack(row, &MEMBERSHIP_RECORD, &place), STATUS_OK);
  assert_int_equal(apply_now(&rows, STATUS_OK).clashes, 0);
  fleet_rows_done(&rows);
}

static void claim_account(const struct fleet_row *row, struct fleet_claims *claims)
{
  struct account account = {.id = 0};
  assert_int_equal(record_decode(&ACCOUNT_RECORD, bytes_text(&row->record), row->record.length, &account), STATUS_OK);
  claims_of.accounts++;
  claims->account_id = DORAS_ID;
  memcpy(claims->email, account.email, sizeof claims->email);
  claims->uid = account.uid;
  if (claims_of.is_there && !claims_of.clashes) {
    put_there(&account, account.created_by_org);
  }
}

static void follow(const struct fleet_claims *claims)
{
  const struct fleet_taken taken = {&claims->uid, 1};
  struct fleet_noted noted;
  assert_int_equal(make(change_fleet_taken(&taken, &noted)), STATUS_OK);
}

static void claim_place(const struct fleet_row *row, struct fleet_claims *claims)
{
  struct membership place = {.org_id = row->org_id,
                             .account_id = claims->account_id != 0 ? claims->account_id : row->account_id,
                             .role = claims_of.role,
                             .source = claims_of.source,
                             .until_s = claims_of.until_s};
  claims_of.places++;
  claims->places[claims->count++] = place;
}

static enum status claim(void *context, const struct fleet_rows *rows, struct error *ret_error,
                         struct fleet_claims *ret_claims)
{
  (void)context;
  claims_of.asked++;
  if (claims_of.says != STATUS_OK) {
    error_set(ret_error, "the engine says no");
    return claims_of.says;
  }
  for (size_t i = 0; i < rows->count; i++) {
    if (rows->list[i].is_new && rows->list[i].kind == FLEET_ACCOUNT) {
      claim_account(&rows->list[i], ret_claims);
    } else if (rows->list[i].is_new && rows->list[i].kind == FLEET_MEMBERSHIP) {
      claim_place(&rows->list[i], ret_claims);
    }
  }
  if (claims_of.follows) {
    follow(ret_claims);
  }
  return claims_of.is_there && !claims_of.is_whole ? STATUS_BUSY : STATUS_OK;
}

static const struct change_push CLAIM = {NULL, claim, NULL};

static void open_to_all(void)
{
  fill_fleet();
  assert_int_equal(set_setting("provisioning", "jit"), STATUS_OK);
}

static void on_a_member_host(void)
{
  on_another_host();
  assert_int_equal(take_over(0, engine.count, STATUS_OK).clashes, 0);
  explicit_bzero(&claims_of, sizeof claims_of);
  claims_of.source = SOURCE_SSO;
  host.push = &CLAIM;
}

static struct membership place_of(const char *who)
{
  struct membership membership = {.account_id = 0};
  const struct account account = get_account(who);
  const struct org org = stored_org("acme");
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(membership_get(txn, account.id, org.id, &membership), STATUS_OK);
  return membership;
}

static bool is_here(const char *email)
{
  struct account account;
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  return account_by_email(txn, email, &account) == STATUS_OK;
}

static void somebody_new_has_the_id_that_the_fleet_gives(void **state)
{
  (void)state;
  open_to_all();
  on_a_member_host();
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  assert_int_equal(claims_of.asked, 1);
  assert_int_equal(claims_of.accounts, 1);
  assert_int_equal(claims_of.places, 1);
  assert_int_equal(get_account(DORA).id, DORAS_ID);
  assert_int_equal(get_account(DORA).email_proven, 1);
  assert_string_equal(get_account(DORA).name, "Some Name");
  assert_int_equal(place_of(DORA).role, ROLE_VIEWER);
  assert_int_equal(place_of(DORA).source, SOURCE_SSO);
  assert_int_equal(count(TABLE_AUDIT), events + 1);
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  assert_int_equal(claims_of.asked, 1); // they are known now
}

// As an admin host has it, which was told of the claim.
static void change_shell(const struct account *claimed)
{
  struct account account = *claimed;
  struct fleet_row row = {.kind = FLEET_ACCOUNT, .account_id = claimed->id};
  struct fleet_rows rows = {.count = 0};
  struct fleet_row *changed_row = NULL;
  account.name[0] = '\0';
  account.email_proven = 0;
  account.proof = PROOF_NONE;
  (void)snprintf(account.shell, sizeof account.shell, "/bin/sh");
  assert_int_equal(fleet_rows_add(&rows, &row, &changed_row), STATUS_OK);
  assert_int_equal(fleet_row_pack(changed_row, &ACCOUNT_RECORD, &account), STATUS_OK);
  (void)apply_now(&rows, STATUS_OK);
  fleet_rows_done(&rows);
}

static void what_the_sign_in_has_proven_stays_beside_what_an_admin_says(void **state)
{
  (void)state;
  open_to_all();
  on_a_member_host();
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  const struct account claimed = get_account(DORA);
  put_there(&claimed, claimed.created_by_org); // the claim comes back
  assert_int_equal(get_account(DORA).email_proven, 1);
  change_shell(&claimed);
  assert_string_equal(get_account(DORA).shell, "/bin/sh");
  assert_int_equal(get_account(DORA).email_proven, 1);
  assert_string_equal(get_account(DORA).name, "Some Name");
}

static void who_is_in_the_fleet_already_is_who_they_were(void **state)
{
  (void)state;
  open_to_all();
  on_a_member_host();
  claims_of.is_there = true;
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  assert_int_equal(claims_of.asked, 1);
  assert_int_equal(get_account(DORA).id, DORAS_ID);
  assert_int_equal(get_account(DORA).email_proven, 1);
}

static void who_comes_while_the_host_hears_of_it_comes_all_the_same(void **state)
{
  (void)state;
  open_to_all();
  on_a_member_host();
  claims_of.follows = true;
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  assert_int_equal(get_account(DORA).id, DORAS_ID);
  on_a_member_host();
  claims_of.is_there = claims_of.is_whole = true;
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  assert_int_equal(get_account(DORA).id, DORAS_ID);
  assert_int_equal(get_account(DORA).email_proven, 1);
}

// Their number may be a local user's here, say: they are nobody else meanwhile.
static void who_is_in_the_fleet_and_cannot_be_here_is_not(void **state)
{
  (void)state;
  open_to_all();
  on_a_member_host();
  claims_of.is_there = claims_of.clashes = true;
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_BUSY);
  assert_true(claims_of.asked > 1);
  assert_false(is_here(DORA));
}

static void check_nobody(enum status says)
{
  claims_of.says = says;
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), says);
  assert_string_equal(error.text, "the engine says no");
  assert_false(is_here(DORA));
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void without_the_engine_nobody_new_comes_and_everybody_known_does(void **state)
{
  (void)state;
  open_to_all();
  on_a_member_host();
  check_nobody(STATUS_TIMEOUT);
  check_nobody(STATUS_NOT_FOUND);
  check_nobody(STATUS_EXISTS);
  claims_of.says = STATUS_TIMEOUT;
  claims_of.asked = 0;
  assert_int_equal(sign_in(ALICE, ALICE, "subject-alice"), STATUS_OK);
  assert_int_equal(claims_of.asked, 0);
  host.push = NULL; // a program that asks no engine
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_TIMEOUT);
  assert_false(is_here(DORA));
}

static void an_invite_gives_what_the_engine_says_it_does(void **state)
{
  (void)state;
  fill_fleet();
  assert_int_equal(invite_to_acme(DORA, ROLE_VIEWER, 0), STATUS_OK);
  on_a_member_host();
  claims_of.source = SOURCE_INVITATION;
  claims_of.role = ROLE_ADMIN; // as an admin has changed it since
  claims_of.until_s = 4102444800;
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
  assert_int_equal(place_of(DORA).role, ROLE_ADMIN);
  assert_int_equal(place_of(DORA).source, SOURCE_INVITATION);
  assert_int_equal(place_of(DORA).until_s, 4102444800);
}

// By an operator of this host.
static void confirm_here(void)
{
  const struct connection_confirm in = {"acme", FINGERPRINT_NONE};
  assert_int_equal(make(change_connection_confirm(&in, &done)), STATUS_OK);
}

static void a_role_by_a_group_is_beside_what_is_claimed(void **state)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  (void)state;
  open_to_all();
  assert_int_equal(make(change_group_map_role(&(struct group_map_role){"acme", "admins"}, &done)), STATUS_OK);
  on_a_member_host();
  confirm_here();
  assert_int_equal(group_list_add(&groups, "admins"), STATUS_OK);
  assert_int_equal(sign_in_with(DORA, DORA, "subject-dora", &groups), STATUS_OK);
  assert_int_equal(claims_of.asked, 1);
  assert_int_equal(place_of(DORA).role, ROLE_ADMIN);
  assert_int_equal(place_of(DORA).role_by, ROLE_BY_GROUP);
}

static void a_way_that_only_an_admin_host_may_set_brings_nobody_new(void **state)
{
  (void)state;
  open_to_all();
  assert_int_equal(set_setting("on-link", "sso-only"), STATUS_OK);
  on_a_member_host();
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_REFUSED);
  assert_non_null(strstr(error.text, "admin.example"));
  assert_int_equal(claims_of.asked, 0);
  assert_false(is_here(DORA));
}

static const struct fleet_row *pushed_of(enum fleet_kind kind)
{
  for (size_t i = engine.count; i > 0; i--) {
    if (engine.list[i - 1].kind == kind) {
      return &engine.list[i - 1];
    }
  }
  return NULL;
}

static void an_admin_host_tells_of_somebody_new_without_what_is_its_own(void **state)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  struct account account = {.id = 0};
  struct membership place = {.account_id = 0};
  (void)state;
  open_to_all();
  assert_int_equal(make(change_group_map_role(&(struct group_map_role){"acme", "admins"}, &done)), STATUS_OK);
  size_t told = pushes;
  assert_int_equal(group_list_add(&groups, "admins"), STATUS_OK);
  assert_int_equal(sign_in_with(DORA, DORA, "subject-dora", &groups), STATUS_OK);
  assert_int_equal(pushes, told + 1);
  const struct bytes *record = &pushed_of(FLEET_ACCOUNT)->record;
  assert_int_equal(record_decode(&ACCOUNT_RECORD, bytes_text(record), record->length, &account), STATUS_OK);
  assert_string_equal(account.email, DORA);
  assert_int_equal(account.id, get_account(DORA).id);
  assert_int_equal(account.email_proven, 0);
  assert_int_equal(account.proof, PROOF_NONE);
  assert_string_equal(account.name, "");
  record = &pushed_of(FLEET_MEMBERSHIP)->record;
  assert_int_equal(record_decode(&MEMBERSHIP_RECORD, bytes_text(record), record->length, &place), STATUS_OK);
  assert_int_equal(place.role, ROLE_VIEWER);
  assert_int_equal(place.role_by, ROLE_BY_MEMBERSHIP);
  // And here they are as they have signed in.
  assert_int_equal(get_account(DORA).email_proven, 1);
  assert_int_equal(place_of(DORA).role, ROLE_ADMIN);
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_OK);
}

static void an_admin_host_whose_engine_is_away_lets_nobody_new_in(void **state)
{
  (void)state;
  open_to_all();
  refuses = STATUS_CLOSED;
  assert_int_equal(sign_in(DORA, DORA, "subject-dora"), STATUS_CLOSED);
  assert_false(is_here(DORA));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      FLEET_TEST(somebody_new_has_the_id_that_the_fleet_gives),
      FLEET_TEST(what_the_sign_in_has_proven_stays_beside_what_an_admin_says),
      FLEET_TEST(who_is_in_the_fleet_already_is_who_they_were),
      FLEET_TEST(who_comes_while_the_host_hears_of_it_comes_all_the_same),
      FLEET_TEST(who_is_in_the_fleet_and_cannot_be_here_is_not),
      FLEET_TEST(without_the_engine_nobody_new_comes_and_everybody_known_does),
      FLEET_TEST(an_invite_gives_what_the_engine_says_it_does),
      FLEET_TEST(a_role_by_a_group_is_beside_what_is_claimed),
      FLEET_TEST(a_way_that_only_an_admin_host_may_set_brings_nobody_new),
      FLEET_TEST(an_admin_host_tells_of_somebody_new_without_what_is_its_own),
      FLEET_TEST(an_admin_host_whose_engine_is_away_lets_nobody_new_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
