// SPDX-License-Identifier: Apache-2.0
#include "fleet/asking.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

void asking_print(char text[static NUMBER_SIZE], int64_t number)
{
  (void)snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
}

enum status asking_judge(const char *what, enum status status, struct error *error)
{
  if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) {
    error_set(error, "fleet: the engine's %s is not what it should be", what);
    return STATUS_PROTOCOL;
  }
  return status;
}

enum status asking_state(struct store *store, struct fleet_state *ret_state)
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_begin(store, false, &txn);
  return status != STATUS_OK ? status : fleet_state_get(txn, ret_state);
}

enum status asking_head(struct engine *engine, int64_t deadline_ms, struct error *error, struct fleet_cursor *ret_head)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  enum status status = engine_ask(engine, ENGINE_HEAD, NULL, deadline_ms, error, &answer);
  if (status == STATUS_OK && (answer.rows != 1 || answer.columns < 2)) {
    status = STATUS_INVALID;
  }
  status = status != STATUS_OK ? status : engine_cell_i64(&answer, 0, 0, &ret_head->revision);
  status = status != STATUS_OK ? status : engine_cell_text(&answer, 0, 1, ret_head->token, sizeof ret_head->token);
  return asking_judge("head", status, error);
}

// An owner is made by an admin alone.
static enum status role_of(const char *word, uint8_t *ret_role)
{
  bool admin = strcmp(word, "admin") == 0;
  *ret_role = admin ? ROLE_ADMIN : ROLE_VIEWER;
  return admin || strcmp(word, "viewer") == 0 ? STATUS_OK : STATUS_INVALID;
}

enum status asking_place(const struct claimed_place *place, struct membership *ret_membership)
{
  char role[16];
  char source[16];
  bool ends = !engine_cell(place->answer, place->row, place->until)->null;
  enum status status = engine_cell_text(place->answer, place->row, place->role, role, sizeof role);
  status =
      status != STATUS_OK ? status : engine_cell_text(place->answer, place->row, place->source, source, sizeof source);
  status = status != STATUS_OK ? status : role_of(role, &ret_membership->role);
  if (status == STATUS_OK && ends) {
    status = engine_cell_i64(place->answer, place->row, place->until, &ret_membership->until_s);
  }
  ret_membership->source = status == STATUS_OK && strcmp(source, "invitation") == 0 ? SOURCE_INVITATION : SOURCE_SSO;
  return status == STATUS_TOO_LARGE ? STATUS_INVALID : status;
}
