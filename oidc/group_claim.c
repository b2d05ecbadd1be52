// SPDX-License-Identifier: Apache-2.0
#include "group_claim.h"

#include "base/cleanup.h"
#include "document.h"
#include "protocol/group_list.h"

static const struct cJSON *claim_of(const struct cJSON *claims, const char *name)
{
  const struct cJSON *claim = claims != NULL ? document_member(claims, name) : NULL;
  return document_is_null(claim) ? NULL : claim;
}

bool group_claim_is_there(const struct cJSON *token, const char *claim)
{
  return claim[0] == '\0' || claim_of(token, claim) != NULL;
}

// Leaving one out takes a group from somebody, and never gives one.
static enum status add(const struct cJSON *value, struct bytes *groups)
{
  const char *name = document_text(value);
  enum status status = name != NULL ? group_list_add(groups, name) : STATUS_INVALID;
  return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

enum status group_claim_read(const struct cJSON *token, const struct cJSON *userinfo, const char *claim,
                             struct bytes *ret_groups)
{
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct cJSON *found = claim[0] != '\0' ? claim_of(token, claim) : NULL;
  if (found == NULL && claim[0] != '\0') {
    found = claim_of(userinfo, claim);
  }
  enum status status = document_is_array(found) ? STATUS_OK : add(found, &groups);
  for (const struct cJSON *item = document_first(found); status == STATUS_OK && item != NULL;
       item = document_next(item)) {
    status = add(item, &groups);
  }
  if (status == STATUS_OK) {
    bytes_take(ret_groups, &groups);
  }
  return status;
}
