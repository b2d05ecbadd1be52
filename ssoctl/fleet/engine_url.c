// SPDX-License-Identifier: Apache-2.0
#include "fleet/engine_url.h"

#include <string.h>

#include "fleet/hosts.h"

static const char *const SCHEMES[] = {"postgresql://", "postgres://"};

// The LENGTH bytes at FROM. False: they are none, or more than fit, or hold what would need an escape.
static bool take(const char *from, size_t length, char *to, size_t size)
{
  bool plain = length > 0 && length < size;
  for (size_t i = 0; plain && i < length; i++) {
    plain = from[i] > ' ' && from[i] <= '~' && strchr("%?#\"'\\", from[i]) == NULL;
  }
  if (plain) {
    memcpy(to, from, length);
    to[length] = '\0';
  }
  return plain;
}

static const char *behind_scheme(const char *url)
{
  for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++) {
    size_t length = strlen(SCHEMES[i]);
    if (strncmp(url, SCHEMES[i], length) == 0) {
      return url + length;
    }
  }
  return NULL;
}

enum status engine_url_read(const char *url, struct error *error, struct fleet_join *join)
{
  struct fleet_hosts hosts;
  const char *login = behind_scheme(url);
  const char *at = login != NULL ? strchr(login, '@') : NULL;
  const char *slash = at != NULL ? strchr(at, '/') : NULL;
  if (slash == NULL) {
    error_set(error, "URL: is not postgresql://LOGIN@HOST[:PORT][,HOST[:PORT]...]/DATABASE");
    return STATUS_INVALID;
  }
  if (memchr(login, ':', (size_t)(at - login)) != NULL) {
    error_set(error, "URL: holds a password, which everybody on this host can see; --password-file is for it");
    return STATUS_INVALID;
  }
  bool legal = take(login, (size_t)(at - login), join->login, sizeof join->login) &&
               take(at + 1, (size_t)(slash - at - 1), join->engines, sizeof join->engines) &&
               take(slash + 1, strlen(slash + 1), join->database, sizeof join->database);
  if (!legal || fleet_hosts_parse(join->engines, &hosts) != STATUS_OK) {
    error_set(
        error,
        "URL: LOGIN and DATABASE are at most %d printable characters each without blanks, quotes and %%, and HOSTs "
        "one to %d names or numbers with commas between them",
        FLEET_NAME_SIZE - 1, FLEET_HOSTS_MAX);
    return STATUS_INVALID;
  }
  return STATUS_OK;
}
