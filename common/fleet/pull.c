// SPDX-License-Identifier: Apache-2.0
#include "fleet/pull.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/id_list.h"
#include "fleet/asking.h"
#include "fleet/pull_parts.h"

enum {
  PAGE_TAKEN = 10000,
  NOTED_S = 60,    // so often it is written down that there is nothing new
  CLASHES_S = 600, // so often it is tried whether what clashed still does
};

static enum status ask_served(struct pulling *p, struct id_list *ret_orgs)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  enum status status = pull_ask(p, ENGINE_SERVED, NULL, &answer);
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

// Others get their turn in between.
static enum status note_numbers(const struct pulling *p, const uint32_t *numbers, size_t count)
{
  enum status status = STATUS_OK;
  for (size_t at = 0; status == STATUS_OK && at < count;) {
    const struct fleet_taken taken = {numbers + at, count - at};
    struct fleet_noted noted = {.count = 0};
    status = change_run(p->host, p->by, change_fleet_taken(&taken, &noted), p->error);
    at += noted.count;
    store_give_way(p->host->store);
  }
  return status;
}

static enum status take_numbers(const struct pulling *p, const struct engine_answer *answer)
{
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
  return note_numbers(p, numbers, count);
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
    enum status status = pull_ask(p, ENGINE_PULL_TAKEN, values, &answer);
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
  enum status status = asking_state(host->store, &state);
  status = status != STATUS_OK ? status : asking_head(engine, deadline_ms, error, &p.head);
  status = status != STATUS_OK ? status : catch_up(&p, &state);
  ret_caught_up->revision = p.head.revision;
  return status;
}
