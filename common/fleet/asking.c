// SPDX-License-Identifier: Apache-2.0
#include "fleet/asking.h"

#include <stdio.h>

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
