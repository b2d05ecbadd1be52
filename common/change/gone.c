// SPDX-License-Identifier: Apache-2.0
#include "change/gone.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/grow.h"
#include "change/context.h"
#include "facts/guard.h"
#include "store/audit.h"
#include "store/endings.h"
#include "store/refresh.h"

enum { AT_ONCE_LEAST = 3, AT_ONCE_SHARE = 10 };

struct candidate {
  int64_t org_id;
  int64_t account_id;
  bool removed;
  bool guarded;
  bool held; // with too many others
};

// Storing would move the cursor: they are noted first, in the order of orgs.
struct search {
  struct change_context *c;
  const struct gone_of *of;
  struct candidate *list; // owned
  size_t count;
  size_t capacity;
};

static void search_done(struct search *search)
{
  free(search->list);
}

static void account_done(struct account *account)
{
  record_done(&ACCOUNT_RECORD, account);
}

static bool is_meant(const struct gone_of *of, int64_t account_id)
{
  return of->account_id == 0 || of->account_id == account_id;
}

static enum status note(struct search *search, const struct refresh *refresh, bool removed, bool guarded)
{
  struct candidate *room = grow_array(search->list, search->count, sizeof *room, &search->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  search->list = room;
  room[search->count++] = (struct candidate){refresh->org_id, refresh->account_id, removed, guarded, false};
  return STATUS_OK;
}

// A clock that was ahead for a moment has nobody removed: they were found to be gone before.
static bool is_to_be_removed(const struct org *org, const struct refresh *refresh, int64_t now_s)
{
  return org->gone_after_s > 0 && refresh->gone_at_s > 0 && now_s - refresh->refused_at_s >= org->gone_after_s &&
         now_s - refresh->gone_at_s >= org->gone_after_s - REFRESH_GONE_S;
}

static enum status is_guarded(struct store_txn *txn, const char *operators, int64_t account_id, bool *ret_guarded)
{
  struct account account CLEANUP(account_done) = {.id = 0};
  enum status status = account_get(txn, account_id, &account);
  return status != STATUS_OK ? status : guard_of(txn, operators, &account, ret_guarded);
}

// Whether REFRESH, which says so, is of a member for whom that counts.
static enum status counts_for(struct store_txn *txn, const struct refresh *refresh, int64_t now_s, bool *ret_counts)
{
  struct membership stored;
  enum status status = membership_get(txn, refresh->account_id, refresh->org_id, &stored);
  *ret_counts = false;
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  const struct membership membership = membership_at(&stored, now_s);
  *ret_counts = membership.role != ROLE_OWNER && membership.status == MEMBER_ACTIVE;
  return STATUS_OK;
}

static enum status look_at_refused(struct search *search, const struct refresh *refresh)
{
  struct change_context *c = search->c;
  struct org org;
  bool counts = false;
  bool guarded = false;
  enum status status = counts_for(c->txn, refresh, c->now_s, &counts);
  if (status != STATUS_OK || !counts) {
    return status;
  }
  status = org_get(c->txn, refresh->org_id, &org);
  bool news = refresh->gone_at_s == 0;
  bool ours = !c->in_fleet || org.id < STORE_ID_FLEET; // whoever is gone from the fleet's an admin removes
  if (status != STATUS_OK || (!news && !(ours && is_to_be_removed(&org, refresh, c->now_s)))) {
    return status;
  }
  status = is_guarded(c->txn, c->host->config->operators, refresh->account_id, &guarded);
  return status != STATUS_OK || (guarded && !news) ? status : note(search, refresh, !news, guarded);
}

// Those of an org are all looked at, whoever is meant: so many at once may be too many.
static enum status look_at(void *context, const struct refresh *refresh)
{
  struct search *search = context;
  return refresh_is_gone(refresh, search->c->now_s) ? look_at_refused(search, refresh) : STATUS_OK;
}

static enum status hold(struct change_context *c, int64_t org_id, int64_t people, struct gone *result)
{
  struct org org;
  enum status status = org_get(c->txn, org_id, &org);
  if (status == STATUS_OK && result->held_count < GONE_HELD_MAX) {
    struct gone_held *held = &result->held[result->held_count++];
    (void)snprintf(held->org, sizeof held->org, "%s", org.slug);
    held->people = people;
  }
  return status;
}

// Takes those of LIST[FIRST] to LIST[END - 1], all of one org, out again who are too many to be removed at once.
static enum status hold_too_many(struct search *search, size_t first, size_t end, struct gone *result)
{
  int64_t members = 0;
  int64_t people = 0;
  for (size_t i = first; i < end; i++) {
    people += search->list[i].removed;
  }
  enum status status = membership_count(search->c->txn, search->list[first].org_id, &members);
  if (status != STATUS_OK || people <= AT_ONCE_LEAST + members / AT_ONCE_SHARE) {
    return status;
  }
  for (size_t i = first; i < end; i++) {
    search->list[i].held = search->list[i].removed;
  }
  return hold(search->c, search->list[first].org_id, people, result);
}

static enum status hold_back(struct search *search, struct gone *result)
{
  enum status status = STATUS_OK;
  size_t end = 0;
  for (size_t first = 0; status == STATUS_OK && first < search->count; first = end) {
    for (end = first; end < search->count && search->list[end].org_id == search->list[first].org_id; end++) {
    }
    status = hold_too_many(search, first, end, result);
  }
  return status;
}

static enum status mark(struct change_context *c, struct refresh *refresh)
{
  refresh->gone_at_s = c->now_s;
  return refresh_put(c->txn, refresh);
}

static void found_done(struct found_member *found)
{
  account_done(&found->account);
}

// The membership, and what is said of it.
static enum status load(struct store_txn *txn, int64_t org_id, int64_t account_id, struct found_member *found,
                        struct gone_person *ret_person)
{
  enum status status = org_get(txn, org_id, &found->org);
  status = status != STATUS_OK ? status : account_get(txn, account_id, &found->account);
  status = status != STATUS_OK ? status : membership_get(txn, account_id, org_id, &found->membership);
  status = status != STATUS_OK ? status : membership_ends_what(txn, &found->membership, &found->org, &ret_person->gid);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(ret_person->org, sizeof ret_person->org, "%s", found->org.slug);
  (void)snprintf(ret_person->login, sizeof ret_person->login, "%s", found->account.login);
  ret_person->uid = found->account.uid;
  return STATUS_OK;
}

static enum status apply_one(struct change_context *c, const struct candidate *one, struct gone_person *ret_person)
{
  struct found_member found CLEANUP(found_done) = {.account = {.id = 0}};
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  struct audit_event event = c->event;
  char since[CLOCK_TEXT_SIZE];
  enum status status = load(c->txn, one->org_id, one->account_id, &found, ret_person);
  status = status != STATUS_OK ? status : refresh_get(c->txn, one->org_id, one->account_id, &refresh);
  if (status != STATUS_OK) {
    return status;
  }
  ret_person->removed = one->removed;
  ret_person->guarded = one->guarded;
  clock_text(refresh.refused_at_s, since);
  (void)snprintf(event.org, sizeof event.org, "%s", ret_person->org);
  (void)snprintf(event.login, sizeof event.login, "%s", ret_person->login);
  (void)snprintf(event.row, sizeof event.row, "K9");
  (void)snprintf(event.detail, sizeof event.detail, "not known at the provider since %s%s", since,
                 one->removed ? ": removed (gone-after)" : "");
  status = one->removed ? change_remove_member(c, &found.org, &found.account) : mark(c, &refresh);
  return status != STATUS_OK ? status : audit_add(c->txn, &event);
}

static enum status apply_all(struct search *search, struct gone *result)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < search->count; i++) {
    if (search->list[i].held || !is_meant(search->of, search->list[i].account_id)) {
      continue;
    }
    if (result->count == GONE_MAX) {
      result->more = true;
      return STATUS_OK;
    }
    status = apply_one(search->c, &search->list[i], &result->list[result->count]);
    result->count += status == STATUS_OK;
  }
  return status;
}

static enum status look(struct change_context *c, const void *input, void *ret_result)
{
  struct gone *result = ret_result;
  struct search search CLEANUP(search_done) = {.c = c, .of = input};
  c->silent = true; // each has an event of its own
  enum status status = refresh_each(c->txn, search.of->org_id, look_at, &search);
  status = status != STATUS_OK ? status : hold_back(&search, result);
  status = status != STATUS_OK ? status : apply_all(&search, result);
  result->changed = result->count > 0;
  return status;
}

static const struct change_kind GONE = {"member.gone", CHANGE_HOST, CHANGE_OF_ORG, look, sizeof(struct gone), false};

struct change change_gone(const struct gone_of *of, struct gone *ret_result)
{
  return (struct change){&GONE, of, ret_result, &ret_result->changed, "", ""};
}

struct walk {
  struct store_txn *txn;
  const char *operators;
  const struct gone_of *of;
  int64_t now_s;
  gone_visit *visit;
  void *context;
};

static enum status visit_open(void *context, const struct refresh *refresh)
{
  const struct walk *walk = context;
  struct gone_open open = {.org_id = refresh->org_id, .account_id = refresh->account_id};
  struct found_member found CLEANUP(found_done) = {.account = {.id = 0}};
  bool counts = false;
  bool guarded = false;
  if (!is_meant(walk->of, refresh->account_id) || refresh->state != REFRESH_REFUSED || refresh->gone_at_s == 0 ||
      refresh->ended_at_s != 0) {
    return STATUS_OK;
  }
  enum status status = counts_for(walk->txn, refresh, walk->now_s, &counts);
  status =
      status != STATUS_OK || !counts ? status : is_guarded(walk->txn, walk->operators, refresh->account_id, &guarded);
  if (status != STATUS_OK || !counts || guarded) {
    return status;
  }
  status = load(walk->txn, refresh->org_id, refresh->account_id, &found, &open.person);
  return status != STATUS_OK ? status : walk->visit(walk->context, &open);
}

enum status gone_each_open(struct store_txn *txn, const char *operators, const struct gone_of *of, int64_t now_s,
                           gone_visit *visit, void *context)
{
  struct walk walk = {txn, operators, of, now_s, visit, context};
  return refresh_each(txn, of->org_id, visit_open, &walk);
}

static enum status note_ended(struct change_context *c, const void *input, void *ret_result)
{
  const struct gone_open *open = input;
  struct change_done *result = ret_result;
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  enum status status = refresh_get(c->txn, open->org_id, open->account_id, &refresh);
  result->changed = status == STATUS_OK && refresh.gone_at_s != 0 && refresh.ended_at_s == 0;
  if (!result->changed) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  refresh.ended_at_s = c->now_s;
  return refresh_put(c->txn, &refresh);
}

static const struct change_kind ENDED = {"member.gone.ended",        CHANGE_HOST, CHANGE_OF_ORG, note_ended,
                                         sizeof(struct change_done), true};

struct change change_gone_ended(const struct gone_open *open, struct change_done *ret_result)
{
  return (struct change){&ENDED, open, ret_result, &ret_result->changed, "", ""};
}
