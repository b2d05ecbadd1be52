// SPDX-License-Identifier: Apache-2.0
// ssoctl idp show, confirm, remove.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/connection.h"
#include "context.h"
#include "presets.h"
#include "store/confirmed.h"
#include "store/here.h"

enum { WORDS_SIZE = COVERED_COUNT * (ACTOR_SIZE + 24) };

// What an operator has seen of an org, for people.
struct looked {
  char fingerprint[FINGERPRINT_SIZE];
  bool confirmed;               // of the connection
  char unconfirmed[WORDS_SIZE]; // the values that are not as an operator saw them
  char set_by[WORDS_SIZE];
};

static void add_words(char *words, const char *name, const char *by)
{
  size_t used = strlen(words);
  (void)snprintf(words + used, WORDS_SIZE - used, "%s%s%s%s", used > 0 ? ", " : "", name, by[0] != '\0' ? " by " : "",
                 by);
}

static enum status look(const struct context *ctx, const struct org *org, const struct connection *connection,
                        struct looked *looked)
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  const struct covered now = covered_of(org, connection);
  enum status status = confirmed_get(ctx->txn, org->id, CONNECTION_ACTIVE, &confirmed);
  if (status == STATUS_NOT_FOUND) {
    confirmed.seen = covered_of(org, NULL);
    (void)snprintf(confirmed.fingerprint, sizeof confirmed.fingerprint, "%s", FINGERPRINT_NONE);
    status = STATUS_OK;
  }
  for (size_t i = 0; status == STATUS_OK && i < COVERED_COUNT; i++) {
    if (!covered_is_same(i, &now, &confirmed.seen)) {
      add_words(looked->unconfirmed, covered_name(i), confirmed.set_by[i]);
    }
    if (confirmed.set_by[i][0] != '\0') {
      add_words(looked->set_by, covered_name(i), confirmed.set_by[i]);
    }
  }
  looked->confirmed = status == STATUS_OK && covered_same_connection(&now, &confirmed.seen);
  memcpy(looked->fingerprint, confirmed.fingerprint, sizeof looked->fingerprint);
  return status;
}

static void list_by_preset(const struct connection *connection, char *words)
{
  for (enum preset_value i = 0; i < PRESET_VALUE_COUNT; i++) {
    if ((connection->by_preset & 1U << i) != 0) {
      add_words(words, preset_value_name(i), "");
    }
  }
}

// What 'idp show' shows.
struct view {
  struct org org;
  struct connection now;
  struct connection_here here;
  struct connection waiting;
  bool waits;
  struct looked looked;
  char waiting_fingerprint[FINGERPRINT_SIZE];
  char by_preset[WORDS_SIZE];
};

static void view_done(struct view *view)
{
  cleanup_connection(&view->now);
  cleanup_connection(&view->waiting);
}

static int load_view(struct context *ctx, struct view *view)
{
  enum status status = connection_get(ctx->txn, view->org.id, CONNECTION_ACTIVE, &view->now);
  if (status != STATUS_OK) {
    return fail(exit_code(status), "org \"%s\": has no connection; 'ssoctl idp set' makes one", view->org.slug);
  }
  status = connection_get(ctx->txn, view->org.id, CONNECTION_STAGED, &view->waiting);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return fail(EXIT_FAILED, "store: the waiting connection cannot be read");
  }
  view->waits = status == STATUS_OK;
  if (connection_here_get(ctx->txn, &view->now, &view->here) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: whether the connection was tried cannot be read");
  }
  status = look(ctx, &view->org, &view->now, &view->looked);
  if (status == STATUS_OK && view->waits) {
    status = confirmed_fingerprint(ctx->txn, view->org.id, CONNECTION_STAGED, view->waiting_fingerprint);
  }
  list_by_preset(&view->now, view->by_preset);
  return status == STATUS_OK ? EXIT_DONE
                             : fail(EXIT_FAILED, "store: what is confirmed cannot be read: %s", status_text(status));
}

static const struct column VIEW[] = {
    {"org", COLUMN_TEXT},
    {"issuer", COLUMN_TEXT},
    {"client_id", COLUMN_TEXT},
    {"auth", COLUMN_TEXT},
    {"secret_set", COLUMN_BOOL},
    {"scopes", COLUMN_TEXT},
    {"email_claim", COLUMN_TEXT},
    {"groups_claim", COLUMN_TEXT},
    {"own_ca", COLUMN_BOOL},
    {"tried", COLUMN_BOOL},
    {"tried_at", COLUMN_DATE},
    {"set_at", COLUMN_DATE},
    {"waiting_issuer", COLUMN_TEXT},
    {"waiting_client_id", COLUMN_TEXT},
    {"fingerprint", COLUMN_TEXT},
    {"confirmed", COLUMN_BOOL},
    {"unconfirmed", COLUMN_TEXT},
    {"set_by", COLUMN_TEXT},
    {"waiting_fingerprint", COLUMN_TEXT},
    {"auth_found", COLUMN_TEXT},
    {"device_endpoint", COLUMN_TEXT},
    {"key_set", COLUMN_TEXT},
    {"audiences", COLUMN_TEXT},
    {"userinfo", COLUMN_TEXT},
    {"unverified_mail", COLUMN_TEXT},
    {"preset", COLUMN_TEXT},
    {"by_preset", COLUMN_TEXT},
    {"secret_expires", COLUMN_DATE},
    {"offline", COLUMN_BOOL},
};

static int print_view(struct context *ctx, const struct view *v)
{
  struct table table CLEANUP(table_done) = table_init(VIEW, COUNT_OF(VIEW));
  const struct connection *c = &v->now;
  table_add(&table, VIEW,
            {{v->org.slug, 0},
             {c->issuer, 0},
             {c->client_id, 0},
             {client_auth_word(c->client_auth), 0},
             {NULL, c->client_secret.length > 0},
             {c->scopes, 0},
             {c->email_claim, 0},
             {c->groups_claim, 0},
             {NULL, c->ca_pem.length > 0},
             {NULL, v->here.tried},
             {NULL, v->here.tried_at_s},
             {NULL, c->set_at_s},
             {table_text_or_null(v->waiting.issuer), 0},
             {table_text_or_null(v->waiting.client_id), 0},
             {v->looked.fingerprint, 0},
             {NULL, v->looked.confirmed},
             {table_text_or_null(v->looked.unconfirmed), 0},
             {table_text_or_null(v->looked.set_by), 0},
             {table_text_or_null(v->waiting_fingerprint), 0},
             {c->auth_found > 0 ? client_auth_word((uint8_t)(c->auth_found - 1)) : NULL, 0},
             {table_text_or_null(c->device_endpoint), 0},
             {table_text_or_null(c->key_set), 0},
             {table_text_or_null(c->audiences), 0},
             {userinfo_for_word(c->userinfo_for), 0},
             {unverified_mail_word(c->unverified_mail), 0},
             {table_text_or_null(c->preset), 0},
             {table_text_or_null(v->by_preset), 0},
             {NULL, c->secret_expires_at_s},
             {NULL, c->offline}});
  return context_print_one(ctx, &table);
}

int cmd_idp_show(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct view view CLEANUP(view_done) = {.looked = {.fingerprint = FINGERPRINT_NONE}};
  int code = context_open_org(in, &ctx, &view.org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = load_view(&ctx, &view);
  if (code != EXIT_DONE) {
    return code;
  }
  if (view.now.unverified_mail == UNVERIFIED_ACCEPTED) {
    (void)fprintf(
        stderr, "ssoctl: org %s: addresses on its own domains count though its provider does not call them verified\n",
        view.org.slug);
  }
  if (view.waits) {
    (void)fprintf(stderr,
                  "ssoctl: org %s: a changed connection waits until a test of it succeeds: ssoctl idp test %s\n",
                  view.org.slug, view.org.slug);
  }
  return print_view(&ctx, &view);
}

int cmd_idp_confirm(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char org[SLUG_SIZE];
  char fingerprint[FINGERPRINT_SIZE];
  const struct connection_confirm confirm = {org, fingerprint};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[0], org, sizeof org);
  if (code != EXIT_DONE) {
    return code;
  }
  if (text_copy(in->arguments[1], fingerprint, sizeof fingerprint) != STATUS_OK) {
    return fail(EXIT_USAGE, "fingerprint \"%.60s\": is not one that 'ssoctl idp show' prints", in->arguments[1]);
  }
  code = context_change(&ctx, change_connection_confirm(&confirm, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s: connection confirmed", org);
  return context_result(&ctx, result.changed, RESULT_TEXT("org", org), RESULT_TEXT("fingerprint", fingerprint));
}

int cmd_idp_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  char org[SLUG_SIZE];
  const struct connection_remove removed = {org, in->options[OPTION_WAITING] != NULL};
  struct change_done result;
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[0], org, sizeof org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = removed.waiting ? EXIT_DONE
                         : context_confirm(&ctx, "Nobody will sign in through this connection any more. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_connection_remove(&removed, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "org %s: connection %sremoved", org, removed.waiting ? "that waited " : "");
  return context_result(&ctx, result.changed, RESULT_TEXT("org", org));
}
