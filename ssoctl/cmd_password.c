// SPDX-License-Identifier: Apache-2.0
// ssoctl password.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/password.h"
#include "change/password_hash.h"
#include "context.h"

static int hash_typed(const struct invocation *in, char ret_hash[static PASSWORD_HASH_SIZE])
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = context_read_secret(in->options[OPTION_STDIN] != NULL, "New password: ", true, &typed);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = password_hash(&typed, ret_hash);
  if (status == STATUS_INVALID) {
    return fail(EXIT_USAGE, "the password: %d to %d bytes without a NUL are legal", PASSWORD_MIN, PASSWORD_MAX);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "hashing the password: %s", status_text(status));
}

static int hash_and_set(struct context *ctx, const struct invocation *in, char email[static EMAIL_SIZE],
                        char hash[static PASSWORD_HASH_SIZE], struct change_done *ret_result)
{
  const struct password_set set = {email, hash};
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_person(in->arguments[0], email);
  if (code != EXIT_DONE) {
    return code;
  }
  code = hash_typed(in, hash);
  return code == EXIT_DONE ? context_change(ctx, change_password_set(&set, ret_result)) : code;
}

int cmd_password_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char email[EMAIL_SIZE];
  char hash[PASSWORD_HASH_SIZE];
  struct change_done result;
  int code = hash_and_set(&ctx, in, email, hash, &result);
  explicit_bzero(hash, sizeof hash);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "password of %s set; they have not signed in with it yet", email);
  return context_result(&ctx, result.changed, RESULT_TEXT("account", email), RESULT_BOOL("password", true));
}

int cmd_password_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char email[EMAIL_SIZE];
  const struct password_remove removed = {email};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_person(in->arguments[0], email);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm(&ctx, "The account signs in through its organization only, from now on. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_password_remove(&removed, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%s has no password%s", email, result.changed ? " any more" : "");
  return context_result(&ctx, result.changed, RESULT_TEXT("account", email), RESULT_BOOL("password", false));
}
