// SPDX-License-Identifier: Apache-2.0
// ssoctl provisioning.
#include "base/cleanup.h"
#include "change/enforcement.h"
#include "desk.h"

int cmd_provisioning_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"org", COLUMN_TEXT}, {"provisioning", COLUMN_TEXT}};
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;
  int code = desk_open_org(in, &desk, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  table_add(&table, COLUMNS, {{org.slug, 0}, {provisioning_word(org.provisioning), 0}});
  return desk_print_one(&desk, &table);
}

int cmd_provisioning_set(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  char org[SLUG_SIZE];
  struct provisioning_set set = {.org = org};
  struct change_done result;
  if (provisioning_from(in->arguments[1], &set.provisioning) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "provisioning \"%.40s\": is not invite-only or jit", in->arguments[1]);
  }
  int code = desk_open(in, &desk);
  if (code == EXIT_DONE) {
    code = desk_slug(in->arguments[0], org);
  }
  if (code == EXIT_DONE) {
    code = desk_change(&desk, change_provisioning_set(&set, &result));
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s: provisioning is %s%s", org, in->arguments[1], result.changed ? "" : " already");
  }
  return code;
}
