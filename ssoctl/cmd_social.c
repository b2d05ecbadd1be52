// SPDX-License-Identifier: Apache-2.0
// ssoctl social: connections of the host with providers whose accounts belong to nobody here (POLICY V1).
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/url.h"
#include "change/social.h"
#include "context.h"
#include "idp_change.h"
#include "idp_values.h"
#include "social_change.h"
#include "store/socials.h"

// Providers that people ask for and that cannot be used in a terminal.
static int refuse_preset(const char *typed)
{
  static const struct {
    const char *name;
    const char *why;
  } REFUSED[] = {
      {"linkedin", "has no device authorization grant (RFC 8628); use google, gitlab or your own OpenID provider"},
      {"apple", "has no device authorization grant (RFC 8628); use google, gitlab or your own OpenID provider"},
      {"facebook",
       "has no device authorization grant with an ID token; use google, gitlab or your own OpenID provider"},
      {"slack", "has no device authorization grant (RFC 8628); use google, gitlab or your own OpenID provider"},
      {"yahoo", "has no device authorization grant (RFC 8628); use google, gitlab or your own OpenID provider"},
      {"cognito", "has no device authorization grant (RFC 8628); use google, gitlab or your own OpenID provider"},
  };
  for (size_t i = 0; typed != NULL && i < COUNT_OF(REFUSED); i++) {
    if (strcmp(REFUSED[i].name, typed) == 0) {
      return fail(EXIT_USAGE, "--preset %s: %s", typed, REFUSED[i].why);
    }
  }
  return EXIT_DONE;
}

// What is stored under NAME: the connection, or the defaults of a new one.
static int load(struct context *ctx, const char *name, bool is_new, struct social *social,
                struct connection *connection)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = social_get(ctx->txn, name, social);
  bool there = status == STATUS_OK;
  status = there ? connection_get(ctx->txn, social->id, CONNECTION_ACTIVE, connection) : status;
  context_end_read(ctx);
  if (status != STATUS_OK && (there || status != STATUS_NOT_FOUND)) {
    return fail(EXIT_FAILED, "store: social connection \"%.40s\" cannot be read: %s", name, status_text(status));
  }
  if (!is_new && !there) {
    return fail(EXIT_NO_SUCH, "social connection \"%.40s\": there is none of this name; 'ssoctl social add' makes one",
                name);
  }
  if (!is_new) {
    return EXIT_DONE;
  }
  cleanup_connection(connection);
  *connection = (struct connection){.org_id = 0};
  return idp_values_default(ctx, connection);
}

// "google" is shown as "Google" unless it is called otherwise.
static int take_title(const struct invocation *in, const char *name, const struct social *social,
                      char title[static DISPLAY_SIZE])
{
  if (in->options[OPTION_NAME] != NULL) {
    return context_text("--name", in->options[OPTION_NAME], title, DISPLAY_SIZE);
  }
  (void)snprintf(title, DISPLAY_SIZE, "%s", social->title[0] != '\0' ? social->title : name);
  if (social->title[0] == '\0') {
    title[0] = (char)toupper((unsigned char)title[0]);
  }
  return EXIT_DONE;
}

// As idp_change() with what PLAIN says instead of what was typed.
static int change_as(struct context *ctx, const struct invocation *plain, struct connection *connection)
{
  const struct invocation *in = ctx->in;
  ctx->in = plain;
  int code = idp_change(ctx, connection);
  ctx->in = in;
  return code;
}

// GitHub is told by its host, and by nothing that only OpenID has.
static int take_github(struct context *ctx, struct connection *connection)
{
  const struct invocation *in = ctx->in;
  static const enum option NONE_OF[] = {
      OPTION_ISSUER,          OPTION_TENANT,  OPTION_REALM,           OPTION_AUTH,     OPTION_SCOPES,
      OPTION_EMAIL_CLAIM,     OPTION_KEY_SET, OPTION_DEVICE_ENDPOINT, OPTION_AUDIENCE, OPTION_CLIENT_SECRET_FILE,
      OPTION_PRIVATE_KEY_FILE};
  const char *host = in->options[OPTION_HOST];
  for (size_t i = 0; i < COUNT_OF(NONE_OF); i++) {
    if (in->options[NONE_OF[i]] != NULL) {
      return fail(EXIT_USAGE,
                  "%s: means nothing for GitHub, which is a public client without OpenID; --host, "
                  "--client-id and --ca-file are legal",
                  option_usage(NONE_OF[i]));
    }
  }
  char issuer[PROTOCOL_URL_SIZE];
  (void)snprintf(issuer, sizeof issuer, "%s", connection->issuer);
  if (host != NULL || connection->issuer[0] == '\0') {
    (void)snprintf(issuer, sizeof issuer, "https://%.1000s", host != NULL ? host : "github.com");
  }
  connection->client_auth = CLIENT_AUTH_NONE;
  struct invocation plain = *in; // as for any provider, but for what GitHub is
  plain.options[OPTION_PRESET] = plain.options[OPTION_HOST] = NULL;
  plain.options[OPTION_ISSUER] = issuer;
  return change_as(ctx, &plain, connection);
}

// People's own accounts at Microsoft are those of one tenant.
static int take_microsoft(struct context *ctx, struct connection *connection)
{
  const struct invocation *in = ctx->in;
  struct invocation plain = *in;
  if (in->options[OPTION_TENANT] != NULL) {
    return fail(EXIT_USAGE, "--tenant: --preset microsoft is for people's own accounts, and has its tenant");
  }
  plain.options[OPTION_PRESET] = "entra";
  plain.options[OPTION_TENANT] = URL_MICROSOFT_PERSONAL_TENANT;
  return change_as(ctx, &plain, connection);
}

static bool is_preset(const struct invocation *in, const char *name)
{
  return in->options[OPTION_PRESET] != NULL && strcmp(in->options[OPTION_PRESET], name) == 0;
}

static int take_values(struct context *ctx, enum speaks speaks, struct connection *connection)
{
  if (speaks == SPEAKS_GITHUB) {
    return take_github(ctx, connection);
  }
  return is_preset(ctx->in, "microsoft") ? take_microsoft(ctx, connection) : idp_change(ctx, connection);
}

// What is added once more must be what is there, but for what is not said of it.
static int compare(struct context *ctx, struct social_wanted *wanted)
{
  const struct social *social = &wanted->stored;
  const struct social_set *set = &wanted->set;
  struct connection stored CLEANUP(cleanup_connection) = {.org_id = 0};
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = connection_get(ctx->txn, social->id, CONNECTION_ACTIVE, &stored);
  context_end_read(ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: social connection \"%.40s\" cannot be read: %s", social->name,
                status_text(status));
  }
  if (ctx->in->options[OPTION_SECRET_EXPIRES] == NULL) {
    wanted->connection.secret_expires_at_s = stored.secret_expires_at_s;
  }
  bool same = strcmp(social->title, set->title) == 0 && social->speaks == (uint8_t)set->speaks &&
              connection_is_same(&stored, set->connection);
  return same
             ? EXIT_DONE
             : fail(EXIT_FAILED,
                    "social connection \"%.40s\": is there already, and is another one; 'ssoctl social set' changes it",
                    social->name);
}

void social_wanted_done(struct social_wanted *wanted)
{
  cleanup_connection(&wanted->connection);
}

int social_change(struct context *ctx, const char *name, bool is_new, struct social_wanted *wanted)
{
  const struct invocation *in = ctx->in;
  int code = refuse_preset(in->options[OPTION_PRESET]);
  if (code != EXIT_DONE) {
    return code;
  }
  code = load(ctx, name, is_new, &wanted->stored, &wanted->connection);
  if (code != EXIT_DONE) {
    return code;
  }
  code = take_title(in, name, &wanted->stored, wanted->title);
  if (code != EXIT_DONE) {
    return code;
  }
  wanted->set = (struct social_set){.name = name,
                                    .title = wanted->title,
                                    .speaks = (enum speaks)wanted->stored.speaks,
                                    .connection = &wanted->connection,
                                    .secret_given = in->options[OPTION_CLIENT_SECRET_FILE] != NULL ||
                                                    in->options[OPTION_PRIVATE_KEY_FILE] != NULL};
  if (is_new) {
    wanted->set.speaks = is_preset(in, "github") ? SPEAKS_GITHUB : SPEAKS_OPENID;
  }
  return take_values(ctx, wanted->set.speaks, &wanted->connection);
}

static int set(struct context *ctx, const char *name, bool is_new)
{
  struct social_wanted wanted CLEANUP(social_wanted_done) = {.title = ""};
  struct change_done result;
  int code = social_change(ctx, name, is_new, &wanted);
  if (code != EXIT_DONE) {
    return code;
  }
  code = is_new && wanted.stored.id != 0 ? compare(ctx, &wanted) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  const struct connection *connection = &wanted.connection;
  code = context_change(ctx, change_social_set(&wanted.set, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx,
               result.changed ? "social connection %s to %s stored and in effect; next: ssoctl social test %s"
                              : "social connection %s to %s is so already; ssoctl social test %s tries it",
               name, connection->issuer, name);
  return context_result(ctx, result.changed, RESULT_TEXT("name", name), RESULT_TEXT("title", wanted.title),
                        RESULT_TEXT("issuer", connection->issuer), RESULT_TEXT("client_id", connection->client_id),
                        RESULT_TEXT("auth", client_auth_word(connection->client_auth)),
                        RESULT_BOOL("secret_set", connection->client_secret.length > 0),
                        RESULT_TEXT("scopes", connection->scopes),
                        RESULT_TEXT("preset", table_text_or_null(connection->preset)));
}

static int open_and_set(const struct invocation *in, bool is_new)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char name[SOCIAL_SIZE];
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("name", in->arguments[0], name, sizeof name);
  return code == EXIT_DONE ? set(&ctx, name, is_new) : code;
}

int cmd_social_add(const struct invocation *in)
{
  return open_and_set(in, true);
}

int cmd_social_set(const struct invocation *in)
{
  return open_and_set(in, false);
}

static const struct column COLUMNS[] = {
    {"name", COLUMN_TEXT},        {"title", COLUMN_TEXT},          {"speaks", COLUMN_TEXT},
    {"issuer", COLUMN_TEXT},      {"client_id", COLUMN_TEXT},      {"auth", COLUMN_TEXT},
    {"scopes", COLUMN_TEXT},      {"secret_set", COLUMN_BOOL},     {"own_ca", COLUMN_BOOL},
    {"email_claim", COLUMN_TEXT}, {"preset", COLUMN_TEXT},         {"device_endpoint", COLUMN_TEXT},
    {"key_set", COLUMN_TEXT},     {"secret_expires", COLUMN_DATE}, {"created_at", COLUMN_DATE},
    {"set_at", COLUMN_DATE},
};

struct walk {
  struct context *ctx;
  struct table *table;
};

static enum status add_row(void *context, const struct social *social)
{
  const struct walk *walk = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(walk->ctx->txn, social->id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  const struct connection *c = &connection;
  table_add(walk->table, COLUMNS,
            {{social->name, 0},
             {social->title, 0},
             {social->speaks == SPEAKS_GITHUB ? "github" : "openid", 0},
             {c->issuer, 0},
             {c->client_id, 0},
             {client_auth_word(c->client_auth), 0},
             {c->scopes, 0},
             {NULL, c->client_secret.length > 0},
             {NULL, c->ca_pem.length > 0},
             {c->email_claim, 0},
             {table_text_or_null(c->preset), 0},
             {table_text_or_null(c->device_endpoint), 0},
             {table_text_or_null(c->key_set), 0},
             {NULL, c->secret_expires_at_s},
             {NULL, social->created_at_s},
             {NULL, c->set_at_s}});
  return table_status(walk->table);
}

int cmd_social_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table.usual = "name title issuer client_id";
  struct walk walk = {&ctx, &table};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (social_each(ctx.txn, add_row, &walk) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: social connections cannot be read");
  }
  return context_print_list(&ctx, &table);
}

int cmd_social_show(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct walk walk = {&ctx, &table};
  struct social social;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = social_get(ctx.txn, in->arguments[0], &social);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "social connection \"%.40s\": there is none of this name", in->arguments[0]);
  }
  status = status == STATUS_OK ? add_row(&walk, &social) : status;
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: social connection \"%.40s\" cannot be read: %s", in->arguments[0],
                status_text(status));
  }
  return context_print_one(&ctx, &table);
}

int cmd_social_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  const struct social_remove removed = {in->arguments[0]};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code =
      context_confirm(&ctx, "Nobody will sign in through this connection any more, and its identities are forgotten. "
                            "Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_social_remove(&removed, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "social connection %s removed", in->arguments[0]);
  return context_result(&ctx, result.changed, RESULT_TEXT("name", in->arguments[0]));
}

int cmd_social_unlink(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char account[EMAIL_SIZE];
  const struct social_unlink unlink = {in->arguments[0], account};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_person(in->arguments[1], account);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_social_unlink(&unlink, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%s: %s", account,
               result.changed ? "is linked to nothing there any more" : "had no identity there");
  return context_result(&ctx, result.changed, RESULT_TEXT("name", in->arguments[0]), RESULT_TEXT("account", account));
}
