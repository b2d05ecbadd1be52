// SPDX-License-Identifier: Apache-2.0
// ssoctl idp set.
#include "base/cleanup.h"
#include "change/connection.h"
#include "context.h"
#include "idp_change.h"
#include "idp_values.h"

// What is stored (a waiting one first), so that only what is named changes.
static int load_connection(struct context *ctx, const char *slug, struct connection *connection)
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
  if (status == STATUS_NOT_FOUND) {
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

int cmd_idp_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  char org[SLUG_SIZE];
  struct org_value values[ORG_VALUES];
  const struct connection_set set = {.org = org,
                                     .connection = &connection,
                                     .secret_given = in->options[OPTION_CLIENT_SECRET_FILE] != NULL ||
                                                     in->options[OPTION_PRIVATE_KEY_FILE] != NULL,
                                     .values = {values, list_org_values(in, values)}};
  struct connection_changed result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[0], org, sizeof org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = load_connection(&ctx, org, &connection);
  if (code != EXIT_DONE) {
    return code;
  }
  code = idp_change(&ctx, &connection);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_connection_set(&set, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(
      &ctx, "org %s: connection to %s %s: ssoctl idp test %s", org, connection.issuer,
      result.waits ? "waits, since the org enforces, until a test of it succeeds" : "stored and in effect; next", org);
  return context_result(
      &ctx, result.changed, RESULT_TEXT("org", org), RESULT_TEXT("issuer", connection.issuer),
      RESULT_TEXT("client_id", connection.client_id), RESULT_TEXT("auth", client_auth_word(connection.client_auth)),
      RESULT_BOOL("secret_set", connection.client_secret.length > 0), RESULT_TEXT("scopes", connection.scopes),
      RESULT_TEXT("preset", table_text_or_null(connection.preset)), RESULT_BOOL("waits", result.waits));
}
