// SPDX-License-Identifier: Apache-2.0
// ssoctl why: the same question that a login asks, answered for the admin.
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "context.h"
#include "facts/facts.h"

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

static const char *key_words(const struct policy_question *asked)
{
  struct policy_question question = *asked;
  struct policy_decision decision;
  question.stage = STAGE_SESSION;
  question.made = (struct policy_made){.way = WAY_KEY};
  policy_decide(&question, &decision);
  return decision.verdict == VERDICT_GRANTED   ? "accepted"
         : decision.verdict == VERDICT_REFUSED ? "refused"
                                               : "not ours";
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
  static const struct column COLUMNS[] = {
      {"login", COLUMN_TEXT},     {"row", COLUMN_TEXT},           {"offered", COLUMN_TEXT},
      {"reason", COLUMN_TEXT},    {"afterwards", COLUMN_TEXT},    {"sso_org", COLUMN_TEXT},
      {"key_alone", COLUMN_TEXT}, {"account", COLUMN_BOOL},       {"uid", COLUMN_NUMBER},
      {"email", COLUMN_TEXT},     {"governing_org", COLUMN_TEXT}, {"local_user", COLUMN_BOOL},
  };
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct policy_decision decision;
  char slugs[SLUGS_SIZE];
  char offered[OFFERED_SIZE];
  char after[AFTER_SIZE];
  policy_decide(question, &decision);
  describe_after(question, &decision, after);
  offered_words(&decision, offered);
  if (list_slugs(ctx, &decision, slugs) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: an org cannot be read");
  }
  table_add(&table, COLUMNS,
            {{ctx->in->arguments[0], 0},
             {decision.row, 0},
             {outcome_words(&decision, offered), 0},
             {notice_name(decision.notice), 0},
             {after, 0},
             {slugs, 0},
             {key_words(question), 0},
             {NULL, s->person.known},
             {NULL, s->account.uid},
             {s->email, 0},
             {context_sees_org(ctx, &s->governing) ? s->governing.slug : NULL, 0},
             {NULL, s->person.local_user}});
  return context_print_one(ctx, &table);
}

int cmd_why(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct facts facts;
  struct policy_question question = {.stage = STAGE_LOGIN};
  const char *login = in->arguments[0];
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
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
