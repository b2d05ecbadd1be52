// SPDX-License-Identifier: Apache-2.0
#include "protocol/oauth.h"

#include <stdio.h>
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

static bool has_scope(const char *scopes, const char *scope)
{
  size_t wanted = strlen(scope);
  for (const char *at = scopes; *at != '\0';) {
    size_t length = strcspn(at, " ");
    if (length == wanted && memcmp(at, scope, wanted) == 0) {
      return true;
    }
    at += length + (at[length] != '\0' ? 1 : 0);
  }
  return false;
}

enum status oauth_add_scope(const char *scopes, const char *scope, char ret_scopes[static OAUTH_SCOPES_SIZE])
{
  char all[2 * OAUTH_SCOPES_SIZE];
  bool added = scope[0] != '\0' && !has_scope(scopes, scope);
  int length = snprintf(all, sizeof all, "%s%s%s", scopes, added ? " " : "", added ? scope : "");
  if (length < 0 || length >= OAUTH_SCOPES_SIZE) {
    return STATUS_TOO_LARGE;
  }
  memcpy(ret_scopes, all, (size_t)length + 1);
  return STATUS_OK;
}
