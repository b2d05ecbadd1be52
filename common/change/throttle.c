// SPDX-License-Identifier: Apache-2.0
#include "change/throttle.h"

#include <stdio.h>
#include <string.h>

#include "change/context.h"
#include "policy/person.h"
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
static void name_source(const struct change_context *c, char source[static THROTTLE_ADDRESS_SIZE])
{
  throttle_address(c->by->rhost, source);
  if (c->by->rhost[0] == '\0' && c->by->caller_uid != 0) {
    (void)snprintf(source, THROTTLE_ADDRESS_SIZE, "uid:%u", c->by->caller_uid);
  }
}

static bool is_local(const struct change_context *c)
{
  return c->by->rhost[0] == '\0' && c->by->caller_uid != 0;
}

// Where the person has signed in from last.
static bool is_known_place(const struct change_context *c, const struct facts *facts)
{
  return facts->person.known && c->by->rhost[0] != '\0' && strcmp(c->by->rhost, facts->here.last_sign_in_from) == 0;
}

static void choose_flows(const struct change_context *c, const struct try_count *in, const struct facts *facts,
                         const char *source, struct subjects *s)
{
  bool owner = facts->person.known && policy_is_owner(&facts->person);
  add(s, THROTTLE_FLOW, true, in->login, source);
  if (!is_local(c)) {
    add(s, THROTTLE_LOGIN, !owner && !is_known_place(c, facts), in->login, "");
  }
  if (!facts->person.known) {
    add(s, THROTTLE_STRANGERS, true, in->org, "");
  }
}

// Owners, and people from where they have signed in before, have counters of their own for the address: strangers
// elsewhere cannot use up their tries.
static void choose_passwords(const struct change_context *c, const struct try_count *in, const struct facts *facts,
                             const char *source, struct subjects *s)
{
  bool owner = facts->person.known && policy_is_owner(&facts->person);
  bool known_place = is_known_place(c, facts);
  add(s, THROTTLE_ACCOUNT, !owner && !known_place, in->login, is_local(c) ? source : "");
  if (c->by->rhost[0] != '\0') {
    add(s, THROTTLE_ADDRESS, !owner, source, "");
  }
  if (owner || known_place) {
    add(s, THROTTLE_OWNER, true, in->login, source);
  }
  if (!known_place) {
    add(s, THROTTLE_FAILURES, false, in->login, "");
  }
}

// Whoever acts here as an admin asks from nowhere, and leaves half of the host's to those who sign in. From where
// somebody has signed in before, and for each user of this host, mails are counted by themselves: nobody elsewhere uses
// them up (HOLES H71, H78).
static void choose_mails(const struct change_context *c, const struct try_count *in, const struct facts *facts,
                         const char *source, struct subjects *s)
{
  bool admin = strcmp(c->by->service, "ssoctl") == 0;
  bool apart = !admin && (is_local(c) || is_known_place(c, facts));
  add(s, THROTTLE_MAIL_TO, true, facts->email[0] != '\0' ? facts->email : in->login, apart ? source : "");
  if (!admin) {
    add(s, THROTTLE_MAIL_FROM, true, source, "");
  }
  add(s, THROTTLE_MAIL_HOST, true, "host", "");
  if (admin || !facts->person.known) { // half of them are kept for those who are known
    add(s, THROTTLE_MAIL_NEW, true, "host", "");
  }
}

static void choose(const struct change_context *c, const struct try_count *in, const struct facts *facts,
                   struct subjects *s)
{
  char source[THROTTLE_ADDRESS_SIZE];
  name_source(c, source);
  switch (in->kind) {
  case TRY_SIGN_IN: choose_flows(c, in, facts, source, s); break;
  case TRY_MAIL: choose_mails(c, in, facts, source, s); break;
  case TRY_PASSWORD: choose_passwords(c, in, facts, source, s); break;
  }
}

static enum status load(struct change_context *c, struct subjects *s, size_t *ret_new)
{
  size_t fresh = 0;
  for (size_t i = 0; i < s->count; i++) {
    struct throttle stored;
    enum status status = throttle_get(c->txn, (enum throttle_kind)s->list[i].kind, s->list[i].subject, &stored);
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

static enum status refuse(struct change_context *c, enum try_kind kind, struct try_counted *result)
{
  enum notice notice = kind == TRY_MAIL ? NOTICE_MAILS : NOTICE_THROTTLED;
  result->decision = (struct policy_decision){.row = kind == TRY_MAIL ? "V2" : "T", .notice = notice};
  error_set(c->error, "%s: %s", result->decision.row, notice_name(notice));
  return STATUS_REFUSED;
}

static enum status count(struct change_context *c, struct subjects *s)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < s->count; i++) {
    throttle_count(&s->list[i], c->now_s);
    status = throttle_put(c->txn, &s->list[i]);
  }
  return status;
}

// A full table slows everyone and refuses those without an account. What is counted already is counted on, and an
// account always has its counter: there are no more of these than accounts.
static enum status without_room(struct change_context *c, const struct facts *facts, enum try_kind kind,
                                struct subjects *s, struct try_counted *result)
{
  result->delay_s = THROTTLE_DELAY_S;
  if (!facts->person.known || kind == TRY_MAIL) { // nobody is owed a mail
    return refuse(c, kind, result);
  }
  struct subjects kept = {.count = 0};
  for (size_t i = 0; i < s->count; i++) {
    if (s->list[i].count > 0 || s->list[i].kind == THROTTLE_ACCOUNT) {
      kept.list[kept.count++] = s->list[i];
    }
  }
  result->changed = kept.count > 0;
  return count(c, &kept);
}

uint32_t change_throttle_free(const struct config *config, enum throttle_kind kind)
{
  switch (kind) {
  case THROTTLE_MAIL_TO: return (uint32_t)config->mails_per_address;
  case THROTTLE_MAIL_FROM: return (uint32_t)config->mails_per_remote;
  case THROTTLE_MAIL_HOST: return (uint32_t)config->mails_per_host;
  case THROTTLE_MAIL_NEW: return (uint32_t)(config->mails_per_host / 2);
  case THROTTLE_ACCOUNT:
  case THROTTLE_ADDRESS:
  case THROTTLE_OWNER:
  case THROTTLE_FLOW:
  case THROTTLE_STRANGERS:
  case THROTTLE_LOGIN:
  case THROTTLE_FAILURES: break;
  }
  return throttle_free(kind);
}

static bool allows(const struct change_context *c, const struct throttle *throttle)
{
  enum throttle_kind kind = (enum throttle_kind)throttle->kind;
  if (throttle_is_of_mail(kind)) {
    return throttle_allows_mail(throttle, change_throttle_free(c->host->config, kind), c->now_s);
  }
  return kind == THROTTLE_FAILURES || throttle_allows(throttle, c->now_s);
}

// How long a try at one that is allowed takes; a mail is either sent or not.
static int64_t delay_of(const struct change_context *c, const struct throttle *throttle)
{
  return throttle_is_of_mail((enum throttle_kind)throttle->kind) ? 0 : throttle_delay_s(throttle, c->now_s);
}

static void slow_down(struct try_counted *result, int64_t delay_s)
{
  result->delay_s = delay_s > result->delay_s ? delay_s : result->delay_s;
}

// Refuses a try that a counter which is weighed does not allow, and slows down one that is allowed.
static enum status weigh(struct change_context *c, enum try_kind kind, const struct subjects *s,
                         struct try_counted *result)
{
  for (size_t i = 0; i < s->count; i++) {
    const struct throttle *throttle = &s->list[i];
    bool allowed = allows(c, throttle);
    if (!allowed && s->weighed[i]) {
      return refuse(c, kind, result);
    }
    slow_down(result, allowed ? delay_of(c, throttle) : THROTTLE_DELAY_S);
  }
  return STATUS_OK;
}

static enum status count_try(struct change_context *c, const void *input, void *ret_result)
{
  const struct try_count *in = input;
  struct try_counted *result = ret_result;
  struct subjects s = {.count = 0};
  struct facts facts;
  size_t fresh = 0;
  bool room = false;
  enum status status = change_load_facts(c, in->login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  choose(c, in, &facts, &s);
  status = load(c, &s, &fresh);
  if (status != STATUS_OK) {
    return status;
  }
  status = weigh(c, in->kind, &s, result);
  if (status != STATUS_OK) {
    return status;
  }
  status = throttle_make_room(c->txn, fresh, c->now_s - THROTTLE_WINDOW_S, c->now_s, &room);
  if (status != STATUS_OK) {
    return status;
  }
  return room ? count(c, &s) : without_room(c, &facts, in->kind, &s, result);
}

static enum status count_back(struct change_context *c, enum throttle_kind kind, const char *subject)
{
  struct throttle throttle;
  enum status status = throttle_get(c->txn, kind, subject, &throttle);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (throttle.count <= 1) {
    return throttle_remove(c->txn, kind, subject);
  }
  throttle.count--;
  return throttle_put(c->txn, &throttle);
}

static enum status settle_flow(struct change_context *c, const struct settled_try *settled, const char *pair)
{
  enum status status = throttle_remove(c->txn, THROTTLE_FLOW, pair);
  if (status != STATUS_OK) {
    return status;
  }
  if (!is_local(c)) {
    status = count_back(c, THROTTLE_LOGIN, settled->login);
  }
  return status == STATUS_OK && settled->made ? count_back(c, THROTTLE_STRANGERS, settled->counted) : status;
}

// The try that was counted was a right one.
enum status change_settle_try(struct change_context *c, const struct settled_try *settled)
{
  char source[THROTTLE_ADDRESS_SIZE];
  char pair[sizeof(((struct throttle *)0)->subject)];
  name_source(c, source);
  (void)snprintf(pair, sizeof pair, "%s %s", settled->login, source);
  if (settled->kind == TRY_SIGN_IN) {
    return settle_flow(c, settled, pair);
  }
  enum status status = throttle_remove(c->txn, THROTTLE_OWNER, pair);
  if (status != STATUS_OK) {
    return status;
  }
  status = throttle_remove(c->txn, THROTTLE_ACCOUNT, is_local(c) ? pair : settled->login);
  if (status != STATUS_OK) {
    return status;
  }
  status = count_back(c, THROTTLE_FAILURES, settled->login);
  return status != STATUS_OK ? status : count_back(c, THROTTLE_ADDRESS, source);
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

static enum status clear(struct change_context *c, const void *input, void *ret_result)
{
  const struct throttle_clear *in = input;
  struct change_done *result = ret_result;
  char address[THROTTLE_ADDRESS_SIZE];
  struct clearing clearing = {.word = in->subject};
  if (strchr(in->subject, ':') != NULL && strchr(in->subject, '/') == NULL) {
    throttle_address(in->subject, address);
    clearing.word = address;
  }
  change_name_login(c, in->subject);
  enum status status = STATUS_OK;
  result->changed = false;
  do {
    clearing.found = false;
    status = throttle_each(c->txn, find_about, &clearing);
    if (status == STATUS_EXISTS) {
      result->changed = true;
      status = throttle_remove(c->txn, (enum throttle_kind)clearing.first.kind, clearing.first.subject);
    }
  } while (status == STATUS_OK && clearing.found);
  return status;
}

static const struct change_kind TRY = {"try", CHANGE_HOST, CHANGE_OF_ORG, count_try, sizeof(struct try_counted), true};
static const struct change_kind CLEAR = {"throttle.clear",           CHANGE_HOST, CHANGE_OF_ORG, clear,
                                         sizeof(struct change_done), false};

struct change change_try_count(const struct try_count *in, struct try_counted *ret_result)
{
  return (struct change){&TRY, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_throttle_clear(const struct throttle_clear *in, struct change_done *ret_result)
{
  return (struct change){&CLEAR, in, ret_result, &ret_result->changed, "", ""};
}
