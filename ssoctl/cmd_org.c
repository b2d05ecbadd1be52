// SPDX-License-Identifier: Apache-2.0
// ssoctl org.
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/domain_list.h"
#include "base/text.h"
#include "change/org.h"
#include "change/org_settings.h"
#include "domain_name.h"
#include "domains.h"
#include "group_values.h"
#include "member_args.h"
#include "org_values.h"
#include "store/accounts.h"
#include "store/allowed.h"

enum { SETTING_SIZE = 32 };

// What was typed for a new org.
struct org_words {
  char org[SLUG_SIZE];
  char name[DISPLAY_SIZE];
  char owner[EMAIL_SIZE];
  char login[LOGIN_SIZE];
  char local_user[LOGIN_SIZE];
};

static int take_words(const struct invocation *in, struct org_words *words)
{
  int code = context_slug(in->arguments[0], words->org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("--name", in->options[OPTION_NAME], words->name, sizeof words->name);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_email(in->options[OPTION_OWNER], words->owner);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_LOGIN] != NULL) {
    code = context_text("--login", in->options[OPTION_LOGIN], words->login, sizeof words->login);
  }
  return code == EXIT_DONE ? member_args_local_user(in, words->local_user) : code;
}

int cmd_org_create(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct org_words words = {.login = ""};
  const struct org_create create = {words.org, words.name, words.owner, words.login, words.local_user};
  struct org_created result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = take_words(in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_org_create(&create, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  int locked = member_args_lock_local_user(&ctx, words.local_user, &result.owner);
  if (result.doubted) {
    context_done(&ctx,
                 "%s had an account already, whose address was never proven: its password and identities are gone",
                 words.owner);
  }
  context_done(&ctx,
               result.changed ? "org %s made, owner %s with uid %u; next: ssoctl password set %s"
                              : "org %s is there already, owner %s with uid %u",
               words.org, result.owner.login, result.owner.uid, words.owner);
  code = context_result(&ctx, result.changed, RESULT_TEXT("org", words.org), RESULT_TEXT("name", words.name),
                        RESULT_TEXT("owner", result.owner.login), RESULT_TEXT("email", result.owner.email),
                        RESULT_NUMBER("uid", result.owner.uid), RESULT_NUMBER("gid", result.gid),
                        RESULT_BOOL("password_dropped", result.doubted));
  return locked != EXIT_DONE ? locked : code;
}

enum { FIXED_COLUMNS = 7, ORG_COLUMNS_MAX = FIXED_COLUMNS + ORG_SETTINGS_MAX };

_Static_assert(ORG_COLUMNS_MAX <= (int)TABLE_COLUMNS_MAX, "a table has room for them");

static enum column_type type_of(const struct org_setting *setting)
{
  if (setting->is_number) {
    return COLUMN_NUMBER;
  }
  if (setting->is_groups) {
    return COLUMN_NAMES;
  }
  return setting->is_domains ? COLUMN_WORDS : COLUMN_TEXT;
}

// Columns of a list of orgs: what is no setting, then the settings.
static const struct column *org_columns(size_t *ret_count)
{
  static struct column columns[ORG_COLUMNS_MAX] = {
      {"slug", COLUMN_TEXT},         {"enforcement", COLUMN_TEXT},  {"owner", COLUMN_TEXT},     {"gid", COLUMN_NUMBER},
      {"admins_gid", COLUMN_NUMBER}, {"paused_until", COLUMN_DATE}, {"created_at", COLUMN_DATE}};
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  for (size_t i = 0; i < count; i++) {
    columns[FIXED_COLUMNS + i] = (struct column){settings[i].column, type_of(&settings[i])};
  }
  *ret_count = FIXED_COLUMNS + count;
  return columns;
}

static struct table org_table(void)
{
  size_t count = 0;
  const struct column *columns = org_columns(&count);
  return table_init(columns, count);
}

struct org_walk {
  struct context *ctx;
  struct table *table;
};

static void add_cells(const struct org_walk *walk, const struct org *org, const char *owner)
{
  struct setting_value values[ORG_COLUMNS_MAX];
  struct cell cells[ORG_COLUMNS_MAX] = {{org->slug, 0},
                                        {enforcement_word(org->enforcement), 0},
                                        {owner, 0},
                                        {NULL, org->gid},
                                        {NULL, org->admins_gid},
                                        {NULL, org->paused_until_s},
                                        {NULL, org->created_at_s}};
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  for (size_t i = 0; i < count; i++) {
    org_setting_read(&settings[i], org, &values[i]);
    cells[FIXED_COLUMNS + i] = (struct cell){settings[i].is_number ? NULL : values[i].text, values[i].number};
  }
  table_add_cells(walk->table, cells);
}

static enum status add_org(void *context, const struct org *org)
{
  const struct org_walk *walk = context;
  struct account owner;
  enum status status = account_get(walk->ctx->txn, org->owner_id, &owner);
  if (status != STATUS_OK) {
    return status;
  }
  add_cells(walk, org, owner.login);
  record_done(&ACCOUNT_RECORD, &owner);
  return STATUS_OK;
}

int cmd_org_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = org_table();
  table.usual = "slug owner enforcement provisioning gid";
  struct org_walk walk = {&ctx, &table};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (org_each(ctx.txn, add_org, &walk) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: orgs cannot be read");
  }
  return context_print_list(&ctx, &table);
}

int cmd_org_show(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = org_table();
  struct org_walk walk = {&ctx, &table};
  struct org org;
  int code = context_open_org(in, &ctx, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  if (add_org(&walk, &org) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: the org's owner cannot be read");
  }
  domains_warn(&ctx, org.id);
  return context_print_one(&ctx, &table);
}

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

// One KEY=VALUE as it was typed, and as it is stored.
struct typed_value {
  char key[SETTING_SIZE];
  char list[ALLOWED_SIZE]; // of domains or groups
};

// ["acme.test", "acme.example"] as words; anything else as it is. STATUS_INVALID for what begins like such a list and
// is none.
static enum status flatten(const char *typed, char *to, size_t size)
{
  if (typed[strspn(typed, " \t\n")] != '[') {
    return text_copy(typed, to, size);
  }
  cJSON *list CLEANUP(free_json) = cJSON_ParseWithOpts(typed, NULL, true);
  const cJSON *item = NULL;
  size_t used = 0;
  to[0] = '\0';
  cJSON_ArrayForEach(item, list)
  {
    const char *word = cJSON_GetStringValue(item);
    if (word == NULL || strchr(word, ' ') != NULL || used + strlen(word) + 2 > size) {
      return STATUS_INVALID;
    }
    used += (size_t)snprintf(to + used, size - used, "%s%s", used > 0 ? " " : "", word);
  }
  return list != NULL ? STATUS_OK : STATUS_INVALID;
}

int org_value_domains(const char *key, const char *typed, char to[static ALLOWED_SIZE])
{
  char rest[4 * ALLOWED_SIZE];
  size_t used = 0;
  char *save = NULL;
  to[0] = '\0';
  if (flatten(typed, rest, sizeof rest) != STATUS_OK) {
    return fail(EXIT_USAGE, "%s: is neither words nor a JSON array of strings, of at most %zu bytes", key,
                sizeof rest - 1);
  }
  for (const char *word = strtok_r(rest, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
    char domain[DOMAIN_SIZE];
    if (domain_name_parse(word, domain) != STATUS_OK) {
      return fail(EXIT_USAGE, "%s: \"%.100s\" is no domain", key, word);
    }
    if (domain_name_objection(domain) != NULL) {
      return fail(EXIT_REFUSED, "%s: \"%s\" is %s: anybody has addresses there", key, domain,
                  domain_name_objection(domain));
    }
    if (domain_list_has(to, domain)) {
      continue;
    }
    if (used + strlen(domain) + 2 > ALLOWED_SIZE) {
      return fail(EXIT_USAGE, "%s: is longer than %d bytes", key, ALLOWED_SIZE - 1);
    }
    used += (size_t)snprintf(to + used, ALLOWED_SIZE - used, "%s%s", used > 0 ? " " : "", domain);
  }
  return EXIT_DONE;
}

static int split_one(const char *typed, struct typed_value *kept, struct org_value *ret_value)
{
  size_t length = strcspn(typed, "=");
  if (typed[length] == '\0' || length == 0 || length >= sizeof kept->key) {
    return fail(EXIT_USAGE, "\"%.100s\": is not of the form KEY=VALUE", typed);
  }
  memcpy(kept->key, typed, length);
  kept->key[length] = '\0';
  *ret_value = (struct org_value){kept->key, typed + length + 1};
  const struct org_setting *setting = org_setting_find(typed, length);
  if (setting == NULL || (!setting->is_domains && !setting->is_groups)) {
    return EXIT_DONE;
  }
  ret_value->value = kept->list;
  return setting->is_groups ? group_values_typed(kept->key, typed + length + 1, kept->list)
                            : org_value_domains(kept->key, typed + length + 1, kept->list);
}

// Into VALUES, which borrow from KEPT and from what was typed.
static int split_values(const struct invocation *in, struct typed_value kept[static ORG_VALUES_MAX],
                        struct org_value values[static ORG_VALUES_MAX], size_t *ret_count)
{
  size_t count = 0;
  for (const char *const *at = in->arguments + 1; at < in->arguments + ARGUMENTS_MAX && *at != NULL; at++, count++) {
    int code = split_one(*at, &kept[count], &values[count]);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  *ret_count = count;
  return EXIT_DONE;
}

// A setting as lists have it; "" is none.
static const char *setting_text(const struct org_setting *setting, const struct org *org, struct setting_value *value)
{
  org_setting_read(setting, org, value);
  if (setting->is_number) {
    (void)snprintf(value->text, sizeof value->text, "%lld", (long long)value->number);
  }
  return value->text;
}

static int print_settings(struct context *ctx, const char *slug, const struct org_settings_changed *result)
{
  struct table values CLEANUP(table_done) = context_values();
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  for (size_t i = 0; i < count; i++) {
    struct setting_value before;
    struct setting_value after;
    if (!org_setting_is_same(&settings[i], &result->before, &result->after)) {
      context_add_value(&values, settings[i].key, setting_text(&settings[i], &result->before, &before),
                        setting_text(&settings[i], &result->after, &after));
    }
  }
  return context_result(ctx, result->changed, RESULT_TEXT("org", slug), RESULT_BOOL("waits", result->waits),
                        RESULT_ROWS("values", &values));
}

int cmd_org_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char org[SLUG_SIZE];
  struct typed_value kept[ORG_VALUES_MAX];
  struct org_value values[ORG_VALUES_MAX];
  struct org_settings_set set = {.org = org, .values = {.list = values}};
  struct org_settings_changed result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_slug(in->arguments[0], org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = split_values(in, kept, values, &set.values.count);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_org_settings_set(&set, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s: %s%s", org, result.changed ? "changed" : "is so already",
               result.waits ? "; what a sign-in must meet waits, since the org enforces, until a test of it succeeds "
                              "('ssoctl idp test')"
                            : "");
  return print_settings(&ctx, org, &result);
}
