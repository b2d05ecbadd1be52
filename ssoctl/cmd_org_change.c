// SPDX-License-Identifier: Apache-2.0
// ssoctl org transfer, rename, delete.
#include <stdio.h>

#include "base/cleanup.h"
#include "facts/enforcement_counts.h"
#include "people.h"

enum { QUESTION_SIZE = 512 };

int cmd_org_transfer(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op;
  struct operation_result result;
  int code = people_start(&desk, in, OPERATION_ORG_TRANSFER, &op);
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "The present owner becomes an admin of the org. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s: %s is its owner%s", op.org, op.email, result.changed ? "" : " already");
  }
  return code;
}

int cmd_org_rename(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_ORG_RENAME);
  if (code == EXIT_DONE) {
    code = people_slug(in->arguments[0], &op);
  }
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[1], op.login, SLUG_SIZE);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk,
                        "Its groups get the new name: files like sshd_config and sudoers may hold the old one. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s is %s%s", op.org, op.login, result.changed ? "" : " already");
  }
  return code;
}

static int describe(struct desk *desk, const char *slug, char *question, size_t size)
{
  struct enforcement_counts counts = {.members = 0};
  struct org org;
  int code = desk_read(desk);
  if (code == EXIT_DONE) {
    code = desk_find_org(desk, slug, &org);
  }
  if (code == EXIT_DONE && enforcement_count(desk->txn, &org, &counts) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: members cannot be counted");
  }
  desk_end_read(desk);
  (void)snprintf(question, size,
                 "%llu members lose this org, %llu invites are gone, its domains are nobody's and its connection is "
                 "forgotten; the accounts stay.",
                 (unsigned long long)counts.members, (unsigned long long)counts.invites);
  return code;
}

int cmd_org_delete(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  char question[QUESTION_SIZE] = "";
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_ORG_DELETE);
  if (code == EXIT_DONE) {
    code = people_slug(in->arguments[0], &op);
  }
  if (code == EXIT_DONE) {
    code = describe(&desk, op.org, question, sizeof question);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm_word(&desk, question, op.org);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE && in->options[OPTION_DRY_RUN] != NULL) {
    desk_done(&desk, "%s", question);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s deleted", op.org);
  }
  return code;
}
