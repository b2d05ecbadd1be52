// SPDX-License-Identifier: Apache-2.0
#include "joins.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/org_own.h"
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
  struct join_offer offer = {.may_found = person->may_found};
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

static bool may_still_found(const struct join_offer *offer)
{
  return offer->may_found && offer->own_name[0] == '\0';
}

static size_t left_of(const struct join_offer *offer)
{
  size_t left = 0;
  for (size_t i = 0; i < offer->count; i++) {
    left += !offer->list[i].chosen;
  }
  return left + (may_still_found(offer) ? 1 : 0);
}

static bool any_chosen(const struct join_offer *offer)
{
  return left_of(offer) < offer->count + (offer->may_found ? 1 : 0);
}

// Numbers stay what they were while others are chosen.
static void compose(const struct join_offer *offer, bool again, char *text, size_t size)
{
  bool any = any_chosen(offer);
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
  if (may_still_found(offer) && used < size) {
    used += (size_t)snprintf(text + used, size - used, "  %zu) make an organization of your own\n", offer->count + 1);
  }
  if (used < size) {
    (void)snprintf(text + used, size - used, "%s",
                   any               ? "Another, or Enter to go on: "
                   : offer->optional ? "Number, slug or Enter to go on: "
                                     : "Number, slug or none: ");
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

// A name that leads to a slug; asked again twice. "none" and Enter: rather not.
static enum status ask_name(struct session *s, int64_t deadline_ms, struct join_offer *offer)
{
  char slug[SLUG_SIZE];
  for (int i = 0; i < ASKED_MAX; i++) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    enum status status = session_ask(s, true,
                                     i == 0 ? "\nIts name (Enter: none): "
                                            : "\nIt needs a letter of a to z or a digit.\nIts name (Enter: none): ",
                                     deadline_ms, &typed);
    if (status != STATUS_OK) {
      return status;
    }
    const char *name = bytes_text(&typed);
    if (typed.length == 0 || strcmp(name, "none") == 0) {
      return STATUS_OK;
    }
    if (strlen(name) == typed.length && typed.length < sizeof offer->own_name && org_own_slug(name, slug)) {
      memcpy(offer->own_name, name, typed.length + 1);
      return STATUS_OK;
    }
  }
  return STATUS_NOT_FOUND;
}

static bool chooses_own(const struct join_offer *offer, const char *typed)
{
  int64_t number = 0;
  int64_t own = (int64_t)offer->count + 1;
  return may_still_found(offer) && text_to_i64(typed, own, own, &number) == STATUS_OK;
}

enum status joins_ask(struct session *s, int64_t deadline_ms, struct join_offer *offer)
{
  int wrong = 0;
  while (left_of(offer) > 0) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    char text[LIST_SIZE];
    bool any = any_chosen(offer);
    compose(offer, wrong > 0, text, sizeof text);
    enum status status = session_ask(s, true, text, deadline_ms, &typed);
    if (status != STATUS_OK) {
      return status;
    }
    if (strcmp(bytes_text(&typed), "none") == 0 || ((any || offer->optional) && typed.length == 0)) {
      return STATUS_OK;
    }
    if (chooses_own(offer, bytes_text(&typed))) {
      status = ask_name(s, deadline_ms, offer);
      if (status != STATUS_OK) {
        return status;
      }
      wrong = 0;
    } else if (choose(offer, bytes_text(&typed))) {
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

void joins_tell_own(struct session *s, const char *slug)
{
  char line[SLUG_SIZE + 64];
  (void)snprintf(line, sizeof line, "Your organization is made; it is called %s here.", slug);
  session_tell(s, MESSAGE_INFO, line);
}

static bool make_own(struct session *s, const struct signed_in *result, const char *name)
{
  const struct own_org_make in = {s->request->login, name, result->ticket.id};
  struct own_org_made made = {.changed = false};
  if (session_change(s, change_own_org_make(&in, &made)) != STATUS_OK) {
    session_log(LOG_WARNING, "an own org of %s could not be made", s->request->login);
    session_tell(s, MESSAGE_ERROR, notice_sentence(NOTICE_OWN_ORG));
    return false;
  }
  joins_tell_own(s, made.slug);
  return true;
}

bool joins_offer(struct session *s, const struct signed_in *result, const struct facts *now)
{
  struct join_offer offer;
  bool joined = false;
  bool any = now->person.allowed_count > 0 || now->person.may_found;
  bool asks = way_is_of_host(result->ticket.way) && result->ticket.proven == 1 && !result->asked && now->person.known &&
              any && policy_service_of(s->request->service) == SERVICE_LOGIN;
  if (!asks || joins_load(s, &now->person, &offer) != STATUS_OK) {
    return false;
  }
  offer.optional = true;
  if (joins_ask(s, s->choose_until_ms, &offer) != STATUS_OK) {
    return false;
  }
  joined = offer.own_name[0] != '\0' && make_own(s, result, offer.own_name);
  for (size_t i = 0; i < offer.count; i++) {
    joined = (offer.list[i].chosen && join(s, result, offer.list[i].slug)) || joined;
  }
  return joined;
}
