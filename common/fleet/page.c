// SPDX-License-Identifier: Apache-2.0
// Pages of what an engine has of an org: fleet/pull_parts.h.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/asking.h"
#include "fleet/pull_parts.h"

enum { ANSWER_MS = 60 * 1000 };

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

enum status pull_ask(const struct pulling *p, enum engine_statement statement, const struct engine_value *values,
                     struct engine_answer *ret_answer)
{
  int64_t deadline_ms = clock_monotonic_ms() + ANSWER_MS;
  deadline_ms = deadline_ms < p->deadline_ms ? deadline_ms : p->deadline_ms;
  return engine_ask(p->engine, statement, values, deadline_ms, p->error, ret_answer);
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

struct page page_first(int64_t org_id, const struct fleet_cursor *after, const char *kinds, int64_t most)
{
  return (struct page){
      .org_id = org_id, .after = *after, .kinds = kinds, .most = most, .revision = after->revision, .kind = "~"};
}

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

static enum status ask_page(const struct pulling *p, const struct page *page, struct engine_answer *ret_answer)
{
  char org[NUMBER_SIZE];
  char after[NUMBER_SIZE];
  char page_revision[NUMBER_SIZE];
  char most[NUMBER_SIZE];
  asking_print(org, page->org_id);
  asking_print(after, page->after.revision);
  asking_print(page_revision, page->revision);
  asking_print(most, page->most);
  const struct engine_value values[] = {engine_text(org),
                                        engine_text(after),
                                        engine_text(page->after.token[0] != '\0' ? page->after.token : NULL),
                                        engine_text(NULL),
                                        engine_text(page_revision),
                                        engine_text(page->kind),
                                        engine_text(page->key),
                                        engine_text(most),
                                        engine_text(page->kinds)};
  return pull_ask(p, ENGINE_PULL, values, ret_answer);
}

static enum status take_page(const struct pulling *p, const struct engine_answer *answer, struct page *page,
                             struct fleet_rows *rows, bool *ret_last)
{
  enum status status = answer->rows > 0 && answer->columns != ROW_COLUMNS ? STATUS_INVALID : STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < answer->rows; i++) {
    status = take_row(p, answer, i, page->org_id, rows);
  }
  *ret_last = answer->rows < (size_t)page->most;
  return status != STATUS_OK || *ret_last ? status : turn(answer, page);
}

enum status page_pull(const struct pulling *p, struct page *page, struct fleet_rows *rows, bool *ret_last)
{
  for (;;) {
    struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
    enum status status = ask_page(p, page, &answer);
    if (status == STATUS_TOO_LARGE && page->most > 1 && engine_is_open(p->engine)) {
      page->most /= 2;
      continue;
    }
    status = status != STATUS_OK ? status : take_page(p, &answer, page, rows, ret_last);
    return asking_judge("answer about an org", status, p->error);
  }
}
