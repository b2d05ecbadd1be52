// SPDX-License-Identifier: Apache-2.0
// ssoctl request: the answers, which the member's terminals tell.
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/request.h"
#include "member_args.h"
#include "process/tell_sessions.h"
#include "request_words.h"

// An answer, as it was typed.
struct answering {
  struct member_args words;
  char reason[REASON_SIZE];
  struct request_answer answer;
};

static int take_number(const char *typed, int64_t *ret_number)
{
  return text_to_i64(typed, 1, INT64_MAX, ret_number) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "NUMBER \"%.40s\": is not the number of a request, as 'ssoctl request list' shows it",
                    typed);
}

static int begin(struct context *ctx, const struct invocation *in, struct answering *ret_answering)
{
  const char *reason = in->options[OPTION_REASON];
  struct answering *a = ret_answering;
  a->reason[0] = '\0';
  a->answer = (struct request_answer){a->words.org, a->words.email, a->reason, in->actor->uid, 0};
  int code = reason != NULL ? context_text("--reason", reason, a->reason, sizeof a->reason) : EXIT_DONE;
  code = code != EXIT_DONE || in->arguments[2] == NULL ? code : take_number(in->arguments[2], &a->answer.number);
  return code == EXIT_DONE ? member_args_open_known(ctx, in, &a->words) : code;
}

static void tell(const struct context *ctx, const struct request_answered *result, const char *line)
{
  if (ctx->in->options[OPTION_DRY_RUN] == NULL) {
    tell_sessions(result->uid, line);
  }
}

int cmd_request_approve(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct answering a;
  struct request_answered result;
  char until[CLOCK_TEXT_SIZE];
  char line[REQUEST_LINE_SIZE];
  int code = begin(&ctx, in, &a);
  code = code != EXIT_DONE ? code : context_change(&ctx, change_request_approve(&a.answer, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  clock_text(result.until_s, until);
  const char *what = result.role == ROLE_ADMIN ? "the role of an admin" : "access";
  request_line(line, "%s has given you %s in org %s until %s. Log in anew for it.", in->actor->name, what, a.words.org,
               until);
  tell(&ctx, &result, line);
  context_done(&ctx, "%s has %s in org %s until %s, in sessions from now on", result.login, what, a.words.org, until);
  return context_result(&ctx, result.changed, RESULT_TEXT("org", a.words.org), RESULT_TEXT("email", result.email),
                        RESULT_TEXT("login", result.login), RESULT_NUMBER("uid", result.uid),
                        RESULT_NUMBER("number", result.number), RESULT_TEXT("wants", request_wanted(result.role)),
                        RESULT_TEXT("reason", result.reason), RESULT_DATE("until", result.until_s));
}

int cmd_request_deny(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct answering a;
  struct request_answered result;
  char wants[REQUEST_WANTS_SIZE];
  char line[REQUEST_LINE_SIZE];
  int code = begin(&ctx, in, &a);
  code = code != EXIT_DONE ? code : context_change(&ctx, change_request_deny(&a.answer, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  request_wants(result.role, result.for_s, wants);
  request_line(line, "%s has denied you %s in org %s%s%s", in->actor->name, wants, a.words.org,
               a.reason[0] != '\0' ? ": " : ".", a.reason);
  tell(&ctx, &result, line);
  context_done(&ctx, "%s is denied %s in org %s", result.login, wants, a.words.org);
  return context_result(&ctx, result.changed, RESULT_TEXT("org", a.words.org), RESULT_TEXT("email", result.email),
                        RESULT_TEXT("login", result.login), RESULT_NUMBER("uid", result.uid),
                        RESULT_NUMBER("number", result.number), RESULT_TEXT("wants", request_wanted(result.role)),
                        RESULT_TEXT("reason", result.reason));
}
