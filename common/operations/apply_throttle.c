// SPDX-License-Identifier: Apache-2.0
// Tries are counted before they are made, in the order in which they come: many at once count as many (POLICY T).
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"
#include "operations/apply.h"
#include "policy/throttle.h"
#include "store/throttles.h"

enum { SUBJECTS_MAX = 4 };

// The counters that one try concerns. WEIGHED: it is refused if one of them does not allow it; others only count.
struct subjects {
  size_t count;
  struct throttle list[SUBJECTS_MAX];
  bool weighed[SUBJECTS_MAX];
};

static void add(struct subjects *s, enum throttle_kind kind, bool weighed, const char *first, const char *second)
{
  struct throttle *throttle = &s->list[s->count];
  *throttle = (struct throttle){.kind = (uint8_t)kind};
  (void)snprintf(throttle->subject, sizeof throttle->subject, "%s%s%s", first, second[0] != '\0' ? " " : "", second);
  s->weighed[s->count] = weighed;
  s->count++;
}

// The remote address; for a caller on this host which user's process it is, so that nobody uses up another's tries by
// asking for their account (HOLES H71). "console" for root's.
static void name_source(const struct change_context *a, char source[static THROTTLE_ADDRESS_SIZE])
{
  throttle_address(a->by->rhost, source);
  if (a->by->rhost[0] == '\0' && a->by->caller_uid != 0) {
    (void)snprintf(source, THROTTLE_ADDRESS_SIZE, "uid:%u", a->by->caller_uid);
  }
}

static bool is_local(const struct change_context *a)
{
  return a->by->rhost[0] == '\0' && a->by->caller_uid != 0;
}

// Where the person has signed in from last.
static bool is_known_place(const struct change_context *a, const struct facts *facts)
{
  return facts->person.known && a->by->rhost[0] != '\0' && strcmp(a->by->rhost, facts->account.last_sign_in_from) == 0;
}

static void choose_flows(const struct change_context *a, const struct facts *facts, const char *source,
                         struct subjects *s)
{
  bool owner = facts->person.known && policy_is_owner(&facts->person);
  add(s, THROTTLE_FLOW, true, a->op->login, source);
  if (!is_local(a)) {
    add(s, THROTTLE_LOGIN, !owner && !is_known_place(a, facts), a->op->login, "");
  }
  if (!facts->person.known) {
    add(s, THROTTLE_STRANGERS, true, a->op->org, "");
  }
}

// Owners, and people from where they have signed in before, have counters of their own for the address: strangers
// elsewhere cannot use up their tries.
static void choose_passwords(const struct change_context *a, const struct facts *facts, const char *source,
                             struct subjects *s)
{
  bool owner = facts->person.known && policy_is_owner(&facts->person);
  bool known_place = is_known_place(a, facts);
  add(s, THROTTLE_ACCOUNT, !owner && !known_place, a->op->login, is_local(a) ? source : "");
  if (a->by->rhost[0] != '\0') {
    add(s, THROTTLE_ADDRESS, !owner, source, "");
  }
  if (owner || known_place) {
    add(s, THROTTLE_OWNER, true, a->op->login, source);
  }
  if (!known_place) {
    add(s, THROTTLE_FAILURES, false, a->op->login, "");
  }
}

static void choose(const struct change_context *a, const struct facts *facts, struct subjects *s)
{
  char source[THROTTLE_ADDRESS_SIZE];
  name_source(a, source);
  if (a->op->value == TRY_SIGN_IN) {
    choose_flows(a, facts, source, s);
  } else {
    choose_passwords(a, facts, source, s);
  }
}

static enum status load(struct change_context *a, struct subjects *s, size_t *ret_new)
{
  size_t fresh = 0;
  for (size_t i = 0; i < s->count; i++) {
    struct throttle stored;
    enum status status = throttle_get(a->txn, (enum throttle_kind)s->list[i].kind, s->list[i].subject, &stored);
    if (status == STATUS_OK) {
      s->list[i] = stored;
    } else if (status != STATUS_NOT_FOUND) {
      return status;
    }
    fresh += status == STATUS_NOT_FOUND;
  }
  *ret_new = fresh;
  return STATUS_OK;
}

static enum status refuse(struct change_context *a)
{
  a->result->decision = (struct policy_decision){.row = "T", .notice = NOTICE_THROTTLED};
  report_set(a->report, "T: %s", notice_name(NOTICE_THROTTLED));
  return STATUS_REFUSED;
}

static enum status count(struct change_context *a, struct subjects *s)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < s->count; i++) {
    throttle_count(&s->list[i], a->now_s);
    status = throttle_put(a->txn, &s->list[i]);
  }
  return status;
}

// A full table slows everyone and refuses those without an account. What is counted already is counted on, and an
// account always has its counter: there are no more of these than accounts.
static enum status without_room(struct change_context *a, const struct facts *facts, struct subjects *s)
{
  a->result->delay_s = THROTTLE_DELAY_S;
  if (!facts->person.known) {
    return refuse(a);
  }
  struct subjects kept = {.count = 0};
  for (size_t i = 0; i < s->count; i++) {
    if (s->list[i].count > 0 || s->list[i].kind == THROTTLE_ACCOUNT) {
      kept.list[kept.count++] = s->list[i];
    }
  }
  a->result->changed = kept.count > 0;
  return count(a, &kept);
}

static void slow_down(struct change_context *a, int64_t delay_s)
{
  a->result->delay_s = delay_s > a->result->delay_s ? delay_s : a->result->delay_s;
}

enum status apply_try(struct change_context *a)
{
  a->silent = true;
  struct subjects s = {.count = 0};
  struct facts facts;
  size_t fresh = 0;
  bool room = false;
  enum status status = change_load_facts(a, a->op->login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  choose(a, &facts, &s);
  status = load(a, &s, &fresh);
  for (size_t i = 0; status == STATUS_OK && i < s.count; i++) {
    bool allowed = s.list[i].kind == THROTTLE_FAILURES || throttle_allows(&s.list[i], a->now_s);
    if (!allowed && s.weighed[i]) {
      return refuse(a);
    }
    slow_down(a, allowed ? throttle_delay_s(&s.list[i], a->now_s) : THROTTLE_DELAY_S);
  }
  if (status == STATUS_OK) {
    status = throttle_make_room(a->txn, fresh, a->now_s - THROTTLE_WINDOW_S, a->now_s, &room);
  }
  if (status != STATUS_OK) {
    return status;
  }
  return room ? count(a, &s) : without_room(a, &facts, &s);
}

static enum status count_back(struct change_context *a, enum throttle_kind kind, const char *subject)
{
  struct throttle throttle;
  enum status status = throttle_get(a->txn, kind, subject, &throttle);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (throttle.count <= 1) {
    return throttle_remove(a->txn, kind, subject);
  }
  throttle.count--;
  return throttle_put(a->txn, &throttle);
}

static enum status settle_flow(struct change_context *a, const struct settled_try *settled, const char *pair)
{
  enum status status = throttle_remove(a->txn, THROTTLE_FLOW, pair);
  if (status == STATUS_OK && !is_local(a)) {
    status = count_back(a, THROTTLE_LOGIN, settled->login);
  }
  return status == STATUS_OK && settled->made ? count_back(a, THROTTLE_STRANGERS, a->event.org) : status;
}

// The try that was counted was a right one.
enum status apply_settle_try(struct change_context *a, const struct settled_try *settled)
{
  char source[THROTTLE_ADDRESS_SIZE];
  char pair[sizeof(((struct throttle *)0)->subject)];
  name_source(a, source);
  (void)snprintf(pair, sizeof pair, "%s %s", settled->login, source);
  if (settled->kind == TRY_SIGN_IN) {
    return settle_flow(a, settled, pair);
  }
  enum status status = throttle_remove(a->txn, THROTTLE_OWNER, pair);
  if (status == STATUS_OK) {
    status = throttle_remove(a->txn, THROTTLE_ACCOUNT, is_local(a) ? pair : settled->login);
  }
  if (status == STATUS_OK) {
    status = count_back(a, THROTTLE_FAILURES, settled->login);
  }
  return status != STATUS_OK ? status : count_back(a, THROTTLE_ADDRESS, source);
}

struct clearing {
  const char *word; // a login or an address
  bool found;
  struct throttle first;
};

static bool is_about(const char *subject, const char *word)
{
  size_t length = strlen(word);
  const char *space = strchr(subject, ' ');
  return strcmp(subject, word) == 0 || (strncmp(subject, word, length) == 0 && subject[length] == ' ') ||
         (space != NULL && strcmp(space + 1, word) == 0);
}

static enum status find_about(void *context, const struct throttle *throttle)
{
  struct clearing *c = context;
  if (!is_about(throttle->subject, c->word)) {
    return STATUS_OK;
  }
  c->found = true;
  c->first = *throttle;
  return STATUS_EXISTS;
}

// Forgets what was counted of a login or an address.
enum status apply_throttle_clear(struct change_context *a)
{
  char address[THROTTLE_ADDRESS_SIZE];
  struct clearing c = {.word = a->op->login};
  if (strchr(a->op->login, ':') != NULL && strchr(a->op->login, '/') == NULL) {
    throttle_address(a->op->login, address);
    c.word = address;
  }
  enum status status = STATUS_OK;
  a->result->changed = false;
  do {
    c.found = false;
    status = throttle_each(a->txn, find_about, &c);
    if (status == STATUS_EXISTS) {
      a->result->changed = true;
      status = throttle_remove(a->txn, (enum throttle_kind)c.first.kind, c.first.subject);
    }
  } while (status == STATUS_OK && c.found);
  return status;
}

enum { DAY_S = 86400 };

// Refusals of people who have not proven to be anybody are counted by day and reason, not stored one by one.
enum status apply_refusal_count(struct change_context *a)
{
  a->silent = true;
  struct store_key key = key_of_i64(a->now_s / DAY_S);
  int64_t so_far = 0;
  key_add_text(&key, a->op->reason);
  enum status status = store_get_i64(a->txn, TABLE_REFUSALS, &key, &so_far);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  return store_put_i64(a->txn, TABLE_REFUSALS, &key, so_far + 1);
}
