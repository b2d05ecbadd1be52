// SPDX-License-Identifier: Apache-2.0
#include "domains.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/domain.h"
#include "paths.h"

enum { AT_ONCE = 8 };

const char *domain_status_word(const struct domain *domain)
{
  return domain->verified == 1 ? "verified" : "pending";
}

bool domain_is_by_hand(const struct domain *domain)
{
  return domain->verified == 1 && domain->reason[0] != '\0';
}

enum status domain_record(const char *domain, char record[static DOMAIN_RECORD_SIZE])
{
  char name[PROTOCOL_NAME_SIZE];
  enum status status = proof_name(domain, name);
  if (status == STATUS_OK) {
    (void)snprintf(record, DOMAIN_RECORD_SIZE, "%s TXT", name);
  }
  return status;
}

static enum status warn(void *context, const struct domain *domain)
{
  char since[CLOCK_TEXT_SIZE];
  (void)context;
  clock_text(domain->missing_since_s, since);
  if (domain_is_lapsed(domain)) {
    (void)fail(EXIT_DONE,
               "warning: domain %s: its record has been gone since %s: nobody new can sign in through it, and "
               "nobody is linked",
               domain->domain, since);
  } else if (domain->missing_since_s != 0) {
    (void)fail(EXIT_DONE,
               "warning: domain %s: its record has been gone since %s; after %d days nobody new can sign in "
               "through it",
               domain->domain, since, DOMAIN_GRACE_S / 86400);
  }
  return STATUS_OK;
}

void domains_warn(struct context *ctx, int64_t org_id)
{
  if (domain_each(ctx->txn, org_id, warn, NULL) != STATUS_OK) {
    (void)fail(EXIT_FAILED, "store: domains cannot be read");
  }
}

enum status domain_check_begin(struct context *ctx, const struct domain *domain, struct domain_check *ret_check)
{
  struct domain_check check = {.domain = *domain};
  struct org org;
  int64_t owner = 0;
  enum status status = org_get(ctx->txn, domain->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = domain_owner(ctx->txn, domain->domain, &owner);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  check.is_taken = status == STATUS_OK && owner != domain->org_id;
  memcpy(check.slug, org.slug, sizeof check.slug);
  status = domain_here_get(ctx->txn, domain->org_id, domain->domain, &check.here);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_check = check;
  return STATUS_OK;
}

int domains_server(const struct context *ctx, char server[static ADDRESS_SIZE])
{
  struct address address;
  const char *typed = ctx->in->options[OPTION_RESOLVER];
  if (typed == NULL) {
    memcpy(server, ctx->config.resolver, sizeof ctx->config.resolver);
    return EXIT_DONE;
  }
  // POLICY W7: whoever chooses the name server chooses what it says, so this is for operators alone, and no one else
  // comes past context_open() yet.
  if (address_parse(typed, ADDRESS_DNS_PORT, &address) != STATUS_OK) {
    return fail(EXIT_USAGE,
                "--resolver \"%.80s\": is not an IPv4 or IPv6 address with or without a port, such as 192.0.2.1:53 or "
                "[2001:db8::1]:53",
                typed);
  }
  (void)snprintf(server, ADDRESS_SIZE, "%s", typed);
  return EXIT_DONE;
}

struct look_up {
  struct oidc oidc;
  char value[PROOF_VALUE_SIZE];
  int64_t deadline_ms;
};

static void look_up_done(struct look_up *l)
{
  oidc_end(&l->oidc);
}

static enum status start(struct look_up *l, const struct message_txt *of_all, struct domain_check *check)
{
  struct message_txt request = *of_all;
  struct error error = {.text = ""};
  proof_value(check->domain.token, l->value);
  l->deadline_ms = clock_monotonic_ms() + PROOF_DEADLINE_MS;
  enum status status = proof_name(check->domain.domain, request.name);
  if (status != STATUS_OK) {
    error_set(&error, "the domain is too long for a record");
  } else {
    status = oidc_start_txt(PATH_OIDC, &request, &error, &l->oidc);
  }
  if (status != STATUS_OK) {
    check->proof = (struct proof){.result = PROOF_FAILED};
    (void)snprintf(check->proof.detail, sizeof check->proof.detail, "%.300s", error.text);
  }
  return status;
}

// Side by side, so that many claims do not wait one after the other for a name server that is silent.
static void look_up_some(const struct message_txt *of_all, struct domain_check *checks, size_t count)
{
  struct look_up all[AT_ONCE];
  bool started[AT_ONCE] = {false};
  for (size_t i = 0; i < count; i++) {
    all[i] = (struct look_up){.oidc = OIDC_NONE};
    started[i] = !checks[i].is_taken && start(&all[i], of_all, &checks[i]) == STATUS_OK;
  }
  for (size_t i = 0; i < count; i++) {
    if (started[i]) {
      proof_receive(&all[i].oidc, all[i].value, all[i].deadline_ms, &checks[i].proof);
    }
    look_up_done(&all[i]);
  }
}

int domains_look_up(struct context *ctx, const char *server, struct domain_check *checks, size_t count)
{
  struct message_txt of_all = {.timeout_s = PROOF_LOOKUP_S, .confinement = (uint8_t)ctx->config.confinement};
  (void)snprintf(of_all.server, sizeof of_all.server, "%s", server);
  store_close(&ctx->store); // before anything is started
  for (size_t at = 0; at < count; at += AT_ONCE) {
    look_up_some(&of_all, checks + at, count - at < AT_ONCE ? count - at : AT_ONCE);
  }
  return context_open_store(ctx);
}

static struct change note_look_up(const struct domain_check *check, const struct domain_look_up *look_up,
                                  const struct domain_verify *verify, struct domain_changed *ret_result)
{
  bool by_dns = check->domain.verified == 1 && !domain_is_by_hand(&check->domain);
  if (check->proof.result != PROOF_FOUND) {
    return change_domain_missing(look_up, ret_result);
  }
  return by_dns ? change_domain_found(look_up, ret_result) : change_domain_verify(verify, ret_result);
}

int domain_check_store(struct context *ctx, struct domain_check *check)
{
  const struct domain_look_up look_up = {check->slug, check->domain.domain, check->domain.token};
  const struct domain_verify verify = {check->slug, check->domain.domain, check->domain.token, ""};
  struct domain_changed result;
  bool found = check->proof.result == PROOF_FOUND;
  bool is_news = found || (proof_is_answer(check->proof.result) && !domain_is_by_hand(&check->domain));
  if (!is_news || check->is_taken) {
    return EXIT_DONE;
  }
  int code = context_change(ctx, note_look_up(check, &look_up, &verify, &result));
  if (code == EXIT_DONE) {
    check->domain = result.domain;
    check->here = result.here;
    check->changed = result.changed;
  }
  return code;
}
