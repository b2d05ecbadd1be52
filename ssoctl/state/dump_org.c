// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/settings.h"
#include "change/staged.h"
#include "connection_fields.h"
#include "domains.h"
#include "group_values.h"
#include "state/dump.h"
#include "store/accounts.h"
#include "store/groups.h"
#include "store/local_group.h"

void dump_put(struct dump *dump, cJSON *object, const char *key, cJSON *value)
{
  if (value == NULL || !cJSON_AddItemToObject(object, key, value)) {
    cJSON_Delete(value);
    dump->status = dump->status == STATUS_OK ? STATUS_NO_MEMORY : dump->status;
  }
}

void dump_add(struct dump *dump, cJSON *array, cJSON *value)
{
  if (value == NULL || !cJSON_AddItemToArray(array, value)) {
    cJSON_Delete(value);
    dump->status = dump->status == STATUS_OK ? STATUS_NO_MEMORY : dump->status;
  }
}

void dump_text(struct dump *dump, cJSON *object, const char *key, const char *text)
{
  dump_put(dump, object, key, text[0] != '\0' ? cJSON_CreateString(text) : cJSON_CreateNull());
}

cJSON *dump_connection(struct dump *dump, const struct connection *connection)
{
  cJSON *object = cJSON_CreateObject();
  char date[CLOCK_TEXT_SIZE];
  const char *expiry = connection_expiry(connection, date);
  size_t count = 0;
  const struct connection_field *fields = connection_fields(&count);
  for (size_t i = 0; i < count; i++) {
    dump_put(dump, object, fields[i].key, cJSON_CreateString(fields[i].text(connection)));
  }
  dump_text(dump, object, "ca", bytes_text(&connection->ca_pem));
  dump_text(dump, object, "secret_expires", expiry != NULL ? expiry : "");
  // Which file it came from nobody knows any more: whoever applies this elsewhere names one.
  if (connection->client_secret.length > 0) {
    bool key = connection->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT;
    dump_put(dump, object, key ? "private_key_file" : "client_secret_file", cJSON_CreateNull());
  }
  return object;
}

// Those that are told elsewhere, and the one that nobody sets.
static bool is_told_elsewhere(const struct org_setting *setting)
{
  return strcmp(setting->key, "name") == 0 || strcmp(setting->key, "provisioning") == 0 ||
         strcmp(setting->key, "self-made") == 0;
}

static cJSON *words(struct dump *dump, const char *text)
{
  cJSON *array = cJSON_CreateArray();
  while (*text != '\0') {
    char word[ALLOWED_SIZE];
    size_t length = strcspn(text, " ");
    (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
    dump_add(dump, array, cJSON_CreateString(word));
    text += length;
    text += *text == ' ';
  }
  return array;
}

static cJSON *setting_json(struct dump *dump, const struct org_setting *setting, const char *text)
{
  if (setting->is_groups && strcmp(text, GROUP_WORDS_NONE) != 0) {
    return group_values_json(text);
  }
  return setting->is_domains ? words(dump, text) : cJSON_CreateString(text);
}

static cJSON *settings_of(struct dump *dump, const struct org *org)
{
  cJSON *object = cJSON_CreateObject();
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  for (size_t i = 0; i < count; i++) {
    char text[SETTING_TEXT_SIZE];
    if (is_told_elsewhere(&settings[i])) {
      continue;
    }
    org_setting_typed(&settings[i], org, text);
    dump_put(dump, object, settings[i].key, setting_json(dump, &settings[i], text));
  }
  return object;
}

struct walk {
  struct dump *dump;
  cJSON *array;
};

static enum status add_domain(void *context, const struct domain *domain)
{
  const struct walk *walk = context;
  cJSON *object = cJSON_CreateObject();
  bool by_hand = domain->verified == 1 && domain_is_by_hand(domain);
  const char *how = by_hand ? "hand" : domain->verified == 1 ? "record" : "";
  dump_text(walk->dump, object, "domain", domain->domain);
  dump_text(walk->dump, object, "verified_by", how);
  if (by_hand) {
    dump_text(walk->dump, object, "reason", domain->reason);
  }
  dump_add(walk->dump, walk->array, object);
  return walk->dump->status;
}

// A member whom an admin added; who came by an invite or a sign-in is nobody's setting, nor is who goes by themselves.
static enum status add_member(void *context, const struct membership *membership)
{
  const struct walk *walk = context;
  struct dump *dump = walk->dump;
  struct account account;
  if (membership->source != SOURCE_MANUAL || membership->role == ROLE_OWNER || membership->until_s != 0) {
    return STATUS_OK;
  }
  enum status status = account_get(dump->ctx->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  cJSON *object = cJSON_CreateObject();
  dump_text(dump, object, "email", account.email);
  dump_text(dump, object, "role", role_word((uint8_t)membership_own_role(membership)));
  dump_text(dump, object, "status", member_status_word(membership->status));
  if (account.mapped == 1) {
    dump_text(dump, object, "local_user", account.login);
  } else if (strcmp(account.login, account.email) != 0) {
    dump_text(dump, object, "login", account.login);
  }
  dump_add(dump, walk->array, object);
  record_done(&ACCOUNT_RECORD, &account);
  return dump->status;
}

static void add_groups(struct dump *dump, const struct org *org, cJSON *array)
{
  static const char *const KEYS[] = {
      [GIVES_GROUP] = "group", [GIVES_LOCAL_GROUP] = "local_group", [GIVES_ROLE] = "role"};
  struct group_mappings all = {.count = 0};
  enum status status = group_mappings_of(dump->ctx->txn, org->id, &all);
  dump->status = dump->status == STATUS_OK ? status : dump->status;
  for (size_t i = 0; i < all.count; i++) {
    cJSON *object = cJSON_CreateObject();
    dump_text(dump, object, "provider_group", all.list[i].provider);
    dump_text(dump, object, KEYS[all.list[i].gives <= GIVES_ROLE ? all.list[i].gives : GIVES_GROUP], all.list[i].name);
    if (all.list[i].gives == GIVES_LOCAL_GROUP && local_group_is_privileged(all.list[i].name, all.list[i].gid)) {
      dump_text(dump, object, "privileged", all.list[i].name);
    }
    dump_add(dump, array, object);
  }
}

static const char *name_of(const cJSON *object, const char *key)
{
  const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
  return name != NULL ? name : "";
}

static int by_domain(const void *a, const void *b)
{
  return strcmp(name_of(*(cJSON *const *)a, "domain"), name_of(*(cJSON *const *)b, "domain"));
}

static int by_email(const void *a, const void *b)
{
  return strcmp(name_of(*(cJSON *const *)a, "email"), name_of(*(cJSON *const *)b, "email"));
}

// The elements of ARRAY in the order of their names: two dumps of the same state are the same.
static void sort(struct dump *dump, cJSON *array, int (*compare)(const void *, const void *))
{
  size_t count = (size_t)cJSON_GetArraySize(array);
  cJSON **items CLEANUP(cleanup_free) = count > 0 ? reallocarray(NULL, count, sizeof(cJSON *)) : NULL;
  if (items == NULL) {
    dump->status = count > 0 && dump->status == STATUS_OK ? STATUS_NO_MEMORY : dump->status;
    return;
  }
  for (size_t i = 0; i < count; i++) {
    items[i] = cJSON_DetachItemFromArray(array, 0);
  }
  qsort(items, count, sizeof(cJSON *), compare);
  for (size_t i = 0; i < count; i++) {
    dump_add(dump, array, items[i]);
  }
}

static void put_people(struct dump *dump, cJSON *object, const struct org *org)
{
  struct walk walk = {dump, cJSON_CreateArray()};
  enum status status = membership_each(dump->ctx->txn, org->id, add_member, &walk);
  dump->status = dump->status == STATUS_OK ? status : dump->status;
  sort(dump, walk.array, by_email);
  dump_put(dump, object, "members", walk.array);
}

static void put_domains(struct dump *dump, cJSON *object, const struct org *org)
{
  struct walk walk = {dump, cJSON_CreateArray()};
  enum status status = domain_each(dump->ctx->txn, org->id, add_domain, &walk);
  dump->status = dump->status == STATUS_OK ? status : dump->status;
  sort(dump, walk.array, by_domain);
  dump_put(dump, object, "domains", walk.array);
}

static void put_owner(struct dump *dump, cJSON *object, const struct org *org)
{
  struct account owner;
  enum status status = account_get(dump->ctx->txn, org->owner_id, &owner);
  if (status != STATUS_OK) {
    dump->status = status;
    return;
  }
  dump_text(dump, object, "owner", owner.email);
  if (owner.mapped == 1) {
    dump_text(dump, object, "owner_local_user", owner.login);
  } else if (strcmp(owner.login, owner.email) != 0) {
    dump_text(dump, object, "owner_login", owner.login);
  }
  record_done(&ACCOUNT_RECORD, &owner);
}

// As it was set last: what waits for a test sign-in is what is wanted.
static void put_connection(struct dump *dump, cJSON *object, struct org *org)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(dump->ctx->txn, org->id, CONNECTION_STAGED, &connection);
  if (status == STATUS_OK) {
    *org = staged_org(org, &connection);
  } else if (status == STATUS_NOT_FOUND) {
    status = connection_get(dump->ctx->txn, org->id, CONNECTION_ACTIVE, &connection);
  }
  if (status == STATUS_OK) {
    cJSON *dumped = dump_connection(dump, &connection);
    dump_text(dump, dumped, "offline", yes_word(connection.offline));
    dump_put(dump, object, "connection", dumped);
    return;
  }
  dump->status = status != STATUS_NOT_FOUND && dump->status == STATUS_OK ? status : dump->status;
  dump_put(dump, object, "connection", cJSON_CreateNull());
}

cJSON *dump_org(struct dump *dump, const struct org *stored)
{
  struct org org = *stored;
  cJSON *object = cJSON_CreateObject();
  cJSON *groups = cJSON_CreateArray();
  dump_text(dump, object, "slug", org.slug);
  dump_text(dump, object, "name", org.name);
  put_owner(dump, object, &org);
  dump_text(dump, object, "provisioning", provisioning_word(org.provisioning));
  dump_text(dump, object, "enforcement", enforcement_word(org.enforcement));
  put_connection(dump, object, &org);
  dump_put(dump, object, "settings", settings_of(dump, &org));
  put_domains(dump, object, &org);
  add_groups(dump, &org, groups);
  dump_put(dump, object, "groups", groups);
  put_people(dump, object, &org);
  return object;
}
