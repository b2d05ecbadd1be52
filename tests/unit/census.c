// SPDX-License-Identifier: Apache-2.0
#include "census.h"

#include <errno.h>
#include <stdint.h>

#include "unit.h"

char unit_map_path[128];
struct census census;

int census_make_ground(void **state)
{
  (void)state;
  unit_make_directory(unit_directory, sizeof unit_directory);
  (void)snprintf(unit_map_path, sizeof unit_map_path, "%s/accounts.map", unit_directory);
  return 0;
}

void census_begin(void)
{
  memset(&census, 0, sizeof census);
  assert_int_equal(_nss_ssoorg_setpwent(0), NSS_STATUS_SUCCESS);
  assert_int_equal(_nss_ssoorg_setgrent(0), NSS_STATUS_SUCCESS);
}

void census_check_all(unsigned people)
{
  census_begin();
  census_users(&census);
  census_groups(&census);
  assert_true(census_has_users(&census, people, people));
  assert_true(census_has_groups(&census, people, people));
}

static void count(struct census *c, unsigned *counts, int who, unsigned most)
{
  if (who < 0 || (unsigned)who >= most) {
    c->wrong++;
  } else {
    counts[who]++;
  }
}

static bool ended(struct census *c, enum nss_status status, int why)
{
  if (status == NSS_STATUS_SUCCESS) {
    return false;
  }
  if (status != NSS_STATUS_NOTFOUND || why != ENOENT) {
    (void)fprintf(stderr, "enumeration ended with %d, %d\n", (int)status, why);
    c->wrong++;
  }
  return true;
}

bool census_user(struct census *c)
{
  char buffer[CENSUS_BUFFER];
  struct passwd entry;
  int why = 0;
  enum nss_status status = _nss_ssoorg_getpwent_r(&entry, buffer, sizeof buffer, &why);
  if (ended(c, status, why)) {
    return false;
  }
  count(c, c->users, crowd_whose_passwd(&entry), CENSUS_MAX);
  return true;
}

bool census_group(struct census *c)
{
  char buffer[CENSUS_BUFFER];
  struct group entry;
  int why = 0;
  enum nss_status status = _nss_ssoorg_getgrent_r(&entry, buffer, sizeof buffer, &why);
  if (ended(c, status, why)) {
    return false;
  }
  if (strchr(entry.gr_name, '@') == NULL) {
    count(c, c->groups, crowd_which_group(&entry), CROWD_GROUPS);
  } else {
    count(c, c->private_groups, crowd_whose_private_group(&entry), CENSUS_MAX);
  }
  return true;
}

void census_users(struct census *c)
{
  while (census_user(c)) {
  }
}

void census_groups(struct census *c)
{
  while (census_group(c)) {
  }
}

static bool is_right(const unsigned *counts, const char *what, unsigned people, unsigned most)
{
  for (unsigned i = 0; i < CENSUS_MAX; i++) {
    unsigned least = i < people && !crowd_is_mapped(i) ? 1 : 0;
    unsigned limit = i < most && !crowd_is_mapped(i) ? 1 : 0;
    if (counts[i] < least || counts[i] > limit) {
      (void)fprintf(stderr, "%s of person %u came %u times\n", what, i, counts[i]);
      return false;
    }
  }
  return true;
}

bool census_has_users(const struct census *c, unsigned people, unsigned most)
{
  if (c->wrong > 0) {
    (void)fprintf(stderr, "%u answers were wrong\n", c->wrong);
  }
  return c->wrong == 0 && is_right(c->users, "the entry", people, most);
}

bool census_has_groups(const struct census *c, unsigned people, unsigned most)
{
  for (unsigned i = 0; i < CROWD_GROUPS; i++) {
    if (c->groups[i] != 1) {
      (void)fprintf(stderr, "group %u came %u times\n", i, c->groups[i]);
      return false;
    }
  }
  if (c->wrong > 0) {
    (void)fprintf(stderr, "%u answers were wrong\n", c->wrong);
  }
  return c->wrong == 0 && is_right(c->private_groups, "the group", people, most);
}
