// SPDX-License-Identifier: Apache-2.0
#include "group_claim.h"

#include "base/cleanup.h"
#include "document.h"
#include "protocol/group_list.h"
#include "protocol/protocol.h"

// The next name of a path such as realm_access.roles, in which "\\." is a dot that belongs to a name. Gives back where
// the rest begins, NULL at the end.
static const char *next_name(const char *path, char name[static PROTOCOL_GROUP_SIZE])
{
  size_t used = 0;
  for (; *path != '\0' && *path != '.' && used < PROTOCOL_GROUP_SIZE - 1; path++) {
    path += path[0] == '\\' && path[1] == '.';
    name[used++] = *path;
  }
  name[used] = '\0';
  return *path == '.' ? path + 1 : NULL;
}

// A claim of just that name goes first: names that are URLs have dots in them, too.
static const struct cJSON *find(const struct cJSON *claims, const char *path)
{
  char name[PROTOCOL_GROUP_SIZE];
  const struct cJSON *found = document_value(claims, path);
  const struct cJSON *at = claims;
  if (found != NULL) {
    return found;
  }
  for (const char *rest = path; at != NULL && rest != NULL;) {
    rest = next_name(rest, name);
    at = document_value(at, name);
  }
  return at;
}

bool group_claim_is_there(const struct cJSON *token, const char *claim)
{
  return claim[0] == '\0' || find(token, claim) != NULL;
}

static bool is_elsewhere(const struct cJSON *token, const char *claim)
{
  return document_value(document_value(token, "_claim_names"), claim) != NULL ||
         document_is_true(document_value(token, "hasgroups"));
}

// Of groups that nobody said.
static enum groups_state why_unsaid(const struct cJSON *token, const char *claim)
{
  if (claim[0] == '\0') {
    return GROUPS_SAID; // nobody asked
  }
  return is_elsewhere(token, claim) ? GROUPS_OVERAGE : GROUPS_UNSAID;
}

// Leaving one out takes a group from somebody, and never gives one.
static enum status add_name(const char *name, struct bytes *groups, enum groups_state *state)
{
  enum status status = name != NULL ? group_list_add(groups, name) : STATUS_INVALID;
  *state = status == STATUS_TOO_LARGE ? GROUPS_CUT : *state;
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

// The names of an object whose members are objects, as Zitadel says its roles.
static enum status add_members(const struct cJSON *object, struct bytes *groups, enum groups_state *state)
{
  enum status status = STATUS_OK;
  for (const struct cJSON *item = document_first_member(object); status == STATUS_OK && item != NULL;
       item = document_next(item)) {
    status = document_is_object(item) ? add_name(document_name(item), groups, state) : STATUS_OK;
  }
  return status;
}

static enum status add_items(const struct cJSON *array, struct bytes *groups, enum groups_state *state)
{
  enum status status = STATUS_OK;
  for (const struct cJSON *item = document_first(array); status == STATUS_OK && item != NULL;
       item = document_next(item)) {
    status = add_name(document_text(item), groups, state);
  }
  return status;
}

static enum status add_all(const struct cJSON *claim, struct bytes *groups, enum groups_state *state)
{
  if (document_is_object(claim)) {
    return add_members(claim, groups, state);
  }
  return document_is_array(claim) ? add_items(claim, groups, state) : add_name(document_text(claim), groups, state);
}

enum status group_claim_read(const struct cJSON *token, const struct cJSON *userinfo, const char *claim,
                             struct bytes *ret_groups, enum groups_state *ret_state)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  enum groups_state state = GROUPS_SAID;
  const struct cJSON *found = claim[0] != '\0' ? find(token, claim) : NULL;
  if (found == NULL && claim[0] != '\0') {
    found = find(userinfo, claim);
  }
  if (found == NULL) {
    *ret_state = why_unsaid(token, claim);
    return STATUS_OK;
  }
  enum status status = add_all(found, &groups, &state);
  if (status == STATUS_OK) {
    bytes_take(ret_groups, &groups);
    *ret_state = state;
  }
  return status;
}
