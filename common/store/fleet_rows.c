// SPDX-License-Identifier: Apache-2.0
#include "store/fleet_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "store/accounts.h"
#include "store/fleet_tables.h"

// How the key of a table's rows goes on behind the org's id, and becomes text.
enum rest { REST_NONE, REST_TEXT, REST_NUMBER, REST_ID, REST_ACCOUNT };

static const struct {
  const char *name;
  enum store_table table;
  enum rest rest;
} KINDS[FLEET_KIND_COUNT] = {
    [FLEET_ORG] = {"org", TABLE_ORGS, REST_NONE},
    [FLEET_PROOF] = {"proof", TABLE_DOMAIN_PROOFS, REST_TEXT},
    [FLEET_ACCOUNT] = {"account", TABLE_ACCOUNTS, REST_NONE},
    [FLEET_MEMBERSHIP] = {"membership", TABLE_MEMBERSHIPS, REST_ACCOUNT},
    [FLEET_DOMAIN] = {"domain", TABLE_DOMAINS, REST_TEXT},
    [FLEET_REGISTRATION] = {"registration", TABLE_REGISTRATIONS, REST_NUMBER},
    [FLEET_CONNECTION] = {"connection", TABLE_CONNECTIONS, REST_NUMBER},
    [FLEET_INVITE] = {"invite", TABLE_INVITES, REST_TEXT},
    [FLEET_GROUP] = {"group", TABLE_ORG_GROUPS, REST_TEXT},
    [FLEET_MAPPING] = {"mapping", TABLE_GROUP_MAPPINGS, REST_TEXT},
    [FLEET_PENDING] = {"pending", TABLE_PENDING_LINKS, REST_TEXT},
    [FLEET_LINKED] = {"identity", TABLE_LINKED, REST_ID},
};

const char *fleet_kind_name(enum fleet_kind kind)
{
  return KINDS[kind].name;
}

bool fleet_kind_of(const char *name, enum fleet_kind *ret_kind)
{
  for (size_t i = 0; i < FLEET_KIND_COUNT; i++) {
    if (strcmp(KINDS[i].name, name) == 0) {
      *ret_kind = (enum fleet_kind)i;
      return true;
    }
  }
  return false;
}

static bool kind_of_table(enum store_table table, enum fleet_kind *ret_kind)
{
  for (size_t i = 0; i < FLEET_KIND_COUNT; i++) {
    if (KINDS[i].table == table) {
      *ret_kind = (enum fleet_kind)i;
      return true;
    }
  }
  return false;
}

struct row_list {
  struct fleet_row **list;
  size_t *count;
  size_t *capacity;
};

static enum status add(const struct row_list *to, const struct fleet_row *row, struct fleet_row **ret_row)
{
  struct fleet_row *room = grow_array(*to->list, *to->count, sizeof *room, to->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  *to->list = room;
  *ret_row = &room[(*to->count)++];
  **ret_row = *row;
  (*ret_row)->order = *to->count;
  (*ret_row)->record = (struct bytes)BYTES_EMPTY;
  (*ret_row)->before = (struct bytes)BYTES_EMPTY;
  (*ret_row)->here = (struct bytes)BYTES_EMPTY;
  return STATUS_OK;
}

enum status fleet_rows_add(struct fleet_rows *rows, const struct fleet_row *row, struct fleet_row **ret_row)
{
  return add(&(struct row_list){&rows->list, &rows->count, &rows->capacity}, row, ret_row);
}

static enum status add_own(struct fleet_rows *rows, const struct fleet_row *row, struct fleet_row **ret_row)
{
  return add(&(struct row_list){&rows->own, &rows->own_count, &rows->own_capacity}, row, ret_row);
}

static void free_list(struct fleet_row *list, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    bytes_done(&list[i].record);
    bytes_done(&list[i].before);
    bytes_done(&list[i].here);
  }
  free(list);
}

void fleet_rows_done(struct fleet_rows *rows)
{
  free_list(rows->list, rows->count);
  free_list(rows->own, rows->own_count);
  carried_rows_done(&rows->carried);
  free(rows->events);
  *rows = (struct fleet_rows){.count = 0};
}

static int compare_subjects(const struct fleet_row *x, const struct fleet_row *y)
{
  if (x->kind != y->kind) {
    return x->kind < y->kind ? -1 : 1;
  }
  if (x->org_id != y->org_id) {
    return x->org_id < y->org_id ? -1 : 1;
  }
  if (x->account_id != y->account_id) {
    return x->account_id < y->account_id ? -1 : 1;
  }
  return strcmp(x->key, y->key);
}

static int compare_for_last(const void *a, const void *b)
{
  const struct fleet_row *x = a;
  const struct fleet_row *y = b;
  int order = compare_subjects(x, y);
  return order != 0 ? order : x->order < y->order ? 1 : -1;
}

void fleet_rows_keep_last(struct fleet_rows *rows)
{
  size_t kept = 0;
  if (rows->count > 1) {
    qsort(rows->list, rows->count, sizeof rows->list[0], compare_for_last);
  }
  for (size_t i = 0; i < rows->count; i++) {
    if (kept > 0 && compare_subjects(&rows->list[kept - 1], &rows->list[i]) == 0) {
      bytes_done(&rows->list[i].record);
      bytes_done(&rows->list[i].before);
      bytes_done(&rows->list[i].here);
      continue;
    }
    struct fleet_row row = rows->list[i];
    rows->list[i].record = (struct bytes)BYTES_EMPTY;
    rows->list[i].before = (struct bytes)BYTES_EMPTY;
    rows->list[i].here = (struct bytes)BYTES_EMPTY;
    rows->list[kept++] = row;
  }
  rows->count = kept;
}

// An org that goes takes all along that is in it, and an account its places, from which nobody has removed it: they go
// first. Of what goes else, what others need goes last.
static int rank(const struct fleet_row *row)
{
  bool whole = row->kind == FLEET_ORG || row->kind == FLEET_ACCOUNT;
  return row->gone && whole ? FLEET_KIND_COUNT + (int)row->kind : (int)row->kind;
}

static int compare(const void *a, const void *b)
{
  const struct fleet_row *x = a;
  const struct fleet_row *y = b;
  if (x->gone != y->gone) {
    return x->gone ? -1 : 1;
  }
  int order = rank(x) - rank(y);
  return x->gone ? -order : order;
}

void fleet_rows_sort(struct fleet_rows *rows)
{
  if (rows->count > 1) {
    qsort(rows->list, rows->count, sizeof rows->list[0], compare);
  }
  if (rows->own_count > 1) {
    qsort(rows->own, rows->own_count, sizeof rows->own[0], compare);
  }
}

enum status fleet_row_pack(struct fleet_row *row, const struct record_type *type, const void *value)
{
  bytes_clear(&row->record);
  return record_encode(type, value, &row->record);
}

static enum status take_rest(const struct store_key *key, size_t at, enum rest rest, struct fleet_row *row)
{
  size_t length = key->length - at;
  if (rest == REST_ACCOUNT || rest == REST_NONE) {
    return length == 0 ? STATUS_OK : STATUS_CORRUPT;
  }
  if (rest == REST_TEXT) {
    if (length >= sizeof row->key) {
      return STATUS_CORRUPT;
    }
    memcpy(row->key, key->data + at, length);
    row->key[length] = '\0';
    return STATUS_OK;
  }
  if (rest == REST_ID) {
    bool whole = length == sizeof(int64_t);
    (void)snprintf(row->key, sizeof row->key, "%" PRId64, whole ? key_take_i64(key->data + at) : 0);
    return whole ? STATUS_OK : STATUS_CORRUPT;
  }
  uint32_t number = 0;
  if (length != sizeof number) {
    return STATUS_CORRUPT;
  }
  for (size_t i = 0; i < sizeof number; i++) {
    number = number << 8 | key->data[at + i];
  }
  (void)snprintf(row->key, sizeof row->key, "%u", number);
  return STATUS_OK;
}

// Whose a domain's proof is stands in it alone.
static enum status take_proof(const struct store_key *key, const struct bytes *record, struct fleet_row *row)
{
  struct domain_proof proof = {.org_id = 0};
  enum status status = record_decode(&DOMAIN_PROOF_RECORD, record->data, record->length, &proof);
  row->org_id = proof.org_id;
  return status != STATUS_OK ? status : take_rest(key, 0, REST_TEXT, row);
}

// A local group is this host's own, and so is what it opens.
static enum status check_mapping(const struct fleet_row *row, const struct bytes *record, struct error *error)
{
  struct group_mapping mapping = {.org_id = 0};
  if (row->kind != FLEET_MAPPING || row->gone || row->org_id < STORE_ID_FLEET) {
    return STATUS_OK;
  }
  enum status status = record_decode(&GROUP_MAPPING_RECORD, record->data, record->length, &mapping);
  if (status == STATUS_OK && mapping.gives == GIVES_LOCAL_GROUP) {
    error_set(error, "group \"%s\": is a local one, of this host alone; an org of the fleet gives groups of its own",
              mapping.name);
    return STATUS_REFUSED;
  }
  return status;
}

static enum status take_key(const struct store_key *key, const struct bytes *record, struct fleet_row *row)
{
  size_t at = sizeof(int64_t);
  if (row->kind == FLEET_PROOF) {
    return take_proof(key, record, row);
  }
  if (key->length < at) {
    return STATUS_CORRUPT;
  }
  int64_t first = key_take_i64(key->data);
  if (row->kind == FLEET_ACCOUNT) {
    row->account_id = first;
  } else if (row->kind == FLEET_MEMBERSHIP) {
    if (key->length != 2 * at) {
      return STATUS_CORRUPT;
    }
    row->account_id = first;
    row->org_id = key_take_i64(key->data + at);
    at *= 2;
  } else {
    row->org_id = first;
  }
  return take_rest(key, at, KINDS[row->kind].rest, row);
}

// What is not the fleet's stays here.
static enum status check_owner(struct fleet_row *row, struct error *error)
{
  bool org = row->org_id >= STORE_ID_FLEET;
  bool account = row->account_id >= STORE_ID_FLEET;
  if (row->kind == FLEET_MEMBERSHIP && org && !account && !row->gone) {
    error_set(error,
              "the org is the fleet's, and the account this host's own: whoever is to be in both is added with another "
              "address");
    return STATUS_REFUSED;
  }
  row->is_own = row->kind == FLEET_ACCOUNT ? !account : !org;
  return STATUS_OK;
}

static bool is_same(const struct logged_row *logged, const struct bytes *now, bool is_there)
{
  return logged->was_there == is_there && (!is_there || bytes_equal(&logged->before, now));
}

// Whoever was removed leaves a tombstone, and whoever was retired none.
static enum status say_how_it_went(struct store_txn *txn, struct fleet_row *row)
{
  struct account account = {.id = 0};
  bool removed = false;
  enum status status = record_decode(&ACCOUNT_RECORD, row->record.data, row->record.length, &account);
  status = status != STATUS_OK ? status : account_was_removed(txn, account.login, &removed);
  if (status == STATUS_OK && !removed) {
    account.status = ACCOUNT_RETIRED;
    status = fleet_row_pack(row, &ACCOUNT_RECORD, &account);
  }
  explicit_bzero(account.password, sizeof account.password);
  return status;
}

static enum status collect_one(struct store_txn *txn, const struct logged_row *logged, struct fleet_rows *rows,
                               struct error *error)
{
  struct bytes now CLEANUP(bytes_done) = BYTES_EMPTY;
  struct fleet_row row = {.is_new = !logged->was_there};
  struct fleet_row *added = NULL;
  if (!kind_of_table(logged->table, &row.kind)) {
    return STATUS_CORRUPT;
  }
  enum status status = store_get(txn, logged->table, &logged->key, &now);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  row.gone = status == STATUS_NOT_FOUND;
  if (is_same(logged, &now, !row.gone)) {
    return STATUS_OK;
  }
  const struct bytes *record = row.gone ? &logged->before : &now;
  status = take_key(&logged->key, record, &row);
  status = status != STATUS_OK ? status : check_mapping(&row, record, error);
  status = status != STATUS_OK ? status : check_owner(&row, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = row.is_own ? add_own(rows, &row, &added) : fleet_rows_add(rows, &row, &added);
  status = status != STATUS_OK ? status : bytes_append(&added->record, bytes_text(record), record->length);
  bool changes = status == STATUS_OK && !row.is_new && !row.gone;
  status = changes ? bytes_append(&added->before, bytes_text(&logged->before), logged->before.length) : status;
  bool ends = status == STATUS_OK && row.kind == FLEET_ACCOUNT && row.gone;
  return ends ? say_how_it_went(txn, added) : status;
}

static enum status collect_event(struct store_txn *txn, const struct logged_row *logged, struct fleet_rows *rows)
{
  struct audit_event *room = grow_array(rows->events, rows->event_count, sizeof *room, &rows->event_capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  rows->events = room;
  explicit_bzero(&rows->events[rows->event_count], sizeof *room);
  enum status status =
      store_get_record(txn, TABLE_AUDIT, &logged->key, &AUDIT_RECORD, &rows->events[rows->event_count]);
  rows->event_count += status == STATUS_OK ? 1 : 0;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status; // trimmed
}

static enum status collect(struct store_txn *txn, const struct logged_row *logged, struct fleet_rows *rows,
                           struct error *error)
{
  switch (fleet_table_of(logged->table)) {
  case FLEET_TABLE_SHARED: return collect_one(txn, logged, rows, error);
  case FLEET_TABLE_CARRIED: return carried_rows_add(&rows->carried, txn, logged);
  case FLEET_TABLE_EVENTS: return collect_event(txn, logged, rows);
  case FLEET_TABLE_UNSAID:
  case FLEET_TABLE_FOLLOWS:
  case FLEET_TABLE_LEFT:
  default: return STATUS_CORRUPT;
  }
}

enum status fleet_rows_collect(struct store_txn *txn, struct fleet_rows *ret_rows, struct error *error)
{
  const struct logged_row *logged = NULL;
  size_t count = 0;
  row_log_rows(txn, &logged, &count);
  enum status status = carried_rows_add_shown(&ret_rows->carried, txn);
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    status = collect(txn, &logged[i], ret_rows, error);
  }
  if (status != STATUS_OK) {
    fleet_rows_done(ret_rows);
    return status;
  }
  fleet_rows_sort(ret_rows);
  return STATUS_OK;
}
