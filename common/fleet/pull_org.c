// SPDX-License-Identifier: Apache-2.0
// One org of an engine: fleet/pull_parts.h.
#include "base/cleanup.h"
#include "fleet/pull_parts.h"

enum {
  WHOLE_ROWS = 500, // that are stored in one change, and shown in the map where it is
  PART_ROWS = 1000,
  OVERTAKEN_TRIES = 8,
};

// What of an org is stored when there are many rows of it, one after the other. An account comes before its place; what
// an org says of itself comes last and at once, so that nobody is let in or refused by a part of it.
static const char THE_ORG[] = "{org}";
static const char *const PEOPLE[] = {"{account,membership}", "{invite,identity,pending}"};
static const char SETTINGS[] = "{org,domain,proof,registration,connection,group,mapping}";

// What is here of an org when it is asked for more.
struct place {
  struct fleet_cursor cursor;
  int64_t writes;
  bool here;
  bool closed;
};

// An org being taken over.
struct load {
  struct pulling *p;
  int64_t org_id;
  struct fleet_cursor after;
  bool here; // it was when it began
};

static enum status read_org(struct store_txn *txn, int64_t org_id, struct place *place)
{
  struct org org;
  enum status status = org_get(txn, org_id, &org);
  place->here = status == STATUS_OK;
  status = status == STATUS_NOT_FOUND ? STATUS_OK : status;
  return status != STATUS_OK ? status : fleet_org_is_closed(txn, org_id, &place->closed);
}

static enum status read_place(const struct load *load, struct place *ret_place)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct fleet_state state = {.writes = 0};
  struct place place = {.here = false};
  enum status status = store_begin(load->p->host->store, false, &txn);
  status = status != STATUS_OK ? status : fleet_state_get(txn, &state);
  status = status != STATUS_OK ? status : fleet_cursor_get(txn, load->org_id, &place.cursor);
  status = status != STATUS_OK ? status : read_org(txn, load->org_id, &place);
  place.writes = state.writes;
  *ret_place = place;
  return status;
}

// Somebody else may have dropped the org since: its people would be stored without it.
static enum status read_writes(const struct load *load, int64_t *ret_writes)
{
  struct place place = {.here = false};
  enum status status = read_place(load, &place);
  if (status == STATUS_OK && load->here && !place.here) {
    error_set(load->p->error, "fleet: an org was dropped here while it was taken over; it is tried again");
    return STATUS_BUSY;
  }
  *ret_writes = place.writes;
  return status;
}

static enum status store_rows(const struct load *load, const struct fleet_rows *rows, enum fleet_part part,
                              struct fleet_applied *ret_applied)
{
  struct pulling *p = load->p;
  const struct fleet_batch batch = {rows, load->org_id, p->head, part};
  *ret_applied = (struct fleet_applied){.rows = 0};
  enum status status = change_run(p->host, p->by, change_fleet_apply(&batch, ret_applied), p->error);
  if (status == STATUS_OK) {
    p->result->rows += ret_applied->rows;
    p->result->clashes += ret_applied->clashes;
  }
  return status;
}

// Once: *RET_OVERTAKEN: it is to be done anew.
typedef enum status pull_step(const struct load *load, struct page *page, bool *ret_last, bool *ret_overtaken);

// The same page again: what others have stored since is in it.
static enum status pull_step_by_step(const struct load *load, pull_step *step, struct page *page, bool *ret_last)
{
  for (int i = 0; i < OVERTAKEN_TRIES; i++) {
    struct page next = *page;
    bool overtaken = false;
    enum status status = step(load, &next, ret_last, &overtaken);
    if (status != STATUS_OK || !overtaken) {
      *page = next;
      return status;
    }
  }
  error_set(load->p->error, "fleet: others take over on this host all the time; it is tried again");
  return STATUS_BUSY;
}

static enum status pull_pages(const struct load *load, pull_step *step, const char *kinds, int64_t most)
{
  struct page page = page_first(load->org_id, &load->after, kinds, most);
  enum status status = STATUS_OK;
  for (bool last = false; status == STATUS_OK && !last;) {
    status = pull_step_by_step(load, step, &page, &last);
  }
  return status;
}

// All there is in one change, if it is one page.
static enum status step_whole(const struct load *load, struct page *page, bool *ret_last, bool *ret_overtaken)
{
  struct fleet_rows rows CLEANUP(fleet_rows_done) = {.count = 0};
  struct fleet_applied applied;
  enum status status = read_writes(load, &rows.writes);
  status = status != STATUS_OK ? status : page_pull(load->p, page, &rows, ret_last);
  if (status != STATUS_OK || !*ret_last || (rows.count == 0 && load->after.token[0] != '\0')) {
    return status;
  }
  fleet_rows_sort(&rows);
  status = store_rows(load, &rows, FLEET_LAST, &applied);
  *ret_overtaken = applied.overtaken;
  return status;
}

static enum status step_first(const struct load *load, struct page *page, bool *ret_last, bool *ret_overtaken)
{
  struct fleet_rows rows CLEANUP(fleet_rows_done) = {.count = 0};
  struct fleet_applied applied;
  enum status status = read_writes(load, &rows.writes);
  status = status != STATUS_OK ? status : page_pull(load->p, page, &rows, ret_last);
  status = status != STATUS_OK ? status : store_rows(load, &rows, FLEET_FIRST, &applied);
  *ret_overtaken = status == STATUS_OK && applied.overtaken;
  return status;
}

// One page in as many changes as it takes.
static enum status step_more(const struct load *load, struct page *page, bool *ret_last, bool *ret_overtaken)
{
  struct fleet_rows rows CLEANUP(fleet_rows_done) = {.count = 0};
  enum status status = read_writes(load, &rows.writes);
  status = status != STATUS_OK ? status : page_pull(load->p, page, &rows, ret_last);
  fleet_rows_sort(&rows);
  struct fleet_rows rest = {.list = rows.list, .count = rows.count, .writes = rows.writes};
  while (status == STATUS_OK && rest.count > 0 && !*ret_overtaken) {
    struct fleet_applied applied;
    status = store_rows(load, &rest, FLEET_MORE, &applied);
    *ret_overtaken = applied.overtaken;
    rest.list += applied.rows;
    rest.count -= applied.rows;
    rest.writes++;
    store_give_way(load->p->host->store);
  }
  return status;
}

// All pages in one change.
static enum status step_last(const struct load *load, struct page *page, bool *ret_last, bool *ret_overtaken)
{
  struct fleet_rows rows CLEANUP(fleet_rows_done) = {.count = 0};
  struct fleet_applied applied;
  enum status status = read_writes(load, &rows.writes);
  for (*ret_last = false; status == STATUS_OK && !*ret_last;) {
    status = page_pull(load->p, page, &rows, ret_last);
  }
  if (status != STATUS_OK) {
    return status;
  }
  fleet_rows_keep_last(&rows); // some may have been changed while they came
  fleet_rows_sort(&rows);
  status = store_rows(load, &rows, FLEET_LAST, &applied);
  *ret_overtaken = applied.overtaken;
  return status;
}

static enum status pull_people(const struct load *load)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < COUNT_OF(PEOPLE); i++) {
    status = pull_pages(load, step_more, PEOPLE[i], PART_ROWS);
  }
  return status;
}

// Of an org that has gone, or clashes, there are no people.
static enum status pull_many(struct load *load, bool first)
{
  struct place place = {.here = true};
  enum status status = first ? pull_pages(load, step_first, THE_ORG, 1 + 1) : STATUS_OK;
  status = status != STATUS_OK ? status : read_place(load, &place);
  load->here = place.here;
  status = status != STATUS_OK || !load->here ? status : pull_people(load);
  return status != STATUS_OK ? status : pull_pages(load, step_last, SETTINGS, PART_ROWS);
}

enum status pull_org(struct pulling *p, int64_t org_id, bool anew)
{
  struct load load = {.p = p, .org_id = org_id};
  struct place place = {.here = false};
  bool whole = false;
  enum status status = read_place(&load, &place);
  if (status != STATUS_OK) {
    return status;
  }
  load.here = place.here;
  load.after = anew ? load.after : place.cursor;
  struct page page = page_first(org_id, &load.after, NULL, WHOLE_ROWS);
  status = pull_step_by_step(&load, step_whole, &page, &whole);
  return status != STATUS_OK || whole ? status : pull_many(&load, !place.here || place.closed);
}
