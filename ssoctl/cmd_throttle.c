// SPDX-License-Identifier: Apache-2.0
// ssoctl throttle.
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/throttle.h"
#include "context.h"
#include "policy/throttle.h"
#include "store/throttles.h"

static const struct column LIST_COLUMNS[] = {{"kind", COLUMN_TEXT},    {"subject", COLUMN_TEXT},
                                             {"tries", COLUMN_NUMBER}, {"free", COLUMN_NUMBER},
                                             {"held", COLUMN_BOOL},    {"last_at", COLUMN_DATE}};

struct walk {
  struct table *table;
  const struct config *config;
  int64_t now_s;
};

// Free: a try now counts and goes on. Held: beyond the free tries, one each 30 seconds; of mails none.
static enum status add_throttle(void *context, const struct throttle *throttle)
{
  const struct walk *walk = context;
  enum throttle_kind kind = (enum throttle_kind)throttle->kind;
  uint32_t most = change_throttle_free(walk->config, kind);
  bool held = throttle->count >= most;
  bool over = walk->now_s - throttle->last_at_s >= throttle_window_s(kind);
  if (!over) {
    table_add(walk->table, LIST_COLUMNS,
              {{throttle_word(throttle->kind), 0},
               {throttle->subject, 0},
               {NULL, throttle->count},
               {NULL, most},
               {NULL, held},
               {NULL, throttle->last_at_s}});
  }
  return STATUS_OK;
}

int cmd_throttle_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  struct walk walk = {&table, &ctx.config, clock_now_s()};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (throttle_each(ctx.txn, add_throttle, &walk) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: throttles cannot be read");
  }
  return context_print_list(&ctx, &table);
}

int cmd_throttle_clear(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char subject[LOGIN_SIZE];
  const struct throttle_clear clear = {subject};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("login or address", in->arguments[0], subject, sizeof subject);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_throttle_clear(&clear, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%s: %s", subject, result.changed ? "may try again at once" : "nothing is counted");
  return context_result(&ctx, result.changed, RESULT_TEXT("subject", subject));
}
