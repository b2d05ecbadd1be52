// SPDX-License-Identifier: Apache-2.0
// ssoctl identity.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/identity.h"
#include "device_flow.h"
#include "member_args.h"
#include "store/accounts.h"

// The org of --org and the account of the first argument.
static int open_for_identity(struct context *ctx, const struct invocation *in, struct member_args *ret_words)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->options[OPTION_ORG], ret_words->org);
  return code == EXIT_DONE ? context_person(in->arguments[0], ret_words->email) : code;
}

// OIDC Core 2: at most 255 characters; what is compared is every byte.
static int link_subject(struct context *ctx, const struct member_args *words, const char *typed)
{
  char subject[PROTOCOL_SUBJECT_SIZE];
  const struct identity_link link = {words->org, words->email, subject};
  struct identity_linked result;
  int code = context_text("--subject", typed, subject, sizeof subject);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(ctx, change_identity_link(&link, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "%s is linked to \"%s\" at the provider of org %s%s", words->email, subject, words->org,
               result.changed ? "" : " already");
  return context_result(ctx, result.changed, RESULT_TEXT("org", words->org), RESULT_TEXT("account", words->email),
                        RESULT_TEXT("subject", subject));
}

static int expect_address(struct context *ctx, const struct member_args *words, const char *typed)
{
  char idp_email[EMAIL_SIZE];
  char until[CLOCK_TEXT_SIZE];
  const struct identity_expect expect = {words->org, words->email, idp_email};
  struct identity_linked result;
  int code = context_email(typed, idp_email);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(ctx, change_identity_expect(&expect, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  clock_text(result.expires_at_s, until);
  context_done(ctx, "%s is linked by the first sign-in as %s at the provider of org %s, until %s", words->email,
               idp_email, words->org, until);
  return context_result(ctx, result.changed, RESULT_TEXT("org", words->org), RESULT_TEXT("account", words->email),
                        RESULT_TEXT("idp_email", idp_email), RESULT_DATE("expires_at", result.expires_at_s));
}

int cmd_identity_link(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  const char *subject = in->options[OPTION_SUBJECT];
  const char *email = in->options[OPTION_IDP_EMAIL];
  int code = open_for_identity(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  if ((subject == NULL) == (email == NULL)) {
    return fail(EXIT_USAGE, "identity link: one of --subject SUB and --idp-email EMAIL is needed");
  }
  return subject != NULL ? link_subject(&ctx, &words, subject) : expect_address(&ctx, &words, email);
}

int cmd_identity_unlink(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  const struct identity_unlink unlink = {words.org, words.email};
  struct identity_unlinked result;
  int code = open_for_identity(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_identity_unlink(&unlink, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%s has no identity at the provider of org %s%s", words.email, words.org,
               result.changed ? " any more" : "");
  if (result.no_way) {
    context_done(&ctx,
                 "%s has no way to sign in now: no password, no other identity, and no org's provider that vouches "
                 "for the address",
                 words.email);
  }
  return context_result(&ctx, result.changed, RESULT_TEXT("org", words.org), RESULT_TEXT("account", words.email),
                        RESULT_BOOL("no_way", result.no_way));
}

struct adding {
  struct device_flow *flow;
  const struct account *account;
};

static int answered(void *context, enum message_type type, const void *value)
{
  const struct adding *adding = context;
  const struct device_flow *f = adding->flow;
  const struct message_authorized *authorized = value;
  const struct identity_link_own link = {.org = f->org.slug,
                                         .account = adding->account->email,
                                         .connection = &f->connection,
                                         .authorized = authorized,
                                         .fingerprint = f->fingerprint};
  struct identity_linked result;
  if (type != MESSAGE_AUTHORIZED) {
    return fail(EXIT_FAILED, "identity add: no answer that was asked for");
  }
  int code = context_change(f->ctx, change_identity_link_own(&link, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(f->ctx, "%s is linked to the identity \"%s\" (%s) at the provider of org %s%s", adding->account->login,
               authorized->subject, authorized->email, f->org.slug, result.changed ? "" : " already");
  return context_result(f->ctx, result.changed, RESULT_TEXT("org", f->org.slug),
                        RESULT_TEXT("account", adding->account->login), RESULT_TEXT("subject", authorized->subject),
                        RESULT_TEXT("idp_email", authorized->email));
}

int cmd_identity_add(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct device_flow f CLEANUP(device_flow_done) = {.ctx = &ctx, .what = "identity add", .oidc = OIDC_NONE};
  struct account account;
  struct adding adding = {&f, &account};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = member_args_self(&ctx, &account);
  if (code != EXIT_DONE) {
    return code;
  }
  code = device_flow_load(&f, in->arguments[0], false);
  if (code != EXIT_DONE) {
    return code;
  }
  if (f.org.requirements.trust == TRUST_LINKED) {
    return fail(EXIT_REFUSED, "org \"%s\": only an admin links identities of it (trust linked)", f.org.slug);
  }
  (void)fprintf(stderr, "Sign in at the provider of org %s as the identity that shall sign %s in from now on.\n",
                f.org.slug, account.login);
  code = device_flow_run(&f, MESSAGE_SIGN_IN, answered, &adding);
  record_done(&ACCOUNT_RECORD, &account);
  return code;
}
