// SPDX-License-Identifier: Apache-2.0
// A change of the published map being prepared: its groups and their lists of members; for publish_change.c.
#pragma once
#include "map/map_change.h"
#include "operations/published.h"
#include "store/store.h"

struct changing {
  struct published published;
  struct map_change *change;
  bool many; // accounts are changed: the map's lists name some as they were and some as they are
};

static inline const unsigned char *changing_seed(const struct changing *c)
{
  return c->change->map.header.seed;
}

// Lists of the groups that are in only one of the two, or in both where the login is another: ACCOUNT (NULL: nobody any
// more) came to them, or left them. Errors as map_change_put().
MUST_CHECK enum status publish_lists(struct changing *c, const struct map_account *before,
                                     const struct map_account *after, const struct account *account);

// All groups of an org. STATUS_TOO_LARGE: the whole map is to be made anew.
MUST_CHECK enum status publish_org(struct changing *c, int64_t id);

// One that the org's provider fills: as it is, or not any more.
MUST_CHECK enum status publish_org_group(struct changing *c, const struct touched *touched);
