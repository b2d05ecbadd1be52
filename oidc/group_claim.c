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

bool group_claim_is_overage(const struct cJSON *token, const struct cJSON *userinfo, const char *claim)
{
  if (claim[0] == '\0' || find(token, claim) != NULL || find(userinfo, claim) != NULL) {
    return false;
  }
  return document_value(document_value(token, "_claim_names"), claim) != NULL ||
         document_is_true(document_value(token, "hasgroups"));
}

// Leaving one out takes a group from somebody, and never gives one.
static enum status add(const struct cJSON *value, struct bytes *groups)
{
  const char *name = document_text(value);
  enum status status = name != NULL ? group_list_add(groups, name) : STATUS_INVALID;
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

// The names of an object whose members are objects, as Zitadel says its roles.
static enum status add_names(const struct cJSON *object, struct bytes *groups)
{
  enum status status = STATUS_OK;
  for (const struct cJSON *item = document_first_member(object); status == STATUS_OK && item != NULL;
       item = document_next(item)) {
    if (document_is_object(item)) {
      status = group_list_add(groups, document_name(item));
      status = status == STATUS_NO_MEMORY ? status : STATUS_OK;
    }
  }
  return status;
}

enum status group_claim_read(const struct cJSON *token, const struct cJSON *userinfo, const char *claim,
                             struct bytes *ret_groups)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct cJSON *found = claim[0] != '\0' ? find(token, claim) : NULL;
  if (found == NULL && claim[0] != '\0') {
    found = find(userinfo, claim);
  }
  enum status status = STATUS_OK;
  if (document_is_object(found)) {
    status = add_names(found, &groups);
  } else if (!document_is_array(found)) {
    status = add(found, &groups);
  }
  for (const struct cJSON *item = document_first(found); status == STATUS_OK && item != NULL;
       item = document_next(item)) {
    status = add(item, &groups);
  }
  if (status == STATUS_OK) {
    bytes_take(ret_groups, &groups);
  }
  return status;
}
