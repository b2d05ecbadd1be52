// SPDX-License-Identifier: Apache-2.0
// ssoctl provisioning.
#include "base/cleanup.h"
#include "change/enforcement.h"
#include "context.h"

int cmd_provisioning_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"org", COLUMN_TEXT}, {"provisioning", COLUMN_TEXT}};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  table_add(&table, COLUMNS, {{org.slug, 0}, {provisioning_word(org.provisioning), 0}});
  return context_print_one(&ctx, &table);
}

int cmd_provisioning_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char org[SLUG_SIZE];
  struct provisioning_set set = {.org = org};
  struct change_done result;
  if (provisioning_from(in->arguments[1], &set.provisioning) != STATUS_OK) {
    return fail(EXIT_USAGE, "provisioning \"%.40s\": is not invite-only or jit", in->arguments[1]);
  }
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_provisioning_set(&set, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s: provisioning is %s%s", org, in->arguments[1], result.changed ? "" : " already");
  struct table values CLEANUP(table_done) = context_values();
  if (result.changed) {
    context_add_value(&values, "provisioning", result.before, in->arguments[1]);
  }
  return context_result(&ctx, result.changed, RESULT_TEXT("org", org), RESULT_TEXT("provisioning", in->arguments[1]),
                        RESULT_ROWS("values", &values));
}
