// SPDX-License-Identifier: Apache-2.0
#include "change/restore.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "base/grow.h"
#include "change/account.h"
#include "change/context.h"
#include "store/numbers_store.h"
#include "store/store_copy.h"

enum { PAIR = 16 }; // the key of a removed member's tombstone: org and account

struct tombstone {
  struct store_key key;
  int64_t at_s;
};

// What of the present state outlives it.
struct kept {
  struct store_txn *from;
  struct store_txn *txn;
  struct tombstone *tombstones; // owned
  size_t tombstone_count;
  size_t tombstone_capacity;
  uint32_t *numbers; // owned
  size_t number_count;
  size_t number_capacity;
  int64_t last_id;
  int64_t map_serial;
  int64_t now_s;
};

static void kept_done(struct kept *kept)
{
  free(kept->tombstones);
  free(kept->numbers);
}

static enum status keep_tombstone(struct kept *kept, const struct store_key *key, int64_t at_s)
{
  struct tombstone *room = grow_array(kept->tombstones, kept->tombstone_count, sizeof *room, &kept->tombstone_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  kept->tombstones = room;
  room[kept->tombstone_count++] = (struct tombstone){*key, at_s};
  return STATUS_OK;
}

static enum status look_at_tombstone(void *context, const struct store_entry *entry)
{
  struct kept *kept = context;
  struct store_key key = key_new();
  int64_t at_s = 0;
  if (entry->key_length > sizeof key.data || entry->length != sizeof(uint64_t)) {
    return STATUS_CORRUPT;
  }
  memcpy(key.data, entry->key, entry->key_length);
  key.length = entry->key_length;
  enum status status = store_get_i64(kept->from, TABLE_TOMBSTONES, &key, &at_s);
  return status != STATUS_NOT_FOUND ? status : keep_tombstone(kept, &key, (int64_t)endian_get_u64(entry->data));
}

// A name that the backup does not know: whoever had it is as if removed.
static enum status keep_name(struct kept *kept, enum store_table table, const char *name)
{
  const struct store_key key = key_of_text(name);
  int64_t id = 0;
  enum status status = store_get_i64(kept->from, table, &key, &id);
  return status == STATUS_NOT_FOUND ? keep_tombstone(kept, &key, kept->now_s) : status;
}

static enum status look_at_account(void *context, const struct account *account)
{
  struct kept *kept = context;
  enum status status = keep_name(kept, TABLE_ACCOUNT_LOGINS, account->login);
  return status != STATUS_OK ? status : keep_name(kept, TABLE_ACCOUNT_EMAILS, account->email);
}

static enum status look_at_number(void *context, uint32_t number, const struct number *use)
{
  struct kept *kept = context;
  struct number before;
  (void)use;
  enum status status = numbers_get(kept->from, number, &before);
  if (status != STATUS_NOT_FOUND) {
    return status;
  }
  uint32_t *room = grow_array(kept->numbers, kept->number_count, sizeof *room, &kept->number_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  kept->numbers = room;
  room[kept->number_count++] = number;
  return STATUS_OK;
}

static enum status get_last_id(struct store_txn *txn, int64_t *ret_id)
{
  const struct store_key key = key_of_text("last_id");
  enum status status = store_get_i64(txn, TABLE_META, &key, ret_id);
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status gather(struct kept *kept)
{
  const struct store_key all = key_new();
  enum status status = store_each(kept->txn, TABLE_TOMBSTONES, &all, look_at_tombstone, kept);
  status = status != STATUS_OK ? status : account_each(kept->txn, look_at_account, kept);
  status = status != STATUS_OK ? status : numbers_each(kept->txn, look_at_number, kept);
  status = status != STATUS_OK ? status : get_last_id(kept->txn, &kept->last_id);
  return status != STATUS_OK ? status : store_map_serial(kept->txn, &kept->map_serial);
}

enum fate {
  TAKEN = 0, // as the backup has it
  VOID,      // whoever it was for
  KEPT,      // it is about this host's last hours
};

static const enum fate FATES[TABLE_COUNT] = {
    [TABLE_INVITES] = VOID,       [TABLE_INVITE_EMAILS] = VOID,   [TABLE_TICKETS] = VOID,
    [TABLE_PENDING_LINKS] = VOID, [TABLE_ACCOUNT_PENDING] = VOID, [TABLE_RECOVERY] = VOID,
    [TABLE_THROTTLES] = KEPT,     [TABLE_REFUSALS] = KEPT,
};

static enum status take_tables(struct kept *kept, bool same_history)
{
  for (int i = 0; i < TABLE_COUNT; i++) {
    const enum store_table table = (enum store_table)i;
    if (FATES[i] == KEPT || (table == TABLE_AUDIT && same_history)) {
      continue;
    }
    enum status status = store_clear(kept->txn, table);
    if (status == STATUS_OK && FATES[i] == TAKEN) {
      status = store_take_table(kept->txn, table, kept->from);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

// Ids and the map's serial only grow.
static enum status raise_counters(const struct kept *kept)
{
  const struct store_key schema = key_of_text("schema");
  const struct store_key last = key_of_text("last_id");
  const struct store_key serial = key_of_text("map_serial");
  int64_t id = 0;
  int64_t map_serial = 0;
  enum status status = get_last_id(kept->txn, &id);
  status = status != STATUS_OK ? status : store_map_serial(kept->txn, &map_serial);
  status = status != STATUS_OK ? status : store_put_i64(kept->txn, TABLE_META, &schema, STORE_SCHEMA);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_put_i64(kept->txn, TABLE_META, &last, id > kept->last_id ? id : kept->last_id);
  map_serial = map_serial > kept->map_serial ? map_serial : kept->map_serial;
  return status != STATUS_OK ? status : store_put_i64(kept->txn, TABLE_META, &serial, map_serial);
}

static enum status put_numbers(const struct kept *kept, struct store_restored *result)
{
  static const struct number GONE = {.use = NUMBER_REMOVED};
  for (size_t i = 0; i < kept->number_count; i++) {
    enum status status = numbers_take(kept->txn, kept->numbers[i], &GONE);
    if (status != STATUS_OK) {
      return status;
    }
    result->kept_numbers++;
  }
  return STATUS_OK;
}

// As key_add_i64() puts it.
static int64_t key_take_i64(const unsigned char *at)
{
  uint64_t value = 0;
  for (int i = 0; i < PAIR / 2; i++) {
    value = value << 8 | at[i];
  }
  return (int64_t)value;
}

static enum status end_member(const struct kept *kept, const struct store_key *key, struct store_restored *result)
{
  struct membership membership;
  int64_t org_id = key_take_i64(key->data);
  int64_t account_id = key_take_i64(key->data + PAIR / 2);
  enum status status = membership_get(kept->txn, account_id, org_id, &membership);
  if (status != STATUS_OK || membership.role == ROLE_OWNER) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  result->members_ended++;
  return membership_remove(kept->txn, account_id, org_id);
}

// Removed since, and not to come back by a backup. An org that was deleted does come back, and its owner.
static enum status end_account(struct change_context *c, const char *name, bool *ret_kept,
                               struct store_restored *result)
{
  struct account account;
  *ret_kept = true;
  enum status status = change_look_up_account(c, name, &account);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = change_end_account(c, &account);
  if (status == STATUS_REFUSED) {
    error_set(c->error, "%s", "");
    *ret_kept = false;
    result->owners_back++;
    return STATUS_OK;
  }
  result->ended += status == STATUS_OK;
  return status;
}

static enum status is_slug(struct store_txn *txn, const struct store_key *key, bool *ret_is)
{
  int64_t id = 0;
  enum status status = store_get_i64(txn, TABLE_ORG_SLUGS, key, &id);
  *ret_is = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status put_tombstone(struct change_context *c, const struct kept *kept, const struct tombstone *tombstone,
                                 struct store_restored *result)
{
  char name[STORE_KEY_MAX + 1];
  bool keeps = true;
  enum status status = STATUS_OK;
  if (tombstone->key.length == PAIR && tombstone->key.data[0] == 0) {
    status = end_member(kept, &tombstone->key, result);
  } else {
    (void)snprintf(name, sizeof name, "%.*s", (int)tombstone->key.length, (const char *)tombstone->key.data);
    status = is_slug(kept->txn, &tombstone->key, &keeps);
    keeps = !keeps;
    status = status != STATUS_OK || !keeps ? status : end_account(c, name, &keeps, result);
  }
  return status != STATUS_OK || !keeps ? status
                                       : store_put_i64(kept->txn, TABLE_TOMBSTONES, &tombstone->key, tombstone->at_s);
}

static enum status put_kept(struct change_context *c, const struct kept *kept, struct store_restored *result)
{
  enum status status = raise_counters(kept);
  status = status != STATUS_OK ? status : put_numbers(kept, result);
  for (size_t i = 0; status == STATUS_OK && i < kept->tombstone_count; i++) {
    status = put_tombstone(c, kept, &kept->tombstones[i], result);
  }
  return status;
}

static enum status take_last(void *context, const struct audit_event *event)
{
  *(struct audit_event *)context = *event;
  return STATUS_OK;
}

static enum status take_first(void *context, const struct audit_event *event)
{
  *(int64_t *)context = event->number;
  return STATUS_EXISTS; // the walk ends there
}

// Of a backup that is older than the audit trail is kept all that can be told is that the site is the same.
static enum status was_trimmed(struct store_txn *from, struct store_txn *to, int64_t last, bool *ret_same)
{
  unsigned char theirs[SIPHASH_SEED_SIZE];
  unsigned char ours[SIPHASH_SEED_SIZE];
  int64_t first = 0;
  enum status status = store_seed(from, theirs);
  status = status != STATUS_OK ? status : store_seed(to, ours);
  status = status != STATUS_OK ? status : audit_each(to, 0, take_first, &first);
  *ret_same = status == STATUS_EXISTS && first > last && memcmp(theirs, ours, sizeof ours) == 0;
  return status == STATUS_EXISTS ? STATUS_OK : status;
}

enum status restore_is_same_history(struct store_txn *from, struct store_txn *to, int64_t *ret_last, bool *ret_same)
{
  struct audit_event theirs = {.number = 0};
  struct bytes a CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes b CLEANUP(bytes_done) = BYTES_EMPTY;
  *ret_same = false;
  enum status status = audit_each(from, 0, take_last, &theirs);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_last = theirs.number;
  const struct store_key key = key_of_i64(theirs.number);
  if (theirs.number == 0) {
    return STATUS_OK;
  }
  status = store_get(from, TABLE_AUDIT, &key, &a);
  status = status != STATUS_OK ? status : store_get(to, TABLE_AUDIT, &key, &b);
  if (status == STATUS_NOT_FOUND) {
    return was_trimmed(from, to, theirs.number, ret_same);
  }
  *ret_same = status == STATUS_OK && a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
  return status;
}

static enum status count_now(struct store_txn *txn, struct store_txn *from, struct store_restored *result)
{
  enum status status = store_count(txn, TABLE_ORGS, &result->orgs);
  status = status != STATUS_OK ? status : store_count(txn, TABLE_ACCOUNTS, &result->accounts);
  status = status != STATUS_OK ? status : store_count(from, TABLE_INVITES, &result->void_invites);
  return status != STATUS_OK ? status : store_count(from, TABLE_RECOVERY, &result->void_codes);
}

static enum status restore(struct change_context *c, const void *input, void *ret_result)
{
  const struct store_restore *in = input;
  struct store_restored *result = ret_result;
  struct kept kept CLEANUP(kept_done) = {.from = in->from, .txn = c->txn, .now_s = c->now_s};
  int64_t last = 0;
  enum status status = restore_is_same_history(in->from, c->txn, &last, &result->same_history);
  status = status != STATUS_OK ? status : gather(&kept);
  status = status != STATUS_OK ? status : take_tables(&kept, result->same_history);
  status = status != STATUS_OK ? status : put_kept(c, &kept, result);
  status = status != STATUS_OK ? status : count_now(c->txn, in->from, result);
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%.200s", in->what);
  return status != STATUS_OK ? status : store_log_all(c->txn);
}

static const struct change_kind RESTORE = {
    "store.restore", CHANGE_HOST, CHANGE_OF_ORG, restore, sizeof(struct store_restored), false};

struct change change_store_restore(const struct store_restore *in, struct store_restored *ret_result)
{
  return (struct change){&RESTORE, in, ret_result, &ret_result->changed, "", ""};
}
