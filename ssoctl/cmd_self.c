// SPDX-License-Identifier: Apache-2.0
// ssoctl whoami and switch: for anyone, about themself, from the published map.
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "active_org/active_org.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "context.h"
#include "map/map_read.h"
#include "paths.h"

enum { GROUPS_MAX = 256, ASKED_MAX = 3 };

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

// Owners are in that group too; the map knows no more, and of the active org the session has said it.
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

// An org of theirs, and whether this session opened it.
struct own_org {
  char slug[GROUP_NAME_SIZE];
  uint32_t gid;
  bool enforced;
  char closed[GROUP_NAME_SIZE + 32]; // why this session left it so; "" for one that is open
};

struct own_orgs {
  size_t count;
  struct own_org list[U32_LIST_MAX];
};

static void say_why_closed(const struct self *self, const char *slug, struct own_org *org)
{
  if (has_group(self, org->gid)) {
    return;
  }
  if (org->enforced) {
    (void)snprintf(org->closed, sizeof org->closed, "only through %s's own sign-in", slug);
  } else {
    (void)snprintf(org->closed, sizeof org->closed, "not by the way this session was made");
  }
}

static void list_orgs(const struct self *self, struct own_orgs *ret_orgs)
{
  ret_orgs->count = 0;
  for (uint32_t i = 0; i < self->account.groups.count; i++) {
    struct map_group group = {.gid = 0};
    if (!is_org(self, self->account.groups.values[i], &group)) {
      continue;
    }
    struct own_org *org = &ret_orgs->list[ret_orgs->count++];
    *org = (struct own_org){.gid = group.gid, .enforced = group.enforced == 1};
    memcpy(org->slug, group.name, sizeof org->slug);
    say_why_closed(self, group.name, org);
  }
}

static bool is_active(const struct own_org *org)
{
  const char *active = getenv("SSOORG_ORG");
  return active != NULL && strcmp(active, org->slug) == 0;
}

static const char *role_in(const struct self *self, const struct own_org *org)
{
  const char *role = getenv("SSOORG_ROLE");
  if (!is_admin(self, org->slug)) {
    return "viewer";
  }
  return is_active(org) && role != NULL && strcmp(role, "owner") == 0 ? "owner" : "admin";
}

static const struct column COLUMNS[] = {
    {"number", COLUMN_NUMBER}, {"login", COLUMN_TEXT}, {"uid", COLUMN_NUMBER},  {"org", COLUMN_TEXT},
    {"role", COLUMN_TEXT},     {"open", COLUMN_BOOL},  {"active", COLUMN_BOOL}, {"closed_because", COLUMN_TEXT},
};

static int print_orgs(const struct self *self, const struct own_orgs *orgs, struct context *ctx)
{
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table.usual = "number org role open active closed_because";
  for (size_t i = 0; i < orgs->count; i++) {
    const struct own_org *org = &orgs->list[i];
    table_add(&table, COLUMNS,
              {{NULL, (int64_t)i + 1},
               {self->account.login, 0},
               {NULL, self->account.uid},
               {org->slug, 0},
               {role_in(self, org), 0},
               {NULL, has_group(self, org->gid)},
               {NULL, is_active(org)},
               {table_text_or_null(org->closed), 0}});
  }
  return context_print_list(ctx, &table);
}

int cmd_whoami(const struct invocation *in)
{
  struct context ctx = {.in = in};
  struct self self CLEANUP(self_done) = {.map = MAP_READER_EMPTY};
  struct own_orgs orgs;
  int code = find_self(&self);
  if (code != EXIT_DONE) {
    return code;
  }
  list_orgs(&self, &orgs);
  return print_orgs(&self, &orgs, &ctx);
}

static const struct own_org *find_org(const struct own_orgs *orgs, const char *typed, bool numbers)
{
  int64_t number = 0;
  if (numbers && text_to_i64(typed, 1, (int64_t)orgs->count, &number) == STATUS_OK) {
    return &orgs->list[number - 1];
  }
  for (size_t i = 0; i < orgs->count; i++) {
    if (strcmp(orgs->list[i].slug, typed) == 0) {
      return &orgs->list[i];
    }
  }
  return NULL;
}

static int choose(const struct self *self, const struct own_org *org, struct context *ctx)
{
  char before[SLUG_SIZE] = "";
  bool dry = ctx->in->options[OPTION_DRY_RUN] != NULL;
  bool chosen = active_org_load(self->account.home, self->account.uid, before) == STATUS_OK;
  if (!dry && active_org_save(self->account.home, org->slug) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s: the choice cannot be written there", self->account.home);
  }
  context_done(ctx, "%s is your active org from the next sign-in on%s; in this shell: export SSOORG_ORG=%s", org->slug,
               has_group(self, org->gid) ? "" : ", if that opens it", org->slug);
  return context_result(ctx, !chosen || strcmp(before, org->slug) != 0, RESULT_TEXT("org", org->slug),
                        RESULT_BOOL("open", has_group(self, org->gid)));
}

// Enter keeps what is active. *RET_ORG is NULL then.
static int ask(const struct own_orgs *orgs, const struct own_org **ret_org)
{
  *ret_org = NULL;
  for (int i = 0; i < ASKED_MAX; i++) {
    struct bytes typed CLEANUP(bytes_done) = BYTES_EMPTY;
    int code = context_read_answer("Number or slug of your active org (Enter keeps it):", &typed);
    if (code != EXIT_DONE || typed.length == 0) {
      return code;
    }
    *ret_org = find_org(orgs, bytes_text(&typed), true);
    if (*ret_org != NULL) {
      return EXIT_DONE;
    }
    (void)fprintf(stderr, "That is none of yours.\n");
  }
  return fail(EXIT_FAILED, "nothing that is listed was chosen");
}

static int list_and_ask(const struct self *self, const struct own_orgs *orgs, struct context *ctx)
{
  const struct own_org *org = NULL;
  int code = print_orgs(self, orgs, ctx);
  if (code != EXIT_DONE || ctx->in->options[OPTION_JSON] != NULL) {
    return code;
  }
  code = ask(orgs, &org);
  return code == EXIT_DONE && org != NULL ? choose(self, org, ctx) : code;
}

int cmd_switch(const struct invocation *in)
{
  struct context ctx = {.in = in};
  struct self self CLEANUP(self_done) = {.map = MAP_READER_EMPTY};
  struct own_orgs orgs;
  const char *slug = in->arguments[0];
  int code = find_self(&self);
  if (code != EXIT_DONE) {
    return code;
  }
  list_orgs(&self, &orgs);
  if (slug == NULL) {
    return list_and_ask(&self, &orgs, &ctx);
  }
  const struct own_org *org = find_org(&orgs, slug, false);
  return org != NULL ? choose(&self, org, &ctx)
                     : fail(EXIT_NO_SUCH, "org \"%.64s\": is none of yours; 'ssoctl whoami' lists them", slug);
}
