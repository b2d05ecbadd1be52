// SPDX-License-Identifier: Apache-2.0
// ssoctl idp set.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/connection.h"
#include "change/staged.h"
#include "connection_fields.h"
#include "context.h"
#include "idp_change.h"
#include "idp_values.h"

// What is stored (a waiting one first), so that only what is named changes; *RET_NEW: nothing is.
static int load_connection(struct context *ctx, const char *slug, struct connection *connection, bool *ret_new)
{
  struct org org;
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_org(ctx, slug, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = connection_get(ctx->txn, org.id, CONNECTION_STAGED, connection);
  if (status == STATUS_NOT_FOUND) {
    status = connection_get(ctx->txn, org.id, CONNECTION_ACTIVE, connection);
  }
  context_end_read(ctx);
  *ret_new = status == STATUS_NOT_FOUND;
  if (*ret_new) {
    return idp_values_default(ctx, connection);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: the connection cannot be read");
}

enum { ORG_VALUES = 2 };

// What the org lets its connection do, in the same change. Returns how many.
static size_t list_org_values(const struct invocation *in, struct org_value values[static ORG_VALUES])
{
  static const struct {
    enum option option;
    const char *key;
  } KEYS[ORG_VALUES] = {{OPTION_TRUST, "trust"}, {OPTION_ON_LINK, "on-link"}};
  size_t count = 0;
  for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
    if (in->options[KEYS[i].option] != NULL) {
      values[count++] = (struct org_value){KEYS[i].key, in->options[KEYS[i].option]};
    }
  }
  return count;
}

// What is changed: the connection as it was, as it is to be, and the values of the org that go with it.
struct setting {
  char org[SLUG_SIZE];
  bool is_new;
  struct connection before;
  struct connection wanted;
  struct org_value values[ORG_VALUES];
  size_t value_count;
};

static void setting_done(struct setting *s)
{
  cleanup_connection(&s->before);
  cleanup_connection(&s->wanted);
}

static int prepare(struct context *ctx, struct setting *s)
{
  int code = context_text("slug", ctx->in->arguments[0], s->org, sizeof s->org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = load_connection(ctx, s->org, &s->wanted, &s->is_new);
  if (code != EXIT_DONE) {
    return code;
  }
  if (staged_copy(&s->wanted, &s->before) != STATUS_OK) {
    return fail(EXIT_FAILED, "out of memory");
  }
  s->value_count = list_org_values(ctx->in, s->values);
  return idp_change(ctx, &s->wanted);
}

static int print_result(struct context *ctx, const struct setting *s, const struct connection_changed *result)
{
  struct table values CLEANUP(table_done) = context_values();
  const struct connection *wanted = &s->wanted;
  if (result->changed) {
    connection_add_values(&values, s->is_new ? NULL : &s->before, wanted);
  }
  for (size_t i = 0; result->changed && i < s->value_count; i++) {
    const struct org_setting *setting = org_setting_find(s->values[i].key, strlen(s->values[i].key));
    struct setting_value before;
    struct setting_value after;
    if (!org_setting_is_same(setting, &result->before, &result->after)) {
      org_setting_read(setting, &result->before, &before);
      org_setting_read(setting, &result->after, &after);
      context_add_value(&values, setting->key, before.text, after.text);
    }
  }
  return context_result(
      ctx, result->changed, RESULT_TEXT("org", s->org), RESULT_TEXT("issuer", wanted->issuer),
      RESULT_TEXT("client_id", wanted->client_id), RESULT_TEXT("auth", client_auth_word(wanted->client_auth)),
      RESULT_BOOL("secret_set", wanted->client_secret.length > 0), RESULT_TEXT("scopes", wanted->scopes),
      RESULT_TEXT("preset", table_text_or_null(wanted->preset)), RESULT_BOOL("waits", result->waits),
      RESULT_ROWS("values", &values));
}

static const char *what_came(const struct connection_changed *result)
{
  if (result->waits && !result->changed) {
    return "is so already, and waits until a test of it succeeds";
  }
  if (result->waits) {
    return result->before.enforcement != ENFORCEMENT_OFF
               ? "waits, since the org enforces, until a test of it succeeds"
               : "waits, since people sign in through the one in effect, until a test of it succeeds";
  }
  return result->changed ? "stored and in effect; next" : "is so already; tried by";
}

static void warn_untested(const struct setting *s, const struct connection_changed *result)
{
  if (result->untested) {
    (void)fprintf(stderr,
                  "ssoctl: org %s: people have signed in through the connection that was in effect, and nobody through "
                  "this one yet\n",
                  s->org);
  }
}

int cmd_idp_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct setting setting CLEANUP(setting_done) = {.org = ""};
  struct connection_changed result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = prepare(&ctx, &setting);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct connection_set set = {.org = setting.org,
                                     .connection = &setting.wanted,
                                     .secret_given = in->options[OPTION_CLIENT_SECRET_FILE] != NULL ||
                                                     in->options[OPTION_PRIVATE_KEY_FILE] != NULL,
                                     .values = {setting.values, setting.value_count},
                                     .now = in->options[OPTION_NOW] != NULL};
  code = context_change(&ctx, change_connection_set(&set, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s: connection to %s %s: ssoctl idp test %s", setting.org, setting.wanted.issuer,
               what_came(&result), setting.org);
  warn_untested(&setting, &result);
  return print_result(&ctx, &setting, &result);
}
