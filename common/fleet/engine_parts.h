// SPDX-License-Identifier: Apache-2.0
// What the files of fleet/engine.h share.
#pragma once
#include "fleet/engine.h"
#include "process/process.h"
#include "protocol/channel.h"

enum { ENGINE_SAY_GRACE_MS = 250 }; // in which the helper says that the time is up

// An org that is listened to, and what was told of it and nobody has asked for.
struct listened {
  int64_t org_id;
  int64_t revision;
  bool is_told;
};

struct engine {
  struct process process;
  struct channel channel;
  struct message_ready ready;
  size_t count;
  size_t told; // of them
  struct listened *orgs;
};

// As engine_ask() says; "" is STATUS_OK.
enum status engine_answer_status(const char *sqlstate);

// Appends the values of ROWS. STATUS_CORRUPT: they are not what they say, or the answer is over ENGINE_ANSWER_MAX.
// STATUS_NO_MEMORY.
MUST_CHECK enum status engine_answer_add(struct engine_answer *answer, const struct message_rows *rows);

// All is there. STATUS_CORRUPT: the rows are not what DONE says, or no values, or its SQLSTATE is none.
// STATUS_NO_MEMORY.
MUST_CHECK enum status engine_answer_end(struct engine_answer *answer, const struct message_done *done);

// For whoever asks WHAT: the connection can be asked, and there is time for it. STATUS_CLOSED, STATUS_TIMEOUT.
MUST_CHECK enum status engine_must_be_open(const struct engine *engine, const char *what, int64_t deadline_ms,
                                           struct error *error);

// Ends the connection because of STATUS, which it returns; ERROR says so.
enum status engine_give_up(struct engine *engine, enum status status, const char *what, struct error *error);

// The next message that is neither TOLD, which is noted, nor FAILED, which ends the connection. Freed by
// channel_free_message(). Statuses of a connection that has ended, as engine_ask() says.
MUST_CHECK enum status engine_next(struct engine *engine, int64_t deadline_ms, const char *what, struct error *error,
                                   enum message_type *ret_type, void **ret_value);

// Takes what has come and is TOLD. STATUS_TIMEOUT: nothing came until DEADLINE_MS, and the connection goes on.
MUST_CHECK enum status engine_take_told(struct engine *engine, int64_t deadline_ms, struct error *error);

// Sends MESSAGE and waits for what comes of it, as engine_ask() does.
MUST_CHECK enum status engine_exchange(struct engine *engine, enum message_type type, const void *message,
                                       const char *what, int64_t deadline_ms, struct error *error,
                                       struct engine_answer *ret_answer);
