// SPDX-License-Identifier: Apache-2.0
#include "fleet/claim.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/asking.h"
#include "fleet/pull.h"

// The columns of ENGINE_CLAIM_ACCOUNT and ENGINE_CLAIM_MEMBERSHIP.
enum { ACCOUNT_ID, ACCOUNT_LOGIN, ACCOUNT_UID, ACCOUNT_IS_NEW, ACCOUNT_COLUMNS };
enum { PLACE_ROLE, PLACE_SOURCE, PLACE_REVISION, PLACE_UNTIL, PLACE_COLUMNS };

struct claiming {
  const struct fleet_telling *telling;
  int64_t deadline_ms;
  struct error *error;
  struct fleet_claims *claims;
  int64_t made_as; // the id that the account of somebody new has in the rows
  bool was_there;  // and was somebody in the fleet already
};

static enum status ask(const struct claiming *c, enum engine_statement statement, const struct engine_value *values,
                       size_t columns, struct engine_answer *ret_answer)
{
  enum status status = engine_ask(c->telling->engine, statement, values, c->deadline_ms, c->error, ret_answer);
  bool right = ret_answer->rows == 1 && ret_answer->columns == columns;
  return status == STATUS_OK && !right ? STATUS_INVALID : status;
}

static enum status take_account(struct claiming *c, const struct engine_answer *answer, const struct account *account)
{
  char login[LOGIN_SIZE] = "";
  int64_t uid = 0;
  bool is_new = false;
  enum status status = engine_cell_i64(answer, 0, ACCOUNT_ID, &c->claims->account_id);
  status = status != STATUS_OK ? status : engine_cell_text(answer, 0, ACCOUNT_LOGIN, login, sizeof login);
  status = status != STATUS_OK ? status : engine_cell_i64(answer, 0, ACCOUNT_UID, &uid);
  status = status != STATUS_OK ? status : engine_cell_bool(answer, 0, ACCOUNT_IS_NEW, &is_new);
  bool as_asked = uid == account->uid && strcmp(login, account->login) == 0;
  bool legal = c->claims->account_id >= STORE_ID_FLEET && c->claims->account_id < STORE_ID_END && (as_asked || !is_new);
  if (status != STATUS_OK || !legal) {
    return status != STATUS_OK ? status : STATUS_INVALID;
  }
  memcpy(c->claims->email, account->email, sizeof c->claims->email);
  c->claims->uid = account->uid;
  c->made_as = account->id;
  c->was_there = !is_new;
  return STATUS_OK;
}

static enum status claim_account(struct claiming *c, const struct fleet_row *row)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  struct account account CLEANUP(cleanup_account) = {.id = 0};
  char org[NUMBER_SIZE];
  char uid[NUMBER_SIZE];
  enum status status = record_decode(&ACCOUNT_RECORD, bytes_text(&row->record), row->record.length, &account);
  asking_print(org, account.created_by_org);
  asking_print(uid, account.uid);
  const struct engine_value values[] = {engine_text(org), engine_text(account.email), engine_text(account.login),
                                        engine_text(uid)};
  status = status != STATUS_OK ? status : ask(c, ENGINE_CLAIM_ACCOUNT, values, ACCOUNT_COLUMNS, &answer);
  status = status != STATUS_OK ? status : take_account(c, &answer, &account);
  return asking_judge("answer to a claim", status, c->error);
}

static enum status take_place(struct claiming *c, const struct engine_answer *answer, const struct membership *of)
{
  const struct claimed_place place = {answer, 0, PLACE_ROLE, PLACE_SOURCE, PLACE_UNTIL};
  struct fleet_claims *claims = c->claims;
  if (claims->count == COUNT_OF(claims->places)) {
    return STATUS_TOO_LARGE;
  }
  claims->places[claims->count] = *of;
  return asking_place(&place, &claims->places[claims->count++]);
}

static enum status claim_place(struct claiming *c, const struct fleet_row *row)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  bool of_new = c->claims->email[0] != '\0' && row->account_id == c->made_as;
  const struct membership of = {.org_id = row->org_id, .account_id = of_new ? c->claims->account_id : row->account_id};
  char org[NUMBER_SIZE];
  char account[NUMBER_SIZE];
  asking_print(org, of.org_id);
  asking_print(account, of.account_id);
  // An invite by code sets a password, too, which an admin host alone does.
  const struct engine_value values[] = {engine_text(org), engine_text(account), engine_text(NULL)};
  enum status status = ask(c, ENGINE_CLAIM_MEMBERSHIP, values, PLACE_COLUMNS, &answer);
  status = status != STATUS_OK ? status : take_place(c, &answer, &of);
  return asking_judge("answer to a claim", status, c->error);
}

// An account comes before its places.
static enum status claim_rows(struct claiming *c, const struct fleet_rows *rows)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < rows->count; i++) {
    const struct fleet_row *row = &rows->list[i];
    if (row->is_new && !row->gone && row->kind == FLEET_ACCOUNT) {
      status = claim_account(c, row);
    } else if (row->is_new && !row->gone && row->kind == FLEET_MEMBERSHIP) {
      status = claim_place(c, row);
    }
  }
  return status;
}

static enum status catch_up(const struct claiming *c, struct fleet_caught_up *ret_caught_up)
{
  const struct fleet_telling *t = c->telling;
  return fleet_catch_up(t->engine, t->host, t->by, c->deadline_ms, c->error, ret_caught_up);
}

// A name or a number is somebody else's: with what has come meanwhile another one may be chosen.
static enum status taken(const struct claiming *c)
{
  const struct error why = *c->error;
  struct fleet_caught_up caught_up = {.rows = 0};
  struct fleet_state before = {.revision = 0};
  enum status status = asking_state(c->telling->host->store, &before);
  status = status != STATUS_OK ? status : catch_up(c, &caught_up);
  if (status != STATUS_OK || caught_up.revision > before.revision) {
    return status != STATUS_OK ? status : STATUS_BUSY;
  }
  *c->error = why;
  return STATUS_EXISTS;
}

static enum status judge(enum status status)
{
  bool told = status == STATUS_OK || status == STATUS_BUSY || status == STATUS_EXISTS || status == STATUS_NO_MEMORY;
  bool closed = status == STATUS_REFUSED || status == STATUS_NOT_FOUND; // to them, or to this host
  return told ? status : closed ? STATUS_NOT_FOUND : STATUS_TIMEOUT;
}

enum status fleet_claim(const struct fleet_telling *telling, const struct fleet_rows *rows, struct error *error,
                        struct fleet_claims *ret_claims)
{
  struct claiming c = {telling, clock_monotonic_ms() + telling->wait_ms, error, ret_claims, 0, false};
  struct fleet_caught_up caught_up;
  *ret_claims = (struct fleet_claims){.count = 0};
  enum status status = claim_rows(&c, rows);
  if (status == STATUS_BUSY) {
    return STATUS_TIMEOUT; // of the engine, which has too much to do
  }
  if (status == STATUS_EXISTS) {
    return judge(taken(&c));
  }
  if (status == STATUS_OK && c.was_there) {
    status = catch_up(&c, &caught_up);
    return status == STATUS_OK ? STATUS_BUSY : judge(status);
  }
  return judge(status);
}
