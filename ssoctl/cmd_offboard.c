// SPDX-License-Identifier: Apache-2.0
// ssoctl offboard: somebody leaves. Everything that lets them in, or runs for them, ends; what they own is told.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/account.h"
#include "change/invite.h"
#include "change/member.h"
#include "context.h"
#include "leftovers.h"
#include "member_args.h"
#include "sessions.h"
#include "store/accounts.h"

enum { ORGS_MAX = MEMBERSHIPS_MAX + 64, SLUGS_SIZE = ORGS_MAX * SLUG_SIZE };

struct slug {
  char text[SLUG_SIZE];
};

struct leaving {
  struct context *ctx;
  struct account account;          // its id 0: only invites are for the address
  struct slug member_of[ORGS_MAX]; // and not suspended
  size_t member_count;
  struct slug owned[ORGS_MAX];
  size_t owned_count;
  struct slug invited[ORGS_MAX];
  size_t invited_count;
  size_t ended; // processes
  size_t jobs;
};

static void leaving_done(struct leaving *leaving)
{
  record_done(&ACCOUNT_RECORD, &leaving->account);
}

static void add(struct slug *list, size_t *count, const char *slug)
{
  if (*count < ORGS_MAX) {
    (void)snprintf(list[(*count)++].text, SLUG_SIZE, "%s", slug);
  }
}

static enum status look_at_memberships(struct leaving *l)
{
  struct memberships all;
  enum status status = memberships_of(l->ctx->txn, l->account.id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct org org;
    status = org_get(l->ctx->txn, all.list[i].org_id, &org);
    if (status != STATUS_OK) {
      return status;
    }
    if (all.list[i].role == ROLE_OWNER) {
      add(l->owned, &l->owned_count, org.slug);
    } else if (all.list[i].status == MEMBER_ACTIVE) {
      add(l->member_of, &l->member_count, org.slug);
    }
  }
  return status;
}

static enum status take_invite(void *context, const struct invite *invite)
{
  struct leaving *l = context;
  struct org org;
  enum status status = org_get(l->ctx->txn, invite->org_id, &org);
  if (status == STATUS_OK) {
    add(l->invited, &l->invited_count, org.slug);
  }
  return status;
}

static int look(struct leaving *l, const char *typed)
{
  int code = context_read(l->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = account_by_name(l->ctx->txn, typed, &l->account);
  bool there = status != STATUS_NOT_FOUND;
  if (!there) { // somebody who was invited, and never came
    (void)snprintf(l->account.email, sizeof l->account.email, "%s", typed);
    status = STATUS_OK;
  }
  status = status == STATUS_OK && there ? look_at_memberships(l) : status;
  status = status != STATUS_OK ? status : invite_each_of(l->ctx->txn, l->account.email, take_invite, l);
  context_end_read(l->ctx);
  if (status == STATUS_OK && !there && l->invited_count == 0) {
    return fail(EXIT_NO_SUCH,
                "\"%.100s\": no such account, and no invite for it; 'ssoctl account list' shows them, and 'ssoctl "
                "invite list' whom an invite would let in",
                typed);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}

static int suspend_everywhere(struct leaving *l)
{
  int code = EXIT_DONE;
  for (size_t i = 0; i < l->member_count; i++) {
    const struct member_name name = {l->member_of[i].text, l->account.email};
    struct member_changed result;
    int one = context_change(l->ctx, change_member_suspend(&name, &result));
    if (one == EXIT_DONE) {
      context_done(l->ctx, "%s: suspended in org %s", l->account.login, l->member_of[i].text);
    }
    code = code != EXIT_DONE ? code : one;
  }
  return code;
}

// An invite would let them come back.
static int cancel_invites(struct leaving *l)
{
  int code = EXIT_DONE;
  for (size_t i = 0; i < l->invited_count; i++) {
    const struct invite_cancel cancel = {l->invited[i].text, l->account.email};
    struct change_done result;
    int one = context_change(l->ctx, change_invite_cancel(&cancel, &result));
    if (one == EXIT_DONE) {
      context_done(l->ctx, "%s: invite to org %s cancelled", l->account.email, l->invited[i].text);
    }
    code = code != EXIT_DONE || one == EXIT_NO_SUCH ? code : one; // it was accepted, or cancelled, meanwhile
  }
  return code;
}

// Whoever owns an org cannot be locked (POLICY E4); everybody else is.
static int lock(struct leaving *l)
{
  const struct account_name name = {l->account.email};
  struct account_changed result;
  return l->owned_count > 0 ? EXIT_DONE : context_change(l->ctx, change_account_lock(&name, &result));
}

// Jobs first: what they start would be ended, and come back.
static int end_what_runs(struct leaving *l)
{
  struct leftovers leftovers = {.jobs = 0};
  const struct sessions_of of = {l->account.uid, 0};
  int code = EXIT_DONE;
  if (l->ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  if (leftovers_end_jobs(&l->account, &leftovers) != STATUS_OK) {
    code = fail(EXIT_FAILED, "%s: crontab, at jobs or lingering manager could not be taken away", l->account.login);
  }
  l->jobs = leftovers.jobs;
  if (sessions_end(&of, &l->ended) != STATUS_OK) {
    code = fail(EXIT_FAILED, "%s: what runs under uid %u could not be ended; end it by hand", l->account.login,
                l->account.uid);
  }
  context_done(l->ctx, "%s: %zu processes ended, %zu jobs taken away; home %s stays", l->account.login, l->ended,
               l->jobs, l->account.home);
  return code;
}

static const char *join(const struct slug *list, size_t count, char text[static SLUGS_SIZE])
{
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < count; i++) {
    used += (size_t)snprintf(text + used, SLUGS_SIZE - used, "%s%s", i > 0 ? " " : "", list[i].text);
  }
  return text;
}

static int report(struct leaving *l)
{
  char suspended[SLUGS_SIZE];
  char owned[SLUGS_SIZE];
  char invited[SLUGS_SIZE];
  bool changed = l->member_count > 0 || l->invited_count > 0 || l->ended > 0 || l->jobs > 0 ||
                 (l->owned_count == 0 && l->account.status == ACCOUNT_ACTIVE);
  int code = context_result(
      l->ctx, changed, RESULT_TEXT("login", l->account.login), RESULT_TEXT("email", l->account.email),
      RESULT_NUMBER("uid", l->account.uid), RESULT_TEXT("home", l->account.home),
      RESULT_WORDS("suspended_in", join(l->member_of, l->member_count, suspended)),
      RESULT_WORDS("invites_cancelled", join(l->invited, l->invited_count, invited)),
      RESULT_WORDS("owns", join(l->owned, l->owned_count, owned)), RESULT_NUMBER("processes_ended", (int64_t)l->ended),
      RESULT_NUMBER("jobs_ended", (int64_t)l->jobs));
  if (code != EXIT_DONE || l->owned_count == 0) {
    return code;
  }
  return fail(EXIT_REFUSED,
              "%s owns %s and can still sign in there: 'ssoctl org transfer' comes first, then offboard again",
              l->account.login, owned);
}

static int report_invites(struct leaving *l)
{
  char invited[SLUGS_SIZE];
  context_done(l->ctx, "%s: has no account", l->account.email);
  return context_result(l->ctx, true, RESULT_TEXT("login", NULL), RESULT_TEXT("email", l->account.email),
                        RESULT_TEXT("uid", NULL), RESULT_TEXT("home", NULL), RESULT_WORDS("suspended_in", ""),
                        RESULT_WORDS("invites_cancelled", join(l->invited, l->invited_count, invited)),
                        RESULT_WORDS("owns", ""), RESULT_NUMBER("processes_ended", 0), RESULT_NUMBER("jobs_ended", 0));
}

static int first_of(int first, int second)
{
  return first != EXIT_DONE ? first : second;
}

static int offboard_invited(struct leaving *l)
{
  int code = context_confirm(l->ctx, "They have no account; the invites for them are cancelled. Go on?");
  code = code != EXIT_DONE ? code : cancel_invites(l);
  return code != EXIT_DONE ? code : report_invites(l);
}

int cmd_offboard(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct leaving l CLEANUP(leaving_done) = {.ctx = &ctx};
  char typed[EMAIL_SIZE];
  int code = member_args_open_account(&ctx, in, typed);
  code = code != EXIT_DONE ? code : look(&l, typed);
  if (code == EXIT_DONE && l.account.id == 0) {
    return offboard_invited(&l);
  }
  code =
      code != EXIT_DONE
          ? code
          : context_confirm(&ctx, "They are suspended everywhere and locked, and all that runs for them ends. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  // The lock first, and all the rest whatever one of them says: somebody is to be out.
  code = first_of(lock(&l), suspend_everywhere(&l));
  code = first_of(code, cancel_invites(&l));
  code = first_of(code, end_what_runs(&l));
  return first_of(code, report(&l));
}
