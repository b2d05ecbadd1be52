// SPDX-License-Identifier: Apache-2.0
#include "fleet_ground.h"

#include <string.h>

#include "change/domain.h"
#include "change/group.h"
#include "change/invite.h"
#include "change/org.h"
#include "change/org_settings.h"

// All that was pushed, in order.
struct fleet_rows engine;
size_t pushes;
enum status refuses; // what the next push comes to, once
bool overtakes;      // somebody catches up while the next one is told

static const enum store_table SHARED[PICTURE_TABLES] = {
    TABLE_ACCOUNTS, TABLE_ORGS, TABLE_DOMAINS, TABLE_CONNECTIONS, TABLE_REGISTRATIONS, TABLE_MEMBERSHIPS, TABLE_INVITES,
    TABLE_PENDING_LINKS, TABLE_ORG_GROUPS, TABLE_GROUP_MAPPINGS, TABLE_DOMAIN_PROOFS,
    // and what follows from them
    TABLE_ACCOUNT_LOGINS, TABLE_ACCOUNT_EMAILS, TABLE_ORG_SLUGS, TABLE_DOMAIN_OWNERS, TABLE_ORG_MEMBERS,
    TABLE_INVITE_EMAILS, TABLE_ACCOUNT_PENDING, TABLE_ALLOWED_DOMAINS};

static enum status remember(void *context, const struct fleet_rows *rows, struct error *ret_error)
{
  struct fleet_applied applied;
  (void)context;
  if (refuses != STATUS_OK) {
    enum status status = refuses;
    refuses = STATUS_OK;
    error_set(ret_error, "the engine is away");
    return status;
  }
  pushes++;
  for (size_t i = 0; i < rows->count; i++) {
    struct fleet_row *row = NULL;
    const struct bytes *record = &rows->list[i].record;
    assert_int_equal(fleet_rows_add(&engine, &rows->list[i], &row), STATUS_OK);
    row->is_new = false; // of that an engine says nothing
    assert_int_equal(bytes_append(&row->record, record->data, record->length), STATUS_OK);
  }
  if (overtakes) {
    struct fleet_rows nothing = {.count = 0};
    overtakes = false;
    (void)apply_now(&nothing, STATUS_OK);
  }
  return change_run(&host, &by_root, change_fleet_pushed(rows, &applied), ret_error);
}

static const struct change_push PUSH = {remember, NULL, NULL};

void push_from_here(void)
{
  host.push = &PUSH;
}

void join_fleet(bool admin)
{
  struct fleet_join in = {.admin = admin ? 1 : 0, .joined_at_s = 1};
  (void)snprintf(in.host, sizeof in.host, "web");
  (void)snprintf(in.engines, sizeof in.engines, "127.0.0.1:5432");
  (void)snprintf(in.admins, sizeof in.admins, "admin.example");
  assert_int_equal(make(change_fleet_join(&in, &done)), STATUS_OK);
  host.push = admin ? &PUSH : NULL;
}

int on_admin_host(void **state)
{
  pushes = 0;
  refuses = STATUS_OK;
  overtakes = false;
  make_store(state);
  join_fleet(true);
  return 0;
}

int end_all(void **state)
{
  fleet_rows_done(&engine);
  return remove_store(state);
}

// The rows of all tables that are shared, as text of bytes.
static enum status add_entry(void *context, const struct store_entry *entry)
{
  struct bytes *out = context;
  assert_int_equal(bytes_append(out, entry->key, entry->key_length), STATUS_OK);
  assert_int_equal(bytes_append(out, "=", 1), STATUS_OK);
  assert_int_equal(bytes_append(out, entry->data, entry->length), STATUS_OK);
  return bytes_append(out, "\n", 1);
}

static struct bytes contents(enum store_table table)
{
  struct bytes out = BYTES_EMPTY;
  const struct store_key all = key_new();
  struct store_txn *txn = read_txn();
  assert_int_equal(store_each(txn, table, &all, add_entry, &out), STATUS_OK);
  store_abort(&txn);
  return out;
}

struct picture take_picture(void)
{
  struct picture picture;
  for (size_t i = 0; i < PICTURE_TABLES; i++) {
    picture.tables[i] = contents(SHARED[i]);
  }
  return picture;
}

void same_pictures(struct picture *a, struct picture *b)
{
  for (size_t i = 0; i < PICTURE_TABLES; i++) {
    if (a->tables[i].length != b->tables[i].length ||
        (a->tables[i].length > 0 && memcmp(a->tables[i].data, b->tables[i].data, a->tables[i].length) != 0)) {
      fail_msg("table %d differs: %zu and %zu bytes", (int)SHARED[i], a->tables[i].length, b->tables[i].length);
    }
    bytes_done(&a->tables[i]);
    bytes_done(&b->tables[i]);
  }
}

// Another host, with nothing in its store, in place of the one there was.
void on_another_host(void)
{
  store_close(&store);
  unit_remove_directory(directory);
  make_store(NULL);
  join_fleet(false);
}

int64_t writes_here(void)
{
  struct fleet_state here;
  struct store_txn *txn = read_txn();
  assert_int_equal(fleet_state_get(txn, &here), STATUS_OK);
  store_abort(&txn);
  return here.writes;
}

struct fleet_applied apply_now(struct fleet_rows *rows, enum status wanted)
{
  struct fleet_applied applied = {.changed = false};
  const struct fleet_batch batch = {.rows = rows};
  rows->writes = writes_here();
  assert_int_equal(make(change_fleet_apply(&batch, &applied)), wanted);
  return applied;
}

struct fleet_applied take_over(size_t from, size_t to, enum status wanted)
{
  struct fleet_rows part = {.list = engine.list + from, .count = to - from};
  fleet_rows_sort(&part);
  return apply_now(&part, wanted);
}

// A bit of everything that hosts share.
void fill_fleet(void)
{
  const struct group_map mapped = {.org = "acme", .provider_group = "staff", .group = "dev"};
  assert_int_equal(create_org("acme", BOSS), STATUS_OK);
  assert_int_equal(add_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(verify_domain("acme", "acme.test"), STATUS_OK);
  assert_int_equal(set_connection("client"), STATUS_OK);
  assert_int_equal(add_member(ALICE), STATUS_OK);
  assert_int_equal(add_member(BOB), STATUS_OK);
  assert_int_equal(give_role(ALICE, ROLE_ADMIN), STATUS_OK);
  assert_int_equal(suspend_member(BOB), STATUS_OK);
  assert_int_equal(set_password(BOSS, "a long password of theirs"), STATUS_OK);
  assert_int_equal(invite_to_acme("carol@acme.test", ROLE_VIEWER, 0), STATUS_OK);
  assert_int_equal(make(change_group_map(&mapped, &done)), STATUS_OK);
  assert_int_equal(set_setting("allowed-domains", "other.test"), STATUS_OK);
}
