// SPDX-License-Identifier: Apache-2.0
// ssoctl org transfer, rename, delete.
#include <stdio.h>

#include "base/cleanup.h"
#include "change/org.h"
#include "facts/enforcement_counts.h"
#include "member_args.h"

enum { QUESTION_SIZE = 512 };

int cmd_org_transfer(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct member_args words;
  const struct org_transfer transfer = {words.org, words.email};
  struct change_done result;
  int code = member_args_open_known(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm(&ctx, "The present owner becomes an admin of the org. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_org_transfer(&transfer, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s: %s is its owner%s", words.org, words.email, result.changed ? "" : " already");
  return context_result(&ctx, result.changed, RESULT_TEXT("org", words.org), RESULT_TEXT("owner", words.email),
                        RESULT_TEXT("former_owner", table_text_or_null(result.before)));
}

int cmd_org_rename(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char slug[SLUG_SIZE];
  char to[SLUG_SIZE];
  const struct org_rename renamed = {slug, to};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], slug);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[1], to, sizeof to);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm(
      &ctx, "Its groups get the new name: files like sshd_config and sudoers may hold the old one. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_org_rename(&renamed, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s is %s%s", slug, to, result.changed ? "" : " already");
  return context_result(&ctx, result.changed, RESULT_TEXT("org", to), RESULT_TEXT("former_org", slug));
}

static int count(struct context *ctx, const char *slug, struct enforcement_counts *counts)
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
  bool counted = enforcement_count(ctx->txn, &org, counts) == STATUS_OK;
  return counted ? EXIT_DONE : fail(EXIT_FAILED, "store: members cannot be counted");
}

static int describe(struct context *ctx, const char *slug, char *question, size_t size)
{
  struct enforcement_counts counts = {.members = 0};
  int code = count(ctx, slug, &counts);
  context_end_read(ctx);
  (void)snprintf(question, size,
                 "%llu members lose this org, %llu invites are gone, its domains are nobody's and its connection is "
                 "forgotten; the accounts stay.",
                 (unsigned long long)counts.members, (unsigned long long)counts.invites);
  return code;
}

int cmd_org_delete(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char slug[SLUG_SIZE];
  const struct org_delete deleted = {slug};
  struct change_done result;
  char question[QUESTION_SIZE] = "";
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], slug);
  if (code != EXIT_DONE) {
    return code;
  }
  code = describe(&ctx, slug, question, sizeof question);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm_word(&ctx, question, slug);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_org_delete(&deleted, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_DRY_RUN] != NULL) {
    context_done(&ctx, "%s", question);
  }
  context_done(&ctx, "org %s deleted", slug);
  return context_result(&ctx, result.changed, RESULT_TEXT("org", slug));
}
