// SPDX-License-Identifier: Apache-2.0
#include "told.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/endian.h"
#include "base/text.h"

static const char CHANNEL[] = "ssoorg_"; // as tell() of schema.sql has it, with the org's id

void told_done(struct told *told)
{
  free(told->orgs);
  *told = (struct told){.orgs = NULL};
}

static enum status add_listen(struct bytes *sql, int64_t org_id)
{
  char text[64];
  (void)snprintf(text, sizeof text, "; LISTEN %s%" PRId64, CHANNEL, org_id);
  return bytes_append_text(sql, text);
}

enum status told_listen(struct told *told, const struct message_listen *message, struct bytes *sql)
{
  size_t count = message->orgs.length / sizeof(uint64_t);
  if (message->orgs.length % sizeof(uint64_t) != 0) {
    return STATUS_INVALID;
  }
  told_done(told);
  told->orgs = calloc(count + 1, sizeof *told->orgs);
  enum status status = told->orgs == NULL ? STATUS_NO_MEMORY : bytes_append_text(sql, "UNLISTEN *");
  for (size_t i = 0; status == STATUS_OK && i < count; i++) {
    int64_t org_id = (int64_t)endian_get_u64((const unsigned char *)message->orgs.data + i * sizeof(uint64_t));
    status = org_id <= 0 ? STATUS_INVALID : add_listen(sql, org_id);
    told->orgs[told->count++] = (struct told_org){.org_id = org_id};
  }
  return status;
}

// Anybody in the database can say anything: what is no revision is none.
static void note(struct told *told, const PGnotify *notify)
{
  int64_t org_id = 0;
  int64_t revision = 0;
  if (strncmp(notify->relname, CHANNEL, strlen(CHANNEL)) != 0 ||
      text_to_i64(notify->relname + strlen(CHANNEL), 1, INT64_MAX, &org_id) != STATUS_OK) {
    return;
  }
  if (text_to_i64(notify->extra, 0, INT64_MAX, &revision) != STATUS_OK) {
    revision = 0;
  }
  for (size_t i = 0; i < told->count; i++) {
    if (told->orgs[i].org_id == org_id) {
      told->waiting += told->orgs[i].is_told ? 0 : 1;
      told->orgs[i].is_told = true;
      told->orgs[i].revision = revision;
    }
  }
}

void told_take(struct told *told, PGconn *pg)
{
  PGnotify *notify = NULL;
  while ((notify = PQnotifies(pg)) != NULL) {
    note(told, notify);
    PQfreemem(notify);
  }
}

enum status told_send(struct told *told, struct channel *channel, int64_t deadline_ms)
{
  for (size_t i = 0; told->waiting > 0 && i < told->count; i++) {
    struct told_org *org = &told->orgs[i];
    if (org->is_told) {
      const struct message_told message = {org->org_id, org->revision};
      org->is_told = false;
      told->waiting--;
      return channel_send(channel, MESSAGE_TOLD, &message, deadline_ms);
    }
  }
  return STATUS_OK;
}
