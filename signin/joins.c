// SPDX-License-Identifier: Apache-2.0
#include "joins.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "store/orgs.h"

enum { LIST_SIZE = PROTOCOL_PROMPT_SIZE, ASKED_MAX = 3 };

static enum status add(struct store_txn *txn, const struct policy_allowed *allowed, struct join_offer *offer)
{
  struct org org;
  enum status status = org_get(txn, allowed->org_id, &org);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  offer->list[offer->count].org_id = org.id;
  memcpy(offer->list[offer->count].slug, org.slug, sizeof org.slug);
  memcpy(offer->list[offer->count].name, org.name, sizeof org.name);
  offer->list[offer->count].role = allowed->role;
  offer->count++;
  return STATUS_OK;
}

enum status joins_load(struct session *s, const struct policy_person *person, struct join_offer *ret_offer)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct join_offer offer = {.count = 0};
  enum status status = session_read(&s->error, &store, &txn);
  for (size_t i = 0; status == STATUS_OK && i < person->allowed_count; i++) {
    status = add(txn, &person->allowed[i], &offer);
  }
  if (status != STATUS_OK) {
    return status;
  }
  *ret_offer = offer;
  return STATUS_OK;
}

static size_t left_of(const struct join_offer *offer)
{
  size_t left = 0;
  for (size_t i = 0; i < offer->count; i++) {
    left += !offer->list[i].chosen;
  }
  return left;
}

// Numbers stay what they were while others are chosen.
static void compose(const struct join_offer *offer, bool again, char *text, size_t size)
{
  bool any = left_of(offer) < offer->count;
  size_t used = (size_t)snprintf(text, size, "\n%s%s\n", again ? "That is none of them.\n" : "",
                                 any ? "You may join besides" : "You may join here");
  for (size_t i = 0; i < offer->count && used < size; i++) {
    char name[4 * DISPLAY_SIZE];
    if (offer->list[i].chosen) {
      continue;
    }
    const char *slug = offer->list[i].slug;
    bool viewer = offer->list[i].role == ROLE_VIEWER;
    text_escape(offer->list[i].name, strlen(offer->list[i].name), name, sizeof name);
    used += (size_t)snprintf(text + used, size - used, "  %zu) %.64s (%s)\n     gives you group %s%s%s%s\n", i + 1,
                             name, slug, slug, viewer ? "" : " and ", viewer ? "" : slug, viewer ? "" : "-admins");
  }
  if (used < size) {
    (void)snprintf(text + used, size - used, "%s", any ? "Another, or Enter to go on: " : "Number, slug or none: ");
  }
}

// A number or a slug of one that is not chosen yet.
static bool choose(struct join_offer *offer, const char *typed)
{
  int64_t number = 0;
  bool numbered = text_to_i64(typed, 1, (int64_t)offer->count, &number) == STATUS_OK;
  for (size_t i = 0; i < offer->count; i++) {
    bool meant = numbered ? (size_t)number == i + 1 : strcmp(offer->list[i].slug, typed) == 0;
    if (meant && !offer->list[i].chosen) {
      offer->list[i].chosen = true;
      return true;
    }
  }
  return false;
}

enum status joins_ask(struct session *s, int64_t deadline_ms, struct join_offer *offer)
{
  int wrong = 0;
  while (left_of(offer) > 0) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    char text[LIST_SIZE];
    bool any = left_of(offer) < offer->count;
    compose(offer, wrong > 0, text, sizeof text);
    enum status status = session_ask(s, true, text, deadline_ms, &typed);
    if (status != STATUS_OK) {
      return status;
    }
    if (strcmp(bytes_text(&typed), "none") == 0 || (any && typed.length == 0)) {
      return STATUS_OK;
    }
    if (choose(offer, bytes_text(&typed))) {
      wrong = 0;
    } else if (++wrong == ASKED_MAX) {
      return STATUS_NOT_FOUND;
    }
  }
  return STATUS_OK;
}

static bool join(struct session *s, const struct signed_in *result, const char *slug)
{
  const struct org_join in = {s->request->login, slug, result->ticket.id};
  struct change_done ignored;
  if (session_change(s, change_org_join(&in, &ignored)) == STATUS_OK) {
    return true;
  }
  session_log(LOG_WARNING, "org %s could not be joined by %s", slug, s->request->login);
  return false;
}

bool joins_offer(struct session *s, const struct signed_in *result, const struct facts *now)
{
  struct join_offer offer;
  bool joined = false;
  bool asks = way_is_of_host(result->ticket.way) && result->ticket.proven == 1 && !result->asked && now->person.known &&
              now->person.allowed_count > 0 && policy_service_of(s->request->service) == SERVICE_LOGIN;
  if (!asks || joins_load(s, &now->person, &offer) != STATUS_OK ||
      joins_ask(s, s->choose_until_ms, &offer) != STATUS_OK) {
    return false;
  }
  for (size_t i = 0; i < offer.count; i++) {
    joined = (offer.list[i].chosen && join(s, result, offer.list[i].slug)) || joined;
  }
  return joined;
}
