// SPDX-License-Identifier: Apache-2.0
#include "check/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"

void findings_done(struct findings *findings)
{
  free(findings->items);
  *findings = (struct findings){.items = NULL};
}

static void keep_printable(char *text)
{
  for (; *text != '\0'; text++) {
    *text = *text >= ' ' && *text <= '~' ? *text : '?';
  }
}

void findings_add(struct findings *findings, enum severity severity, const char *check, const char *mend,
                  const char *format, ...)
{
  va_list arguments;
  struct finding *room = grow_array(findings->items, findings->count, sizeof *room, &findings->capacity);
  if (room == NULL) {
    findings->lost = true;
    return;
  }
  findings->items = room;
  struct finding *finding = &room[findings->count++];
  finding->check = check;
  finding->severity = severity;
  va_start(arguments, format);
  (void)vsnprintf(finding->what, sizeof finding->what, format, arguments);
  va_end(arguments);
  (void)snprintf(finding->mend, sizeof finding->mend, "%s", mend != NULL ? mend : "");
  keep_printable(finding->what);
  keep_printable(finding->mend);
}

enum severity findings_worst(const struct findings *findings)
{
  // What could not be kept may have been anything.
  enum severity worst = findings->lost ? SEVERITY_CRITICAL : SEVERITY_OK;
  for (size_t i = 0; i < findings->count; i++) {
    worst = findings->items[i].severity > worst ? findings->items[i].severity : worst;
  }
  return worst;
}

size_t findings_number(const struct findings *findings, enum severity severity)
{
  size_t number = 0;
  for (size_t i = 0; i < findings->count; i++) {
    number += findings->items[i].severity == severity;
  }
  return number;
}

const char *severity_name(enum severity severity)
{
  switch (severity) {
  case SEVERITY_OK: return "ok";
  case SEVERITY_WARNING: return "warning";
  case SEVERITY_CRITICAL: return "critical";
  }
  return "";
}
