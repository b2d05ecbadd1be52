// SPDX-License-Identifier: Apache-2.0
// The entry points of libnss_ssoorg as glibc calls them, over the map at unit_map_path.
#pragma once
#include <grp.h>
#include <nss.h>
#include <pwd.h>

extern char unit_map_path[128];

enum nss_status _nss_ssoorg_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, int *errnop);
enum nss_status _nss_ssoorg_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, int *errnop);
enum nss_status _nss_ssoorg_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, int *errnop);
enum nss_status _nss_ssoorg_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, int *errnop);
enum nss_status _nss_ssoorg_initgroups_dyn(const char *user, gid_t group, long *start, long *size, gid_t **groups,
                                           long limit, int *errnop);
enum nss_status _nss_ssoorg_setpwent(int stay_open);
enum nss_status _nss_ssoorg_getpwent_r(struct passwd *entry, char *buffer, size_t size, int *errnop);
enum nss_status _nss_ssoorg_endpwent(void);
enum nss_status _nss_ssoorg_setgrent(int stay_open);
enum nss_status _nss_ssoorg_getgrent_r(struct group *entry, char *buffer, size_t size, int *errnop);
enum nss_status _nss_ssoorg_endgrent(void);
