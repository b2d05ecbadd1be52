// SPDX-License-Identifier: Apache-2.0
// Changes of what groups at an org's provider give on this host (POLICY N6). For all of them STATUS_NOT_FOUND: no such
// org, no such mapping, or no such local group.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// To a group of the org's own, which is made with the first that is mapped to it. STATUS_INVALID: a name that is not
// legal. STATUS_EXISTS: the name is somebody else's, or the provider group is mapped to something else. STATUS_REFUSED:
// one mapping too many.
struct group_map {
  const char *org;
  const char *provider_group; // as the provider calls it
  const char *group;          // without the org's name
};

struct change change_group_map(const struct group_map *map, struct change_done *ret_result);

// To a group of /etc/group. Errors likewise; STATUS_REFUSED also for a privileged one that is not named twice,
// STATUS_INVALID for one that is and is none.
struct group_map_local {
  const char *org;
  const char *provider_group;
  const char *group;
  const char *privileged; // the same again, where it is a privileged one; else ""
};

struct change change_group_map_local(const struct group_map_local *map, struct change_done *ret_result);

// To the role of an admin of the org. Errors likewise.
struct group_map_role {
  const char *org;
  const char *provider_group;
};

struct change change_group_map_role(const struct group_map_role *map, struct change_done *ret_result);

struct group_unmap {
  const char *org;
  const char *provider_group;
};

struct change change_group_unmap(const struct group_unmap *unmap, struct change_done *ret_result);

// For changes of orgs.

// Whether the group NAME of an org called SLUG may be called so: legal and nobody else's. STATUS_INVALID, STATUS_EXISTS
// with an error.
MUST_CHECK enum status change_check_group_name(struct change_context *c, const char *slug, const char *name);

// Takes back all that the org's mappings gave, the mappings, and the groups, whose numbers stay reserved: for whoever
// deletes the org.
MUST_CHECK enum status change_drop_groups(struct change_context *c, const struct org *org);
