// SPDX-License-Identifier: Apache-2.0
// ssoctl why: the same question that a login asks, answered for the admin.
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "desk.h"
#include "operations/situation.h"

enum { AFTER_SIZE = 64 };

static const char *outcome_words(const struct policy_decision *decision)
{
  switch (decision->outcome) {
  case OUTCOME_REFUSED: return "refused";
  case OUTCOME_NOT_OURS: return "not ours: the rest of the PAM stack decides";
  case OUTCOME_UNAVAILABLE: return "not available";
  case OUTCOME_OFFER:
    return decision->offer_password && decision->offer_sso ? "password or SSO"
           : decision->offer_password                      ? "password"
                                                           : "SSO";
  case OUTCOME_GRANTED: return "granted";
  }
  return "?";
}

static const char *key_words(const struct policy_question *asked)
{
  struct policy_question question = *asked;
  struct policy_decision decision;
  question.stage = STAGE_SESSION;
  question.way = WAY_KEY;
  policy_decide(&question, &decision);
  return decision.outcome == OUTCOME_GRANTED   ? "accepted"
         : decision.outcome == OUTCOME_REFUSED ? "refused"
                                               : "not ours";
}

// "L4 locked": why what is offered would lead nowhere; "" if it may lead in.
static void describe_after(const struct policy_question *asked, const struct policy_decision *offer,
                           char text[static AFTER_SIZE])
{
  struct policy_question question = *asked;
  struct policy_decision decision;
  question.stage = STAGE_SESSION;
  question.way = offer->offer_password ? WAY_PASSWORD : WAY_SSO;
  question.way_org_id = offer->sso_org_id;
  policy_decide(&question, &decision);
  bool refused = offer->outcome == OUTCOME_OFFER && asked->person.known && decision.row[0] == 'L' &&
                 decision.outcome == OUTCOME_REFUSED;
  (void)snprintf(text, AFTER_SIZE, "%s%s%s", refused ? decision.row : "", refused ? " " : "",
                 refused ? notice_name(decision.notice) : "");
}

static int print(struct desk *desk, const struct situation *s, const struct policy_question *question)
{
  static const struct column COLUMNS[] = {
      {"login", COLUMN_TEXT},     {"row", COLUMN_TEXT},           {"offered", COLUMN_TEXT},
      {"reason", COLUMN_TEXT},    {"afterwards", COLUMN_TEXT},    {"sso_org", COLUMN_TEXT},
      {"key_alone", COLUMN_TEXT}, {"account", COLUMN_BOOL},       {"uid", COLUMN_NUMBER},
      {"email", COLUMN_TEXT},     {"governing_org", COLUMN_TEXT}, {"local_user", COLUMN_BOOL},
  };
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct policy_decision decision;
  struct org sso = {.slug = ""};
  char after[AFTER_SIZE];
  policy_decide(question, &decision);
  describe_after(question, &decision, after);
  if (decision.offer_sso && org_get(desk->txn, decision.sso_org_id, &sso) != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "store: an org cannot be read");
  }
  sheet_add(&sheet, (const struct cell[]){{desk->in->arguments[0], 0},
                                          {decision.row, 0},
                                          {outcome_words(&decision), 0},
                                          {notice_name(decision.notice), 0},
                                          {after, 0},
                                          {sso.slug, 0},
                                          {key_words(question), 0},
                                          {NULL, s->person.known},
                                          {NULL, s->account.uid},
                                          {s->email, 0},
                                          {s->governing.slug, 0},
                                          {NULL, s->person.local_user}});
  return desk_print_one(desk, &sheet);
}

int cmd_why(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct situation situation;
  struct policy_question question = {.stage = STAGE_LOGIN};
  const char *login = in->arguments[0];
  int code = desk_open(in, &desk);
  if (code == EXIT_DONE) {
    code = desk_read(&desk);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = situation_load(desk.txn, login, clock_now_s(), &situation);
  if (status != STATUS_OK) {
    return desk_fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  const struct passwd *entry = getpwnam(login);
  situation.person.local_user = entry != NULL && (!situation.person.known || entry->pw_uid != situation.account.uid);
  question.person = situation.person;
  const char *service = in->options[OPTION_SERVICE] != NULL ? in->options[OPTION_SERVICE] : "sshd";
  bool login_service = strcmp(service, "sshd") == 0 || strcmp(service, "login") == 0;
  question.service = login_service ? SERVICE_LOGIN : SERVICE_OTHER;
  return print(&desk, &situation, &question);
}
