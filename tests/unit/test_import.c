// SPDX-License-Identifier: Apache-2.0
// Many members in one transaction: the same store as one by one, all or nobody, and what a row may say.
#include "base/bytes.h"
#include "change/org.h"
#include "publish/publish.h"
#include "published.h"
#include "store/accounts.h"
#include "store/audit.h"

enum { ROWS = 400, RANGE_FIRST = 70000, RANGE_LAST = 70999 };

// Rows by their index, the last one the import's own event; those whose index is a multiple of BAD are refused.
struct file {
  uint64_t rows;
  uint64_t bad; // 0 for none
  bool goes_on;
  size_t added;
  size_t refused;
  char email[EMAIL_SIZE];
  char name[DISPLAY_SIZE];
  char login[LOGIN_SIZE];
  char home[PATH_SIZE];
  char summary[REASON_SIZE];
  struct member_add add;
  struct member_import closing;
};

static struct member_add new_row(const char *email)
{
  struct member_add row = new_member(email);
  row.imported = true;
  return row;
}

// In no order; some with a role, a login, a number, a home of their own, suspended.
static struct member_add good_row(struct file *file, uint64_t index)
{
  (void)snprintf(file->email, sizeof file->email, "u%03d@acme.test", (int)(index * 7919 % 1000));
  (void)snprintf(file->name, sizeof file->name, "Person %d", (int)index);
  (void)snprintf(file->login, sizeof file->login, "login%d", (int)index);
  (void)snprintf(file->home, sizeof file->home, "/srv/%d", (int)index);
  struct member_add row = new_row(file->email);
  row.role = index % 3 == 0 ? ROLE_ADMIN : ROLE_VIEWER;
  row.has_status = index % 5 == 0;
  row.status = index % 10 == 0 ? MEMBER_SUSPENDED : MEMBER_ACTIVE;
  row.uid = index % 7 == 0 ? 80000 + (uint32_t)index : 0;
  row.name = file->name;
  row.login = index % 11 == 0 ? file->login : "";
  row.home = index % 13 == 0 ? file->home : "";
  return row;
}

static struct member_add bad_row(uint64_t index)
{
  static const struct {
    const char *email;
    const char *login;
    const char *home;
    uint32_t uid;
    enum role role;
  } KINDS[] = {
      {"m3", "", "", 0, ROLE_VIEWER},
      {"A@acme.test", "", "", 0, ROLE_VIEWER},
      {"new@acme.test", "", "", 999, ROLE_VIEWER},
      {"new@acme.test", "", "", 65519, ROLE_VIEWER},
      {"new@acme.test", "boss@example.org", "", 0, ROLE_VIEWER},
      {"new@acme.test", "acme", "", 0, ROLE_VIEWER},
      {"new@acme.test", "root", "", 0, ROLE_VIEWER},
      {"new@acme.test", "", "/home/boss@example.org", 0, ROLE_VIEWER},
      {"new@acme.test", "", "", 0, ROLE_OWNER},
      {"boss@example.org", "", "", 0, ROLE_VIEWER},
      {"boss@example.org", "", "", 70001, ROLE_OWNER},
      {"boss@example.org", "other", "", 0, ROLE_OWNER},
  };
  size_t kind = (size_t)index % COUNT_OF(KINDS);
  struct member_add row = new_row(KINDS[kind].email);
  row.role = KINDS[kind].role;
  row.uid = KINDS[kind].uid;
  row.login = KINDS[kind].login;
  row.home = KINDS[kind].home;
  return row;
}

// A row that is refused stands in front of each good one whose index is a multiple of BAD.
static enum status get_row(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  struct file *file = context;
  (void)for_error;
  bool bad = file->bad != 0 && index % (file->bad + 1) == 0;
  if (index == 0) {
    file->added = file->refused = 0;
  }
  if (index + 1 == file->rows) {
    (void)snprintf(file->summary, sizeof file->summary, "%zu added", file->added);
    file->closing = (struct member_import){"acme", file->summary};
    *ret_change = change_member_import(&file->closing, &done);
    return STATUS_OK;
  }
  file->add = bad ? bad_row(index) : good_row(file, file->bad != 0 ? index - index / (file->bad + 1) - 1 : index);
  *ret_change = change_member_add(&file->add, &added);
  return STATUS_OK;
}

static bool note_row(void *context, uint64_t index, enum status status, const struct error *for_error)
{
  struct file *file = context;
  file->added += status == STATUS_OK && added.changed && index + 1 < file->rows ? 1 : 0;
  file->refused += status != STATUS_OK ? 1 : 0;
  assert_true(status == STATUS_OK || for_error->text[0] != '\0');
  return status == STATUS_OK || file->goes_on;
}

static enum status import(struct file *file)
{
  const struct changes all = {file->rows, get_row, note_row, file};
  uint64_t index = 0;
  return change_run_all(&host, &by_root, &all, &error, &index);
}

static void narrow_ranges(void)
{
  config.map.ranges = (struct u32_list){2, {RANGE_FIRST, RANGE_LAST}}; // so that many ask for the same number
}

static enum status add_entry(void *context, const struct store_entry *entry)
{
  struct bytes *out = context;
  struct account account;
  struct membership membership;
  enum status status = bytes_append(out, entry->key, entry->key_length);
  if (status == STATUS_OK && record_decode(&ACCOUNT_RECORD, entry->data, entry->length, &account) == STATUS_OK) {
    account.created_at_s = 0;
    status = record_encode(&ACCOUNT_RECORD, &account, out);
  } else if (status == STATUS_OK &&
             record_decode(&MEMBERSHIP_RECORD, entry->data, entry->length, &membership) == STATUS_OK) {
    membership.joined_at_s = 0;
    status = record_encode(&MEMBERSHIP_RECORD, &membership, out);
  } else if (status == STATUS_OK) {
    status = bytes_append(out, entry->data, entry->length);
  }
  return status;
}

// Everything in the store but the audit, what is counted in meta, and dates.
static void dump(struct bytes *out)
{
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  const struct store_key all = key_new();
  for (int table = 0; table < TABLE_COUNT; table++) {
    const struct store_key from = table == TABLE_ORGS ? key_of_i64(INT64_MAX) : all; // with the org's own date
    if (table != TABLE_AUDIT && table != TABLE_META && table != TABLE_CONFIRMED) {   // which has random numbers
      assert_int_equal(store_each_from(txn, (enum store_table)table, &from, add_entry, out), STATUS_OK);
    }
  }
}

static void renew_store(void)
{
  assert_int_equal(remove_store(NULL), 0);
  assert_int_equal(make_store(NULL), 0);
  narrow_ranges();
  create_acme();
}

static void N4_many_at_once_are_stored_as_one_by_one(void **state)
{
  (void)state;
  struct bytes at_once CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes one_by_one CLEANUP(bytes_done) = BYTES_EMPTY;
  struct file file = {.rows = ROWS + 1};
  renew_store();
  assert_int_equal(import(&file), STATUS_OK);
  assert_int_equal(file.added, ROWS);
  dump(&at_once);
  renew_store();
  for (uint64_t i = 0; i < ROWS; i++) {
    const struct member_add row = good_row(&file, i);
    assert_int_equal(add(&row), STATUS_OK);
  }
  dump(&one_by_one);
  assert_true(at_once.length > (size_t)ROWS * 200);
  assert_int_equal(at_once.length, one_by_one.length);
  assert_memory_equal(at_once.data, one_by_one.data, at_once.length);
}

static void rows_that_are_refused_leave_nothing_behind(void **state)
{
  (void)state;
  struct bytes with CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes without CLEANUP(bytes_done) = BYTES_EMPTY;
  struct file mixed = {.rows = ROWS + ROWS / 4 + 1, .bad = 4, .goes_on = true};
  struct file good = {.rows = ROWS + 1};
  renew_store();
  assert_int_equal(import(&mixed), STATUS_OK);
  assert_int_equal(mixed.added, ROWS);
  assert_int_equal(mixed.refused, ROWS / 4);
  dump(&with);
  renew_store();
  assert_int_equal(import(&good), STATUS_OK);
  dump(&without);
  assert_int_equal(with.length, without.length);
  assert_memory_equal(with.data, without.data, with.length);
}

static void the_first_row_that_is_refused_ends_it_and_nothing_is_stored(void **state)
{
  (void)state;
  struct bytes before CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes after CLEANUP(bytes_done) = BYTES_EMPTY;
  struct file file = {.rows = 200, .bad = 150};
  renew_store();
  dump(&before);
  assert_int_equal(import(&file), STATUS_INVALID);
  assert_int_equal(file.refused, 1);
  assert_int_equal(count(TABLE_AUDIT), 1);
  dump(&after);
  assert_int_equal(before.length, after.length);
  assert_memory_equal(before.data, after.data, before.length);
}

static void importing_twice_changes_nothing_and_is_no_event(void **state)
{
  (void)state;
  struct file file = {.rows = ROWS + 1};
  renew_store();
  assert_int_equal(import(&file), STATUS_OK);
  uint64_t events = count(TABLE_AUDIT);
  assert_int_equal(events, 2); // org.create and the import
  assert_int_equal(import(&file), STATUS_OK);
  assert_int_equal(file.added, 0);
  assert_int_equal(count(TABLE_AUDIT), events);
}

// Another thing that is refused after it has stored something: it is not gone on without it.
static enum status get_half_done(void *context, uint64_t index, struct error *for_error, struct change *ret_change)
{
  static struct member_add first;
  static const struct org_create SECOND = {"beta", "Beta", "boss@example.org", "", "somebody"}; // too late for that
  static struct org_created created;
  (void)context;
  (void)for_error;
  first = new_member("carol@acme.test");
  *ret_change = index == 0 ? change_member_add(&first, &added) : change_org_create(&SECOND, &created);
  return STATUS_OK;
}

static bool goes_on(void *context, uint64_t index, enum status status, const struct error *for_error)
{
  (void)context;
  (void)index;
  (void)status;
  (void)for_error;
  return true;
}

static void what_was_half_stored_is_not_gone_on_without(void **state)
{
  (void)state;
  const struct changes all = {2, get_half_done, goes_on, NULL};
  uint64_t index = 0;
  renew_store();
  assert_int_equal(change_run_all(&host, &by_root, &all, &error, &index), STATUS_REFUSED);
  assert_int_equal(index, 1);
  assert_int_equal(count(TABLE_ACCOUNTS), 1);
}

// Also where the number that another row asks for is what the search would have found for this one.
static void H01_numbers_of_one_import_never_meet(void **state)
{
  (void)state;
  struct file file = {.rows = ROWS + 1};
  uint32_t free_number = 0;
  renew_store();
  assert_int_equal(import(&file), STATUS_OK);
  free_number = get_account("u919@acme.test").uid; // its row named none
  renew_store();
  struct member_add first = new_member("first@acme.test");
  first.uid = free_number;
  assert_int_equal(add(&first), STATUS_OK);
  assert_int_equal(import(&file), STATUS_OK);
  assert_int_equal(count(TABLE_NUMBERS), ROWS + 4);
  assert_int_not_equal(get_account("u919@acme.test").uid, free_number);
}

static void E4_only_the_owner_is_imported_as_owner(void **state)
{
  (void)state;
  static const struct {
    const char *email;
    bool imported;
    bool suspended;
    enum status status;
  } CASES[] = {
      {"boss@example.org", true, false, STATUS_OK},       {"boss@example.org", true, true, STATUS_EXISTS},
      {"boss@example.org", false, false, STATUS_REFUSED}, {"carol@acme.test", true, false, STATUS_REFUSED},
      {"new@acme.test", true, false, STATUS_REFUSED},
  };
  create_acme();
  assert_int_equal(add_member("carol@acme.test"), STATUS_OK);
  uint64_t events = count(TABLE_AUDIT);
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct member_add row = new_row(CASES[i].email);
    row.role = ROLE_OWNER;
    row.imported = CASES[i].imported;
    row.has_status = true;
    row.status = CASES[i].suspended ? MEMBER_SUSPENDED : MEMBER_ACTIVE;
    assert_int_equal(add(&row), CASES[i].status);
    assert_true(CASES[i].status != STATUS_OK || !added.changed);
  }
  assert_int_equal(count(TABLE_ACCOUNTS), 2);
  assert_int_equal(count(TABLE_AUDIT), events);
}

static void L4_a_member_is_imported_suspended_and_not_suspended_by_an_import(void **state)
{
  (void)state;
  create_acme();
  struct member_add row = new_row("carol@acme.test");
  row.has_status = true;
  row.status = MEMBER_SUSPENDED;
  assert_int_equal(add(&row), STATUS_OK);
  assert_int_equal(published_groups("carol@acme.test"), 0);
  row.status = MEMBER_ACTIVE;
  assert_int_equal(add(&row), STATUS_EXISTS);
  assert_non_null(strstr(error.text, "member suspend"));
  assert_int_equal(published_groups("carol@acme.test"), 0);
  row.has_status = false;
  assert_int_equal(add(&row), STATUS_OK);
  assert_false(added.changed);
  assert_int_equal(published_groups("carol@acme.test"), 0);
}

static enum status keep_last(void *context, const struct audit_event *event)
{
  *(struct audit_event *)context = *event;
  return STATUS_OK;
}

static void one_event_tells_of_a_whole_import(void **state)
{
  (void)state;
  struct file file = {.rows = 21};
  struct audit_event event = {.number = 0};
  renew_store();
  assert_int_equal(import(&file), STATUS_OK);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_int_equal(audit_each(txn, 0, keep_last, &event), STATUS_OK);
  assert_string_equal(event.event, "member.import");
  assert_string_equal(event.detail, "20 added");
  assert_string_equal(event.org, "acme");
  assert_string_equal(event.actor, "root");
}

static void what_was_imported_is_shown_in_the_map(void **state)
{
  (void)state;
  struct file file = {.rows = ROWS + 1};
  renew_store();
  assert_int_equal(import(&file), STATUS_OK);
  assert_int_equal(published_groups("u919@acme.test"), 1);
  struct store_txn *txn CLEANUP(store_abort) = read_txn();
  assert_true(publish_is_current(txn, &config, map_path, "u919@acme.test"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STORE_TEST(N4_many_at_once_are_stored_as_one_by_one),
      STORE_TEST(rows_that_are_refused_leave_nothing_behind),
      STORE_TEST(the_first_row_that_is_refused_ends_it_and_nothing_is_stored),
      STORE_TEST(importing_twice_changes_nothing_and_is_no_event),
      STORE_TEST(what_was_half_stored_is_not_gone_on_without),
      STORE_TEST(H01_numbers_of_one_import_never_meet),
      STORE_TEST(E4_only_the_owner_is_imported_as_owner),
      STORE_TEST(L4_a_member_is_imported_suspended_and_not_suspended_by_an_import),
      STORE_TEST(one_event_tells_of_a_whole_import),
      STORE_TEST(what_was_imported_is_shown_in_the_map),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
