// SPDX-License-Identifier: Apache-2.0
#include <poll.h>
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

// All of them together have ALL_S, so that whoever waits for the check knows how long; one that would have less than
// LEAST_S left is not asked.
enum { ASK_S = 30, LEAST_S = 10, ALL_S = 40, MARGIN_MS = 5000, SOON_S = 14 * 86400, AT_ONCE = 8, LISTED_SIZE = 320 };

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

// A provider that is being asked, one of several at a time.
struct talk {
  struct device_flow flow;
  bool taken;
};

struct asking {
  struct context *ctx;
  struct findings *findings;
  struct talk talks[AT_ONCE];
  int64_t end_ms; // of all
};

static void empty(struct talk *talk)
{
  device_flow_done(&talk->flow);
  talk->taken = false;
}

static void asking_done(struct asking *asking)
{
  for (size_t i = 0; i < AT_ONCE; i++) {
    if (asking->talks[i].taken) {
      empty(&asking->talks[i]);
    }
  }
}

// What the helper says next; once that is an answer, or nothing comes any more, it is over.
static void receive(struct asking *a, struct talk *talk)
{
  struct device_flow *f = &talk->flow;
  enum message_type type;
  void *value = NULL;
  bool answered = false;
  enum status status = channel_receive(&f->oidc.channel, f->deadline_ms, &type, &value);
  if (status == STATUS_OK) {
    answered = take_answer(f, type, value, a->findings);
    channel_free_message(type, value);
  }
  if (!answered && status == STATUS_OK && f->oidc.channel.phase != PHASE_ENDED) {
    return;
  }
  if (!answered) {
    findings_add(a->findings, SEVERITY_CRITICAL, "provider", "see 'ssoctl idp test'", "%s: %s gave no answer",
                 f->org.slug, PATH_OIDC);
  }
  empty(talk);
}

static void start(struct asking *a, struct talk *talk)
{
  struct device_flow *f = &talk->flow;
  struct error error = {.text = ""};
  int64_t left_ms = a->end_ms - clock_monotonic_ms() - MARGIN_MS;
  f->request = (struct oidc_request){.type = MESSAGE_DISCOVER,
                                     .connection = &f->connection,
                                     .timeout_s = (uint32_t)(left_ms < ASK_S * 1000 ? left_ms / 1000 : ASK_S),
                                     .allow_loopback_http = a->ctx->config.allow_loopback_http,
                                     .org = &f->org,
                                     .confinement = a->ctx->config.confinement};
  f->deadline_ms = clock_monotonic_ms() + f->request.timeout_s * INT64_C(1000) + MARGIN_MS;
  talk->taken = true;
  if (oidc_start(PATH_OIDC, &f->request, &error, &f->oidc) != STATUS_OK) {
    findings_add(a->findings, SEVERITY_CRITICAL, "provider", "install the package ssoorg again", "%s: %s", f->org.slug,
                 error.text);
    empty(talk);
  }
}

// Begins to ask SLUG's. The store is open for no longer than it takes to read: never while something is started.
static void ask(struct asking *a, struct talk *talk, const char *slug)
{
  struct error error = {.text = ""};
  talk->flow = (struct device_flow){.ctx = a->ctx, .what = "check", .oidc = OIDC_NONE};
  if (a->ctx->store == NULL && store_open(a->ctx->store_dir, STORE_READ_WRITE, &error, &a->ctx->store) != STATUS_OK) {
    findings_add(a->findings, SEVERITY_CRITICAL, "store", "see the store's files", "%s", error.text);
    return;
  }
  bool there = device_flow_load(&talk->flow, slug, false) == EXIT_DONE; // else it was removed meanwhile
  store_close(&a->ctx->store);
  if (there) {
    start(a, talk);
  }
}

static struct talk *free_talk(struct asking *a)
{
  for (size_t i = 0; i < AT_ONCE; i++) {
    if (!a->talks[i].taken) {
      return &a->talks[i];
    }
  }
  return NULL;
}

// Waits until one of those that are asked says something, or its time is over. False: none is asked.
static bool await(struct asking *a)
{
  struct pollfd entries[AT_ONCE];
  int64_t until_ms = INT64_MAX;
  for (size_t i = 0; i < AT_ONCE; i++) {
    const struct device_flow *f = &a->talks[i].flow;
    entries[i] = (struct pollfd){.fd = a->talks[i].taken ? f->oidc.channel.fd : -1, .events = POLLIN};
    until_ms = a->talks[i].taken && f->deadline_ms < until_ms ? f->deadline_ms : until_ms;
  }
  if (until_ms == INT64_MAX) {
    return false;
  }
  if (poll(entries, AT_ONCE, clock_left_ms(until_ms)) < 0) {
    return true; // by a signal
  }
  for (size_t i = 0; i < AT_ONCE; i++) {
    bool over = a->talks[i].taken && a->talks[i].flow.deadline_ms <= clock_monotonic_ms();
    if (entries[i].revents != 0 || over) {
      receive(a, &a->talks[i]);
    }
  }
  return true;
}

static void tell_not_asked(const struct slugs *slugs, size_t first, struct findings *findings)
{
  char listed[LISTED_SIZE] = "";
  size_t used = 0;
  for (size_t i = first; i < slugs->count && used + SLUG_SIZE + sizeof ", ..." < sizeof listed; i++) {
    used += (size_t)snprintf(listed + used, sizeof listed - used, "%s%s", i > first ? ", " : "", slugs->items[i].text);
  }
  findings_add(findings, SEVERITY_WARNING, "provider", "see 'ssoctl idp test SLUG --no-signin'",
               "%zu of %zu providers were not asked, since the others took so long: those of %s", slugs->count - first,
               slugs->count, listed);
}

void check_providers(struct context *ctx, struct findings *findings)
{
  struct slugs slugs CLEANUP(slugs_done) = {.ctx = ctx};
  struct asking asking CLEANUP(asking_done) = {.ctx = ctx, .findings = findings};
  struct error error = {.text = ""};
  enum status status = org_each(ctx->txn, add, &slugs);
  size_t next = 0;
  context_end_read(ctx);
  if (status != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "store", "restore a backup", "connections cannot be read");
  }
  asking.end_ms = clock_monotonic_ms() + ALL_S * INT64_C(1000);
  do {
    bool time = asking.end_ms - clock_monotonic_ms() >= LEAST_S * 1000 + MARGIN_MS;
    for (struct talk *talk = free_talk(&asking); time && talk != NULL && next < slugs.count;
         talk = free_talk(&asking)) {
      ask(&asking, talk, slugs.items[next++].text);
    }
  } while (await(&asking));
  if (next < slugs.count) {
    tell_not_asked(&slugs, next, findings);
  }
  if (ctx->store == NULL && store_open(ctx->store_dir, STORE_READ_WRITE, &error, &ctx->store) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "store", "see the store's files", "%s", error.text);
  }
}
