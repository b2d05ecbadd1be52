// SPDX-License-Identifier: Apache-2.0
// ssoctl whoami and switch: for anyone, about themself, from the published map.
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "active_org/active_org.h"
#include "base/cleanup.h"
#include "context.h"
#include "map/map_read.h"
#include "paths.h"

enum { GROUPS_MAX = 256 };

static const char ADMINS[] = "-admins";

struct self {
  struct map_reader map;
  struct map_account account;
  gid_t groups[GROUPS_MAX]; // of this process: what the session has opened
  int group_count;
};

static void self_done(struct self *self)
{
  map_close(&self->map);
}

static int find_self(struct self *self)
{
  uid_t uid = getuid();
  enum status status = map_open(PATH_MAP, &self->map);
  status = status != STATUS_OK ? status : map_account_by_uid(&self->map, uid, &self->account);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "uid %u is no account of an org on this host", uid);
  }
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, PATH_MAP ": %s", status_text(status));
  }
  self->group_count = getgroups(GROUPS_MAX, self->groups);
  return self->group_count >= 0 ? EXIT_DONE : fail(EXIT_FAILED, "more than %d groups", GROUPS_MAX);
}

static bool has_group(const struct self *self, gid_t gid)
{
  bool has = getegid() == gid;
  for (int i = 0; i < self->group_count; i++) {
    has = has || self->groups[i] == gid;
  }
  return has;
}

// The group of an org that GID is; those of its admins, of its provider and others are not.
static bool is_org(const struct self *self, uint32_t gid, struct map_group *ret_group)
{
  if (map_group_head(&self->map, gid, ret_group) != STATUS_OK || ret_group->provided == 1) {
    return false;
  }
  size_t length = strlen(ret_group->name);
  size_t suffix = sizeof ADMINS - 1;
  bool admins = length > suffix && strcmp(ret_group->name + length - suffix, ADMINS) == 0;
  return !admins && name_is_slug(ret_group->name);
}

// Owners are in that group too; the map knows no more.
static bool is_admin(const struct self *self, const char *slug)
{
  for (uint32_t i = 0; i < self->account.groups.count; i++) {
    struct map_group group = {.gid = 0};
    size_t length = strlen(slug);
    if (map_group_head(&self->map, self->account.groups.values[i], &group) == STATUS_OK &&
        strncmp(group.name, slug, length) == 0 && strcmp(group.name + length, ADMINS) == 0) {
      return true;
    }
  }
  return false;
}

int cmd_whoami(const struct invocation *in)
{
  static const struct column COLUMNS[] = {{"login", COLUMN_TEXT}, {"uid", COLUMN_NUMBER}, {"org", COLUMN_TEXT},
                                          {"role", COLUMN_TEXT},  {"open", COLUMN_BOOL},  {"active", COLUMN_BOOL}};
  struct context ctx = {.in = in};
  struct self self CLEANUP(self_done) = {.map = MAP_READER_EMPTY};
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  const char *active = getenv("SSOORG_ORG");
  int code = find_self(&self);
  for (uint32_t i = 0; code == EXIT_DONE && i < self.account.groups.count; i++) {
    struct map_group group = {.gid = 0};
    if (is_org(&self, self.account.groups.values[i], &group)) {
      table_add(&table, COLUMNS,
                {{self.account.login, 0},
                 {NULL, self.account.uid},
                 {group.name, 0},
                 {is_admin(&self, group.name) ? "admin" : "viewer", 0},
                 {NULL, has_group(&self, group.gid)},
                 {NULL, active != NULL && strcmp(active, group.name) == 0}});
    }
  }
  return code == EXIT_DONE ? context_print_list(&ctx, &table) : code;
}

int cmd_switch(const struct invocation *in)
{
  const struct context ctx = {.in = in};
  struct self self CLEANUP(self_done) = {.map = MAP_READER_EMPTY};
  const char *slug = in->arguments[0];
  int code = find_self(&self);
  if (code != EXIT_DONE) {
    return code;
  }
  for (uint32_t i = 0; i < self.account.groups.count; i++) {
    struct map_group group = {.gid = 0};
    if (!is_org(&self, self.account.groups.values[i], &group) || strcmp(group.name, slug) != 0) {
      continue;
    }
    bool dry = in->options[OPTION_DRY_RUN] != NULL;
    if (!dry && active_org_save(self.account.home, slug) != STATUS_OK) {
      return fail(EXIT_FAILED, "%s: the choice cannot be written there", self.account.home);
    }
    context_done(&ctx, "%s is your active org from the next sign-in on%s; in this shell: export SSOORG_ORG=%s", slug,
                 has_group(&self, group.gid) ? "" : ", if that opens it", slug);
    return EXIT_DONE;
  }
  return fail(EXIT_NO_SUCH, "org \"%.64s\": is none of yours; 'ssoctl whoami' lists them", slug);
}
