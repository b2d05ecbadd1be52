// SPDX-License-Identifier: Apache-2.0
// What the files that take over from an engine share. Statuses as fleet_catch_up().
#pragma once
#include "fleet/pull.h"

struct pulling {
  struct engine *engine;
  const struct change_host *host;
  const struct change_by *by;
  int64_t deadline_ms; // of all of it
  struct error *error;
  struct fleet_cursor head;
  struct fleet_caught_up *result;
};

// fleet/page.c:

// As engine_ask(), which waits for no single answer as long as for all of them.
MUST_CHECK enum status pull_ask(const struct pulling *p, enum engine_statement statement,
                                const struct engine_value *values, struct engine_answer *ret_answer);

// What is asked of an org, and where the next page begins: behind the last row of the one before.
struct page {
  int64_t org_id;
  struct fleet_cursor after; // what has changed behind it; all zero: all of it
  const char *kinds;         // of which kinds, as an array of PostgreSQL; NULL: of all
  int64_t most;              // rows of it, fewer where they are large
  int64_t revision;
  char kind[16];
  char key[FLEET_KEY_SIZE];
};

struct page page_first(int64_t org_id, const struct fleet_cursor *after, const char *kinds, int64_t most);

// Adds the rows of the page to ROWS, and turns it. *RET_LAST: there is none behind it.
MUST_CHECK enum status page_pull(const struct pulling *p, struct page *page, struct fleet_rows *rows, bool *ret_last);

// fleet/pull_org.c:

// Takes over what has changed of an org, or all of it where it was not here, or ANEW. A few rows are stored in one
// change. Many are stored in several, and others get their turn in between: first the people, last what the org says of
// itself, all at once. An org that was not here is closed until then.
MUST_CHECK enum status pull_org(struct pulling *p, int64_t org_id, bool anew);
