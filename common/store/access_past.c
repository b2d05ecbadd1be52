// SPDX-License-Identifier: Apache-2.0
// What was so at a time, and who there was.
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "store/access_history.h"
#include "store/access_kind.h"
#include "store/accounts.h"
#include "store/endings.h"
#include "store/orgs.h"

struct search {
  const struct record_type *type;
  int64_t at_s;
  void *past;                // a struct of TYPE, which begins with when it ended
  const int64_t *ended_at_s; // in it
  bool found;
  struct store_key key; // then: of it
};

// They are in the order in which they ended, whatever the clock said: none ended after the next one.
static enum status look_at(void *context, const struct store_entry *entry)
{
  struct search *search = context;
  enum status status = record_decode(search->type, entry->data, entry->length, search->past);
  if (status != STATUS_OK) {
    return status;
  }
  bool after = *search->ended_at_s > search->at_s;
  if (after && !search->found) {
    memcpy(search->key.data, entry->key, entry->key_length);
    search->key.length = entry->key_length;
  }
  search->found = after;
  return STATUS_OK;
}

// The first state under PREFIX that ended after at_s, as did all behind it: by a clock that was ahead for a while one
// ended no later than they. At 0, now, there is none.
static enum status find(struct store_txn *txn, const struct store_key *prefix, struct search *search)
{
  if (search->at_s == 0) {
    return STATUS_OK;
  }
  enum status status = store_each(txn, TABLE_ACCESS, prefix, look_at, search);
  return status != STATUS_OK || !search->found
             ? status
             : store_get_record(txn, TABLE_ACCESS, &search->key, search->type, search->past);
}

// Whether what began at BEGAN_S was there at AT_S.
static bool is_there(uint8_t absent, int64_t began_s, int64_t at_s)
{
  return absent == 0 && (at_s == 0 || began_s <= at_s);
}

enum status access_org_at(struct store_txn *txn, int64_t org_id, int64_t at_s, struct org_past *ret_org)
{
  struct org_past past = {.ended_at_s = 0};
  const struct store_key prefix = key_of_two_i64(ACCESS_ORG, org_id);
  struct search search = {.type = &ORG_PAST_RECORD, .at_s = at_s, .past = &past, .ended_at_s = &past.ended_at_s};
  enum status status = find(txn, &prefix, &search);
  if (status == STATUS_OK && !search.found) {
    status = access_org_now(txn, org_id, &past);
  }
  if (status != STATUS_OK || !is_there(past.absent, past.created_at_s, at_s)) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  *ret_org = past;
  return STATUS_OK;
}

enum status access_account_at(struct store_txn *txn, int64_t account_id, int64_t at_s, struct account_past *ret_account)
{
  struct account_past past = {.ended_at_s = 0};
  const struct store_key prefix = key_of_two_i64(ACCESS_ACCOUNT, account_id);
  struct search search = {.type = &ACCOUNT_PAST_RECORD, .at_s = at_s, .past = &past, .ended_at_s = &past.ended_at_s};
  enum status status = find(txn, &prefix, &search);
  if (status == STATUS_OK && !search.found) {
    status = access_account_now(txn, account_id, &past);
  }
  if (status != STATUS_OK || !is_there(past.absent, past.created_at_s, at_s)) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  *ret_account = past;
  return STATUS_OK;
}

enum status access_member_at(struct store_txn *txn, int64_t account_id, int64_t org_id, int64_t at_s,
                             struct membership *ret_membership)
{
  struct member_past past = {.ended_at_s = 0};
  struct store_key prefix = key_of_two_i64(ACCESS_MEMBER, org_id);
  struct search search = {.type = &MEMBER_PAST_RECORD, .at_s = at_s, .past = &past, .ended_at_s = &past.ended_at_s};
  key_add_i64(&prefix, account_id);
  enum status status = find(txn, &prefix, &search);
  if (status == STATUS_OK && !search.found) {
    past.absent = 0;
    status = membership_get(txn, account_id, org_id, &past.was);
  }
  if (status != STATUS_OK || !is_there(past.absent, past.was.joined_at_s, at_s)) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  *ret_membership = membership_at(&past.was, at_s != 0 ? at_s : clock_now_s());
  return STATUS_OK;
}

struct doubt {
  int64_t at_s;
  struct access_gap gap;
};

static enum status look_at_gap(void *context, const struct store_entry *entry)
{
  struct doubt *doubt = context;
  enum status status = record_decode(&ACCESS_GAP_RECORD, entry->data, entry->length, &doubt->gap);
  bool within = doubt->gap.from_s <= doubt->at_s && doubt->at_s < doubt->gap.ended_at_s;
  return status == STATUS_OK && within ? STATUS_EXISTS : status;
}

enum status access_is_unknown(struct store_txn *txn, int64_t at_s, bool *ret_unknown, int64_t *ret_from_s,
                              int64_t *ret_until_s)
{
  const struct store_key gaps = key_of_i64(ACCESS_GAP);
  struct doubt doubt = {.at_s = at_s};
  int64_t since_s = INT64_MAX; // a store that does not say knows nothing
  enum status status = access_since(txn, &since_s);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  *ret_unknown = at_s < since_s;
  *ret_from_s = 0;
  *ret_until_s = since_s;
  if (*ret_unknown) {
    return STATUS_OK;
  }
  status = store_each(txn, TABLE_ACCESS, &gaps, look_at_gap, &doubt);
  if (status == STATUS_EXISTS) {
    *ret_unknown = true;
    *ret_from_s = doubt.gap.from_s;
    *ret_until_s = doubt.gap.ended_at_s;
    return STATUS_OK;
  }
  return status;
}

// One of two sorted lists of ids: the keys of a table from PREFIX on.
struct ids {
  enum store_table table;
  struct store_walk *walk; // owned
  struct store_key prefix;
  bool ended;
  int64_t next;
};

static void ids_done(struct ids *ids)
{
  store_walk_end(&ids->walk);
}

// The next that is another than the last one.
static enum status ids_step(struct ids *ids)
{
  const int64_t last = ids->next;
  while (!ids->ended && ids->next == last) {
    struct store_entry entry;
    enum status status = store_walk_next(ids->walk, &entry);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
    bool more = status == STATUS_OK && entry.key_length >= ids->prefix.length + sizeof(int64_t) &&
                memcmp(entry.key, ids->prefix.data, ids->prefix.length) == 0;
    ids->ended = !more;
    ids->next = more ? key_take_i64(entry.key + ids->prefix.length) : 0;
  }
  return STATUS_OK;
}

static enum status ids_begin(struct store_txn *txn, struct ids *ids)
{
  enum status status = store_walk_begin(txn, ids->table, &ids->prefix, &ids->walk);
  return status != STATUS_OK ? status : ids_step(ids);
}

// The ids of both, each once and in order; none is 0.
static enum status visit_both(struct store_txn *txn, struct ids *present, struct ids *past, access_visit *visit,
                              void *context)
{
  enum status status = ids_begin(txn, present);
  status = status != STATUS_OK ? status : ids_begin(txn, past);
  while (status == STATUS_OK && !(present->ended && past->ended)) {
    bool from_past = present->ended || (!past->ended && past->next < present->next);
    bool both = !present->ended && !past->ended && past->next == present->next;
    status = visit(context, from_past ? past->next : present->next);
    if (status == STATUS_OK && (from_past || both)) {
      status = ids_step(past);
    }
    if (status == STATUS_OK && !from_past) {
      status = ids_step(present);
    }
  }
  return status;
}

enum status access_each_org(struct store_txn *txn, access_visit *visit, void *context)
{
  struct ids present CLEANUP(ids_done) = {.table = TABLE_ORGS, .prefix = key_new()};
  struct ids past CLEANUP(ids_done) = {.table = TABLE_ACCESS, .prefix = key_of_i64(ACCESS_ORG)};
  return visit_both(txn, &present, &past, visit, context);
}

enum status access_each_member(struct store_txn *txn, int64_t org_id, access_visit *visit, void *context)
{
  struct ids present CLEANUP(ids_done) = {.table = TABLE_ORG_MEMBERS, .prefix = key_of_i64(org_id)};
  struct ids past CLEANUP(ids_done) = {.table = TABLE_ACCESS, .prefix = key_of_two_i64(ACCESS_MEMBER, org_id)};
  return visit_both(txn, &present, &past, visit, context);
}
