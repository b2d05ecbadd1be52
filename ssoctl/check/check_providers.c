// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/grow.h"
#include "check/check.h"
#include "device_flow.h"
#include "idp_advice.h"
#include "paths.h"

enum { ASK_S = 30, MARGIN_MS = 5000, SOON_S = 14 * 86400 };

struct slug {
  char text[SLUG_SIZE];
};

struct slugs {
  struct context *ctx;
  struct slug *items; // owned
  size_t count;
  size_t capacity;
};

static void slugs_done(struct slugs *slugs)
{
  free(slugs->items);
}

static enum status add(void *context, const struct org *org)
{
  struct slugs *slugs = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(slugs->ctx->txn, org->id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  struct slug *room = grow_array(slugs->items, slugs->count, sizeof *room, &slugs->capacity);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  slugs->items = room;
  memcpy(room[slugs->count++].text, org->slug, SLUG_SIZE);
  return STATUS_OK;
}

static bool ends_soon(int64_t at_s)
{
  return at_s != 0 && at_s - clock_now_s() < SOON_S;
}

// The provider's answer, as a finding. True: there is one.
static bool take_answer(const struct device_flow *f, enum message_type type, const void *value,
                        struct findings *findings)
{
  const char *slug = f->org.slug;
  char mend[FINDING_MEND_SIZE];
  if (type == MESSAGE_FAILED) {
    const struct message_failed *failed = value;
    (void)snprintf(mend, sizeof mend, "%s", idp_advice(f->connection.preset, failed->reason, failed->detail));
    findings_add(findings, SEVERITY_CRITICAL, "provider", mend, "%s: %s", slug, failed->detail);
    return true;
  }
  if (type != MESSAGE_FOUND) {
    return false;
  }
  const struct message_found *found = value;
  bool sound = oidc_found_is_sound(found, &f->connection);
  if (!sound || found->keys == 0) {
    findings_add(findings, SEVERITY_CRITICAL, "provider", "have the provider publish a signing key", "%s: %s", slug,
                 sound ? "its key set has no key that can be used" : "the helper says what it must not");
    return true;
  }
  if (ends_soon(found->certificate_ends_at_s)) {
    char date[CLOCK_TEXT_SIZE];
    clock_text(found->certificate_ends_at_s, date);
    findings_add(findings, SEVERITY_WARNING, "provider", "have the provider renew it: with an old one nobody signs in",
                 "%s: the certificate of %s ends %s", slug, found->issuer, date);
    return true;
  }
  findings_add(findings, SEVERITY_OK, "provider", NULL, "%s: %s answers, and has %u keys", slug, found->issuer,
               found->keys);
  return true;
}

static void receive(struct device_flow *f, struct findings *findings)
{
  while (f->oidc.channel.phase != PHASE_ENDED) {
    enum message_type type;
    void *value = NULL;
    enum status status = channel_receive(&f->oidc.channel, f->deadline_ms, &type, &value);
    if (status != STATUS_OK) {
      break;
    }
    bool answered = take_answer(f, type, value, findings);
    channel_free_message(type, value);
    if (answered) {
      return;
    }
  }
  findings_add(findings, SEVERITY_CRITICAL, "provider", "see 'ssoctl idp test'", "%s: %s gave no answer", f->org.slug,
               PATH_OIDC);
}

static void ask(struct context *ctx, const char *slug, struct findings *findings)
{
  struct device_flow f CLEANUP(device_flow_done) = {.ctx = ctx, .what = "check", .oidc = OIDC_NONE};
  struct error error = {.text = ""};
  if (device_flow_load(&f, slug, false) != EXIT_DONE) {
    return; // it was removed meanwhile
  }
  f.request = (struct oidc_request){.type = MESSAGE_DISCOVER,
                                    .connection = &f.connection,
                                    .timeout_s = ASK_S,
                                    .allow_loopback_http = ctx->config.allow_loopback_http,
                                    .org = &f.org};
  f.deadline_ms = clock_monotonic_ms() + ASK_S * 1000 + MARGIN_MS;
  store_close(&ctx->store); // before anything is started
  enum status status = oidc_start(PATH_OIDC, &f.request, &error, &f.oidc);
  if (status != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "provider", "install the package ssoorg again", "%s: %s", slug,
                 error.text);
  } else {
    receive(&f, findings);
  }
  if (store_open(ctx->store_dir, STORE_READ_WRITE, &error, &ctx->store) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "store", "see the store's files", "%s", error.text);
  }
}

void check_providers(struct context *ctx, struct findings *findings)
{
  struct slugs slugs CLEANUP(slugs_done) = {.ctx = ctx};
  enum status status = org_each(ctx->txn, add, &slugs);
  context_end_read(ctx);
  if (status != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "store", "restore a backup", "connections cannot be read");
  }
  for (size_t i = 0; i < slugs.count && ctx->store != NULL; i++) {
    ask(ctx, slugs.items[i].text, findings);
  }
}
