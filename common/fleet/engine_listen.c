// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <poll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/endian.h"
#include "fleet/engine.h"
#include "fleet/engine_parts.h"

static const char WHAT[] = "listen";

static enum status fill(const int64_t *orgs, size_t count, struct listened *ret_orgs, struct bytes *list)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    unsigned char number[sizeof(uint64_t)];
    endian_put_u64(number, (uint64_t)orgs[i]);
    ret_orgs[i] = (struct listened){.org_id = orgs[i]};
    status = bytes_append(list, number, sizeof number);
  }
  return status;
}

enum status engine_listen(struct engine *engine, const int64_t *orgs, size_t count, int64_t deadline_ms,
                          struct error *error)
{
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  struct message_listen message = {.orgs = BYTES_EMPTY};
  enum status status = engine_must_be_open(engine, WHAT, deadline_ms, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (count > PROTOCOL_FLEET_ORGS_MAX) {
    error_set(error, "fleet: %s: at most %d orgs", WHAT, PROTOCOL_FLEET_ORGS_MAX);
    return STATUS_TOO_LARGE;
  }
  struct listened *listened CLEANUP(cleanup_free) = calloc(count + 1, sizeof *listened);
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  if (listened == NULL || fill(orgs, count, listened, &list) != STATUS_OK) {
    return STATUS_NO_MEMORY;
  }
  message.timeout_ms = (uint32_t)clock_left_ms(deadline_ms);
  message.orgs = list;
  // What is told from here on is of the new ones.
  struct listened *before = engine->orgs;
  engine->orgs = listened;
  engine->count = count;
  engine->told = 0;
  listened = before;
  return engine_exchange(engine, MESSAGE_LISTEN, &message, WHAT, deadline_ms, error, &answer);
}

// The one that was told of, if there is one.
static bool take_told(struct engine *engine, struct engine_event *ret_event)
{
  for (size_t i = 0; engine->told > 0 && i < engine->count; i++) {
    struct listened *org = &engine->orgs[i];
    if (org->is_told) {
      org->is_told = false;
      engine->told--;
      *ret_event = (struct engine_event){true, org->org_id, org->revision};
      return true;
    }
  }
  return false;
}

// STATUS_TIMEOUT also of a helper that goes on telling what nobody wants.
static enum status wait_for_both(const struct engine *engine, int fd, int64_t deadline_ms, bool *ret_engine,
                                 bool *ret_fd)
{
  struct pollfd entries[2] = {{.fd = engine->channel.fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
  int ready = 0;
  do {
    ready = poll(entries, 2, clock_left_ms(deadline_ms));
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0 || (entries[1].revents == 0 && clock_left_ms(deadline_ms) == 0)) {
    return STATUS_TIMEOUT;
  }
  *ret_engine = entries[0].revents != 0;
  *ret_fd = entries[1].revents != 0;
  return STATUS_OK;
}

enum status engine_await(struct engine *engine, int fd, int64_t deadline_ms, struct error *error,
                         struct engine_event *ret_event)
{
  if (!engine_is_open(engine)) {
    error_set(error, "fleet: the connection has ended");
    return STATUS_CLOSED;
  }
  while (!take_told(engine, ret_event)) {
    bool is_engine = false;
    bool is_fd = false;
    enum status status = wait_for_both(engine, fd, deadline_ms, &is_engine, &is_fd);
    status = status == STATUS_OK && is_engine ? engine_take_told(engine, deadline_ms, error) : status;
    if (status != STATUS_OK) {
      return status;
    }
    if (is_fd && engine->told == 0) {
      *ret_event = (struct engine_event){.is_told = false};
      return STATUS_OK;
    }
  }
  return STATUS_OK;
}
