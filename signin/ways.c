// SPDX-License-Identifier: Apache-2.0
#include "ways.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "store/orgs.h"
#include "store/socials.h"

enum { TYPING_MS = 300000, TEXT_SIZE = 2048, ASKED_MAX = 3 };

static enum status add_org(struct store_txn *txn, int64_t id, struct way_list *ways)
{
  struct way_to *way = &ways->list[ways->count];
  struct org org;
  char name[4 * DISPLAY_SIZE];
  enum status status = org_get(txn, id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  text_escape(org.name, strlen(org.name), name, sizeof name);
  *way = (struct way_to){.way = WAY_SSO, .id = id};
  (void)snprintf(way->title, sizeof way->title, "%.64s (%s)", name, org.slug);
  ways->count++;
  return STATUS_OK;
}

static enum status add_social(void *context, const struct social *social)
{
  struct way_list *ways = context;
  if (ways->count == WAYS_MAX) {
    return STATUS_OK;
  }
  struct way_to *way = &ways->list[ways->count++];
  *way = (struct way_to){.way = WAY_SOCIAL, .id = social->id};
  text_escape(social->title, strlen(social->title), way->title, sizeof way->title);
  return STATUS_OK;
}

// There is room for it even where the list is full.
static void add_mail(struct way_list *ways)
{
  ways->count -= ways->count == WAYS_MAX ? 1 : 0;
  ways->list[ways->count++] = (struct way_to){.way = WAY_MAIL, .title = "a code by email"};
}

enum status ways_load(struct session *s, struct way_list *ret_ways)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct way_list ways = {.count = 0};
  enum status status = session_read(&s->error, &store, &txn);
  for (size_t i = 0; status == STATUS_OK && i < s->decision.sso_count && i < WAYS_MAX; i++) {
    status = add_org(txn, s->decision.sso_orgs[i], &ways);
  }
  if (status == STATUS_OK && s->decision.offer_social) {
    status = social_each(txn, add_social, &ways);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (s->decision.offer_mail) {
    add_mail(&ways);
  }
  *ret_ways = ways;
  return STATUS_OK;
}

// Its first line stands behind sshd's "(user@host)".
static void compose(const struct way_list *ways, bool secret, bool again, char *text, size_t size)
{
  size_t used = (size_t)snprintf(text, size, "\n%sSign in through\n", again ? "That is none of them.\n" : "");
  for (size_t i = 0; i < ways->count && used < size; i++) {
    used += (size_t)snprintf(text + used, size - used, "  %zu) %.80s\n", i + 1, ways->list[i].title);
  }
  if (used < size) {
    (void)snprintf(text + used, size - used, "%s", secret ? "Number, or password: " : "Number [1]: ");
  }
}

// Enter is the first where nothing else can be meant.
static const struct way_to *find(const struct way_list *ways, bool secret, const struct bytes *typed)
{
  int64_t number = !secret && typed->length == 0 ? 1 : 0;
  if (number == 0 && text_to_i64(bytes_text(typed), 1, (int64_t)ways->count, &number) != STATUS_OK) {
    return NULL;
  }
  return &ways->list[number - 1];
}

enum status ways_ask(struct session *s, const struct way_list *ways, bool secret, const struct way_to **ret_way,
                     struct bytes *ret_typed)
{
  for (int i = 0; i < ASKED_MAX; i++) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    char text[TEXT_SIZE];
    compose(ways, secret, i > 0, text, sizeof text);
    enum status status = session_ask(s, !secret, text, clock_monotonic_ms() + TYPING_MS, &typed);
    if (status == STATUS_REFUSED) {
      return session_refuse(s, s->decision.row, NOTICE_NEEDS_TERMINAL, "");
    }
    if (status != STATUS_OK) {
      return status;
    }
    *ret_way = find(ways, secret, &typed);
    if (*ret_way != NULL) {
      return STATUS_OK;
    }
    if (secret && typed.length > 0) {
      bytes_take(ret_typed, &typed);
      return STATUS_OK;
    }
  }
  return session_refuse(s, s->decision.row, NOTICE_NO_CHOICE, "");
}
