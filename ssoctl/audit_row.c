// SPDX-License-Identifier: Apache-2.0
#include "audit_row.h"

#include <string.h>

#include "base/cleanup.h"

const char *audit_row_shown(const struct audit_event *event, bool delegate)
{
  static const char *const TELLING[] = {"S2", "S9", "S13"};
  for (size_t i = 0; delegate && i < COUNT_OF(TELLING); i++) {
    if (strcmp(event->row, TELLING[i]) == 0) {
      return "S2/S9/S13";
    }
  }
  return event->row;
}
