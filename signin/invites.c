// SPDX-License-Identifier: Apache-2.0
#include "invites.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/code.h"
#include "change/password_hash.h"
#include "new_password.h"
#include "policy/person.h"

enum { TYPING_MS = 300000, ASKED_MAX = 3, HOST_SIZE = 256, LINE_SIZE = 1024 };

struct collecting {
  struct store_txn *txn;
  struct open_invites *all;
  int64_t now_s;
};

static enum status collect(void *context, const struct invite *invite)
{
  const struct collecting *c = context;
  struct org org;
  if (invite->expires_at_s <= c->now_s || c->all->count == INVITES_MAX_POLICY) {
    return STATUS_OK;
  }
  enum status status = org_get(c->txn, invite->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  struct open_invite *open = &c->all->list[c->all->count++];
  memcpy(open->slug, org.slug, sizeof open->slug);
  memcpy(open->org, org.name, sizeof open->org);
  memcpy(open->code, invite->code, sizeof open->code);
  open->org_id = org.id;
  open->role = invite->role;
  return STATUS_OK;
}

enum status invites_load(struct session *s, const char *email, struct open_invites *ret_invites)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct open_invites all = {.count = 0};
  enum status status = session_read(&s->error, &store, &txn);
  if (status != STATUS_OK) {
    return status;
  }
  struct collecting collecting = {txn, &all, clock_now_s()};
  status = invite_each_of(txn, email, collect, &collecting);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_invites = all;
  return STATUS_OK;
}

const struct open_invite *invites_find(const struct open_invites *invites, const struct bytes *typed)
{
  struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct open_invite *found = NULL;
  if (code_fold(typed, &folded) != STATUS_OK) {
    return NULL;
  }
  for (size_t i = 0; i < invites->count; i++) {
    const struct open_invite *invite = &invites->list[i];
    if (invite->code[0] != '\0' && password_matches(&folded, invite->code)) {
      found = invite;
    }
  }
  return found;
}

static void org_words(const struct open_invite *invite, char *text, size_t size)
{
  char name[4 * DISPLAY_SIZE];
  text_escape(invite->org, strlen(invite->org), name, sizeof name);
  (void)snprintf(text, size, "%s (%s)", name, invite->slug);
}

// An echoing prompt first: where each hidden prompt is answered with what was typed before, this one fails.
static enum status greet(struct session *s, const struct open_invite *invite, const char *next)
{
  struct bytes enter CLEANUP(bytes_done) = BYTES_EMPTY;
  char host[HOST_SIZE] = "this host";
  char org[4 * DISPLAY_SIZE + SLUG_SIZE + 8];
  char text[LINE_SIZE];
  (void)gethostname(host, sizeof host - 1);
  org_words(invite, org, sizeof org);
  (void)snprintf(text, sizeof text, "\n%s invites you to %s as %s.\nPress Enter, then %s: ", org, host,
                 role_word((uint8_t)invite->role), next);
  enum status status = session_ask(s, true, text, clock_monotonic_ms() + TYPING_MS, &enter);
  return status == STATUS_REFUSED ? session_refuse(s, s->decision.row, NOTICE_NEEDS_TERMINAL, "") : status;
}

static enum status ask_own_password(struct session *s, const struct facts *facts,
                                    char ret_hash[static PASSWORD_HASH_SIZE])
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct own_password question = {"Password of your account: ", clock_monotonic_ms() + TYPING_MS, false};
  enum status status = session_ask_own_password(s, &facts->account, &question, &typed);
  if (status == STATUS_NOT_FOUND) {
    return session_refuse(s, s->decision.row, NOTICE_WRONG_PASSWORD, "");
  }
  if (status == STATUS_OK) {
    memcpy(ret_hash, facts->account.password, PASSWORD_HASH_SIZE);
  }
  return status;
}

static enum status store_sign_in(struct session *s, const struct code_sign_in *in, struct signed_in *ret_result)
{
  struct signed_in result = {.changed = false};
  enum status status = session_change(s, change_code_sign_in(in, &result));
  if (status == STATUS_OK) {
    *ret_result = result;
  } else if (status == STATUS_REFUSED) {
    enum notice notice = session_refusal_of(status, &result.decision);
    const struct error said = s->error; // which counting forgets
    session_count_refusal(s, notice, "", "by invitation");
    return session_refuse(s, result.decision.row, notice, notice == NOTICE_FLEET_ADMIN ? said.text : "by invitation");
  }
  return status;
}

enum status invites_sign_in(struct session *s, const struct facts *facts, const struct open_invite *invite,
                            struct signed_in *ret_result)
{
  static const struct bytes NOTHING = BYTES_EMPTY;
  bool known = facts->person.known;
  char password[PASSWORD_HASH_SIZE] = "";
  const struct code_sign_in in = {.login = s->request->login,
                                  .org = invite->slug,
                                  .code = invite->code,
                                  .password = password,
                                  .with_key = session_with_key(s),
                                  .told = session_told_number(s)};
  enum status status = greet(s, invite, known ? "type the password of your account" : "choose a password");
  if (status == STATUS_OK) {
    status = known ? ask_own_password(s, facts, password) : new_password_ask(s, &NOTHING, password);
  }
  if (status == STATUS_OK) {
    status = store_sign_in(s, &in, ret_result);
  }
  explicit_bzero(password, sizeof password);
  return status;
}

// STATUS_OK: they said yes, or typed the code: its hash is *RET_CODE then.
static enum status ask_to_join(struct session *s, const struct open_invite *invite, bool proven, const char **ret_code)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct open_invites only = {1, {*invite}};
  char org[4 * DISPLAY_SIZE + SLUG_SIZE + 8];
  char text[LINE_SIZE];
  org_words(invite, org, sizeof org);
  (void)snprintf(text, sizeof text, "\n%s invites you as %s. %s: ", org, role_word((uint8_t)invite->role),
                 proven ? "Join? [y/N]" : "Invitation code (empty: not now)");
  enum status status = session_ask(s, true, text, s->choose_until_ms, &typed);
  if (status != STATUS_OK || typed.length == 0) {
    return status == STATUS_OK ? STATUS_NOT_FOUND : status;
  }
  if (proven) {
    return typed.data[0] == 'y' || typed.data[0] == 'Y' ? STATUS_OK : STATUS_NOT_FOUND;
  }
  if (session_try(s, TRY_PASSWORD, "", false) != STATUS_OK) {
    return STATUS_NOT_FOUND;
  }
  if (invites_find(&only, &typed) == NULL) {
    session_tell(s, MESSAGE_ERROR, notice_sentence(NOTICE_WRONG_CODE));
    return STATUS_NOT_FOUND;
  }
  *ret_code = invite->code;
  return STATUS_OK;
}

// STATUS_NOT_FOUND: they have not joined, and may be asked for the next one.
static enum status offer_one(struct session *s, const struct signed_in *result, const struct open_invite *invite,
                             bool proven)
{
  struct invite_accept in = {.login = s->request->login, .org = invite->slug, .code = "", .ticket = result->ticket.id};
  struct change_done ignored;
  enum status status = ask_to_join(s, invite, proven, &in.code);
  if (status == STATUS_OK && session_change(s, change_invite_accept(&in, &ignored)) != STATUS_OK) {
    session_log(LOG_WARNING, "the invite of %s for %s could not be accepted", invite->slug, s->request->login);
    status = STATUS_NOT_FOUND;
  }
  return status;
}

bool invites_offer(struct session *s, const struct signed_in *result, const struct facts *now)
{
  struct open_invites invites;
  bool by_host = way_is_of_host(result->ticket.way) && result->ticket.proven == 1 && now->person.governing.id == 0;
  bool proven = by_host || (result->ticket.way == WAY_SSO && result->ticket.org_id == now->person.governing.id);
  bool by_code = result->ticket.way == WAY_PASSWORD && policy_takes_code(&now->person);
  // sudo and su have other questions to ask.
  bool any = policy_service_of(s->request->service) == SERVICE_LOGIN && now->person.known &&
             now->person.invite_count > 0 && (proven || by_code);
  if (!any || invites_load(s, now->email, &invites) != STATUS_OK) {
    return false;
  }
  enum status status = STATUS_NOT_FOUND;
  bool joined = false;
  for (size_t i = 0, asked = 0; i < invites.count && asked < ASKED_MAX; i++) {
    if (!proven && invites.list[i].code[0] == '\0') {
      continue;
    }
    status = offer_one(s, result, &invites.list[i], proven);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) { // nobody answers
      break;
    }
    joined = joined || status == STATUS_OK;
    asked++;
  }
  return joined;
}
