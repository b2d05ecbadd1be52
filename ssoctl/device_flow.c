// SPDX-License-Identifier: Apache-2.0
#include "device_flow.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/staged.h"
#include "change/throttle.h"
#include "facts/gate.h"
#include "idp_advice.h"
#include "paths.h"
#include "store/accounts.h"
#include "store/confirmed.h"
#include "store/socials.h"

enum { MARGIN_MS = 5000 };

void device_flow_done(struct device_flow *flow)
{
  oidc_end(&flow->oidc);
  cleanup_connection(&flow->connection);
}

static enum status load(struct device_flow *f, bool staged)
{
  struct store_txn *txn = f->ctx->txn;
  enum status status = staged ? connection_get(txn, f->org.id, CONNECTION_STAGED, &f->connection) : STATUS_NOT_FOUND;
  bool waits = status == STATUS_OK;
  if (status == STATUS_NOT_FOUND) {
    status = connection_get(txn, f->org.id, CONNECTION_ACTIVE, &f->connection);
  }
  if (status != STATUS_OK) {
    return status;
  }
  f->org = waits ? staged_org(&f->org, &f->connection) : f->org;
  enum connection_slot slot = waits ? CONNECTION_STAGED : CONNECTION_ACTIVE;
  status = confirmed_fingerprint(txn, f->org.id, slot, f->fingerprint);
  return status != STATUS_OK ? status : gate_wants_groups(txn, &f->org, slot, &f->wants_groups);
}

int device_flow_load(struct device_flow *f, const char *slug, bool staged)
{
  int code = context_read(f->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_org(f->ctx, slug, &f->org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = load(f, staged);
  context_end_read(f->ctx);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "org \"%s\": has no connection; 'ssoctl idp set' makes one", f->org.slug);
  }
  return status == STATUS_OK ? EXIT_DONE
                             : fail(EXIT_FAILED, "store: the connection of org \"%s\" cannot be read: %s", f->org.slug,
                                    status_text(status));
}

static enum status load_social(struct device_flow *f, const char *name)
{
  struct social social;
  enum status status = social_get(f->ctx->txn, name, &social);
  if (status != STATUS_OK) {
    return status;
  }
  f->speaks = (enum speaks)social.speaks;
  f->social = true;
  (void)snprintf(f->org.slug, sizeof f->org.slug, "%.23s", social.name);
  return connection_get(f->ctx->txn, social.id, CONNECTION_ACTIVE, &f->connection);
}

int device_flow_load_social(struct device_flow *f, const char *name)
{
  int code = context_read(f->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = load_social(f, name);
  context_end_read(f->ctx);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "social connection \"%.40s\": there is none of this name", name);
  }
  return status == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_FAILED, "store: social connection \"%.40s\" cannot be read: %s", name, status_text(status));
}

static int show_code(const struct message_code *code)
{
  (void)fprintf(stderr, "Open %s and enter the code %s", code->verification_uri, code->user_code);
  if (code->verification_uri_complete[0] != '\0') {
    (void)fprintf(stderr, ", or open %s", code->verification_uri_complete);
  }
  (void)fprintf(stderr, "\nWaiting for the approval...\n");
  return EXIT_DONE;
}

static int handle(struct device_flow *f, enum message_type type, const void *value, device_flow_answered *answered,
                  void *context)
{
  bool sound = (type != MESSAGE_CODE || oidc_code_is_clean(value, &f->request)) &&
               (type != MESSAGE_FOUND || oidc_found_is_sound(value, &f->connection)) &&
               (type != MESSAGE_AUTHORIZED || oidc_identity_is_sound(value, &f->connection));
  if (!sound) {
    return fail(EXIT_FAILED, "%s: sent what it must never send; has it been taken over?", PATH_OIDC);
  }
  if (type == MESSAGE_CODE) {
    f->code_ms = clock_monotonic_ms() - f->started_ms;
    return show_code(value);
  }
  if (type == MESSAGE_FAILED) {
    const struct message_failed *failed = value;
    return fail(EXIT_FAILED, "%s %s: %s: %s", f->what, f->org.slug,
                idp_advice(f->connection.preset, failed->reason, failed->detail), failed->detail);
  }
  return answered(context, type, value);
}

static int receive_all(struct device_flow *f, device_flow_answered *answered, void *context)
{
  int code = EXIT_DONE;
  while (code == EXIT_DONE && f->oidc.channel.phase != PHASE_ENDED) {
    enum message_type type;
    void *value = NULL;
    enum status status = channel_receive(&f->oidc.channel, f->deadline_ms, &type, &value);
    if (status != STATUS_OK) {
      return fail(EXIT_FAILED, "%s: %s", PATH_OIDC, status_text(status));
    }
    code = handle(f, type, value, answered, context);
    channel_free_message(type, value);
  }
  return code;
}

// What a delegate starts counts as a sign-in of theirs (POLICY T), also under --dry-run: each holds a process for
// minutes.
static int count_try(const struct device_flow *f)
{
  struct context *ctx = f->ctx;
  const struct actor *actor = ctx->in->actor;
  struct try_counted result = {.changed = false}; // stays so where nothing could be begun
  struct error error = {.text = ""};
  struct account account;
  if (!actor->is_delegate) {
    return EXIT_DONE;
  }
  int code = context_read(ctx);
  if (code == EXIT_DONE && account_get(ctx->txn, actor->delegate.account_id, &account) != STATUS_OK) {
    code = fail(EXIT_FAILED, "store: your account cannot be read");
  }
  context_end_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct try_count try = {TRY_SIGN_IN, account.login, f->org.slug};
  const struct change_host host = {.store = ctx->store, .config = &ctx->config, .map_path = ctx->map_path};
  const struct change_by by = context_by(ctx);
  enum status status = change_run(&host, &by, change_try_count(&try, &result), &error);
  record_done(&ACCOUNT_RECORD, &account);
  if (status == STATUS_OK) {
    return EXIT_DONE;
  }
  const char *why = notice_sentence(result.decision.notice);
  return fail(exit_code(status), "%s: %s", f->what, why[0] != '\0' ? why : error.text);
}

int device_flow_run(struct device_flow *f, enum message_type asks, device_flow_answered *answered, void *context)
{
  struct context *ctx = f->ctx;
  struct error error = {.text = ""};
  int code = count_try(f);
  if (code != EXIT_DONE) {
    return code;
  }
  f->request = (struct oidc_request){asks,
                                     &f->connection,
                                     (uint32_t)ctx->config.sign_in_timeout_s,
                                     ctx->config.allow_loopback_http,
                                     false,
                                     &f->org,
                                     f->wants_groups,
                                     true,
                                     f->speaks,
                                     f->social,
                                     ctx->config.confinement,
                                     NULL};
  f->started_ms = clock_monotonic_ms();
  f->deadline_ms = f->started_ms + ctx->config.sign_in_timeout_s * 1000 + MARGIN_MS;
  store_close(&ctx->store); // before anything is started
  if (oidc_start(PATH_OIDC, &f->request, &error, &f->oidc) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  code = context_open_store(ctx);
  return code == EXIT_DONE ? receive_all(f, answered, context) : code;
}
