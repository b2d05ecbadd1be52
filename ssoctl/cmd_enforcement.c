// SPDX-License-Identifier: Apache-2.0
// ssoctl enforcement.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/when.h"
#include "change/enforcement.h"
#include "change/password_hash.h"
#include "domains.h"
#include "enforcement_trial.h"
#include "facts/enforcement_counts.h"
#include "store/accounts.h"
#include "store/here.h"

enum { QUESTION_SIZE = 1024, PAUSE_MIN_S = 60, PAUSE_MAX_S = 7 * 86400 };

int cmd_enforcement_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"org", COLUMN_TEXT}, {"enforcement", COLUMN_TEXT}, {"paused_until", COLUMN_DATE}, {"pause_reason", COLUMN_TEXT}};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  domains_warn(&ctx, org.id);
  bool paused = org.paused_until_s > clock_now_s();
  table_add(&table, COLUMNS,
            {{org.slug, 0},
             {enforcement_word(org.enforcement), 0},
             {NULL, paused ? org.paused_until_s : 0},
             {paused ? org.pause_reason : NULL, 0}});
  return context_print_one(&ctx, &table);
}

static int read_owner(struct context *ctx, const char *slug, struct account *ret_owner, struct account_here *ret_here)
{
  struct org org;
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_org(ctx, slug, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  bool read = account_get(ctx->txn, org.owner_id, ret_owner) == STATUS_OK &&
              account_here_get(ctx->txn, org.owner_id, ret_here) == STATUS_OK;
  return read ? EXIT_DONE : fail(EXIT_FAILED, "store: the org's owner cannot be read");
}

static int find_owner(struct context *ctx, const char *slug, struct account *ret_owner, struct account_here *ret_here)
{
  int code = read_owner(ctx, slug, ret_owner, ret_here);
  context_end_read(ctx);
  return code;
}

// Rule E2 wants a password that the owner has signed in with, or types now: PASSWORD is its hash then.
static int owner_types(struct context *ctx, const char *slug, char password[static PASSWORD_HASH_SIZE])
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct account owner;
  struct account_here here;
  int code = find_owner(ctx, slug, &owner, &here);
  if (code != EXIT_DONE) {
    return code;
  }
  if (here.password_tried != 0 || owner.password[0] == '\0' || !isatty(STDIN_FILENO)) {
    return EXIT_DONE;
  }
  (void)fprintf(stderr, "The owner %s has not signed in with their password yet.\n", owner.login);
  code = context_read_secret(false, "The owner's password: ", false, &typed);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!password_matches(&typed, owner.password)) {
    return fail(EXIT_REFUSED, "that is not the password of %s", owner.login);
  }
  memcpy(password, owner.password, PASSWORD_HASH_SIZE);
  return EXIT_DONE;
}

typedef unsigned long long number;

static const char KEYS_DENIED[] = " No ssh key alone is taken any more, since the provider cannot be asked again about "
                                  "people ('ssoctl idp set' with --offline yes, 'ssoctl org set' with keys=).";

// What will happen, with counts (POLICY E1).
static void describe(const struct org *org, uint8_t to, const struct enforcement_counts *c, char *text, size_t size)
{
  bool back = org->enforcement == ENFORCEMENT_SSO_ONLY;
  switch ((enum enforcement)to) {
  case ENFORCEMENT_OFF:
    (void)snprintf(text, size, "%llu of %llu members have a password that works again%s%s. Go on?",
                   (number)(c->passwords + (back ? c->guest_passwords : 0)), (number)c->members,
                   back ? "; provisioning is again " : "", back ? provisioning_word(org->earlier_provisioning) : "");
    return;
  case ENFORCEMENT_DOMAINS:
    (void)snprintf(text, size,
                   "%llu of %llu members are on the org's domains and sign in through its provider only; %llu of them "
                   "have a password that does not work any more. %llu guests keep theirs%s%s. Go on?",
                   (number)c->governed, (number)c->members, (number)c->passwords, (number)c->guests,
                   back ? "; provisioning is again " : "", back ? provisioning_word(org->earlier_provisioning) : "");
    return;
  case ENFORCEMENT_SSO_ONLY:
    (void)snprintf(text, size,
                   "All %llu members but the owner sign in through the org's provider only; %llu of them have a "
                   "password that does not open this org any more. %llu guests have no identity linked and cannot "
                   "open it until an admin links one. %llu invites are cancelled, and whoever the provider lets in "
                   "joins by themselves.%s Go on?",
                   (number)c->members, (number)(c->passwords + c->guest_passwords), (number)c->guests_unlinked,
                   (number)c->invites, c->keys_denied ? KEYS_DENIED : "");
    return;
  }
}

// What was typed, and what is asked.
struct setting {
  char org[SLUG_SIZE];
  uint8_t enforcement;
  char password[PASSWORD_HASH_SIZE];
  char question[QUESTION_SIZE];
};

static int count(struct context *ctx, const char *slug, struct org *ret_org, struct enforcement_counts *counts)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_org(ctx, slug, ret_org);
  if (code != EXIT_DONE) {
    return code;
  }
  bool counted = enforcement_count(ctx->txn, ret_org, counts) == STATUS_OK;
  return counted ? EXIT_DONE : fail(EXIT_FAILED, "store: members cannot be counted");
}

static int prepare(struct context *ctx, struct setting *setting)
{
  struct enforcement_counts counts = {.members = 0};
  struct org org = {.id = 0};
  int code = count(ctx, setting->org, &org, &counts);
  context_end_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  describe(&org, setting->enforcement, &counts, setting->question, sizeof setting->question);
  // Of a delegate it is not asked: nobody else's password is to be guessed here, as often as one likes.
  bool turns_on = org.enforcement != setting->enforcement && setting->enforcement != ENFORCEMENT_OFF;
  return turns_on && !ctx->in->actor->is_delegate ? owner_types(ctx, setting->org, setting->password) : EXIT_DONE;
}

static int ask_and_set(struct context *ctx, const struct invocation *in, struct setting *setting,
                       struct change_done *ret_result)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], setting->org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = prepare(ctx, setting);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm(ctx, setting->question);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct enforcement_set set = {setting->org, setting->enforcement, setting->password};
  return context_change(ctx, change_enforcement_set(&set, ret_result));
}

// The past is only tried on, not changed.
static int take_since(const struct invocation *in, int64_t *ret_since_s)
{
  const char *typed = in->options[OPTION_SINCE];
  if (typed == NULL) {
    return EXIT_DONE;
  }
  if (in->options[OPTION_DRY_RUN] == NULL) {
    return fail(EXIT_USAGE, "--since: is legal with --dry-run only, which says who got in since and would not");
  }
  return when_parse(typed, clock_now_s(), ret_since_s) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--since \"%.40s\": is not a duration such as 30d, or a day such as 2026-11-01", typed);
}

// Also where it could not be turned on yet.
static int try_on_the_past(struct context *ctx, const struct invocation *in, uint8_t to, int64_t since_s)
{
  char org[SLUG_SIZE];
  int code = context_open(in, ctx);
  code = code != EXIT_DONE ? code : context_slug(in->arguments[0], org);
  return code != EXIT_DONE ? code : enforcement_trial_print(ctx, org, to, since_s);
}

int cmd_enforcement_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct setting setting = {.question = ""};
  struct change_done result;
  if (enforcement_from(in->arguments[1], &setting.enforcement) != STATUS_OK) {
    return fail(EXIT_USAGE, "enforcement \"%.40s\": is not off, domains or sso-only", in->arguments[1]);
  }
  int64_t since_s = 0;
  int code = take_since(in, &since_s);
  if (code == EXIT_DONE && in->options[OPTION_SINCE] != NULL) {
    return try_on_the_past(&ctx, in, setting.enforcement, since_s);
  }
  code = code != EXIT_DONE ? code : ask_and_set(&ctx, in, &setting, &result);
  explicit_bzero(setting.password, sizeof setting.password);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_DRY_RUN] != NULL) {
    context_done(&ctx, "%s", setting.question);
  }
  context_done(&ctx, "org %s: enforcement is %s%s", setting.org, in->arguments[1], result.changed ? "" : " already");
  struct table values CLEANUP(table_done) = context_values();
  if (result.changed) {
    context_add_value(&values, "enforcement", result.before, in->arguments[1]);
  }
  return context_result(&ctx, result.changed, RESULT_TEXT("org", setting.org),
                        RESULT_TEXT("enforcement", in->arguments[1]), RESULT_ROWS("values", &values));
}

int cmd_enforcement_pause(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char org[SLUG_SIZE];
  char reason[REASON_SIZE];
  struct enforcement_pause pause = {.org = org, .reason = reason};
  struct change_done result;
  char until[CLOCK_TEXT_SIZE];
  int64_t seconds = 0;
  const char *typed = in->options[OPTION_FOR];
  if (text_to_duration(typed, PAUSE_MIN_S, PAUSE_MAX_S, &seconds) != STATUS_OK) {
    return fail(EXIT_USAGE, "--for \"%.40s\": is not 60s to 7d, as in 90s, 15m, 12h, 7d", typed);
  }
  int code = context_open(in, &ctx);
  pause.until_s = clock_now_s() + seconds;
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("--reason", in->options[OPTION_REASON], reason, sizeof reason);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm(&ctx, "Until then passwords open the org as if it enforced nothing. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_enforcement_pause(&pause, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  clock_text(pause.until_s, until);
  context_done(&ctx, "org %s: ENFORCEMENT IS PAUSED until %s; 'ssoctl enforcement set %s ...' ends it earlier", org,
               until, org);
  return context_result(&ctx, result.changed, RESULT_TEXT("org", org), RESULT_DATE("paused_until", pause.until_s),
                        RESULT_TEXT("pause_reason", reason));
}
