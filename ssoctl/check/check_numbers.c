// SPDX-License-Identifier: Apache-2.0
// Whether the numbers that new accounts get are there at all: containers have a part of them.
#include "check/check.h"
#include "map/numbers_here.h"

void check_numbers(const struct config *config, struct findings *findings)
{
  static const char MEND[] = "set uid-ranges in ssoorg.conf(5) to numbers that /proc/self/uid_map has";
  const struct u32_list *ranges = &config->map.ranges;
  uint32_t missing = 0;
  uint32_t count = 0;
  uint32_t first_missing = 0;
  for (uint32_t i = 0; i + 1 < ranges->count; i += 2) {
    bool here = false;
    bool known = numbers_are_here(ranges->values[i], ranges->values[i + 1], &here) == STATUS_OK;
    count++;
    if (!known || !here) {
      first_missing = missing == 0 ? i : first_missing;
      missing++;
    }
  }
  if (missing == 0) {
    findings_add(findings, SEVERITY_OK, "numbers", NULL, "those of uid-ranges are there");
    return;
  }
  findings_add(findings, missing == count ? SEVERITY_CRITICAL : SEVERITY_WARNING, "numbers", MEND,
               "this container has not got all of %u-%u of uid-ranges: %s", ranges->values[first_missing],
               ranges->values[first_missing + 1],
               missing == count ? "nobody new can sign in"
                                : "nobody new can sign in once the other ranges are half full");
}
