// SPDX-License-Identifier: Apache-2.0
// ssoctl group: what groups at an org's provider give on this host.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/group.h"
#include "context.h"
#include "store/groups.h"

static const struct column LIST_COLUMNS[] = {
    {"provider_group", COLUMN_TEXT}, {"group", COLUMN_TEXT},     {"local", COLUMN_BOOL},     {"gid", COLUMN_NUMBER},
    {"members", COLUMN_NUMBER},      {"mapped_by", COLUMN_TEXT}, {"created_at", COLUMN_DATE}};

// What was typed for a mapping.
struct mapping_words {
  char org[SLUG_SIZE];
  char provider_group[PROTOCOL_GROUP_SIZE];
  char group[GROUP_SIZE];
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

// A group of the org by its name, or one of the host by an option of its own: neither is ever taken for the other.
static int read_group(const struct invocation *in, struct mapping_words *words)
{
  const char *own = in->arguments[2];
  const char *local = in->options[OPTION_LOCAL_GROUP];
  const char *privileged = in->options[OPTION_PRIVILEGED];
  if ((own == NULL) == (local == NULL)) {
    return fail(EXIT_USAGE, "group map: either NAME, for a group ORG-NAME of the org, or --local-group NAME");
  }
  if (privileged != NULL && local == NULL) {
    return fail(EXIT_USAGE, "--privileged \"%.40s\": is legal with --local-group alone", privileged);
  }
  int code = context_text(local != NULL ? "--local-group" : "group", local != NULL ? local : own, words->group,
                          sizeof words->group);
  return code == EXIT_DONE && privileged != NULL
             ? context_text("--privileged", privileged, words->privileged, sizeof words->privileged)
             : code;
}

static int print_mapped(struct context *ctx, const struct mapping_words *words, bool local, bool changed)
{
  char full[LOGIN_SIZE];
  group_full_name(words->org, words->group, full);
  return context_result(ctx, changed, RESULT_TEXT("org", words->org),
                        RESULT_TEXT("provider_group", words->provider_group),
                        RESULT_TEXT("group", local ? words->group : full), RESULT_BOOL("local", local));
}

int cmd_group_map(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct mapping_words words = {.privileged = ""};
  const struct group_map own = {words.org, words.provider_group, words.group};
  const struct group_map_local host = {words.org, words.provider_group, words.group, words.privileged};
  struct change_done result;
  bool local = in->options[OPTION_LOCAL_GROUP] != NULL;
  int code = open_for_mapping(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = read_group(in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, local ? change_group_map_local(&host, &result) : change_group_map(&own, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "provider group %s gives %s%s%s%s", words.provider_group, local ? "local group " : words.org,
               local ? "" : "-", words.group,
               result.changed ? " from the next sign-in through the org's connection" : " already");
  return print_mapped(&ctx, &words, local, result.changed);
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

static enum status add_mapping(struct context *ctx, const struct org *org, const struct group_mapping *mapping,
                               struct table *table)
{
  char full[LOGIN_SIZE];
  int64_t members = 0;
  bool local = mapping->local == 1;
  enum status status = local ? STATUS_OK : given_each(ctx->txn, mapping->gid, count_one, &members);
  group_full_name(org->slug, mapping->name, full);
  table_add(table, LIST_COLUMNS,
            {{mapping->provider, 0},
             {local ? mapping->name : full, 0},
             {NULL, local},
             {NULL, mapping->gid},
             {NULL, members},
             {mapping->mapped_by, 0},
             {NULL, mapping->created_at_s}});
  return status;
}

int cmd_group_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  table.usual = "provider_group group local gid members";
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
