// SPDX-License-Identifier: Apache-2.0
#include "change/group.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/context.h"
#include "change/new_account.h"
#include "change/org_own.h"
#include "protocol/group_list.h"
#include "store/groups.h"
#include "store/local_group.h"

enum { SHOWN_SIZE = 120 };

// What a provider group is mapped to.
struct target {
  const char *provider;
  enum group_gives gives;
  const char *name; // of the group, or the role's word
  const char *privileged;
};

// What stands before the name, in sentences.
static const char *kind_of(uint8_t gives)
{
  return gives == GIVES_LOCAL_GROUP ? "local group " : gives == GIVES_ROLE ? "role " : "";
}

static void show(const char *provider, char shown[static SHOWN_SIZE])
{
  text_escape(provider, strlen(provider), shown, SHOWN_SIZE);
}

// All names share one space (POLICY N2). NULL where nobody of ours is called so.
static const char *whose_name(struct change_context *c, const char *full)
{
  struct account account;
  struct org_group group;
  struct org org;
  if (org_by_slug(c->txn, full, &org) == STATUS_OK) {
    return "is an org's name";
  }
  if (account_by_login(c->txn, full, &account) == STATUS_OK) {
    return "is an account's login name";
  }
  return group_by_full_name(c->txn, full, &group) == STATUS_OK ? "is a group of another org" : NULL;
}

static enum status check_free(struct change_context *c, const char *full)
{
  bool foreign = false;
  const char *whose = whose_name(c, full);
  enum status status = whose == NULL ? foreign_has_name(c->foreign, full, &foreign) : STATUS_OK;
  if (status != STATUS_OK || (whose == NULL && !foreign)) {
    return status;
  }
  error_set(c->error, "group \"%s\": %s", full, foreign ? "is a local user's or group's name" : whose);
  return STATUS_EXISTS;
}

enum status change_check_group_name(struct change_context *c, const char *slug, const char *name)
{
  char full[LOGIN_SIZE];
  group_full_name(slug, name, full);
  if (!group_name_is_legal(slug, name)) {
    error_set(c->error,
              "group \"%s\": is not [a-z][a-z0-9-]*, ends in -admins, or makes \"%s\" longer than %d characters", name,
              full, GROUP_SIZE - 1);
    return STATUS_INVALID;
  }
  return check_free(c, full);
}

static enum status make_group(struct change_context *c, const struct org *org, const char *name, uint32_t *ret_gid)
{
  struct org_group group = {.org_id = org->id, .created_at_s = c->now_s};
  char full[LOGIN_SIZE];
  enum status status = change_check_group_name(c, org->slug, name);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(group.name, sizeof group.name, "%s", name);
  group_full_name(org->slug, name, full);
  status = change_choose_number(c, full, &group.gid);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_gid = group.gid;
  return group_add(c->txn, &group);
}

static enum status find_or_make(struct change_context *c, const struct org *org, const char *name, uint32_t *ret_gid)
{
  struct org_group group;
  enum status status = group_get(c->txn, org->id, name, &group);
  if (status == STATUS_OK) {
    *ret_gid = group.gid;
  }
  return status == STATUS_NOT_FOUND ? make_group(c, org, name, ret_gid) : status;
}

// One that makes its members root is mapped only by whoever names it twice (HOLES H45).
static enum status check_privileged(struct change_context *c, const struct target *to, uint32_t gid)
{
  bool privileged = local_group_is_privileged(to->name, gid);
  if (privileged && strcmp(to->privileged, to->name) != 0) {
    error_set(c->error,
              "local group \"%s\": is privileged (number %u); whoever names it once more means it: --privileged %s",
              to->name, gid, to->name);
    return STATUS_REFUSED;
  }
  if (!privileged && to->privileged[0] != '\0') {
    error_set(c->error, "local group \"%s\": is not privileged (number %u); without --privileged it is legal", to->name,
              gid);
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

static enum status find_local(struct change_context *c, const struct target *to, uint32_t *ret_gid)
{
  uint32_t gid = 0;
  bool fits = strlen(to->name) < GROUP_SIZE; // a shorter one would be another group
  enum status status = fits ? local_group_find(to->name, &gid) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "local group \"%s\": /etc/group has no such group", to->name);
  }
  if (status != STATUS_OK) {
    return status;
  }
  *ret_gid = gid;
  return check_privileged(c, to, gid);
}

static enum status check_provider(struct change_context *c, const char *provider)
{
  if (group_list_takes(provider, strlen(provider))) {
    return STATUS_OK;
  }
  error_set(c->error, "provider group: is not 1 to %d bytes of UTF-8 without control characters",
            PROTOCOL_GROUP_SIZE - 1);
  return STATUS_INVALID;
}

// Whether it is mapped already; to something else is an error.
static enum status look_for(struct change_context *c, const struct org *org, const struct target *to, bool *ret_mapped)
{
  struct group_mapping before;
  char shown[SHOWN_SIZE];
  enum status status = group_mapping_get(c->txn, org->id, to->provider, &before);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (before.gives == to->gives && strcmp(before.name, to->name) == 0) {
    *ret_mapped = true;
    return STATUS_OK;
  }
  show(to->provider, shown);
  error_set(c->error, "provider group \"%s\": is mapped to %s\"%s\" already; 'ssoctl group unmap' comes first", shown,
            kind_of(before.gives), before.name);
  return STATUS_EXISTS;
}

// "developers" to dev, gid 70001
static void note_mapping(struct change_context *c, const char *to, const struct group_mapping *mapping)
{
  struct audit_event *event = &c->event;
  char shown[SHOWN_SIZE];
  show(mapping->provider, shown);
  (void)snprintf(event->detail, sizeof event->detail, "\"%s\" %s %s%s", shown, to, kind_of(mapping->gives),
                 mapping->name);
  size_t used = strlen(event->detail);
  if (mapping->gives != GIVES_ROLE) {
    (void)snprintf(event->detail + used, sizeof event->detail - used, ", gid %u", mapping->gid);
  }
}

static enum status add_mapping(struct change_context *c, const struct org *org, const struct target *to, uint32_t gid)
{
  struct group_mapping mapping = {.org_id = org->id, .gives = (uint8_t)to->gives, .gid = gid, .created_at_s = c->now_s};
  (void)snprintf(mapping.provider, sizeof mapping.provider, "%s", to->provider);
  (void)snprintf(mapping.name, sizeof mapping.name, "%s", to->name);
  (void)snprintf(mapping.mapped_by, sizeof mapping.mapped_by, "%s", c->by->actor);
  note_mapping(c, "to", &mapping);
  enum status status = group_mapping_add(c->txn, &mapping);
  if (status == STATUS_TOO_LARGE) {
    error_set(c->error, "org \"%s\": has %d mappings; not one more is legal", org->slug, GROUP_MAPPINGS_MAX);
    return STATUS_REFUSED;
  }
  return status;
}

static enum status look_up(struct change_context *c, const char *slug, const struct target *to, struct org *ret_org,
                           bool *ret_mapped)
{
  enum status status = change_find_org(c, slug, ret_org);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_provider(c, to->provider);
  return status != STATUS_OK ? status : look_for(c, ret_org, to, ret_mapped);
}

static enum status map_to(struct change_context *c, const char *slug, const struct target *to,
                          struct change_done *result)
{
  struct org org;
  uint32_t gid = 0;
  bool mapped = false;
  enum status status = look_up(c, slug, to, &org, &mapped);
  status = status != STATUS_OK ? status : org_own_check(c, &org, "map groups");
  result->changed = !mapped;
  if (status != STATUS_OK || mapped) {
    return status;
  }
  switch (to->gives) {
  case GIVES_GROUP: status = find_or_make(c, &org, to->name, &gid); break;
  case GIVES_LOCAL_GROUP: status = find_local(c, to, &gid); break;
  case GIVES_ROLE: break;
  }
  return status != STATUS_OK ? status : add_mapping(c, &org, to, gid);
}

static enum status map_own(struct change_context *c, const void *input, void *ret_result)
{
  const struct group_map *in = input;
  const struct target to = {in->provider_group, GIVES_GROUP, in->group, ""};
  return map_to(c, in->org, &to, ret_result);
}

static enum status map_local(struct change_context *c, const void *input, void *ret_result)
{
  const struct group_map_local *in = input;
  const struct target to = {in->provider_group, GIVES_LOCAL_GROUP, in->group, in->privileged};
  return map_to(c, in->org, &to, ret_result);
}

static enum status map_role(struct change_context *c, const void *input, void *ret_result)
{
  const struct group_map_role *in = input;
  const struct target to = {in->provider_group, GIVES_ROLE, role_word(ROLE_ADMIN), ""};
  return map_to(c, in->org, &to, ret_result);
}

static bool is_mapped_to(const struct group_mappings *all, const char *name)
{
  for (size_t i = 0; i < all->count; i++) {
    if (all->list[i].gives == GIVES_GROUP && strcmp(all->list[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

static enum status remove_group(struct change_context *c, const struct group_mapping *mapping)
{
  struct org_group group;
  enum status status = group_get(c->txn, mapping->org_id, mapping->name, &group);
  return status != STATUS_OK ? status : group_remove(c->txn, &group);
}

static enum status take_out(struct change_context *c, const struct group_mapping *mapping)
{
  struct group_mappings left;
  enum status status = group_mapping_remove(c->txn, mapping);
  if (status != STATUS_OK) {
    return status;
  }
  status = group_mappings_of(c->txn, mapping->org_id, &left);
  if (status != STATUS_OK) {
    return status;
  }
  bool last = mapping->gives == GIVES_GROUP && !is_mapped_to(&left, mapping->name);
  return last ? remove_group(c, mapping) : STATUS_OK;
}

// The group goes with the last provider group that is mapped to it.
static enum status remove_mapping(struct change_context *c, const struct group_mapping *mapping)
{
  enum status status = take_out(c, mapping);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status find_mapping(struct change_context *c, const struct org *org, const char *provider,
                                struct group_mapping *ret_mapping)
{
  char shown[SHOWN_SIZE];
  enum status status = group_mapping_get(c->txn, org->id, provider, ret_mapping);
  if (status == STATUS_NOT_FOUND) {
    show(provider, shown);
    error_set(c->error, "provider group \"%s\": is not mapped in org \"%s\"; 'ssoctl group list' shows those", shown,
              org->slug);
  }
  return status;
}

static enum status unmap(struct change_context *c, const void *input, void *ret_result)
{
  const struct group_unmap *in = input;
  struct group_mapping mapping;
  struct org org;
  (void)ret_result;
  enum status status = change_find_org(c, in->org, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_mapping(c, &org, in->provider_group, &mapping);
  if (status != STATUS_OK) {
    return status;
  }
  note_mapping(c, "from", &mapping);
  return remove_mapping(c, &mapping);
}

enum status change_drop_groups(struct change_context *c, const struct org *org)
{
  struct group_mappings all;
  enum status status = group_mappings_of(c->txn, org->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = remove_mapping(c, &all.list[i]);
  }
  return status;
}

static const struct change_kind MAP = {"group.map", CHANGE_SITE, CHANGE_OF_ORG, map_own, sizeof(struct change_done),
                                       false};
static const struct change_kind MAP_LOCAL = {
    "group.map", CHANGE_SITE, CHANGE_OF_ORG, map_local, sizeof(struct change_done), false};
static const struct change_kind MAP_ROLE = {
    "group.map", CHANGE_SITE, CHANGE_OF_ORG, map_role, sizeof(struct change_done), false};
static const struct change_kind UNMAP = {"group.unmap", CHANGE_SITE, CHANGE_OF_ORG, unmap, sizeof(struct change_done),
                                         false};

struct change change_group_map(const struct group_map *in, struct change_done *ret_result)
{
  return (struct change){&MAP, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_group_map_local(const struct group_map_local *in, struct change_done *ret_result)
{
  return (struct change){&MAP_LOCAL, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_group_map_role(const struct group_map_role *in, struct change_done *ret_result)
{
  return (struct change){&MAP_ROLE, in, ret_result, &ret_result->changed, in->org, ""};
}

struct change change_group_unmap(const struct group_unmap *in, struct change_done *ret_result)
{
  return (struct change){&UNMAP, in, ret_result, &ret_result->changed, in->org, ""};
}
