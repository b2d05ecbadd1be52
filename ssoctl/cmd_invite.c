// SPDX-License-Identifier: Apache-2.0
// ssoctl invite.
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/code.h"
#include "change/invite.h"
#include "change/password_hash.h"
#include "change/settings.h"
#include "mailer.h"
#include "member_args.h"

static const struct column LIST_COLUMNS[] = {
    {"email", COLUMN_TEXT},      {"role", COLUMN_TEXT},       {"via", COLUMN_TEXT},       {"status", COLUMN_TEXT},
    {"invited_by", COLUMN_TEXT}, {"created_at", COLUMN_DATE}, {"expires_at", COLUMN_DATE}};

static int take_via(const char *typed, enum invite_via *ret_via)
{
  uint8_t via = VIA_CODE;
  if (typed != NULL && invite_via_from(typed, &via) != STATUS_OK) {
    return fail(EXIT_USAGE, "--via \"%.40s\": is not code or sso", typed);
  }
  *ret_via = (enum invite_via)via;
  return EXIT_DONE;
}

static int take_expiry(const char *typed, int64_t *ret_expires_at_s)
{
  int64_t seconds = 0;
  if (typed == NULL) {
    return EXIT_DONE; // by the org's invite-lifetime
  }
  if (text_to_duration(typed, INVITE_LIFETIME_MIN_S, INVITE_LIFETIME_MAX_S, &seconds) != STATUS_OK) {
    return fail(EXIT_USAGE, "--expires \"%.40s\": is not 60s to 90d, as in 90s, 15m, 12h, 7d", typed);
  }
  *ret_expires_at_s = clock_now_s() + seconds;
  return EXIT_DONE;
}

static int take_options(const struct invocation *in, struct invite_create *create)
{
  const char *role = in->options[OPTION_ROLE];
  int code = role != NULL ? member_args_role("--role", role, &create->role) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  code = member_args_ending(in, &create->ending);
  code = code != EXIT_DONE ? code : take_via(in->options[OPTION_VIA], &create->via);
  return code == EXIT_DONE ? take_expiry(in->options[OPTION_EXPIRES], &create->expires_at_s) : code;
}

static enum status hash_code(const char *code, char ret_hash[static PASSWORD_HASH_SIZE])
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = bytes_append_text(&typed, code);
  if (status != STATUS_OK) {
    return status;
  }
  status = code_fold(&typed, &folded);
  return status != STATUS_OK ? status : password_hash(&folded, ret_hash);
}

static int make_code(char code[static CODE_SIZE], char ret_hash[static PASSWORD_HASH_SIZE])
{
  enum status status = code_new(code);
  status = status != STATUS_OK ? status : hash_code(code, ret_hash);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "making a code: %s", status_text(status));
}

// The code is shown here and never again; not at all where it has gone by mail.
static int print_invite(struct context *ctx, const struct invite *invite, const char *code, bool mailed)
{
  bool stored = ctx->in->options[OPTION_DRY_RUN] == NULL;
  bool by_code = invite->via == VIA_CODE;
  context_done(ctx,
               by_code && mailed ? "%s is invited to org %s, and the code was sent to them by mail"
               : by_code
                   ? "%s is invited to org %s: they sign in with that name and type the code as the password; it is "
                     "not shown again"
                   : "%s is invited to org %s: they sign in with that name through their organization",
               invite->email, ctx->in->arguments[0]);
  return context_show_result(
      ctx, true, RESULT_TEXT("email", invite->email), RESULT_TEXT("org", ctx->in->arguments[0]),
      RESULT_TEXT("role", role_word(invite->role)), RESULT_TEXT("via", invite_via_word(invite->via)),
      RESULT_TEXT("code", by_code && !mailed && stored ? code : NULL), RESULT_DATE("expires_at", invite->expires_at_s));
}

static int open_mailer(struct context *ctx, struct mailer *mailer)
{
  char org[DISPLAY_SIZE + SLUG_SIZE + 4];
  int code = mailer_open(ctx, mailer);
  mailer->counted = true;
  return code == EXIT_DONE ? mailer_org(mailer, ctx->in->arguments[0], org, sizeof org) : code;
}

// What could not be sent is shown, so that it can be told otherwise.
static int tell(struct context *ctx, struct mailer *mailer, const struct invite *invite, const char *code)
{
  char expires[CLOCK_TEXT_SIZE];
  char org[DISPLAY_SIZE + SLUG_SIZE + 4];
  bool by_code = invite->via == VIA_CODE;
  if (mailer->ctx == NULL || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return print_invite(ctx, invite, code, false);
  }
  clock_text(invite->expires_at_s, expires);
  int failed = mailer_org(mailer, ctx->in->arguments[0], org, sizeof org);
  const struct mailing mailing = {.to = invite->email,
                                  .part = by_code ? MAIL_INVITATION : MAIL_MEMBER,
                                  .said = {.org = org,
                                           .login = invite->email,
                                           .code = by_code ? code : "",
                                           .role = role_word(invite->role),
                                           .expires = expires}};
  failed = failed == EXIT_DONE ? mailer_send(mailer, &mailing) : failed;
  int printed = print_invite(ctx, invite, code, failed == EXIT_DONE);
  return failed != EXIT_DONE ? failed : printed;
}

static int create_invite(struct context *ctx, const struct invocation *in, struct mailer *mailer,
                         char code_text[static CODE_SIZE])
{
  struct member_args words;
  char hash[PASSWORD_HASH_SIZE] = "";
  struct invite_create create = {.org = words.org, .email = words.email, .code = hash};
  struct invite_created result;
  int code = member_args_open(ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = take_options(in, &create);
  if (code != EXIT_DONE) {
    return code;
  }
  if (create.via == VIA_CODE) {
    code = make_code(code_text, hash);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_MAIL] != NULL) {
    code = open_mailer(ctx, mailer); // before anything is stored
  }
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(ctx, change_invite_create(&create, &result));
  return code == EXIT_DONE ? tell(ctx, mailer, &result.invite, code_text) : code;
}

int cmd_invite_create(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mailer mailer CLEANUP(mailer_done) = MAILER_EMPTY;
  char code_text[CODE_SIZE] = "";
  int code = create_invite(&ctx, in, &mailer, code_text);
  explicit_bzero(code_text, sizeof code_text);
  return code;
}

int cmd_invite_cancel(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  const struct invite_cancel cancel = {words.org, words.email};
  struct change_done result;
  int code = member_args_open(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_invite_cancel(&cancel, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "invite of %s to org %s cancelled", words.email, words.org);
  return context_result(&ctx, result.changed, RESULT_TEXT("email", words.email), RESULT_TEXT("org", words.org));
}

static enum status add_invite(void *context, const struct invite *invite)
{
  struct table *table = context;
  bool open = invite->expires_at_s > clock_now_s();
  table_add(table, LIST_COLUMNS,
            {{invite->email, 0},
             {role_word(invite->role), 0},
             {invite_via_word(invite->via), 0},
             {open ? "open" : "expired", 0},
             {invite->invited_by, 0},
             {NULL, invite->created_at_s},
             {NULL, invite->expires_at_s}});
  return STATUS_OK;
}

int cmd_invite_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  table.usual = "email role via status expires_at";
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  context_say_managed(&org);
  if (invite_each(ctx.txn, org.id, add_invite, &table) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: invites cannot be read");
  }
  return context_print_list(&ctx, &table);
}
