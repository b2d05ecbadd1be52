// SPDX-License-Identifier: Apache-2.0
#include "change/refresh.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/account_values.h"
#include "change/answered.h"
#include "change/context.h"
#include "change/granted_groups.h"
#include "change/sign_in_parts.h"
#include "facts/gate.h"
#include "facts/guard.h"
#include "policy/person.h"
#include "store/confirmed.h"
#include "store/refresh.h"

void refresh_asked_done(struct refresh_asked *asked)
{
  cleanup_refresh(&asked->refresh);
  cleanup_connection(&asked->connection);
}

enum status refresh_asked_load(struct store_txn *txn, int64_t org_id, int64_t account_id,
                               struct refresh_asked *ret_asked)
{
  struct refresh_asked asked CLEANUP(refresh_asked_done) = {.wants_groups = false};
  enum status status = org_get(txn, org_id, &asked.org);
  status = status != STATUS_OK ? status : connection_get(txn, org_id, CONNECTION_ACTIVE, &asked.connection);
  status = status != STATUS_OK ? status : refresh_get(txn, org_id, account_id, &asked.refresh);
  if (status == STATUS_OK && !refresh_fits(&asked.refresh, &asked.connection)) {
    status = STATUS_NOT_FOUND;
  }
  status = status != STATUS_OK ? status : gate_wants_groups(txn, &asked.org, CONNECTION_ACTIVE, &asked.wants_groups);
  status = status != STATUS_OK ? status : confirmed_fingerprint(txn, org_id, CONNECTION_ACTIVE, asked.fingerprint);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_asked = asked;
  asked = (struct refresh_asked){.wants_groups = false};
  return STATUS_OK;
}

enum status change_keep_refresh(struct change_context *c, const struct refresh_given *given)
{
  const struct connection *connection = given->connection;
  struct refresh refresh = {.org_id = given->org_id,
                            .account_id = given->account_id,
                            .registration = connection->registration,
                            .generation = connection->generation,
                            .token = given->authorized->refresh_token, // borrowed
                            .given_at_s = c->now_s,
                            .answered_at_s = c->now_s};
  if (connection->offline == 0 || refresh.token.length == 0) {
    return refresh_drop(c->txn, refresh.org_id, refresh.account_id);
  }
  memcpy(refresh.subject, given->authorized->subject, sizeof refresh.subject);
  return refresh_put(c->txn, &refresh);
}

static bool same_token(const struct bytes *a, const struct bytes *b)
{
  return a->length > 0 && a->length == b->length && bytes_equal_constant_time(bytes_text(a), bytes_text(b), a->length);
}

// What is stored, if it is still the token that USED is.
static enum status get_same(struct change_context *c, const struct refresh *used, struct refresh *ret_refresh)
{
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  enum status status = refresh_get(c->txn, used->org_id, used->account_id, &refresh);
  if (status != STATUS_OK || !same_token(&refresh.token, &used->token)) {
    return status != STATUS_OK ? status : STATUS_NOT_FOUND;
  }
  *ret_refresh = refresh;
  refresh = (struct refresh){.org_id = 0};
  return STATUS_OK;
}

static enum status begin(struct change_context *c, const void *input, void *ret_result)
{
  const struct refresh_asked *asked = input;
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  (void)ret_result;
  enum status status = get_same(c, &asked->refresh, &refresh);
  if (status != STATUS_OK) {
    return status;
  }
  refresh.state = REFRESH_BEGUN;
  refresh.begun_at_s = c->now_s;
  return refresh_put(c->txn, &refresh);
}

static const struct change_kind BEGIN = {
    "refresh.begin", CHANGE_HOST, CHANGE_OF_ORG, begin, sizeof(struct change_done), true};

struct change change_refresh_begin(const struct refresh_asked *asked, struct change_done *ret_result)
{
  return (struct change){&BEGIN, asked, ret_result, &ret_result->changed, "", ""};
}

// What became of the token was not known before it was sent.
static bool was_doubted(const struct refresh_end *in)
{
  return in->asked->refresh.state == REFRESH_BEGUN;
}

static enum status take_name(struct change_context *c, struct account *account, const char *name)
{
  char before[DISPLAY_SIZE];
  memcpy(before, account->name, sizeof before);
  account_keep_name(account, name);
  return strcmp(before, account->name) != 0 ? account_update(c->txn, account) : STATUS_OK;
}

// Name and groups are as the provider says now, where the person is a member.
static enum status take_identity(struct change_context *c, const struct refresh_end *in, char words[static REASON_SIZE])
{
  struct facts facts CLEANUP(facts_done) = {.email = ""};
  int64_t org_id = in->asked->refresh.org_id;
  enum status status = change_load_facts(c, in->login, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  const struct policy_membership *membership = policy_membership_in(&facts.person, org_id);
  if (membership == NULL || facts.account.id != in->asked->refresh.account_id) {
    return STATUS_OK;
  }
  status = take_name(c, &facts.account, in->authorized->name);
  bool unseen = facts.person.guarded && membership->org.unconfirmed; // no operator has seen who speaks (POLICY W8)
  if (status != STATUS_OK || !in->asked->wants_groups || unseen) {
    return status;
  }
  const struct named_groups named = {&facts.account, org_id, &in->authorized->groups, !membership->org.unconfirmed};
  return change_grant_groups(c, &named, words);
}

static enum refresh_result judge(struct change_context *c, const struct refresh_end *in)
{
  const struct answered answered = {&in->asked->connection, in->authorized, in->asked->fingerprint};
  struct policy_decision ignored;
  bool theirs = in->result != REFRESH_ANSWERED ||
                (in->authorized != NULL && strcmp(in->authorized->subject, in->asked->refresh.subject) == 0);
  if (!theirs) {
    return REFRESH_UNSOUND;
  }
  if (in->result == REFRESH_ANSWERED && answered_check(c, &answered, &ignored) != STATUS_OK) {
    error_set(c->error, "%s", "");
    return REFRESH_UNREACHABLE;
  }
  return in->result;
}

static void account_done(struct account *account)
{
  record_done(&ACCOUNT_RECORD, account);
}

// Whoever is not in a required group any more is as refused (S16). Where more groups were to be said than were, that is
// not known.
static enum status check_gate(struct change_context *c, const struct refresh_end *in, uint8_t *result)
{
  struct account account CLEANUP(account_done) = {.id = 0};
  char required[GROUP_WORDS_SIZE];
  char by[PROTOCOL_GROUP_SIZE];
  struct org org;
  bool guarded = false;
  if (*result != REFRESH_ANSWERED || !in->asked->wants_groups) {
    return STATUS_OK;
  }
  enum status status = org_get(c->txn, in->asked->org.id, &org);
  status = status != STATUS_OK ? status : account_get(c->txn, in->asked->refresh.account_id, &account);
  status = status != STATUS_OK ? status : guard_of(c->txn, c->host->config->operators, &account, &guarded);
  status = status != STATUS_OK ? status : gate_required(c->txn, &org, guarded, required);
  if (status != STATUS_OK) {
    return status;
  }
  if (required[0] != '\0' && !gate_passed_by(required, &in->authorized->groups, by)) {
    *result = in->authorized->groups_state == GROUPS_CUT ? REFRESH_UNREACHABLE : REFRESH_NO_GRANT;
  }
  return STATUS_OK;
}

// What the provider has done with the token is known, or what was known before.
static void keep_token(const struct refresh_end *in, struct refresh *refresh)
{
  bool known = in->rotated != NULL || in->result != REFRESH_UNREACHABLE;
  bool as_before = !in->unanswered && !was_doubted(in);
  refresh->state = known || as_before ? REFRESH_READY : REFRESH_BEGUN;
}

// Of a token whose fate was not known a refusal says nothing of the person: it may have been replaced.
static void refuse(const struct change_context *c, const struct refresh_end *in, struct refresh *refresh)
{
  bytes_done(&refresh->token);
  bool lost = was_doubted(in) && in->result == REFRESH_NO_GRANT;
  refresh->state = lost ? REFRESH_LOST : REFRESH_REFUSED;
  refresh->refused_at_s = c->now_s;
}

static enum status apply_result(struct change_context *c, const struct refresh_end *in, struct refresh *refresh,
                                char words[static REASON_SIZE])
{
  refresh->result_at_s = c->now_s;
  if (refresh->result == REFRESH_NO_GRANT) {
    refuse(c, in, refresh);
    return STATUS_OK;
  }
  keep_token(in, refresh);
  if (refresh->result != REFRESH_ANSWERED) {
    return STATUS_OK;
  }
  refresh->answered_at_s = c->now_s;
  return take_identity(c, in, words);
}

// What cannot be kept is as if there were none (K9): nobody can be asked with it.
static enum status replace(const struct refresh_end *in, struct refresh *refresh)
{
  if (in->rotated == NULL) {
    return STATUS_OK;
  }
  bytes_done(&refresh->token);
  return bytes_append(&refresh->token, bytes_text(in->rotated), in->rotated->length);
}

// GIVEN: what of role and groups has changed, "" for nothing.
static enum status file_event(struct change_context *c, const struct refresh_end *in, const struct refresh *refresh,
                              const char *given)
{
  static const char *const WORDS[REFRESH_RESULT_COUNT] = {
      [REFRESH_NO_GRANT] = "refused", [REFRESH_UNSOUND] = "not to be believed"};
  struct org org;
  bool lost = refresh->state == REFRESH_LOST;
  const char *word = WORDS[refresh->result];
  enum status status = org_get(c->txn, refresh->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  c->silent = word == NULL && given[0] == '\0';
  change_name_login(c, in->login);
  memcpy(c->event.org, org.slug, sizeof c->event.org);
  memcpy(c->event.row, "K9", sizeof "K9");
  if (word == NULL) {
    (void)snprintf(c->event.detail, sizeof c->event.detail, "answered:%.200s", given);
    return STATUS_OK;
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%s%s: %.200s",
                 lost ? "the answer before was lost, to sign in again; " : "", word,
                 in->result == REFRESH_ANSWERED ? "in none of the required groups" : in->detail);
  return STATUS_OK;
}

static enum status end(struct change_context *c, const void *input, void *ret_result)
{
  const struct refresh_end *in = input;
  struct refresh_ended *result = ret_result;
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  char given[REASON_SIZE] = "";
  enum status status = get_same(c, &in->asked->refresh, &refresh);
  if (status != STATUS_OK) { // a sign-in has brought another one
    result->changed = false;
    result->result = REFRESH_NEVER;
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  refresh.result = (uint8_t)judge(c, in);
  status = check_gate(c, in, &refresh.result);
  status = status != STATUS_OK ? status : replace(in, &refresh);
  status = status != STATUS_OK ? status : apply_result(c, in, &refresh, given);
  status = status != STATUS_OK ? status : refresh_put(c->txn, &refresh);
  status = status != STATUS_OK ? status : file_event(c, in, &refresh, given);
  result->result = (enum refresh_result)refresh.result;
  return status;
}

static const struct change_kind END = {"refresh", CHANGE_HOST, CHANGE_OF_ORG, end, sizeof(struct refresh_ended), false};

struct change change_refresh_end(const struct refresh_end *in, struct refresh_ended *ret_result)
{
  return (struct change){&END, in, ret_result, &ret_result->changed, "", ""};
}
