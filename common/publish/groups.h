// SPDX-License-Identifier: Apache-2.0
// A change of the published map being prepared: its groups and their lists of members; for diff.c.
#pragma once
#include "map/map_change.h"
#include "publish/render.h"
#include "store/store.h"

struct diff {
  struct render published;
  struct map_change *change;
  bool many; // accounts are changed: the map's lists name some as they were and some as they are
};

static inline const unsigned char *diff_seed(const struct diff *c)
{
  return c->change->map.header.seed;
}

// Lists of the groups that are in only one of the two, or in both where the login is another: ACCOUNT (NULL: nobody any
// more) came to them, or left them. Errors as map_change_put().
MUST_CHECK enum status publish_lists(struct diff *c, const struct map_account *before, const struct map_account *after,
                                     const struct account *account);

// All groups of an org. STATUS_TOO_LARGE: the whole map is to be made anew.
MUST_CHECK enum status publish_org(struct diff *c, int64_t id);

// One that the org's provider fills: as it is, or not any more.
MUST_CHECK enum status publish_org_group(struct diff *c, const struct logged_change *logged);
