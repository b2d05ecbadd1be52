// SPDX-License-Identifier: Apache-2.0
#include "store/fleet.h"

#include <string.h>

#include "base/cleanup.h"
#include "store/store_copy.h"

static const struct field JOIN_FIELDS[] = {
    FIELD_OF_TEXT(fleet_join, host),
    FIELD_OF_TEXT(fleet_join, engines),
    FIELD_OF_TEXT(fleet_join, database),
    FIELD_OF_TEXT(fleet_join, login),
    FIELD_OF_BYTES(fleet_join, password, PROTOCOL_SECRET_MAX),
    FIELD_OF_BYTES(fleet_join, ca_pem, PROTOCOL_CA_MAX),
    FIELD_OF_U8(fleet_join, admin),
    FIELD_OF_TEXT(fleet_join, admins),
    FIELD_OF_I64(fleet_join, joined_at_s),
};
const struct record_type FLEET_JOIN_RECORD = RECORD_TYPE(fleet_join, 1, JOIN_FIELDS);

static const struct field STATE_FIELDS[] = {
    FIELD_OF_I64(fleet_state, revision), FIELD_OF_TEXT(fleet_state, token), FIELD_OF_I64(fleet_state, caught_up_at_s),
    FIELD_OF_I64(fleet_state, contacts), FIELD_OF_TEXT(fleet_state, nonce), FIELD_OF_I64(fleet_state, contact_at_s),
    FIELD_OF_TEXT(fleet_state, stopped), FIELD_OF_I64(fleet_state, writes),
};
const struct record_type FLEET_STATE_RECORD = RECORD_TYPE_GROWN(fleet_state, 2, STATE_FIELDS, 7);

static const struct field CURSOR_FIELDS[] = {FIELD_OF_I64(fleet_cursor, revision), FIELD_OF_TEXT(fleet_cursor, token)};
const struct record_type FLEET_CURSOR_RECORD = RECORD_TYPE(fleet_cursor, 1, CURSOR_FIELDS);

static const struct field CLASH_FIELDS[] = {FIELD_OF_TEXT(fleet_clash, what), FIELD_OF_I64(fleet_clash, at_s)};
const struct record_type FLEET_CLASH_RECORD = RECORD_TYPE(fleet_clash, 1, CLASH_FIELDS);

void cleanup_fleet_join(struct fleet_join *join)
{
  record_done(&FLEET_JOIN_RECORD, join);
}

enum status fleet_join_get(struct store_txn *txn, struct fleet_join *ret_join)
{
  const struct store_key key = key_of_text("join");
  return store_get_record(txn, TABLE_FLEET, &key, &FLEET_JOIN_RECORD, ret_join);
}

enum status fleet_join_put(struct store_txn *txn, const struct fleet_join *join)
{
  const struct store_key key = key_of_text("join");
  return store_put_record(txn, TABLE_FLEET, &key, &FLEET_JOIN_RECORD, join);
}

enum status fleet_role(struct store_txn *txn, bool *ret_member, bool *ret_admin)
{
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  enum status status = fleet_join_get(txn, &join);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  *ret_member = status == STATUS_OK;
  *ret_admin = *ret_member && join.admin == 1;
  return STATUS_OK;
}

enum status fleet_state_get(struct store_txn *txn, struct fleet_state *ret_state)
{
  const struct store_key key = key_of_text("state");
  *ret_state = (struct fleet_state){.revision = 0};
  enum status status = store_get_record(txn, TABLE_FLEET, &key, &FLEET_STATE_RECORD, ret_state);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status fleet_state_put(struct store_txn *txn, const struct fleet_state *state)
{
  const struct store_key key = key_of_text("state");
  return store_put_record(txn, TABLE_FLEET, &key, &FLEET_STATE_RECORD, state);
}

static const char CURSOR[] = "org ";

static struct store_key cursor_key(int64_t org_id)
{
  struct store_key key = key_of_text(CURSOR);
  key_add_i64(&key, org_id);
  return key;
}

enum status fleet_cursor_get(struct store_txn *txn, int64_t org_id, struct fleet_cursor *ret_cursor)
{
  const struct store_key key = cursor_key(org_id);
  *ret_cursor = (struct fleet_cursor){.revision = 0};
  enum status status = store_get_record(txn, TABLE_FLEET, &key, &FLEET_CURSOR_RECORD, ret_cursor);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status fleet_cursor_put(struct store_txn *txn, int64_t org_id, const struct fleet_cursor *cursor)
{
  const struct store_key key = cursor_key(org_id);
  return store_put_record(txn, TABLE_FLEET, &key, &FLEET_CURSOR_RECORD, cursor);
}

enum status fleet_cursor_drop(struct store_txn *txn, int64_t org_id)
{
  const struct store_key key = cursor_key(org_id);
  enum status status = store_delete(txn, TABLE_FLEET, &key);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status fleet_org_is_closed(struct store_txn *txn, int64_t org_id, bool *ret_closed)
{
  const struct store_key key = cursor_key(org_id);
  struct fleet_cursor cursor = {.revision = 0};
  enum status status = store_get_record(txn, TABLE_FLEET, &key, &FLEET_CURSOR_RECORD, &cursor);
  if (status == STATUS_OK || status == STATUS_NOT_FOUND) {
    *ret_closed = status == STATUS_OK && cursor.token[0] == '\0';
    return STATUS_OK;
  }
  return status;
}

static enum status add_org(void *context, const struct store_entry *entry)
{
  if (entry->key_length != sizeof CURSOR - 1 + sizeof(int64_t)) {
    return STATUS_CORRUPT;
  }
  return id_list_add(context, key_take_i64(entry->key + sizeof CURSOR - 1));
}

enum status fleet_org_list(struct store_txn *txn, struct id_list *orgs)
{
  const struct store_key prefix = key_of_text(CURSOR);
  return store_each(txn, TABLE_FLEET, &prefix, add_org, orgs);
}

static struct store_key clash_key(const char *kind, int64_t id, const char *key)
{
  struct store_key whole = key_of_text("clash ");
  key_add_text(&whole, kind);
  key_add_i64(&whole, id);
  key_add_text(&whole, key);
  return whole;
}

enum status fleet_clash_put(struct store_txn *txn, const char *kind, int64_t id, const char *key,
                            const struct fleet_clash *clash)
{
  const struct store_key at = clash_key(kind, id, key);
  return store_put_record(txn, TABLE_FLEET, &at, &FLEET_CLASH_RECORD, clash);
}

enum status fleet_clash_drop(struct store_txn *txn, const char *kind, int64_t id, const char *key)
{
  const struct store_key at = clash_key(kind, id, key);
  enum status status = store_delete(txn, TABLE_FLEET, &at);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

struct clash_walk {
  fleet_clash_visit *visit;
  void *context;
};

static enum status visit_clash(void *context, const struct store_entry *entry)
{
  const struct clash_walk *walk = context;
  struct fleet_clash clash;
  enum status status = record_decode(&FLEET_CLASH_RECORD, entry->data, entry->length, &clash);
  return status != STATUS_OK ? status : walk->visit(walk->context, &clash);
}

enum status fleet_clash_each(struct store_txn *txn, fleet_clash_visit *visit, void *context)
{
  const struct store_key prefix = key_of_text("clash ");
  struct clash_walk walk = {visit, context};
  return store_each(txn, TABLE_FLEET, &prefix, visit_clash, &walk);
}

enum status fleet_forget(struct store_txn *txn)
{
  return store_clear(txn, TABLE_FLEET);
}

static enum status count_clash(void *context, const struct fleet_clash *clash)
{
  size_t *count = context;
  (void)clash;
  (*count)++;
  return STATUS_OK;
}

enum status fleet_clash_count(struct store_txn *txn, size_t *ret_count)
{
  *ret_count = 0;
  return fleet_clash_each(txn, count_clash, ret_count);
}

static enum status note_oldest(void *context, const struct fleet_clash *clash)
{
  int64_t *oldest = context;
  *oldest = clash->at_s < *oldest ? clash->at_s : *oldest;
  return STATUS_OK;
}

enum status fleet_clash_oldest(struct store_txn *txn, int64_t *ret_at_s)
{
  *ret_at_s = INT64_MAX;
  return fleet_clash_each(txn, note_oldest, ret_at_s);
}
