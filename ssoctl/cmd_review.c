// SPDX-License-Identifier: Apache-2.0
// ssoctl review: who is in an org, by what, and whom somebody should look at; signed off by whoever has.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/org_review.h"
#include "change/settings.h"
#include "context.h"
#include "facts/facts.h"
#include "key_alone.h"

enum { DAY_S = 86400, WORDS_SIZE = 64 };

static const struct column COLUMNS[] = {
    {"login", COLUMN_TEXT},           {"email", COLUMN_TEXT},     {"role", COLUMN_TEXT},
    {"role_until", COLUMN_DATE},      {"role_by", COLUMN_TEXT},   {"until", COLUMN_DATE},
    {"source", COLUMN_TEXT},          {"status", COLUMN_TEXT},    {"joined_at", COLUMN_DATE},
    {"last_sign_in_at", COLUMN_DATE}, {"key_alone", COLUMN_TEXT}, {"groups", COLUMN_NAMES},
    {"asked", COLUMN_TEXT},           {"asked_at", COLUMN_DATE},  {"look_at", COLUMN_NAMES},
};

struct view {
  struct context *ctx;
  struct table *table;
  struct review_of of;
};

// "idle 120d, admin without end", as protocol/group_words.h has it.
static enum status name_reasons(const struct reviewed *reviewed, char words[static GROUP_WORDS_SIZE])
{
  enum status status = STATUS_OK;
  words[0] = '\0';
  for (int i = 0; status == STATUS_OK && i < REVIEW_REASON_COUNT; i++) {
    char one[WORDS_SIZE];
    bool timed = i == REVIEW_IDLE || i == REVIEW_NEVER;
    if ((reviewed->reasons & 1U << i) == 0) {
      continue;
    }
    (void)snprintf(one, sizeof one, "%s", review_reason_words((enum review_reason)i));
    if (timed) {
      (void)snprintf(one, sizeof one, "%s%s %" PRId64 "d", review_reason_words((enum review_reason)i),
                     i == REVIEW_NEVER ? " in" : "", reviewed->idle_s / DAY_S);
    }
    status = group_words_add(words, one);
  }
  return status;
}

static enum status key_alone(const struct view *view, const char *login, const char **ret_word)
{
  struct facts facts;
  const struct facts_query of = {login, "sshd", "", view->of.now_s, view->ctx->config.operators, &view->ctx->config};
  enum status status = facts_load(view->ctx->txn, &of, &facts);
  if (status != STATUS_OK) {
    return status;
  }
  const struct policy_question question = {.service = SERVICE_LOGIN, .person = facts.person};
  *ret_word = key_alone_word(&question);
  facts_done(&facts);
  return STATUS_OK;
}

static enum status add_member(void *context, const struct reviewed *reviewed)
{
  const struct view *view = context;
  const struct account *account = reviewed->account;
  const struct membership *membership = &reviewed->membership;
  char reasons[GROUP_WORDS_SIZE];
  const char *key = NULL;
  struct asked asked;
  enum status status = asked_load(view->ctx->txn, membership, &asked);
  status = status != STATUS_OK ? status : key_alone(view, account->login, &key);
  status = status != STATUS_OK ? status : name_reasons(reviewed, reasons);
  if (status != STATUS_OK) {
    return status;
  }
  table_add(view->table, COLUMNS,
            {{account->login, 0},
             {account->email, 0},
             {role_word(membership->role), 0},
             {NULL, membership->role_until_s},
             {membership->role_by == ROLE_BY_GROUP ? "group" : NULL, 0},
             {NULL, membership->until_s},
             {source_word(membership->source), 0},
             {member_status_word(membership->status), 0},
             {NULL, membership->joined_at_s},
             {NULL, reviewed->last_sign_in_at_s},
             {key, 0},
             {reviewed->groups, 0},
             {asked.word, 0},
             {NULL, asked.at_s},
             {reasons, 0}});
  return table_status(view->table);
}

// Before the rows in JSON, else behind them.
static enum status open_object(const struct view *view, const struct review *review, const struct org_review *last)
{
  const struct org *org = view->of.org;
  char keys[SETTING_TEXT_SIZE];
  org_setting_typed(org_setting_find("keys", strlen("keys")), org, keys);
  const struct result_field fields[] = {
      RESULT_TEXT("org", org->slug),
      RESULT_TEXT("digest", review->digest),
      RESULT_NUMBER("members", review->members),
      RESULT_NUMBER("admins", review->admins),
      RESULT_NUMBER("to_look_at", review->to_look_at),
      RESULT_TEXT("enforcement", enforcement_word(org->enforcement)),
      RESULT_TEXT("provider", table_text_or_null(review->issuer)),
      RESULT_TEXT("keys", keys),
      RESULT_DATE("signed_off_at", last->at_s),
      RESULT_TEXT("signed_off_by", table_text_or_null(last->by)),
      RESULT_BOOL("unchanged_since", strcmp(last->digest, review->digest) == 0),
  };
  return table_print_opening(fields, COUNT_OF(fields), "people");
}

static void say(const struct view *view, const struct review *review, const struct org_review *last)
{
  const struct org *org = view->of.org;
  char when[CLOCK_TEXT_SIZE];
  char keys[SETTING_TEXT_SIZE];
  org_setting_typed(org_setting_find("keys", strlen("keys")), org, keys);
  (void)fprintf(stderr,
                "org %s: %" PRId64 " members, %" PRId64 " admins, %" PRId64
                " to look at; enforcement %s, keys %s, provider %s\n",
                org->slug, review->members, review->admins, review->to_look_at, enforcement_word(org->enforcement),
                keys, review->issuer[0] != '\0' ? review->issuer : "none");
  if (last->at_s != 0) {
    clock_text(last->at_s, when);
    bool same = strcmp(last->digest, review->digest) == 0;
    (void)fprintf(stderr, "signed off last at %s by %s; %s since\n", when, last->by,
                  same ? "nothing has changed" : "changed");
  } else {
    (void)fprintf(stderr, "nobody has signed it off yet\n");
  }
  (void)fprintf(stderr, "digest %s\n", review->digest);
}

// Counted first: what is printed may be long, and its head is in front.
static int show(struct view *view)
{
  struct context *ctx = view->ctx;
  bool json = ctx->in->options[OPTION_JSON] != NULL;
  struct review review;
  struct org_review last = {.at_s = 0};
  enum status status = review_read(ctx->txn, &view->of, NULL, NULL, &review);
  status = status != STATUS_OK ? status : org_review_get(ctx->txn, view->of.org->id, &last);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return fail(EXIT_FAILED, "store: the org cannot be read: %s", status_text(status));
  }
  int code = context_stream(ctx, view->table);
  if (code != EXIT_DONE) {
    return code;
  }
  status = json ? open_object(view, &review, &last) : STATUS_OK;
  status = status != STATUS_OK ? status : review_read(ctx->txn, &view->of, add_member, view, &review);
  if (status != STATUS_OK && table_status(view->table) == STATUS_OK) {
    return fail(EXIT_FAILED, "store: members cannot be read: %s", status_text(status));
  }
  code = context_print_list(ctx, view->table);
  if (json) {
    return code == EXIT_DONE && puts("}") < 0 ? EXIT_FAILED : code;
  }
  if (code == EXIT_DONE) {
    say(view, &review, &last);
  }
  return code;
}

static int sign_off(struct context *ctx, int64_t idle_s)
{
  const struct invocation *in = ctx->in;
  char reason[REASON_SIZE] = "";
  struct org_reviewed result;
  const struct org_review_sign sign = {in->arguments[0], in->options[OPTION_SIGN_OFF], reason, idle_s};
  int code = in->options[OPTION_REASON] != NULL
                 ? context_text("--reason", in->options[OPTION_REASON], reason, sizeof reason)
                 : EXIT_DONE;
  context_end_read(ctx);
  code = code != EXIT_DONE ? code : context_change(ctx, change_org_review(&sign, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "org %s: signed off, %" PRId64 " members, %" PRId64 " to look at", sign.org, result.review.members,
               result.review.to_look_at);
  return context_result(ctx, result.changed, RESULT_TEXT("org", sign.org), RESULT_TEXT("digest", result.review.digest),
                        RESULT_NUMBER("members", result.review.members), RESULT_NUMBER("admins", result.review.admins),
                        RESULT_NUMBER("to_look_at", result.review.to_look_at));
}

int cmd_review(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table.usual = "login role until last_sign_in_at key_alone look_at";
  struct org org;
  const char *idle = in->options[OPTION_IDLE];
  struct view view = {&ctx, &table, {&org, clock_now_s(), 0}};
  if (idle != NULL && text_to_duration(idle, 1, INT32_MAX, &view.of.idle_s) != STATUS_OK) {
    return fail(EXIT_USAGE, "--idle \"%.40s\": is not a duration such as 12h or 90d", idle);
  }
  if (in->options[OPTION_SIGN_OFF] == NULL &&
      (in->options[OPTION_REASON] != NULL || in->options[OPTION_DRY_RUN] != NULL)) {
    return fail(EXIT_USAGE, "--reason and --dry-run: are for --sign-off");
  }
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  return in->options[OPTION_SIGN_OFF] != NULL ? sign_off(&ctx, view.of.idle_s) : show(&view);
}
