// SPDX-License-Identifier: Apache-2.0
// ssoctl group: what groups at an org's provider give on this host.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/group.h"
#include "context.h"
#include "store/accounts.h"
#include "store/groups.h"

static const struct column LIST_COLUMNS[] = {
    {"provider_group", COLUMN_TEXT}, {"group", COLUMN_TEXT},     {"local", COLUMN_BOOL},      {"gid", COLUMN_NUMBER},
    {"members", COLUMN_NUMBER},      {"mapped_by", COLUMN_TEXT}, {"created_at", COLUMN_DATE}, {"role", COLUMN_TEXT}};

// What was typed for a mapping.
struct mapping_words {
  char org[SLUG_SIZE];
  char provider_group[PROTOCOL_GROUP_SIZE];
  enum group_gives gives;
  char group[GROUP_SIZE]; // or the role
  char privileged[GROUP_SIZE];
};

static int open_for_mapping(struct context *ctx, const struct invocation *in, struct mapping_words *ret_words)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], ret_words->org);
  return code == EXIT_DONE ? context_text("provider group", in->arguments[1], ret_words->provider_group,
                                          sizeof ret_words->provider_group)
                           : code;
}

// One of NAME, --local-group and --role, with what it is called in errors.
static int read_target(const struct invocation *in, struct mapping_words *words)
{
  const char *const TYPED[] = {[GIVES_GROUP] = in->arguments[2],
                               [GIVES_LOCAL_GROUP] = in->options[OPTION_LOCAL_GROUP],
                               [GIVES_ROLE] = in->options[OPTION_ROLE]};
  static const char *const CALLED[] = {
      [GIVES_GROUP] = "group", [GIVES_LOCAL_GROUP] = "--local-group", [GIVES_ROLE] = "--role"};
  size_t said = 0;
  for (size_t i = 0; i < COUNT_OF(TYPED); i++) {
    said += TYPED[i] != NULL ? 1 : 0;
    words->gives = TYPED[i] != NULL ? (enum group_gives)i : words->gives;
  }
  if (said != 1) {
    return fail(EXIT_USAGE,
                "group map: one of NAME, for a group ORG-NAME of the org, --local-group NAME and --role admin");
  }
  return context_text(CALLED[words->gives], TYPED[words->gives], words->group, sizeof words->group);
}

// A group of the org by its name, or one of the host or a role by an option of its own: none is taken for another.
static int read_group(const struct invocation *in, struct mapping_words *words)
{
  const char *privileged = in->options[OPTION_PRIVILEGED];
  int code = read_target(in, words);
  if (code != EXIT_DONE) {
    return code;
  }
  if (words->gives == GIVES_ROLE && strcmp(words->group, role_word(ROLE_ADMIN)) != 0) {
    return fail(EXIT_USAGE, "--role \"%s\": is not admin, the one role that a group gives", words->group);
  }
  if (privileged != NULL && words->gives != GIVES_LOCAL_GROUP) {
    return fail(EXIT_USAGE, "--privileged \"%.40s\": is legal with --local-group alone", privileged);
  }
  return privileged != NULL ? context_text("--privileged", privileged, words->privileged, sizeof words->privileged)
                            : EXIT_DONE;
}

// As people see it: the whole name of a group, or the role.
static void name_target(const char *org, uint8_t gives, const char *name, char shown[static LOGIN_SIZE])
{
  if (gives == GIVES_GROUP) {
    group_full_name(org, name, shown);
  } else {
    (void)snprintf(shown, LOGIN_SIZE, "%s", name);
  }
}

static int print_mapped(struct context *ctx, const struct mapping_words *words, const char *name, bool changed)
{
  bool role = words->gives == GIVES_ROLE;
  return context_result(ctx, changed, RESULT_TEXT("org", words->org),
                        RESULT_TEXT("provider_group", words->provider_group), RESULT_TEXT("group", role ? NULL : name),
                        RESULT_BOOL("local", words->gives == GIVES_LOCAL_GROUP),
                        RESULT_TEXT("role", role ? name : NULL));
}

int cmd_group_map(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mapping_words words = {.privileged = ""};
  const struct group_map own = {words.org, words.provider_group, words.group};
  const struct group_map_local host = {words.org, words.provider_group, words.group, words.privileged};
  const struct group_map_role role = {words.org, words.provider_group};
  struct change_done result;
  char name[LOGIN_SIZE];
  int code = open_for_mapping(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = read_group(in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct change changes[] = {[GIVES_GROUP] = change_group_map(&own, &result),
                                   [GIVES_LOCAL_GROUP] = change_group_map_local(&host, &result),
                                   [GIVES_ROLE] = change_group_map_role(&role, &result)};
  static const char *const KINDS[] = {[GIVES_GROUP] = "", [GIVES_LOCAL_GROUP] = "local group ", [GIVES_ROLE] = "role "};
  code = context_change(&ctx, changes[words.gives]);
  if (code != EXIT_DONE) {
    return code;
  }
  name_target(words.org, (uint8_t)words.gives, words.group, name);
  context_done(&ctx, "provider group %s gives %s%s%s", words.provider_group, KINDS[words.gives], name,
               result.changed ? " from the next sign-in through the org's connection" : " already");
  return print_mapped(&ctx, &words, name, result.changed);
}

int cmd_group_unmap(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mapping_words words;
  const struct group_unmap unmap = {words.org, words.provider_group};
  struct change_done result;
  int code = open_for_mapping(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code =
      context_confirm(&ctx, "Everybody loses what it gives; a group that nothing is mapped to any more goes, and its "
                            "number is not given again. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_group_unmap(&unmap, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "provider group %s gives nothing in org %s any more", words.provider_group, words.org);
  return context_result(&ctx, result.changed, RESULT_TEXT("org", words.org),
                        RESULT_TEXT("provider_group", words.provider_group));
}

static enum status count_one(void *context, int64_t account_id)
{
  int64_t *count = context;
  (void)account_id;
  (*count)++;
  return STATUS_OK;
}

// Those who have the role by this mapping, maybe among others.
struct role_count {
  struct context *ctx;
  uint32_t mapping;
  int64_t members;
};

static enum status count_role(void *context, const struct membership *membership)
{
  struct role_count *count = context;
  struct given_groups given;
  if (membership->role_by != ROLE_BY_GROUP) {
    return STATUS_OK;
  }
  enum status status = given_get(count->ctx->txn, membership->account_id, membership->org_id, &given);
  count->members += status == STATUS_OK && groups_hold(&given.mappings, count->mapping) ? 1 : 0;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status count_members(struct context *ctx, const struct org *org, const struct group_mapping *mapping,
                                 int64_t *ret_members)
{
  struct role_count roles = {ctx, mapping->number, 0};
  enum status status = STATUS_OK;
  switch ((enum group_gives)mapping->gives) {
  case GIVES_GROUP: return given_each(ctx->txn, mapping->gid, count_one, ret_members);
  case GIVES_LOCAL_GROUP: break;
  case GIVES_ROLE: status = membership_each(ctx->txn, org->id, count_role, &roles); break;
  }
  *ret_members = roles.members;
  return status;
}

static enum status add_mapping(struct context *ctx, const struct org *org, const struct group_mapping *mapping,
                               struct table *table)
{
  char name[LOGIN_SIZE];
  int64_t members = 0;
  bool role = mapping->gives == GIVES_ROLE;
  enum status status = count_members(ctx, org, mapping, &members);
  name_target(org->slug, mapping->gives, mapping->name, name);
  table_add(table, LIST_COLUMNS,
            {{mapping->provider, 0},
             {role ? NULL : name, 0},
             {NULL, mapping->gives == GIVES_LOCAL_GROUP},
             {NULL, mapping->gid},
             {NULL, members},
             {mapping->mapped_by, 0},
             {NULL, mapping->created_at_s},
             {role ? name : NULL, 0}});
  return status;
}

int cmd_group_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  table.usual = "provider_group group role local gid members";
  struct group_mappings all = {.count = 0};
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = group_mappings_of(ctx.txn, org.id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    status = add_mapping(&ctx, &org, &all.list[i], &table);
  }
  return status == STATUS_OK ? context_print_list(&ctx, &table)
                             : fail(EXIT_FAILED, "store: groups cannot be read: %s", status_text(status));
}
