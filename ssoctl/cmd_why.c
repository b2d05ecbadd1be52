// SPDX-License-Identifier: Apache-2.0
// ssoctl why: the same question that a login asks, answered for the admin.
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "context.h"
#include "facts/facts.h"
#include "key_alone.h"
#include "store/accounts.h"
#include "why_history.h"

enum { AFTER_SIZE = 64, OFFERED_SIZE = 64, SLUGS_SIZE = 256 };

static void offered_words(const struct policy_decision *decision, char text[static OFFERED_SIZE])
{
  const char *ways[] = {decision->offer_password ? "password" : NULL, decision->offer_recovery ? "recovery code" : NULL,
                        decision->sso_count > 0 ? "SSO" : NULL, decision->offer_code ? "invitation code" : NULL};
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < COUNT_OF(ways); i++) {
    if (ways[i] != NULL) {
      (void)snprintf(text + used, OFFERED_SIZE - used, "%s%s", used > 0 ? " or " : "", ways[i]);
      used = strlen(text);
    }
  }
}

static const char *outcome_words(const struct policy_decision *decision, const char *offered)
{
  switch (decision->verdict) {
  case VERDICT_TRY_AGAIN:
  case VERDICT_REFUSED: return "refused";
  case VERDICT_NOT_OURS: return "not ours: the rest of the PAM stack decides";
  case VERDICT_UNAVAILABLE: return "not available";
  case VERDICT_OFFER: return offered;
  case VERDICT_GRANTED: return "granted";
  }
  return "?";
}

// "L4 locked": why what is offered would lead nowhere; "" if it may lead in.
static void describe_after(const struct policy_question *asked, const struct policy_decision *offer,
                           char text[static AFTER_SIZE])
{
  struct policy_question question = *asked;
  struct policy_decision decision;
  question.stage = STAGE_SESSION;
  question.made.way = offer->offer_password ? WAY_PASSWORD : offer->offer_recovery ? WAY_RECOVERY : WAY_SSO;
  question.made.org_id = offer->sso_orgs[0];
  policy_decide(&question, &decision);
  bool refused = offer->verdict == VERDICT_OFFER && asked->person.known && decision.row[0] == 'L' &&
                 decision.verdict == VERDICT_REFUSED;
  (void)snprintf(text, AFTER_SIZE, "%s%s%s", refused ? decision.row : "", refused ? " " : "",
                 refused ? notice_name(decision.notice) : "");
}

// The orgs where the person may sign in, separated by spaces; those that whoever asks may look at.
static enum status list_slugs(struct context *ctx, const struct policy_decision *decision, char text[static SLUGS_SIZE])
{
  size_t used = 0;
  enum status status = STATUS_OK;
  text[0] = '\0';
  for (size_t i = 0; status == STATUS_OK && i < decision->sso_count && used + SLUG_SIZE + 1 < SLUGS_SIZE; i++) {
    struct org org;
    status = org_get(ctx->txn, decision->sso_orgs[i], &org);
    if (status == STATUS_OK && context_sees_org(ctx, &org)) {
      (void)snprintf(text + used, SLUGS_SIZE - used, "%s%s", used > 0 ? " " : "", org.slug);
      used = strlen(text);
    }
  }
  return status;
}

static int print(struct context *ctx, const struct facts *s, const struct policy_question *question)
{
  struct why_history history CLEANUP(why_history_done) = why_history_new();
  struct policy_decision decision;
  char slugs[SLUGS_SIZE];
  char offered[OFFERED_SIZE];
  char after[AFTER_SIZE];
  policy_decide(question, &decision);
  describe_after(question, &decision, after);
  offered_words(&decision, offered);
  enum status status = list_slugs(ctx, &decision, slugs);
  status = status != STATUS_OK ? status : why_history_read(ctx, ctx->in->arguments[0], s, &decision, &history);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  const struct result_field fields[] = {
      RESULT_TEXT("login", ctx->in->arguments[0]),
      RESULT_TEXT("row", decision.row),
      RESULT_TEXT("offered", outcome_words(&decision, offered)),
      RESULT_TEXT("reason", notice_name(decision.notice)),
      RESULT_TEXT("afterwards", after),
      RESULT_TEXT("sso_org", slugs),
      RESULT_TEXT("key_alone", key_alone_word(question)),
      RESULT_BOOL("account", s->person.known),
      RESULT_NUMBER("uid", s->account.uid),
      RESULT_TEXT("email", s->email),
      RESULT_TEXT("governing_org", context_sees_org(ctx, &s->governing) ? s->governing.slug : NULL),
      RESULT_BOOL("local_user", s->person.local_user),
      RESULT_ROWS("last", &history.last),
      RESULT_ROWS("failed", &history.failed),
      RESULT_ROWS("connections", &history.connections),
      RESULT_ROWS("claims", &history.claims),
      RESULT_ROWS("throttles", &history.throttles),
  };
  bool json = ctx->in->options[OPTION_JSON] != NULL;
  context_end_read(ctx);
  status = table_print_fields(fields, COUNT_OF(fields), json);
  if (status != STATUS_OK) {
    return status == STATUS_CLOSED ? EXIT_DONE : fail(EXIT_FAILED, "standard output cannot be written");
  }
  return json ? EXIT_DONE : why_history_print(ctx, &history);
}

// Who is there is asked about by their login, whatever was typed: what a login would be offered goes by that.
static enum status find_login(struct context *ctx, const char *typed, char ret_login[static LOGIN_SIZE])
{
  struct account account;
  enum status status = account_by_name(ctx->txn, typed, &account);
  if (status == STATUS_OK) {
    memcpy(ret_login, account.login, LOGIN_SIZE);
    record_done(&ACCOUNT_RECORD, &account);
    return STATUS_OK;
  }
  (void)snprintf(ret_login, LOGIN_SIZE, "%s", typed);
  return status == STATUS_NOT_FOUND || status == STATUS_INVALID ? STATUS_OK : status;
}

int cmd_why(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct facts facts;
  struct policy_question question = {.stage = STAGE_LOGIN};
  char login[LOGIN_SIZE];
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (find_login(&ctx, in->arguments[0], login) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: the account cannot be read");
  }
  const char *service = in->options[OPTION_SERVICE] != NULL ? in->options[OPTION_SERVICE] : "sshd";
  const char *rhost = in->options[OPTION_RHOST] != NULL ? in->options[OPTION_RHOST] : "";
  const struct facts_query of = {login, service, rhost, clock_now_s(), ctx.config.operators, &ctx.config};
  enum status status = facts_load(ctx.txn, &of, &facts);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  const struct passwd *entry = getpwnam(login);
  facts.person.local_user = entry != NULL && (!facts.person.known || entry->pw_uid != facts.account.uid);
  question.person = facts.person;
  question.service = policy_service_of(service);
  return print(&ctx, &facts, &question);
}
