// SPDX-License-Identifier: Apache-2.0
// Connections and the mail server of the wanted state. What is said of them goes through the hands of 'idp set',
// 'social set' and 'mail set': as if it had been typed.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/staged.h"
#include "connection_fields.h"
#include "idp_change.h"
#include "idp_values.h"
#include "mail_values.h"
#include "social_change.h"
#include "state/want.h"
#include "store/mail_server.h"
#include "store/socials.h"

enum { CONNECTION_KEYS_MAX = 24 };

// What only a document says, besides connection_fields().
static const struct {
  struct json_key key;
  enum option option;
} MORE[] = {
    {{"preset", JSON_TEXT}, OPTION_PRESET},
    {{"host", JSON_TEXT}, OPTION_HOST},
    {{"tenant", JSON_TEXT}, OPTION_TENANT},
    {{"realm", JSON_TEXT}, OPTION_REALM},
    {{"client_secret_file", JSON_TEXT | JSON_NULL}, OPTION_CLIENT_SECRET_FILE},
    {{"private_key_file", JSON_TEXT | JSON_NULL}, OPTION_PRIVATE_KEY_FILE},
    {{"ca_file", JSON_TEXT}, OPTION_CA_FILE},
};

// null is not known.
static const struct json_key SECRET_EXPIRES = {"secret_expires", JSON_TEXT | JSON_NULL};

// Of an org's connection alone.
static const struct json_key OFFLINE = {"offline", JSON_TEXT};

static const struct json_key CA = {"ca", JSON_TEXT | JSON_LINES | JSON_NULL};

// What was read of a connection: as options, and certificates.
struct read_connection {
  struct invocation typed;
  const cJSON *ca;
  const char *null_file; // the key of a secret that is to be there already; NULL for none
};

// What is stored already need not be typed: a value that a preset has made stays the preset's.
static const char *if_other(const struct connection_field *field, const struct connection *base, bool preset,
                            const cJSON *value)
{
  const char *text = json_text(value);
  bool same = base != NULL && !preset && text != NULL && strcmp(field->text(base), text) == 0;
  return same ? NULL : text;
}

static int read_connection(const struct json_place *at, const struct connection *base, struct read_connection *r)
{
  struct json_key keys[CONNECTION_KEYS_MAX];
  const cJSON *values[CONNECTION_KEYS_MAX];
  size_t count = 0;
  const struct connection_field *fields = connection_fields(&count);
  size_t all = 0;
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    keys[all++] = MORE[i].key;
  }
  for (size_t i = 0; i < count; i++) {
    keys[all++] = (struct json_key){fields[i].key, JSON_TEXT};
  }
  keys[all++] = CA;
  bool of_org = strcmp(r->typed.command->noun, "idp") == 0;
  keys[all] = SECRET_EXPIRES;
  keys[all + 1] = OFFLINE;
  values[all] = values[all + 1] = NULL;
  int code = json_object(at, keys, of_org ? all + 2 : all + 1, values);
  if (code != EXIT_DONE) {
    return code;
  }
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    r->typed.options[MORE[i].option] = json_text(values[i]);
    r->null_file = cJSON_IsNull(values[i]) ? MORE[i].key.key : r->null_file;
  }
  for (size_t i = 0; i < count; i++) {
    r->typed.options[fields[i].option] =
        if_other(&fields[i], base, r->typed.options[OPTION_PRESET] != NULL, values[COUNT_OF(MORE) + i]);
  }
  r->ca = values[all - 1];
  const char *expiry = cJSON_IsNull(values[all]) ? "" : json_text(values[all]);
  int64_t ahead_s = 0;
  if (expiry != NULL && text_to_duration(expiry, 0, INT64_MAX, &ahead_s) == STATUS_OK) {
    return fail(EXIT_USAGE, "%s.secret_expires: \"%.40s\" is another date each time; a date is legal", at->path,
                expiry);
  }
  r->typed.options[OPTION_SECRET_EXPIRES] = expiry;
  r->typed.options[OPTION_KEEP_OFFLINE] = json_text(values[all + 1]);
  return r->ca != NULL && r->typed.options[OPTION_CA_FILE] != NULL
             ? fail(EXIT_USAGE, "%s: ca and ca_file: one of them is legal", at->path)
             : EXIT_DONE;
}

// null is the system's certificates.
static int take_ca(const struct json_place *at, const cJSON *ca, struct bytes *ca_pem)
{
  struct bytes pem CLEANUP(bytes_done) = BYTES_EMPTY;
  char what[JSON_PATH_SIZE + 8];
  if (ca == NULL) {
    return EXIT_DONE;
  }
  if (cJSON_IsNull(ca)) {
    bytes_done(ca_pem);
    return EXIT_DONE;
  }
  (void)snprintf(what, sizeof what, "%s.ca", at->path);
  enum status status = bytes_append_text(&pem, json_text(ca));
  return status == STATUS_OK ? idp_values_ca_text(what, &pem, ca_pem) : plan_unreadable(status);
}

// null stands for the secret that is stored.
static int check_secret(const struct json_place *at, const struct read_connection *r, const struct connection *wanted)
{
  bool missing = r->null_file != NULL && wanted->client_secret.length == 0 && wanted->client_auth != CLIENT_AUTH_NONE;
  return missing ? fail(EXIT_USAGE, "%s.%s: is null, and none is stored; the path of a file that holds it is legal",
                        at->path, r->null_file)
                 : EXIT_DONE;
}

static int said(const struct json_place *at, int code)
{
  return code == EXIT_DONE ? code : fail(code, "%s: is not legal; nothing was changed", at->path);
}

// As idp_change(), for what stands in the document instead of on a command line.
static int change_by(struct plan *plan, const struct json_place *at, const struct read_connection *r,
                     struct connection *wanted)
{
  const struct invocation *in = plan->ctx->in;
  int code = take_ca(at, r->ca, &wanted->ca_pem);
  if (code != EXIT_DONE) {
    return code;
  }
  code = check_secret(at, r, wanted);
  if (code != EXIT_DONE) {
    return code;
  }
  plan->ctx->in = &r->typed;
  code = idp_change(plan->ctx, wanted);
  plan->ctx->in = in;
  return said(at, code);
}

static struct invocation typed_for(const struct plan *plan, const char *noun, const char *verb)
{
  return (struct invocation){.command = command_find(noun, verb), .actor = plan->ctx->in->actor};
}

static int remove_connection(struct plan *plan, const struct json_place *at, const struct org *org, bool there)
{
  if (!plan->prunes || !there) {
    return EXIT_DONE;
  }
  struct step *step = plan_step(plan, STEP_CONNECTION_REMOVE, at->path, org->slug, "");
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.connection_remove = (struct connection_remove){org->slug, false};
  return EXIT_DONE;
}

// The one that is stored, a waiting one first.
static enum status load(struct plan *plan, int64_t id, struct connection *stored)
{
  enum status status = id != 0 ? connection_get(plan->ctx->txn, id, CONNECTION_STAGED, stored) : STATUS_NOT_FOUND;
  return status == STATUS_NOT_FOUND && id != 0 ? connection_get(plan->ctx->txn, id, CONNECTION_ACTIVE, stored) : status;
}

int want_connection(struct plan *plan, const struct json_place *at, const struct org *org)
{
  struct connection *stored = plan_connection(plan);
  struct connection *wanted = plan_connection(plan);
  struct read_connection r = {.typed = typed_for(plan, "idp", "set")};
  if (stored == NULL || wanted == NULL) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  enum status status = load(plan, org->id, stored);
  bool there = status == STATUS_OK;
  status = there ? staged_copy(stored, wanted) : status;
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return plan_unreadable(status);
  }
  if (cJSON_IsNull(at->value)) {
    return remove_connection(plan, at, org, there);
  }
  int code = read_connection(at, there ? stored : NULL, &r);
  code = code == EXIT_DONE && !there ? idp_values_default(plan->ctx, wanted) : code;
  code = code == EXIT_DONE ? change_by(plan, at, &r, wanted) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  struct step *step = plan_step(plan, STEP_CONNECTION, at->path, org->slug, "");
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.connection = (struct connection_set){.org = org->slug,
                                                .connection = wanted,
                                                .secret_given = r.typed.options[OPTION_CLIENT_SECRET_FILE] != NULL ||
                                                                r.typed.options[OPTION_PRIVATE_KEY_FILE] != NULL};
  step->replaced = there ? stored : NULL;
  return EXIT_DONE;
}

enum { SOCIAL_NAME, SOCIAL_TITLE, SOCIAL_SPEAKS, SOCIAL_CONNECTION, SOCIAL_KEYS };

static const struct json_key SOCIAL_KEY[SOCIAL_KEYS] = {
    {"name", JSON_TEXT}, {"title", JSON_TEXT}, {"speaks", JSON_TEXT}, {"connection", JSON_OBJECT}};

// GitHub is told by its host alone: what a dump says of it besides is what it always is.
static void only_github(struct read_connection *r)
{
  static const char SCHEME[] = "https://";
  static const enum option KNOWN[] = {
      OPTION_AUTH,     OPTION_SCOPES,          OPTION_EMAIL_CLAIM, OPTION_GROUPS_CLAIM, OPTION_KEY_SET,
      OPTION_AUDIENCE, OPTION_DEVICE_ENDPOINT, OPTION_USERINFO,    OPTION_ISSUER,       OPTION_UNVERIFIED_MAIL};
  const char *issuer = r->typed.options[OPTION_ISSUER];
  if (issuer != NULL && strncmp(issuer, SCHEME, sizeof SCHEME - 1) == 0) {
    r->typed.options[OPTION_HOST] = issuer + sizeof SCHEME - 1;
  }
  for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
    r->typed.options[KNOWN[i]] = NULL;
  }
  r->typed.options[OPTION_PRESET] = "github";
}

// What is stored under NAME; its id 0 where nothing is.
static enum status load_social(struct plan *plan, const char *name, struct social *social, struct connection *stored)
{
  enum status status = social_get(plan->ctx->txn, name, social);
  if (status == STATUS_OK) {
    return connection_get(plan->ctx->txn, social->id, CONNECTION_ACTIVE, stored);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// social_change() reads the store by itself.
static int change_social(struct plan *plan, const char *name, const struct read_connection *r, bool is_new,
                         struct social_wanted *wanted)
{
  const struct invocation *in = plan->ctx->in;
  context_end_read(plan->ctx);
  plan->ctx->in = &r->typed;
  int code = social_change(plan->ctx, name, is_new, wanted);
  plan->ctx->in = in;
  int again = context_read(plan->ctx);
  return code != EXIT_DONE ? code : again;
}

static int add_social(struct plan *plan, const struct json_place *at, struct social_wanted *wanted,
                      const struct connection *replaced)
{
  struct connection *kept = plan_connection(plan);
  const char *title = kept != NULL ? plan_text(plan, wanted->title) : NULL;
  struct step *step = title != NULL ? plan_step(plan, STEP_SOCIAL, at->path, "", wanted->set.name) : NULL;
  if (step == NULL || staged_copy(&wanted->connection, kept) != STATUS_OK) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  step->in.social = wanted->set;
  step->in.social.connection = kept;
  step->in.social.title = title;
  step->replaced = replaced;
  step->before = replaced != NULL ? plan_text(plan, wanted->stored.title) : NULL;
  step->after = title;
  return EXIT_DONE;
}

static int want_social(struct plan *plan, const struct json_place *at, size_t first)
{
  const cJSON *values[SOCIAL_KEYS];
  struct social social = {.id = 0};
  struct social_wanted wanted CLEANUP(social_wanted_done) = {.title = ""};
  struct read_connection r = {.typed = typed_for(plan, "social", "set")};
  struct connection *stored = plan_connection(plan);
  int code = stored != NULL ? json_object(at, SOCIAL_KEY, SOCIAL_KEYS, values) : plan_unreadable(STATUS_NO_MEMORY);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *name = json_text(values[SOCIAL_NAME]);
  const char *speaks = json_text(values[SOCIAL_SPEAKS]);
  if (name == NULL || values[SOCIAL_CONNECTION] == NULL) {
    return fail(EXIT_USAGE, "%s: name and connection are needed", at->path);
  }
  if (speaks != NULL && strcmp(speaks, "openid") != 0 && strcmp(speaks, "github") != 0) {
    return fail(EXIT_USAGE, "%s.speaks: \"%.40s\" is not openid or github", at->path, speaks);
  }
  if (plan_has(plan, first, STEP_SOCIAL, name)) {
    return fail(EXIT_USAGE, "%s.name: \"%.40s\" is named twice", at->path, name);
  }
  enum status status = load_social(plan, name, &social, stored);
  if (status != STATUS_OK) {
    return plan_unreadable(status);
  }
  bool there = social.id != 0;
  const struct json_place place = json_member(at, "connection", values[SOCIAL_CONNECTION]);
  code = read_connection(&place, there ? stored : NULL, &r);
  if (code != EXIT_DONE) {
    return code;
  }
  bool github = there ? social.speaks == SPEAKS_GITHUB : speaks != NULL && strcmp(speaks, "github") == 0;
  if (github) {
    only_github(&r);
  }
  r.typed.options[OPTION_NAME] = json_text(values[SOCIAL_TITLE]);
  code = change_social(plan, name, &r, !there, &wanted);
  code = code == EXIT_DONE ? take_ca(&place, r.ca, &wanted.connection.ca_pem) : said(&place, code);
  code = code == EXIT_DONE ? check_secret(&place, &r, &wanted.connection) : code;
  return code == EXIT_DONE ? add_social(plan, at, &wanted, there ? stored : NULL) : code;
}

struct pruning {
  struct plan *plan;
  size_t first;
};

static enum status prune_social(void *context, const struct social *social)
{
  const struct pruning *p = context;
  if (plan_has(p->plan, p->first, STEP_SOCIAL, social->name)) {
    return STATUS_OK;
  }
  const char *name = plan_text(p->plan, social->name);
  struct step *step = name != NULL ? plan_step(p->plan, STEP_SOCIAL_REMOVE, "", "", name) : NULL;
  if (step == NULL) {
    return STATUS_NO_MEMORY;
  }
  step->in.social_remove = (struct social_remove){name};
  return STATUS_OK;
}

int want_socials(struct plan *plan, const struct json_place *at)
{
  struct pruning pruning = {plan, plan->count};
  const cJSON *item = NULL;
  size_t index = 0;
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    int code = want_social(plan, &place, pruning.first);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  enum status status = plan->prunes ? social_each(plan->ctx->txn, prune_social, &pruning) : STATUS_OK;
  return status == STATUS_OK ? EXIT_DONE : plan_unreadable(status);
}

enum { MAIL_SERVER, MAIL_FROM, MAIL_USER, MAIL_PASSWORD_FILE, MAIL_CA, MAIL_CA_FILE, MAIL_KEYS };

static const struct json_key MAIL_KEY[MAIL_KEYS] = {{"server", JSON_TEXT},
                                                    {"from", JSON_TEXT},
                                                    {"user", JSON_TEXT | JSON_NULL},
                                                    {"password_file", JSON_TEXT | JSON_NULL},
                                                    {"ca", JSON_TEXT | JSON_LINES | JSON_NULL},
                                                    {"ca_file", JSON_TEXT}};

static int remove_mail(struct plan *plan, const struct json_place *at, bool there)
{
  bool removes = plan->prunes && there;
  return !removes || plan_step(plan, STEP_MAIL_REMOVE, at->path, "", "") != NULL ? EXIT_DONE : EXIT_FAILED;
}

int want_mail(struct plan *plan, const struct json_place *at)
{
  const cJSON *values[MAIL_KEYS];
  struct invocation typed = typed_for(plan, "mail", "set");
  enum status status = mail_server_get(plan->ctx->txn, &plan->server);
  bool there = status == STATUS_OK;
  if (!there && status != STATUS_NOT_FOUND) {
    return plan_unreadable(status);
  }
  if (cJSON_IsNull(at->value)) {
    return remove_mail(plan, at, there);
  }
  int code = json_object(at, MAIL_KEY, MAIL_KEYS, values);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *before = there ? plan_text(plan, plan->server.server) : NULL;
  typed.options[OPTION_SERVER] = json_text(values[MAIL_SERVER]);
  typed.options[OPTION_FROM] = json_text(values[MAIL_FROM]);
  typed.options[OPTION_USER] = cJSON_IsNull(values[MAIL_USER]) ? "" : json_text(values[MAIL_USER]);
  typed.options[OPTION_PASSWORD_FILE] = json_text(values[MAIL_PASSWORD_FILE]);
  typed.options[OPTION_CA_FILE] = json_text(values[MAIL_CA_FILE]);
  code = said(at, mail_values_set(&typed, &plan->server));
  code = code == EXIT_DONE ? take_ca(at, values[MAIL_CA], &plan->server.ca_pem) : code;
  struct step *step = code == EXIT_DONE ? plan_step(plan, STEP_MAIL, at->path, "", "") : NULL;
  if (step == NULL) {
    return code != EXIT_DONE ? code : EXIT_FAILED;
  }
  step->in.mail = (struct mail_server_set){&plan->server};
  step->before = before;
  step->after = plan->server.server;
  return EXIT_DONE;
}
