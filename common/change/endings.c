// SPDX-License-Identifier: Apache-2.0
#include "change/endings.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/endings.h"
#include "store/orgs.h"

struct due {
  int64_t now_s;
  int64_t next_s; // of what has yet to end
  size_t count;
  bool more;
  struct membership list[ENDINGS_MAX];
};

// Storing would move the cursor: they are noted first.
static enum status look_at(void *context, const struct membership *membership)
{
  struct due *due = context;
  const struct membership now = membership_at(membership, due->now_s);
  bool ended = now.status != membership->status || now.role != membership->role;
  bool waits = ended && due->count == ENDINGS_MAX; // for the next time
  if (ended && !waits) {
    due->list[due->count++] = *membership;
  }
  due->more = due->more || waits;
  due->next_s = ends_earlier(due->next_s, waits ? due->now_s : membership_ends_next_at(&now));
  return STATUS_OK;
}

struct looking {
  struct store_txn *txn;
  struct due *due;
  bool elsewhere; // what is of the fleet's is written down on an admin host
};

static enum status look_at_org(void *context, const struct org *org)
{
  struct looking *looking = context;
  if (looking->elsewhere && org->id >= STORE_ID_FLEET) {
    return STATUS_OK;
  }
  return membership_each(looking->txn, org->id, look_at, looking->due);
}

static enum status end_one(struct change_context *c, const struct membership *before, struct ended *ret_ended)
{
  struct org org;
  struct account account = {.id = 0};
  struct membership now = membership_at(before, c->now_s);
  bool role_ended = now.role != before->role;
  bool ended = now.status != before->status;
  struct audit_event event = c->event;
  enum status status = org_get(c->txn, before->org_id, &org);
  status = status != STATUS_OK ? status : account_get(c->txn, before->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(event.org, sizeof event.org, "%s", org.slug);
  (void)snprintf(event.login, sizeof event.login, "%s", account.login);
  (void)snprintf(event.detail, sizeof event.detail, "%s%s%s", ended ? "the membership is suspended" : "",
                 ended && role_ended ? ", " : "", role_ended ? "the role is viewer" : "");
  (void)snprintf(ret_ended->org, sizeof ret_ended->org, "%s", org.slug);
  (void)snprintf(ret_ended->login, sizeof ret_ended->login, "%s", account.login);
  ret_ended->uid = account.uid;
  record_done(&ACCOUNT_RECORD, &account);
  ret_ended->gid = org.admins_gid;
  status = ended ? membership_ends_what(c->txn, &now, &org, &ret_ended->gid) : STATUS_OK;
  status = status != STATUS_OK ? status : membership_put(c->txn, &now);
  return status != STATUS_OK ? status : audit_add(c->txn, &event);
}

static enum status end_all(struct change_context *c, const void *input, void *ret_result)
{
  struct endings *result = ret_result;
  struct due due = {.now_s = c->now_s};
  struct looking looking = {c->txn, &due, c->in_fleet && !c->is_admin};
  int64_t next_s = 0;
  (void)input;
  c->silent = true; // each has an event of its own
  result->changed = false;
  enum status status = endings_next(c->txn, &next_s);
  if (status == STATUS_NOT_FOUND || (status == STATUS_OK && next_s > c->now_s)) {
    return STATUS_OK;
  }
  status = status != STATUS_OK ? status : org_each(c->txn, look_at_org, &looking);
  for (size_t i = 0; status == STATUS_OK && i < due.count; i++) {
    status = end_one(c, &due.list[i], &result->list[i]);
  }
  result->count = due.count;
  result->more = due.more;
  result->changed = true; // when to look next, at least
  return status != STATUS_OK ? status : endings_set_next(c->txn, due.next_s);
}

static const struct change_kind ENDINGS = {"member.end",           CHANGE_SITE, CHANGE_OF_ORG, end_all,
                                           sizeof(struct endings), false};

struct change change_endings(struct endings *ret_result)
{
  static const char NOTHING[1];
  return (struct change){&ENDINGS, NOTHING, ret_result, &ret_result->changed, "", ""};
}

enum status change_check_ending(struct change_context *c, const char *who, const struct ending *ending)
{
  char when[CLOCK_TEXT_SIZE];
  if (ending->until_s == 0 || ending->until_s > c->now_s) {
    return STATUS_OK;
  }
  clock_text(ending->until_s, when);
  error_set(c->error, "\"%.200s\": until %s: is past", who, when);
  return STATUS_REFUSED;
}

void change_detail_ending(struct change_context *c, const struct ending *ending)
{
  char when[CLOCK_TEXT_SIZE];
  size_t used = strlen(c->event.detail);
  if (ending->until_s != 0) {
    clock_text(ending->until_s, when);
    (void)snprintf(c->event.detail + used, sizeof c->event.detail - used, "%suntil %s: %.120s", used > 0 ? " " : "",
                   when, ending->reason != NULL ? ending->reason : "");
    text_end_clean(c->event.detail);
  }
}
