// SPDX-License-Identifier: Apache-2.0
// ssoctl idp preset list.
#include <string.h>

#include "base/cleanup.h"
#include "context.h"
#include "presets.h"

int cmd_idp_preset(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"preset", COLUMN_TEXT},
      {"issuer", COLUMN_TEXT},
      {"needs", COLUMN_TEXT},
      {"groups", COLUMN_TEXT},
  };
  struct context ctx CLEANUP(context_close) = {.in = in};
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  size_t count = 0;
  const struct preset *presets = preset_table(&count);
  if (in->arguments[0] != NULL && strcmp(in->arguments[0], "list") != 0) {
    return fail(EXIT_USAGE, "idp preset \"%.40s\": is not list", in->arguments[0]);
  }
  for (size_t i = 0; i < count; i++) {
    table_add(
        &table, COLUMNS,
        {{presets[i].name, 0}, {presets[i].values[PRESET_ISSUER], 0}, {presets[i].needs, 0}, {presets[i].groups, 0}});
  }
  return context_print_list(&ctx, &table);
}
