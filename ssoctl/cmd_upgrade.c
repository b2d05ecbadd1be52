// SPDX-License-Identifier: Apache-2.0
// ssoctl upgrade: what an operator must look at after a new version was installed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "change/connection.h"
#include "context.h"
#include "store/confirmed.h"

// A connection that no operator has confirmed as it is.
struct unconfirmed {
  char slug[SLUG_SIZE];
  char issuer[PROTOCOL_URL_SIZE];
  char client_id[PROTOCOL_CLIENT_SIZE];
  char fingerprint[FINGERPRINT_SIZE];
};

struct list {
  struct context *ctx;
  struct unconfirmed *items; // owned
  size_t count;
  size_t capacity;
};

static void list_done(struct list *list)
{
  free(list->items);
}

static enum status add(struct list *list, const struct org *org, const struct connection *connection,
                       const char *fingerprint)
{
  struct unconfirmed *room = grow_array(list->items, list->count, sizeof *room, &list->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  list->items = room;
  struct unconfirmed *item = &room[list->count++];
  *item = (struct unconfirmed){.slug = ""};
  memcpy(item->slug, org->slug, sizeof item->slug);
  memcpy(item->issuer, connection->issuer, sizeof item->issuer);
  memcpy(item->client_id, connection->client_id, sizeof item->client_id);
  (void)snprintf(item->fingerprint, sizeof item->fingerprint, "%s",
                 fingerprint[0] != '\0' ? fingerprint : FINGERPRINT_NONE);
  return STATUS_OK;
}

static enum status look_at(void *context, const struct org *org)
{
  struct list *list = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  enum status status = connection_get(list->ctx->txn, org->id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  status = confirmed_get(list->ctx->txn, org->id, CONNECTION_ACTIVE, &confirmed);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct covered now = covered_of(org, &connection);
  return covered_same_connection(&now, &confirmed.seen) ? STATUS_OK
                                                        : add(list, org, &connection, confirmed.fingerprint);
}

enum { QUESTION_SIZE = sizeof(struct unconfirmed) + 128 };

static void ask_about(const struct unconfirmed *item, char question[static QUESTION_SIZE])
{
  (void)snprintf(question, QUESTION_SIZE,
                 "org %s: no operator has confirmed its connection, %s as client %s. Confirm it as it is?", item->slug,
                 item->issuer, item->client_id);
}

static int confirm(struct context *ctx, const struct unconfirmed *item)
{
  const struct connection_confirm in = {item->slug, item->fingerprint};
  struct change_done result;
  int code = context_change(ctx, change_connection_confirm(&in, &result));
  if (code == EXIT_DONE) {
    context_done(ctx, "org %s: connection confirmed", item->slug);
  }
  return code;
}

static int list_unconfirmed(const struct invocation *in, struct list *list)
{
  int code = context_open(in, list->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(list->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  bool read = org_each(list->ctx->txn, look_at, list) == STATUS_OK;
  return read ? EXIT_DONE : fail(EXIT_FAILED, "store: the connections cannot be read");
}

// Opening the store has brought it to this version. A connection that is not confirmed signs everybody in but accounts
// on local users, operators' and those with a local group.
int cmd_upgrade(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct list list CLEANUP(list_done) = {.ctx = &ctx};
  static const struct column COLUMNS[] = {{"org", COLUMN_TEXT}, {"fingerprint", COLUMN_TEXT}};
  struct table confirmed CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  int code = list_unconfirmed(in, &list);
  context_end_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  int all = EXIT_DONE;
  for (size_t i = 0; i < list.count; i++) {
    char question[QUESTION_SIZE];
    ask_about(&list.items[i], question);
    int one = context_confirm(&ctx, question);
    one = one == EXIT_DONE ? confirm(&ctx, &list.items[i]) : one;
    all = all == EXIT_DONE ? one : all;
    if (one == EXIT_DONE) {
      table_add(&confirmed, COLUMNS, {{list.items[i].slug, 0}, {list.items[i].fingerprint, 0}});
    }
  }
  if (list.count == 0) {
    context_done(&ctx, "the store is of this version, and every connection is confirmed");
  }
  int printed = context_result(&ctx, confirmed.cell_count > 0, RESULT_ROWS("confirmed", &confirmed));
  return all != EXIT_DONE ? all : printed;
}
