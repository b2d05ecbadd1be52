// SPDX-License-Identifier: Apache-2.0
#include "userinfo.h"

#include <string.h>

#include "base/cleanup.h"
#include "document.h"
#include "provider.h"

enum status userinfo_fetch(struct exchange *x, const struct bytes *access_token, const char *subject,
                           struct cJSON **ret_claims)
{
  struct cJSON *claims CLEANUP(document_done) = NULL;
  struct http_request request = {.url = x->found.userinfo_endpoint, .bearer = access_token};
  enum status status = provider_get(x, "userinfo", &request, &claims);
  if (status != STATUS_OK) {
    return status;
  }
  const char *found = document_string(claims, "sub");
  if (found == NULL || strcmp(found, subject) != 0) {
    return failure_set(&x->failure, FAILURE_TOKEN, "OIDC Core 5.3.2: sub: userinfo speaks of somebody else");
  }
  *ret_claims = claims;
  claims = NULL;
  return STATUS_OK;
}
