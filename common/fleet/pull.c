// SPDX-License-Identifier: Apache-2.0
#include "fleet/pull.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/id_list.h"
#include "fleet/asking.h"

enum {
  PAGE_ROWS = 500,
  PAGE_TAKEN = 10000,
  NOTED_S = 60,    // so often it is written down that there is nothing new
  CLASHES_S = 600, // so often it is tried whether what clashed still does
  OVERTAKEN_TRIES = 8,
};

// The columns of ENGINE_PULL.
enum {
  ROW_REVISION,
  ROW_KIND,
  ROW_KEY,
  ROW_GONE,
  ROW_RECORD,
  ROW_LOGIN,
  ROW_EMAIL,
  ROW_UID,
  ROW_BY,
  ROW_SOURCE,
  ROW_AT,
  ROW_ROLE,
  ROW_COLUMNS
};

struct pulling {
  struct engine *engine;
  const struct change_host *host;
  const struct change_by *by;
  int64_t deadline_ms;
  struct error *error;
  struct fleet_cursor head;
  struct fleet_caught_up *result;
};

static enum status ask(const struct pulling *p, enum engine_statement statement, const struct engine_value *values,
                       struct engine_answer *ret_answer)
{
  return engine_ask(p->engine, statement, values, p->deadline_ms, p->error, ret_answer);
}

static enum status ask_served(struct pulling *p, struct id_list *ret_orgs)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  enum status status = ask(p, ENGINE_SERVED, NULL, &answer);
  for (size_t i = 0; status == STATUS_OK && i < answer.rows; i++) {
    int64_t id = 0;
    status = engine_cell_i64(&answer, i, 0, &id);
    if (status == STATUS_OK && (id < STORE_ID_FLEET || id >= STORE_ID_END)) {
      status = STATUS_INVALID;
    }
    status = status != STATUS_OK ? status : id_list_add(ret_orgs, id);
  }
  return asking_judge("list of orgs", status, p->error);
}

// All that an engine knows of somebody whom a host has claimed; the rest is by this host's settings.
static enum status claimed_account(const struct pulling *p, const struct engine_answer *answer, size_t at,
                                   struct fleet_row *row)
{
  const struct map_settings *settings = &p->host->config->map;
  struct account account = {.id = row->account_id, .proof = PROOF_NONE};
  int64_t uid = 0;
  enum status status = engine_cell_text(answer, at, ROW_LOGIN, account.login, sizeof account.login);
  status = status != STATUS_OK ? status : engine_cell_text(answer, at, ROW_EMAIL, account.email, sizeof account.email);
  status = status != STATUS_OK ? status : engine_cell_i64(answer, at, ROW_UID, &uid);
  status = status != STATUS_OK ? status : engine_cell_i64(answer, at, ROW_BY, &account.created_by_org);
  status = status != STATUS_OK ? status : engine_cell_i64(answer, at, ROW_AT, &account.created_at_s);
  if (status != STATUS_OK || uid <= 0 || uid > INT32_MAX) {
    return status != STATUS_OK ? status : STATUS_INVALID;
  }
  account.uid = account.gid = (uint32_t)uid;
  (void)snprintf(account.shell, sizeof account.shell, "%s", settings->shell);
  int length = snprintf(account.home, sizeof account.home, "%s/%s", settings->home, account.login);
  return (size_t)length < sizeof account.home ? fleet_row_pack(row, &ACCOUNT_RECORD, &account) : STATUS_INVALID;
}

static enum status claimed_membership(const struct engine_answer *answer, size_t at, struct fleet_row *row)
{
  struct membership membership = {.account_id = row->account_id, .org_id = row->org_id, .joined_at_s = clock_now_s()};
  const struct claimed_place place = {answer, at, ROW_ROLE, ROW_SOURCE, ROW_AT};
  enum status status = asking_place(&place, &membership);
  return status != STATUS_OK ? status : fleet_row_pack(row, &MEMBERSHIP_RECORD, &membership);
}

static enum status take_record(const struct pulling *p, const struct engine_answer *answer, size_t at,
                               struct fleet_row *row)
{
  const struct engine_value *record = engine_cell(answer, at, ROW_RECORD);
  if (!record->null) {
    return bytes_append(&row->record, record->data, record->length);
  }
  row->is_claim = true;
  if (row->gone) {
    return STATUS_OK; // of what goes nothing is looked at but what it is
  }
  return row->kind == FLEET_ACCOUNT      ? claimed_account(p, answer, at, row)
         : row->kind == FLEET_MEMBERSHIP ? claimed_membership(answer, at, row)
                                         : STATUS_INVALID;
}

// What the key says besides: an account's id of an account or a membership, and what it is of the others.
static enum status take_key(const struct engine_answer *answer, size_t at, int64_t org_id, struct fleet_row *row)
{
  bool is_account = row->kind == FLEET_ACCOUNT || row->kind == FLEET_MEMBERSHIP;
  row->org_id = row->kind == FLEET_ACCOUNT ? 0 : org_id;
  if (is_account) {
    return engine_cell_i64(answer, at, ROW_KEY, &row->account_id);
  }
  return row->kind == FLEET_ORG ? STATUS_OK : engine_cell_text(answer, at, ROW_KEY, row->key, sizeof row->key);
}

static enum status take_row(const struct pulling *p, const struct engine_answer *answer, size_t at, int64_t org_id,
                            struct fleet_rows *rows)
{
  struct fleet_row row = {.kind = FLEET_ORG};
  struct fleet_row *added = NULL;
  char kind[16];
  enum status status = engine_cell_text(answer, at, ROW_KIND, kind, sizeof kind);
  if (status == STATUS_OK && !fleet_kind_of(kind, &row.kind)) {
    return STATUS_INVALID;
  }
  status = status != STATUS_OK ? status : engine_cell_bool(answer, at, ROW_GONE, &row.gone);
  status = status != STATUS_OK ? status : take_key(answer, at, org_id, &row);
  status = status != STATUS_OK ? status : fleet_rows_add(rows, &row, &added);
  return status != STATUS_OK ? status : take_record(p, answer, at, added);
}

// Where the next page begins: behind the last row of this one. MOST: rows of it, fewer where they are large.
struct page {
  int64_t most;
  int64_t revision;
  char kind[16];
  char key[FLEET_KEY_SIZE];
};

// An engine that says a page again would be listened to for ever.
static bool is_behind(const struct page *page, const struct page *before)
{
  int kinds = strcmp(page->kind, before->kind);
  return page->revision > before->revision ||
         (page->revision == before->revision && (kinds > 0 || (kinds == 0 && strcmp(page->key, before->key) > 0)));
}

static enum status turn(const struct engine_answer *answer, struct page *page)
{
  const struct page before = *page;
  size_t last = answer->rows - 1;
  enum status status = engine_cell_i64(answer, last, ROW_REVISION, &page->revision);
  status = status != STATUS_OK ? status : engine_cell_text(answer, last, ROW_KIND, page->kind, sizeof page->kind);
  status = status != STATUS_OK ? status : engine_cell_text(answer, last, ROW_KEY, page->key, sizeof page->key);
  return status != STATUS_OK || is_behind(page, &before) ? status : STATUS_INVALID;
}

static enum status pull_page(const struct pulling *p, int64_t org_id, const struct fleet_cursor *cursor,
                             struct page *page, struct fleet_rows *rows, bool *ret_last)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  char org[NUMBER_SIZE];
  char after[NUMBER_SIZE];
  char page_revision[NUMBER_SIZE];
  char most[NUMBER_SIZE];
  asking_print(org, org_id);
  asking_print(after, cursor->revision);
  asking_print(page_revision, page->revision);
  asking_print(most, page->most);
  const struct engine_value values[] = {
      engine_text(org),       engine_text(after),         engine_text(cursor->token[0] != '\0' ? cursor->token : NULL),
      engine_text(NULL),      engine_text(page_revision), engine_text(page->kind),
      engine_text(page->key), engine_text(most)};
  enum status status = ask(p, ENGINE_PULL, values, &answer);
  if (status == STATUS_TOO_LARGE && page->most > 1 && engine_is_open(p->engine)) {
    page->most /= 2;
    return STATUS_OK;
  }
  if (status == STATUS_OK && answer.rows > 0 && answer.columns != ROW_COLUMNS) {
    status = STATUS_INVALID;
  }
  for (size_t i = 0; status == STATUS_OK && i < answer.rows; i++) {
    status = take_row(p, &answer, i, org_id, rows);
  }
  *ret_last = answer.rows < (size_t)page->most;
  status = status != STATUS_OK || *ret_last ? status : turn(&answer, page);
  return asking_judge("answer about an org", status, p->error);
}

// All pages of what has changed behind CURSOR, or has not been taken over at all.
static enum status pull_pages(const struct pulling *p, int64_t org_id, const struct fleet_cursor *cursor,
                              struct fleet_rows *rows)
{
  struct page page = {.most = PAGE_ROWS, .revision = cursor->revision, .kind = "~"};
  bool last = false;
  while (!last) {
    enum status status = pull_page(p, org_id, cursor, &page, rows, &last);
    if (status != STATUS_OK) {
      return status;
    }
  }
  fleet_rows_keep_last(rows); // some may have been changed while they came
  fleet_rows_sort(rows);
  return STATUS_OK;
}

static enum status read_cursor(const struct pulling *p, int64_t org_id, struct fleet_cursor *ret_cursor,
                               int64_t *ret_writes)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct fleet_state state = {.writes = 0};
  enum status status = store_begin(p->host->store, false, &txn);
  status = status != STATUS_OK ? status : fleet_state_get(txn, &state);
  *ret_writes = state.writes;
  return status != STATUS_OK ? status : fleet_cursor_get(txn, org_id, ret_cursor);
}

// Once; *RET_OVERTAKEN: it is to be done anew. ANEW: all of the org is asked for, not only what has changed.
static enum status pull_once(struct pulling *p, int64_t org_id, bool anew, bool *ret_overtaken)
{
  struct fleet_rows rows CLEANUP(fleet_rows_done) = {.count = 0};
  struct fleet_cursor cursor = {.revision = 0};
  struct fleet_applied applied;
  *ret_overtaken = false;
  enum status status = read_cursor(p, org_id, &cursor, &rows.writes);
  cursor = anew ? (struct fleet_cursor){.revision = 0} : cursor;
  status = status != STATUS_OK ? status : pull_pages(p, org_id, &cursor, &rows);
  if (status != STATUS_OK || (rows.count == 0 && cursor.token[0] != '\0')) {
    return status;
  }
  const struct fleet_batch batch = {&rows, org_id, p->head};
  status = change_run(p->host, p->by, change_fleet_apply(&batch, &applied), p->error);
  if (status == STATUS_OK) {
    *ret_overtaken = applied.overtaken;
    p->result->rows += applied.rows;
    p->result->clashes += applied.clashes;
  }
  return status;
}

static enum status pull_org(struct pulling *p, int64_t org_id, bool anew)
{
  for (int i = 0; i < OVERTAKEN_TRIES; i++) {
    bool overtaken = false;
    enum status status = pull_once(p, org_id, anew, &overtaken);
    if (status != STATUS_OK || !overtaken) {
      return status;
    }
  }
  error_set(p->error, "fleet: others take over on this host all the time; it is tried again");
  return STATUS_BUSY;
}

// Whether something clashed and may not any more: then all is asked for anew, since what depends on it was left out.
static enum status has_old_clashes(const struct pulling *p, bool *ret_has)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  int64_t oldest = INT64_MAX;
  enum status status = store_begin(p->host->store, false, &txn);
  status = status != STATUS_OK ? status : fleet_clash_oldest(txn, &oldest);
  *ret_has = oldest < clock_now_s() - CLASHES_S;
  return status;
}

// What cannot be taken over of one org keeps none of the others back.
static enum status pull_orgs(struct pulling *p, const struct id_list *orgs)
{
  struct error first = {.text = ""};
  bool anew = false;
  enum status result = has_old_clashes(p, &anew);
  for (size_t i = 0; i < orgs->count && engine_is_open(p->engine); i++) {
    enum status status = pull_org(p, orgs->ids[i], anew);
    if (status != STATUS_OK && result == STATUS_OK) {
      result = status;
      first = *p->error;
    }
  }
  if (result != STATUS_OK) {
    *p->error = first;
  }
  return result != STATUS_OK || engine_is_open(p->engine) ? result : STATUS_CLOSED;
}

// What was served here, and is not any more.
static enum status drop_others(struct pulling *p, const struct id_list *served)
{
  struct id_list here CLEANUP(id_list_done) = {.ids = NULL};
  struct store_txn *txn = NULL;
  enum status status = store_begin(p->host->store, false, &txn);
  status = status != STATUS_OK ? status : fleet_org_list(txn, &here);
  store_abort(&txn);
  if (status == STATUS_OK && served->count == 0 && here.count > 0) {
    error_set(p->error, "fleet: the engine says that this host serves no org, and it has %zu: all of them would go",
              here.count);
    return STATUS_CORRUPT;
  }
  for (size_t i = 0; status == STATUS_OK && i < here.count; i++) {
    struct change_done done;
    if (!id_list_holds(served, here.ids[i])) {
      status = change_run(p->host, p->by, change_fleet_drop(&here.ids[i], &done), p->error);
    }
  }
  return status;
}

static enum status take_numbers(const struct pulling *p, const struct engine_answer *answer)
{
  struct change_done done;
  size_t count = 0;
  uint32_t *numbers CLEANUP(cleanup_free) = calloc(answer->rows > 0 ? answer->rows : 1, sizeof *numbers);
  if (numbers == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < answer->rows; i++) {
    int64_t number = 0; // or a name, which begins with a letter
    if (engine_cell_i64(answer, i, 0, &number) == STATUS_OK && number > 0 && number <= INT32_MAX) {
      numbers[count++] = (uint32_t)number;
    }
  }
  const struct fleet_taken taken = {numbers, count};
  return count == 0 ? STATUS_OK : change_run(p->host, p->by, change_fleet_taken(&taken, &done), p->error);
}

static enum status pull_taken(struct pulling *p, const struct fleet_state *state)
{
  char after[NUMBER_SIZE];
  char up_to[NUMBER_SIZE];
  char most[NUMBER_SIZE];
  char last[LOGIN_SIZE] = "";
  asking_print(after, state->revision);
  asking_print(up_to, p->head.revision);
  asking_print(most, PAGE_TAKEN);
  for (;;) {
    struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
    const struct engine_value values[] = {engine_text(after),
                                          engine_text(state->token[0] != '\0' ? state->token : NULL),
                                          engine_text(up_to), engine_text(last), engine_text(most)};
    enum status status = ask(p, ENGINE_PULL_TAKEN, values, &answer);
    status = status != STATUS_OK ? status : take_numbers(p, &answer);
    if (status != STATUS_OK || answer.rows < PAGE_TAKEN) {
      return status;
    }
    status = engine_cell_text(&answer, answer.rows - 1, 0, last, sizeof last);
    if (status != STATUS_OK) {
      return asking_judge("list of numbers", status, p->error);
    }
  }
}

static enum status read_state(const struct pulling *p, struct fleet_state *ret_state)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(p->host->store, false, &txn);
  return status != STATUS_OK ? status : fleet_state_get(txn, ret_state);
}

static enum status catch_up(struct pulling *p, const struct fleet_state *state)
{
  struct id_list served CLEANUP(id_list_done) = {.ids = NULL};
  struct change_done done;
  enum status status = ask_served(p, &served);
  // This comes first: an engine that is not the one from before is noticed before anything goes for it.
  status = status != STATUS_OK ? status : pull_taken(p, state);
  status = status != STATUS_OK ? status : drop_others(p, &served);
  status = status != STATUS_OK ? status : pull_orgs(p, &served);
  if (status != STATUS_OK) {
    return status;
  }
  p->result->orgs = served.count;
  bool is_known = strcmp(state->token, p->head.token) == 0 && clock_now_s() - state->caught_up_at_s < NOTED_S;
  return is_known ? STATUS_OK : change_run(p->host, p->by, change_fleet_head(&p->head, &done), p->error);
}

enum status fleet_catch_up(struct engine *engine, const struct change_host *host, const struct change_by *by,
                           int64_t deadline_ms, struct error *error, struct fleet_caught_up *ret_caught_up)
{
  struct pulling p = {engine, host, by, deadline_ms, error, {.revision = 0}, ret_caught_up};
  struct fleet_state state;
  *ret_caught_up = (struct fleet_caught_up){.revision = 0};
  enum status status = read_state(&p, &state);
  status = status != STATUS_OK ? status : asking_head(engine, deadline_ms, error, &p.head);
  status = status != STATUS_OK ? status : catch_up(&p, &state);
  ret_caught_up->revision = p.head.revision;
  return status;
}
