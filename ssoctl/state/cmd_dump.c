// SPDX-License-Identifier: Apache-2.0
// ssoctl dump: what admins have set, as 'ssoctl apply' takes it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "state/dump.h"
#include "state/host_wanted.h"
#include "state/settings_file.h"
#include "state/write_json.h"
#include "store/mail_server.h"
#include "store/socials.h"

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

// The slugs, to go through the orgs in their order.
struct slugs {
  char (*list)[SLUG_SIZE];
  size_t count;
  size_t capacity;
};

static void slugs_done(struct slugs *slugs)
{
  free(slugs->list);
}

static enum status note_slug(void *context, const struct org *org)
{
  struct slugs *slugs = context;
  if (slugs->count == slugs->capacity) {
    size_t capacity = (slugs->capacity + 8) * 2;
    void *list = reallocarray(slugs->list, capacity, sizeof *slugs->list);
    if (list == NULL) {
      return STATUS_NO_MEMORY;
    }
    slugs->list = list;
    slugs->capacity = capacity;
  }
  memcpy(slugs->list[slugs->count++], org->slug, SLUG_SIZE);
  return STATUS_OK;
}

static int compare_slugs(const void *a, const void *b)
{
  return strcmp(a, b);
}

static cJSON *dump_orgs(struct dump *dump)
{
  struct slugs slugs CLEANUP(slugs_done) = {.list = NULL};
  cJSON *array = cJSON_CreateArray();
  dump->status = org_each(dump->ctx->txn, note_slug, &slugs);
  if (slugs.count > 0) {
    qsort(slugs.list, slugs.count, sizeof *slugs.list, compare_slugs);
  }
  for (size_t i = 0; dump->status == STATUS_OK && i < slugs.count; i++) {
    struct org org;
    dump->status = org_by_slug(dump->ctx->txn, slugs.list[i], &org);
    if (dump->status == STATUS_OK) {
      dump_add(dump, array, dump_org(dump, &org));
    }
  }
  return array;
}

struct socials {
  struct dump *dump;
  cJSON *array;
};

static enum status add_social(void *context, const struct social *social)
{
  const struct socials *all = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  cJSON *object = cJSON_CreateObject();
  enum status status = connection_get(all->dump->ctx->txn, social->id, CONNECTION_ACTIVE, &connection);
  dump_text(all->dump, object, "name", social->name);
  dump_text(all->dump, object, "title", social->title);
  dump_text(all->dump, object, "speaks", social->speaks == SPEAKS_GITHUB ? "github" : "openid");
  if (status == STATUS_OK) {
    dump_put(all->dump, object, "connection", dump_connection(all->dump, &connection));
  }
  dump_add(all->dump, all->array, object);
  return status != STATUS_OK ? status : all->dump->status;
}

static cJSON *dump_socials(struct dump *dump)
{
  struct socials all = {dump, cJSON_CreateArray()};
  enum status status = social_each(dump->ctx->txn, add_social, &all);
  dump->status = dump->status == STATUS_OK ? status : dump->status;
  return all.array;
}

static cJSON *dump_mail(struct dump *dump)
{
  struct mail_server server CLEANUP(cleanup_mail_server) = {.set_at_s = 0};
  enum status status = mail_server_get(dump->ctx->txn, &server);
  if (status != STATUS_OK) {
    dump->status = status != STATUS_NOT_FOUND && dump->status == STATUS_OK ? status : dump->status;
    return cJSON_CreateNull();
  }
  cJSON *object = cJSON_CreateObject();
  dump_text(dump, object, "server", server.server);
  dump_text(dump, object, "from", server.from);
  dump_text(dump, object, "user", server.user);
  if (server.password.length > 0) {
    dump_put(dump, object, "password_file", cJSON_CreateNull());
  }
  dump_text(dump, object, "ca", bytes_text(&server.ca_pem));
  return object;
}

struct services {
  struct dump *dump;
  cJSON *array;
};

static void add_service(void *context, const char *name)
{
  const struct services *services = context;
  dump_add(services->dump, services->array, cJSON_CreateString(name));
}

// Of this host, and so with its own store alone.
static void put_services(struct dump *dump, cJSON *object)
{
  struct services services = {dump, cJSON_CreateArray()};
  if (host_wired_each(dump->ctx, add_service, &services) != EXIT_DONE) {
    dump->status = STATUS_TOLD;
  }
  dump_put(dump, object, "services", services.array);
}

// Of the host's settings those that 'ssoctl apply' has set.
static cJSON *dump_host(struct dump *dump)
{
  struct settings_file file = {.count = 0};
  cJSON *settings = cJSON_CreateObject();
  cJSON *object = cJSON_CreateObject();
  if (settings_file_read(dump->ctx, &file) != EXIT_DONE) {
    dump->status = STATUS_TOLD;
  }
  for (size_t i = 0; i < file.count; i++) {
    dump_put(dump, settings, file.list[i].key, cJSON_CreateString(file.list[i].value));
  }
  dump_put(dump, object, "settings", settings);
  if (dump->ctx->in->options[OPTION_STORE] == NULL) {
    put_services(dump, object);
  }
  return object;
}

static cJSON *dump_all(struct dump *dump)
{
  cJSON *all = cJSON_CreateObject();
  dump_put(dump, all, "format", cJSON_CreateNumber(STATE_FORMAT));
  dump_put(dump, all, "orgs", dump_orgs(dump));
  dump_put(dump, all, "social", dump_socials(dump));
  dump_put(dump, all, "mail", dump_mail(dump));
  dump_put(dump, all, "host", dump_host(dump));
  return all;
}

int cmd_dump(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  struct dump dump = {.ctx = &ctx};
  cJSON *all CLEANUP(free_json) = dump_all(&dump);
  context_end_read(&ctx);
  if (dump.status != STATUS_OK) {
    return dump.status == STATUS_TOLD ? EXIT_FAILED : fail(EXIT_FAILED, "dump: %s", status_text(dump.status));
  }
  enum status status = json_write(all);
  return status == STATUS_OK       ? EXIT_DONE
         : status == STATUS_CLOSED ? EXIT_FAILED
                                   : fail(EXIT_FAILED, "printing: %s", status_text(status));
}
