// SPDX-License-Identifier: Apache-2.0
// libnss_ssoorg.so.2: the entry points for enumeration. What they want of a process is one cursor for each database;
// that is all that is kept: no descriptor, no memory, also not between the first and the last of them.
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>

#include "listing.h"
#include "nss_result.h"
#include "paths.h"

EXPORTED enum nss_status _nss_ssoorg_setpwent(int stay_open);
EXPORTED enum nss_status _nss_ssoorg_getpwent_r(struct passwd *entry, char *buffer, size_t size, int *errnop);
EXPORTED enum nss_status _nss_ssoorg_endpwent(void);
EXPORTED enum nss_status _nss_ssoorg_setgrent(int stay_open);
EXPORTED enum nss_status _nss_ssoorg_getgrent_r(struct group *entry, char *buffer, size_t size, int *errnop);
EXPORTED enum nss_status _nss_ssoorg_endgrent(void);

static struct listing users;
static struct listing groups;

static enum nss_status restart(struct listing *listing)
{
  int saved = errno;
  int unsaid = 0;
  return nss_result(listing_restart(listing), saved, &unsaid);
}

enum nss_status _nss_ssoorg_setpwent(int stay_open)
{
  (void)stay_open;
  return restart(&users);
}

enum nss_status _nss_ssoorg_endpwent(void)
{
  return restart(&users);
}

enum nss_status _nss_ssoorg_getpwent_r(struct passwd *entry, char *buffer, size_t size, int *errnop)
{
  int saved = errno;
  return nss_result(listing_passwd(&users, PATH_MAP, entry, buffer, size), saved, errnop);
}

enum nss_status _nss_ssoorg_setgrent(int stay_open)
{
  (void)stay_open;
  return restart(&groups);
}

enum nss_status _nss_ssoorg_endgrent(void)
{
  return restart(&groups);
}

enum nss_status _nss_ssoorg_getgrent_r(struct group *entry, char *buffer, size_t size, int *errnop)
{
  int saved = errno;
  return nss_result(listing_group(&groups, PATH_MAP, entry, buffer, size), saved, errnop);
}
