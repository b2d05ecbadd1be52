// SPDX-License-Identifier: Apache-2.0
// What the published map says of one account, group, domain: made from the store, for a whole map and for a change.
#pragma once
#include "base/cleanup.h"
#include "config/config.h"
#include "map/map_records.h"
#include "store/accounts.h"
#include "store/groups.h"
#include "store/orgs.h"

// All zero but TXN; render_done() frees it.
struct render {
  struct store_txn *txn;
  const char *own_orgs; // domains whose people may make an org of their own, as the settings have them
  struct org org;       // the one that was needed last
  struct bytes passwd;  // a newline and /etc/passwd, once it was needed
  int64_t any_org_id;   // the org for which it was looked last,
  bool any;             // whether it has mappings of provider groups
};

void render_done(struct render *p);

static inline void cleanup_map_group(struct map_group *group)
{
  record_done(&MAP_GROUP_RECORD, group);
}

// ALL are the account's memberships; one that is locked has no groups. Those of the orgs and of their admins come
// first; of what providers gave as many follow as have room. Errors as store_get().
MUST_CHECK enum status render_account(struct render *p, const struct account *account, const struct memberships *all,
                                      struct map_account *ret_account);

// The org's group, or that of its admins, with the first MEMBERS_MAX of those that are listed, in the order of their
// numbers; groups of orgs that enforce list nobody (POLICY K3). The caller's: cleanup_map_group(). Errors as above.
MUST_CHECK enum status render_group(struct render *p, const struct org *org, bool admins, struct map_group *ret_group);

// The same for a group whose members the org's provider names: those whom a sign-in gave it.
MUST_CHECK enum status render_org_group(struct render *p, const struct org *org, const struct org_group *from,
                                        struct map_group *ret_group);

// Whether a group that lists members names this account: not if it is locked or its name is a local user's.
MUST_CHECK enum status render_is_listed(struct render *p, const struct account *account, bool *ret_listed);

// DOMAIN if it is open to first logins: verified by an org with a connection (POLICY L11). STATUS_NOT_FOUND if not.
MUST_CHECK enum status render_domain(struct render *p, const char *domain, struct map_domain *ret_domain);

// The open invites for EMAIL. STATUS_NOT_FOUND if there is none.
MUST_CHECK enum status render_invited(struct render *p, const unsigned char seed[static SIPHASH_SEED_SIZE],
                                      const char *email, struct map_invited *ret_invited);

MUST_CHECK enum status render_settings(struct render *p, const struct config *config,
                                       struct map_settings *ret_settings);
