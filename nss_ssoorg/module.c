// SPDX-License-Identifier: Apache-2.0
// libnss_ssoorg.so.2: the entry points for look-ups.
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/types.h>

#include "answer.h"
#include "base/cleanup.h"
#include "base/version_mark.h"
#include "fill.h"
#include "nss_result.h"
#include "paths.h"

VERSION_MARK(SSOORG_VERSION);

EXPORTED enum nss_status _nss_ssoorg_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
                                                int *errnop);
EXPORTED enum nss_status _nss_ssoorg_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size,
                                                int *errnop);
EXPORTED enum nss_status _nss_ssoorg_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size,
                                                int *errnop);
EXPORTED enum nss_status _nss_ssoorg_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, int *errnop);
EXPORTED enum nss_status _nss_ssoorg_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
                                                    gid_t **groups, long limit, int *errnop);

enum nss_status _nss_ssoorg_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, int *errnop)
{
  int saved = errno;
  struct map_account account;
  enum status status = answer_login(PATH_MAP, name, &account);
  return nss_result(status == STATUS_OK ? fill_passwd(&account, entry, buffer, size) : status, saved, errnop);
}

enum nss_status _nss_ssoorg_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, int *errnop)
{
  int saved = errno;
  struct map_account account;
  enum status status = answer_uid(PATH_MAP, uid, &account);
  return nss_result(status == STATUS_OK ? fill_passwd(&account, entry, buffer, size) : status, saved, errnop);
}

enum nss_status _nss_ssoorg_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, int *errnop)
{
  int saved = errno;
  struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
  enum status status = answer_group_name(PATH_MAP, name, &group);
  return nss_result(status == STATUS_OK ? fill_group(&group, entry, buffer, size) : status, saved, errnop);
}

enum nss_status _nss_ssoorg_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, int *errnop)
{
  int saved = errno;
  struct map_group group CLEANUP(answer_group_done) = {.gid = 0};
  enum status status = answer_group_gid(PATH_MAP, gid, &group);
  return nss_result(status == STATUS_OK ? fill_group(&group, entry, buffer, size) : status, saved, errnop);
}

// The array that initgroups_dyn grows: *START of *SIZE entries are in use, at most LIMIT where that is positive.
struct group_array {
  long *start;
  long *size;
  gid_t **groups;
  long limit;
};

static enum status add_group(const struct group_array *array, gid_t gid)
{
  for (long i = 0; i < *array->start; i++) {
    if ((*array->groups)[i] == gid) {
      return STATUS_OK;
    }
  }
  if (array->limit > 0 && *array->start >= array->limit) {
    return STATUS_OK;
  }
  if (*array->start >= *array->size) {
    long size = *array->size > 0 ? *array->size * 2 : 16;
    gid_t *grown = reallocarray(*array->groups, (size_t)size, sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    *array->groups = grown;
    *array->size = size;
  }
  (*array->groups)[(*array->start)++] = gid;
  return STATUS_OK;
}

enum nss_status _nss_ssoorg_initgroups_dyn(const char *user, gid_t group, long *start, long *size, gid_t **groups,
                                           long limit, int *errnop)
{
  int saved = errno;
  struct u32_list found;
  const struct group_array array = {start, size, groups, limit};
  enum status status = answer_groups_of(PATH_MAP, user, group, &found);
  for (uint32_t i = 0; status == STATUS_OK && i < found.count; i++) {
    status = found.values[i] == group ? STATUS_OK : add_group(&array, found.values[i]);
  }
  return nss_result(status, saved, errnop);
}
