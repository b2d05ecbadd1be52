// SPDX-License-Identifier: Apache-2.0
#include "recheck_lanes.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/grow.h"

enum {
  SAVED_MS = 1000,
  SILENT_MAX = 3,
  ALONE_S = 60,      // where it is not said for how long
  ALONE_MAX_S = 900, // longer than that, it is for the next time
  TOLD_MAX = 30,
  INTERVAL_MAX_MS = 60 * 1000
};

struct lanes lanes_new(int64_t interval_ms)
{
  return (struct lanes){.interval_ms = interval_ms};
}

void lanes_done(struct lanes *lanes)
{
  for (size_t i = 0; i < lanes->count; i++) {
    id_list_done(&lanes->list[i].accounts);
  }
  free(lanes->list);
}

bool lanes_end_with(const struct lanes *lanes, int64_t org_id)
{
  return lanes->count > 0 && lanes->list[lanes->count - 1].org_id == org_id;
}

enum status lanes_open(struct lanes *lanes, const struct org *org)
{
  struct lane *room = grow_array(lanes->list, lanes->count, sizeof *room, &lanes->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  lanes->list = room;
  struct lane *lane = &room[lanes->count++];
  *lane = (struct lane){.org_id = org->id,
                        .due_ms = clock_monotonic_ms(),
                        .interval_ms = lanes->interval_ms,
                        .least_ms = lanes->interval_ms};
  memcpy(lane->org, org->slug, sizeof lane->org);
  return STATUS_OK;
}

enum status lanes_add(struct lanes *lanes, int64_t account_id)
{
  return id_list_add(&lanes->list[lanes->count - 1].accounts, account_id);
}

struct lane *lanes_turn(const struct lanes *lanes, size_t number)
{
  return &lanes->list[(lanes->first + number) % lanes->count];
}

void lanes_turn_on(struct lanes *lanes)
{
  lanes->first = (lanes->first + 1) % lanes->count;
}

bool lanes_wait(const struct lanes *lanes)
{
  for (size_t i = 0; i < lanes->count; i++) {
    if (lane_waits(&lanes->list[i])) {
      return true;
    }
  }
  return false;
}

bool lane_waits(const struct lane *lane)
{
  return !lane->over && lane->next < lane->accounts.count;
}

bool lane_is_due(const struct lane *lane, int64_t now_ms)
{
  return lane_waits(lane) && lane->due_ms <= now_ms;
}

int64_t lane_next(const struct lane *lane)
{
  return lane->accounts.ids[lane->next];
}

int64_t lane_take(struct lane *lane, int64_t now_ms)
{
  int64_t due_ms = lane->due_ms < now_ms - SAVED_MS ? now_ms - SAVED_MS : lane->due_ms;
  lane->due_ms = due_ms + lane->interval_ms;
  return lane->accounts.ids[lane->next++];
}

void lane_was_heard(struct lane *lane)
{
  lane->silent = 0;
  lane->told = 0;
  if (lane->interval_ms > lane->least_ms) {
    lane->interval_ms -= lane->interval_ms / 16;
  }
}

bool lane_was_silent(struct lane *lane)
{
  return ++lane->silent >= SILENT_MAX && !lane->over;
}

bool lane_leave_alone(struct lane *lane, int64_t account_id, int64_t said_s, int64_t now_ms)
{
  int64_t alone_s = said_s > 0 ? said_s : ALONE_S;
  int64_t until_ms = now_ms + alone_s * 1000;
  bool again = !lane->over && alone_s <= ALONE_MAX_S && ++lane->told <= TOLD_MAX &&
               id_list_add(&lane->accounts, account_id) == STATUS_OK;
  if (again && lane->due_ms < until_ms) {
    lane->interval_ms = lane->interval_ms * 2 < INTERVAL_MAX_MS ? lane->interval_ms * 2 : INTERVAL_MAX_MS;
    lane->due_ms = until_ms;
  }
  return again;
}

size_t lane_give_up(struct lane *lane)
{
  lane->over = true;
  return lane->accounts.count - lane->next;
}
