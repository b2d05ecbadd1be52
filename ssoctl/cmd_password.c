// SPDX-License-Identifier: Apache-2.0
// ssoctl password.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "desk.h"
#include "operations/password.h"

static int hash_typed(const struct invocation *in, struct operation *op)
{
  struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = desk_read_secret(in->options[OPTION_STDIN] != NULL, "New password: ", true, &typed);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = password_hash(&typed, op->password);
  if (status == STATUS_INVALID) {
    return desk_fail(EXIT_USAGE, "the password: %d to %d bytes without a NUL are legal", PASSWORD_MIN, PASSWORD_MAX);
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "hashing the password: %s", status_text(status));
}

int cmd_password_set(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_PASSWORD_SET);
  if (code == EXIT_DONE) {
    code = desk_email(in->arguments[0], op.email);
  }
  if (code == EXIT_DONE) {
    code = hash_typed(in, &op);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  explicit_bzero(op.password, sizeof op.password);
  if (code == EXIT_DONE) {
    desk_done(&desk, "password of %s set; they have not signed in with it yet", op.email);
  }
  return code;
}

int cmd_password_remove(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_PASSWORD_REMOVE);
  if (code == EXIT_DONE) {
    code = desk_email(in->arguments[0], op.email);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "The account signs in through its organization only, from now on. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "%s has no password%s", op.email, result.changed ? " any more" : "");
  }
  return code;
}
