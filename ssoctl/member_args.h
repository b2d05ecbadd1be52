// SPDX-License-Identifier: Apache-2.0
// What the commands about people of an org share.
#pragma once
#include "change/member.h"
#include "context.h"

// An org and somebody of it, as they were typed.
struct member_args {
  char org[SLUG_SIZE];
  char email[EMAIL_SIZE];
};

// Opens CTX for the org and email of the first two arguments. Exit codes as context_open().
int member_args_open(struct context *ctx, const struct invocation *in, struct member_args *ret_words);

// Likewise for somebody who is there: the second argument is their email, login or number.
int member_args_open_known(struct context *ctx, const struct invocation *in, struct member_args *ret_words);

// Likewise for the email, login or number of the first argument, and no org.
int member_args_open_account(struct context *ctx, const struct invocation *in, char ret_name[static EMAIL_SIZE]);

// The role TYPED for WHAT: anything but the owner's.
int member_args_role(const char *what, const char *typed, enum role *ret_role);

// When what is given now ends by itself, by --until and --reason, which go together. The reason is borrowed from IN.
int member_args_ending(const struct invocation *in, struct ending *ret_ending);

// The local user of --local-user, "" if it was not given; --login, --home, --shell and --uid then have nothing to say.
int member_args_local_user(const struct invocation *in, char to[static LOGIN_SIZE]);

// Locks the password of the local user that ACCOUNT is mapped onto, if LOCAL_USER was given for it, so that no other
// service takes it; the account has its hash by now. Does nothing for others and under --dry-run.
int member_args_lock_local_user(const struct context *ctx, const char *local_user, const struct account *account);

// The account of the delegate who acts; the caller ends it with record_done(). An exit code, with the error on standard
// error.
int member_args_self(struct context *ctx, struct account *ret_account);
