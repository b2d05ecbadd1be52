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
#include "change/restore_kept.h"
#include "store/access_history.h"
#include "store/audit.h"
#include "store/numbers_store.h"
#include "store/refresh.h"
#include "store/store_copy.h"

enum fate {
  TAKEN = 0, // as the backup has it
  VOID,      // whoever it was for
  KEPT,      // it is about this host's last hours
};

static const enum fate FATES[TABLE_COUNT] = {
    [TABLE_INVITES] = VOID,       [TABLE_INVITE_EMAILS] = VOID,   [TABLE_TICKETS] = VOID,
    [TABLE_PENDING_LINKS] = VOID, [TABLE_ACCOUNT_PENDING] = VOID, [TABLE_RECOVERY] = VOID,
    [TABLE_THROTTLES] = KEPT,     [TABLE_REFUSALS] = KEPT,        [TABLE_REQUESTS] = VOID,
    [TABLE_FLEET] = KEPT,
};

static enum status take_tables(struct kept *kept, bool same_history)
{
  for (int i = 0; i < TABLE_COUNT; i++) {
    const enum store_table table = (enum store_table)i;
    bool of_history = table == TABLE_AUDIT || table == TABLE_REFRESH || table == TABLE_ACCESS; // what is here is newer
    if (FATES[i] == KEPT || (of_history && same_history)) {
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
  enum status status = kept_last_id(kept->txn, &id);
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

static enum status end_member(const struct kept *kept, const struct store_key *key, struct store_restored *result)
{
  struct membership membership;
  int64_t org_id = key_take_i64(key->data);
  int64_t account_id = key_take_i64(key->data + KEPT_PAIR / 2);
  enum status status = membership_get(kept->txn, account_id, org_id, &membership);
  if (status != STATUS_OK || membership.role == ROLE_OWNER) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  result->members_ended++;
  return membership_remove(kept->txn, account_id, org_id);
}

static int compare_ids(const void *a, const void *b)
{
  int64_t left = *(const int64_t *)a;
  int64_t right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static bool is_there_now(const struct kept *kept, int64_t id)
{
  return bsearch(&id, kept->accounts.ids, kept->accounts.count, sizeof id, compare_ids) != NULL;
}

struct ending {
  struct kept *kept;
  struct id_list ids;
};

static void ending_done(struct ending *ending)
{
  id_list_done(&ending->ids);
}

static enum status look_for_ended(void *context, const struct account *account)
{
  struct ending *ending = context;
  return is_there_now(ending->kept, account->id) ? STATUS_OK : id_list_add(&ending->ids, account->id);
}

// An org that was deleted does come back, and its owner.
static enum status end_account(struct change_context *c, int64_t id, struct store_restored *result)
{
  struct account account;
  enum status status = account_get(c->txn, id, &account);
  status = status != STATUS_OK ? status : change_end_account(c, &account);
  if (status == STATUS_REFUSED) {
    error_set(c->error, "%s", "");
    result->owners_back++;
    return STATUS_OK;
  }
  result->ended += status == STATUS_OK;
  return status;
}

// Whom the backup has and this store has not any more: removed since, or retired, whatever their name is worth now.
static enum status end_accounts(struct change_context *c, struct kept *kept, struct store_restored *result)
{
  struct ending ending CLEANUP(ending_done) = {.kept = kept};
  enum status status = account_each(c->txn, look_for_ended, &ending);
  for (size_t i = 0; status == STATUS_OK && i < ending.ids.count; i++) {
    status = end_account(c, ending.ids.ids[i], result);
  }
  return status;
}

// Whoever owns an org in what was restored is locked by nothing (POLICY E4).
static enum status lock(const struct kept *kept, struct account *account)
{
  struct memberships all;
  enum status status = memberships_of(kept->txn, account->id, &all);
  if (status != STATUS_OK || change_owns_org(&all, 0)) {
    return status;
  }
  account->status = ACCOUNT_LOCKED;
  return account_update(kept->txn, account);
}

// Whoever is to stay out stays out: locked, or suspended in an org, since the backup.
static enum status keep_out(const struct kept *kept)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < kept->locked.count; i++) {
    struct account account;
    status = account_get(kept->txn, kept->locked.ids[i], &account);
    if (status == STATUS_OK) {
      status = lock(kept, &account);
      record_done(&ACCOUNT_RECORD, &account);
    }
    status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  for (size_t i = 0; status == STATUS_OK && i < kept->suspended_count; i++) {
    struct membership membership;
    status = membership_get(kept->txn, kept->suspended[i].account_id, kept->suspended[i].org_id, &membership);
    if (status == STATUS_OK && membership.role != ROLE_OWNER) {
      membership.status = MEMBER_SUSPENDED;
      membership.ended = 0;
      status = membership_put(kept->txn, &membership);
    }
    status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  return status;
}

// Whether the name is somebody's, or an org's, in what was restored: then it is not given up.
static enum status is_taken(const struct kept *kept, const struct store_key *key, bool *ret_taken)
{
  static const enum store_table TABLES[] = {TABLE_ACCOUNT_LOGINS, TABLE_ACCOUNT_EMAILS, TABLE_ORG_SLUGS};
  *ret_taken = false;
  for (size_t i = 0; i < COUNT_OF(TABLES); i++) {
    int64_t id = 0;
    enum status status = store_get_i64(kept->txn, TABLES[i], key, &id);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
    *ret_taken = *ret_taken || status == STATUS_OK;
  }
  return STATUS_OK;
}

static enum status put_tombstone(const struct kept *kept, const struct tombstone *tombstone,
                                 struct store_restored *result)
{
  bool taken = false;
  enum status status = kept_is_pair(&tombstone->key) ? end_member(kept, &tombstone->key, result)
                                                     : is_taken(kept, &tombstone->key, &taken);
  return status != STATUS_OK || taken ? status
                                      : store_put_i64(kept->txn, TABLE_TOMBSTONES, &tombstone->key, tombstone->at_s);
}

static enum status put_kept(struct change_context *c, struct kept *kept, struct store_restored *result)
{
  enum status status = raise_counters(kept);
  status = status != STATUS_OK ? status : put_numbers(kept, result);
  // Ids of another store's backup are not this one's; but then there was nobody here.
  if (!result->same_history) {
    return status;
  }
  status = status != STATUS_OK ? status : end_accounts(c, kept, result);
  status = status != STATUS_OK ? status : keep_out(kept);
  for (size_t i = 0; status == STATUS_OK && i < kept->tombstone_count; i++) {
    status = put_tombstone(kept, &kept->tombstones[i], result);
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

// Two stores may be made by the same commands in the same second. What a store of before lacks tells nothing.
static enum status are_different(struct store_txn *from, struct store_txn *to, bool *ret_different)
{
  unsigned char theirs[STORE_OWN_ID_SIZE];
  unsigned char ours[STORE_OWN_ID_SIZE];
  *ret_different = false;
  enum status status = store_own_id(from, theirs);
  status = status != STATUS_OK ? status : store_own_id(to, ours);
  if (status == STATUS_OK) {
    *ret_different = memcmp(theirs, ours, sizeof ours) != 0;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status restore_is_same_history(struct store_txn *from, struct store_txn *to, int64_t *ret_last, bool *ret_same)
{
  struct audit_event theirs = {.number = 0};
  struct bytes a CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes b CLEANUP(bytes_done) = BYTES_EMPTY;
  bool different = false;
  *ret_same = false;
  *ret_last = 0;
  enum status status = are_different(from, to, &different);
  if (status != STATUS_OK || different) {
    return status;
  }
  status = audit_each(from, 0, take_last, &theirs);
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

// Numbers of another store's people may be those of people here, who own their files.
static enum status refuse_another(struct change_context *c, bool same_history)
{
  uint64_t accounts = 0;
  enum status status = store_count(c->txn, TABLE_ACCOUNTS, &accounts);
  if (status != STATUS_OK || same_history || accounts == 0) {
    return status;
  }
  error_set(c->error,
            "the backup is of another store, and this one has %" PRIu64 " accounts of its own: numbers would be given "
            "twice; legal is a store that 'ssoctl init' has just made",
            accounts);
  return STATUS_REFUSED;
}

// Who could get in is known as it is here; of another store's backup until that was made.
static enum status settle_access(const struct kept *kept, bool same_history)
{
  struct audit_event last = {.number = 0};
  if (same_history) {
    return access_set_since(kept->txn, kept->access_since_s != 0 ? kept->access_since_s : kept->now_s);
  }
  enum status status = audit_each_last(kept->from, 1, take_last, &last);
  return status != STATUS_OK ? status : access_note_gap(kept->txn, last.at_s);
}

static enum status restore(struct change_context *c, const void *input, void *ret_result)
{
  const struct store_restore *in = input;
  struct store_restored *result = ret_result;
  struct kept kept CLEANUP(kept_done) = {.from = in->from, .txn = c->txn, .now_s = c->now_s};
  int64_t last = 0;
  enum status status = restore_is_same_history(in->from, c->txn, &last, &result->same_history);
  status = status != STATUS_OK ? status : refuse_another(c, result->same_history);
  if (status == STATUS_OK && result->same_history) {
    status = access_note_all(c->txn, in->from);
  }
  status = status != STATUS_OK ? status : kept_gather(&kept);
  status = status != STATUS_OK ? status : take_tables(&kept, result->same_history);
  status = status != STATUS_OK ? status : put_kept(c, &kept, result);
  status = status != STATUS_OK ? status : settle_access(&kept, result->same_history);
  status = status != STATUS_OK ? status : refresh_sweep(c->txn, !result->same_history);
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
