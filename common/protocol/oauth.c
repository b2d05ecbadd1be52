// SPDX-License-Identifier: Apache-2.0
#include "protocol/oauth.h"

#include <string.h>

bool oauth_is_visible(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (text[i] < ' ' || text[i] > '~') {
      return false;
    }
  }
  return length > 0;
}

bool oauth_is_scope_list(const char *scopes)
{
  bool has_openid = false;
  const char *at = scopes;
  for (;;) {
    size_t length = strcspn(at, " ");
    if (!oauth_is_visible(at, length) || memchr(at, '"', length) != NULL || memchr(at, '\\', length) != NULL) {
      return false;
    }
    has_openid = has_openid || (length == strlen("openid") && memcmp(at, "openid", length) == 0);
    if (at[length] == '\0') {
      return has_openid;
    }
    at += length + 1;
  }
}
