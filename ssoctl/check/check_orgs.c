// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "check/check.h"
#include "publish/publish.h"
#include "store/accounts.h"
#include "store/confirmed.h"
#include "store/foreign.h"
#include "store/groups.h"
#include "store/here.h"
#include "store/local_group.h"
#include "store/short_names.h"
#include "store/socials.h"

enum { DAY_S = 86400, SECRET_SOON_S = 30 * DAY_S, LOOKED_UP_S = 3 * DAY_S, ASKED_MAX = 3, SHOWN_MAX = 20 };

struct people {
  struct context *ctx;
  struct findings *findings;
  struct foreign *foreign; // owned
  unsigned asked;          // by NSS
  unsigned clashes;
};

static void people_done(struct people *people)
{
  foreign_free(&people->foreign);
}

// Whether the host knows the person as we do.
static void ask_nss(struct people *p, const struct account *account)
{
  char buffer[4096];
  struct passwd entry;
  struct passwd *found = NULL;
  p->asked++;
  int failed = getpwnam_r(account->login, &entry, buffer, sizeof buffer, &found);
  if (failed != 0 || found == NULL) {
    findings_add(p->findings, SEVERITY_CRITICAL, "names", "run 'ssoctl host enable nsswitch'",
                 "the host's name service does not know account %s", account->login);
  } else if (found->pw_uid != account->uid) {
    findings_add(p->findings, SEVERITY_CRITICAL, "names", "rename or remove one of the two ('ssoctl account rename')",
                 "%s is number %u for the host, and %u here", account->login, found->pw_uid, account->uid);
  }
}

static enum status look_at_account(void *context, const struct account *account)
{
  struct people *p = context;
  bool has = false;
  if (p->asked < ASKED_MAX) {
    ask_nss(p, account);
  }
  if (account->mapped != 0) {
    return STATUS_OK;
  }
  enum status status = foreign_has_name(p->foreign, account->login, &has);
  if (status != STATUS_OK || !has) {
    return status;
  }
  if (++p->clashes <= SHOWN_MAX) {
    findings_add(p->findings, SEVERITY_WARNING, "names",
                 "rename the account ('ssoctl account rename'), or map it ('member add --local-user')",
                 "a local user or group is called %s, as an account is: the local one wins, the member cannot sign in",
                 account->login);
  }
  return STATUS_OK;
}

void check_people(struct context *ctx, struct findings *findings)
{
  struct people people CLEANUP(people_done) = {.ctx = ctx, .findings = findings};
  size_t before = findings->count;
  if (foreign_load(&people.foreign) != STATUS_OK || account_each(ctx->txn, look_at_account, &people) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "names", "see 'journalctl' and 'ssoctl status'",
                 "the accounts of the store, or the host's own users, cannot be read");
  } else if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, "names", NULL,
                 "the host knows its accounts, and no local name is one of theirs");
  }
}

struct orgs {
  struct context *ctx;
  struct findings *findings;
};

static void look_at_lapse(const struct orgs *o, const char *slug, const struct domain *domain, int64_t checked_at_s)
{
  char date[CLOCK_TEXT_SIZE];
  char mend[FINDING_MEND_SIZE];
  (void)snprintf(mend, sizeof mend, "put back the record that 'ssoctl domain show %s' has, then 'ssoctl domain verify'",
                 slug);
  clock_text(domain->missing_since_s, date);
  if (domain_is_lapsed(domain)) {
    findings_add(o->findings, SEVERITY_CRITICAL, "domain", mend,
                 "%s of %s: its record is gone since %s, so it brings nobody new", domain->domain, slug, date);
  } else if (domain->missing_since_s != 0) {
    findings_add(o->findings, SEVERITY_WARNING, "domain", mend,
                 "%s of %s: its record is gone since %s; after 14 days it brings nobody new", domain->domain, slug,
                 date);
  } else if (domain->reason[0] == '\0' && clock_now_s() - checked_at_s > LOOKED_UP_S) {
    clock_text(checked_at_s, date);
    findings_add(o->findings, SEVERITY_WARNING, "domain",
                 "have ssoorg-domains.timer run, or 'ssoctl domain verify --all'",
                 "%s of %s: nobody has looked for its record since %s", domain->domain, slug, date);
  }
}

static enum status look_at_domain(void *context, const struct domain *domain)
{
  const struct orgs *o = context;
  struct org org;
  struct domain_here here;
  enum status status = org_get(o->ctx->txn, domain->org_id, &org);
  status = status != STATUS_OK ? status : domain_here_get(o->ctx->txn, domain->org_id, domain->domain, &here);
  if (status == STATUS_OK && domain->verified != 0) {
    look_at_lapse(o, org.slug, domain, here.checked_at_s);
  }
  return status;
}

static enum status look_at_confirmed(const struct orgs *o, const struct org *org, const struct connection *connection)
{
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  char mend[FINDING_MEND_SIZE];
  enum status status = confirmed_get(o->ctx->txn, org->id, CONNECTION_ACTIVE, &confirmed);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  const struct covered now = covered_of(org, connection);
  if (covered_same_connection(&now, &confirmed.seen)) {
    return STATUS_OK;
  }
  (void)snprintf(mend, sizeof mend, "look at 'ssoctl idp show %s', then 'ssoctl idp confirm %s FINGERPRINT'", org->slug,
                 org->slug);
  findings_add(
      o->findings, SEVERITY_WARNING, "connection", mend,
      "%s: no operator has confirmed the connection as it is, so it signs nobody in who is mapped, an operator or "
      "in a local group",
      org->slug);
  return STATUS_OK;
}

// A client's secret that ends at the provider, as an admin has said.
static void look_at_secret(const struct orgs *o, const char *command, const char *name,
                           const struct connection *connection)
{
  char date[CLOCK_TEXT_SIZE];
  char mend[FINDING_MEND_SIZE];
  int64_t left_s = connection->secret_expires_at_s - clock_now_s();
  if (connection->secret_expires_at_s == 0 || left_s > SECRET_SOON_S) {
    return;
  }
  clock_text(connection->secret_expires_at_s, date);
  (void)snprintf(mend, sizeof mend, "make another at the provider, then 'ssoctl %s set %s' with it and its date",
                 command, name);
  findings_add(o->findings, left_s <= 0 ? SEVERITY_CRITICAL : SEVERITY_WARNING, "connection", mend,
               "%s: the client's secret %s %s", name, left_s <= 0 ? "has ended" : "ends", date);
}

// A change that nobody has tested yet.
static enum status look_at_waiting(const struct orgs *o, const struct org *org)
{
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  char mend[FINDING_MEND_SIZE];
  enum status status = connection_get(o->ctx->txn, org->id, CONNECTION_STAGED, &waiting);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  (void)snprintf(mend, sizeof mend, "'ssoctl idp test %s', or 'ssoctl idp remove %s --waiting'", org->slug, org->slug);
  findings_add(o->findings, SEVERITY_WARNING, "connection", mend, "%s: a changed connection to %s waits for its test",
               org->slug, waiting.issuer);
  return STATUS_OK;
}

// What an operator has said of the org, and the host's settings do not go with (POLICY L16).
static enum status look_at_short_names(const struct orgs *o, const struct org *org)
{
  const char *setting = o->ctx->config.map.default_org;
  char mend[FINDING_MEND_SIZE];
  struct org whose = {.id = 0};
  if (org->login_form != LOGIN_FORM_LOCAL_PART) {
    return STATUS_OK;
  }
  enum status status = short_names_org(o->ctx->txn, setting, &whose);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  if (whose.id != org->id) {
    (void)snprintf(mend, sizeof mend, "'default-org = %s' in ssoorg.conf, or 'ssoctl org set %s login-form=email'",
                   org->slug, org->slug);
    findings_add(o->findings, SEVERITY_WARNING, "names", mend,
                 "%s: login-form=local-part has no effect where default-org is %s%s, or where nsswitch.conf names "
                 "another service with users",
                 org->slug, setting, strcmp(setting, "auto") == 0 ? " and it is not the only org with a domain" : "");
  }
  return STATUS_OK;
}

// What enforcement says of it, too: nobody is to learn it from a key that is refused.
static void look_at_keys(const struct orgs *o, const struct org *org, const struct connection *connection)
{
  char mend[FINDING_MEND_SIZE];
  if (org->enforcement != ENFORCEMENT_SSO_ONLY || org->keys != KEYS_BY_DEFAULT || connection->offline == 1) {
    return;
  }
  (void)snprintf(mend, sizeof mend,
                 "'ssoctl idp set %s --offline yes', or 'ssoctl org set %s keys=deny' if it is meant", org->slug,
                 org->slug);
  findings_add(o->findings, SEVERITY_WARNING, "keys", mend,
               "%s: under sso-only no ssh key alone is taken, since its provider cannot be asked again about people",
               org->slug);
}

static enum status look_at_org(void *context, const struct org *org)
{
  const struct orgs *o = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection_here here;
  char mend[FINDING_MEND_SIZE];
  enum status status = look_at_short_names(o, org);
  status = status != STATUS_OK ? status : connection_get(o->ctx->txn, org->id, CONNECTION_ACTIVE, &connection);
  status = status != STATUS_OK ? status : connection_here_get(o->ctx->txn, &connection, &here);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  if (here.tried == 0) {
    (void)snprintf(mend, sizeof mend, "ssoctl idp test %s", org->slug);
    findings_add(o->findings, SEVERITY_WARNING, "connection", mend, "%s: nobody has signed in through it yet",
                 org->slug);
  }
  if (org->enforcement != ENFORCEMENT_OFF && org->paused_until_s > clock_now_s()) {
    char date[CLOCK_TEXT_SIZE];
    clock_text(org->paused_until_s, date);
    (void)snprintf(mend, sizeof mend, "ssoctl enforcement set %s %s", org->slug,
                   org->enforcement == ENFORCEMENT_DOMAINS ? "domains" : "sso-only");
    findings_add(o->findings, SEVERITY_WARNING, "enforcement", mend, "%s: is paused until %s", org->slug, date);
  }
  look_at_secret(o, "idp", org->slug, &connection);
  look_at_keys(o, org, &connection);
  status = look_at_waiting(o, org);
  return status != STATUS_OK ? status : look_at_confirmed(o, org, &connection);
}

static enum status look_at_social(void *context, const struct social *social)
{
  const struct orgs *o = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(o->ctx->txn, social->id, CONNECTION_ACTIVE, &connection);
  if (status == STATUS_OK) {
    look_at_secret(o, "social", social->name, &connection);
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static void look_at_mapping(const struct orgs *o, const struct group_mapping *mapping)
{
  uint32_t gid = 0;
  if (mapping->gives != GIVES_LOCAL_GROUP ||
      (local_group_find(mapping->name, &gid) == STATUS_OK && gid == mapping->gid)) {
    return;
  }
  findings_add(o->findings, SEVERITY_WARNING, "groups",
               "make the group again with that number, or 'ssoctl group unmap' it",
               "local group %s with number %u, which a provider's group gives, is not in /etc/group", mapping->name,
               mapping->gid);
}

static enum status look_at_groups(void *context, const struct org *org)
{
  const struct orgs *o = context;
  struct group_mappings *mappings CLEANUP(cleanup_free) = malloc(sizeof *mappings);
  if (mappings == NULL) {
    return STATUS_NO_MEMORY;
  }
  enum status status = group_mappings_of(o->ctx->txn, org->id, mappings);
  for (size_t i = 0; status == STATUS_OK && i < mappings->count; i++) {
    look_at_mapping(o, &mappings->list[i]);
  }
  return status;
}

void check_orgs(struct context *ctx, struct findings *findings)
{
  struct orgs orgs = {.ctx = ctx, .findings = findings};
  size_t before = findings->count;
  if (!publish_is_current(ctx->txn, &ctx->config, ctx->map_path, NULL)) {
    findings_add(findings, SEVERITY_WARNING, "map", "any change by ssoctl, or the next sign-in, writes it anew",
                 "%s does not say what the store says", ctx->map_path);
  }
  if (org_each(ctx->txn, look_at_org, &orgs) != STATUS_OK ||
      domain_each(ctx->txn, 0, look_at_domain, &orgs) != STATUS_OK ||
      org_each(ctx->txn, look_at_groups, &orgs) != STATUS_OK ||
      social_each(ctx->txn, look_at_social, &orgs) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "store", "restore a backup",
                 "orgs, domains or social connections cannot be read");
  } else if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, "orgs", NULL,
                 "the map is current; domains are proven, connections tried and confirmed");
  }
}
