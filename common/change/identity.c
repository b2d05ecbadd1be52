// SPDX-License-Identifier: Apache-2.0
#include "change/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "change/answered.h"
#include "change/context.h"
#include "change/settings.h"
#include "policy/person.h"
#include "store/linked.h"
#include "store/pending_links.h"

struct linking {
  struct change_context *c;
  const char *name; // of the account, as it was typed
  struct org org;
  struct connection connection;
  struct facts facts; // of the account
  struct policy_answer answer;
};

static void linking_done(struct linking *l)
{
  cleanup_connection(&l->connection);
  record_done(&ACCOUNT_RECORD, &l->facts.account);
}

static enum status refuse(const struct linking *l, const char *why)
{
  error_set(l->c->error, "account \"%s\": %s", l->name, why);
  return STATUS_REFUSED;
}

static enum status find_person(struct linking *l)
{
  struct account account;
  enum status status = change_find_account(l->c, l->name, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_load_facts(l->c, account.login, &l->facts);
  change_name_login(l->c, account.login);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status find_connection(struct linking *l)
{
  enum status status = connection_get(l->c->txn, l->org.id, CONNECTION_ACTIVE, &l->connection);
  if (status == STATUS_NOT_FOUND) {
    error_set(l->c->error, "org \"%s\": has no connection; 'ssoctl idp set' makes one", l->org.slug);
  }
  return status;
}

// Org, account and connection.
static enum status find(struct linking *l, const char *slug)
{
  enum status status = change_find_org(l->c, slug, &l->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_person(l);
  return status != STATUS_OK ? status : find_connection(l);
}

// The same rules for whoever links: nobody else's, and one for each account (rows S2, S5).
static enum status check_free(const struct linking *l)
{
  if (l->answer.identity_known && !l->answer.identity_own) {
    return refuse(l, "that identity is linked to another account; 'ssoctl identity unlink' comes first");
  }
  if (l->facts.person.sso_only && l->facts.account.sso_only_org != l->org.id) {
    return refuse(l, "signs in through another org alone (on-link); 'ssoctl identity unlink' there comes first");
  }
  if (l->answer.other_identity) {
    return refuse(l, "has another identity at the org's provider already; 'ssoctl identity unlink' comes first");
  }
  return STATUS_OK;
}

// What an unlinked identity leads to, by what is known of the one that AUTHORIZED describes.
static enum status judge(struct linking *l, const struct message_authorized *authorized)
{
  const struct facts_query query = change_query(l->c, l->facts.account.login);
  enum status status = facts_answer(l->c->txn, &query, &l->connection, authorized, &l->facts, &l->answer);
  return status != STATUS_OK ? status : check_free(l);
}

// On-link, as in rows S6 and S7.
static enum status follow_on_link(struct linking *l)
{
  struct account *account = &l->facts.account;
  const struct policy_person *person = &l->facts.person;
  bool drops =
      l->answer.in_control && l->org.on_link == ON_LINK_SSO_ONLY && !person->guarded && !policy_owns_any(person);
  if (!drops) {
    return STATUS_OK;
  }
  enum status status = change_leave_sso_alone(l->c, account, l->org.id);
  return status != STATUS_OK ? status : account_update(l->c->txn, account);
}

static struct identity new_identity(const struct linking *l, const char *subject, const char *email)
{
  struct identity identity = {.account_id = l->facts.account.id,
                              .org_id = l->org.id,
                              .registration = l->connection.registration,
                              .generation = l->connection.generation,
                              .linked_at_s = l->c->now_s};
  memcpy(identity.issuer, l->connection.issuer, sizeof identity.issuer);
  memcpy(identity.client_id, l->connection.client_id, sizeof identity.client_id);
  (void)snprintf(identity.subject, sizeof identity.subject, "%s", subject);
  (void)snprintf(identity.email, sizeof identity.email, "%s", email);
  return identity;
}

// Whether all hosts follow: an admin says so, of what is the fleet's.
static bool is_said(const struct linking *l)
{
  bool by_admin = l->c->in_fleet && l->c->change->kind->scope == CHANGE_SITE;
  return by_admin && l->org.id >= STORE_ID_FLEET && l->facts.account.id >= STORE_ID_FLEET;
}

// Of one that a sign-in here had linked before, only this host knows so far.
static enum status say_known(struct linking *l, const char *subject, struct identity_linked *result)
{
  struct identity identity;
  struct linked said = {.number = 0};
  result->changed = false;
  if (!is_said(l)) {
    return STATUS_OK;
  }
  enum status status = linked_get(l->c->txn, l->org.id, l->facts.account.id, &said);
  if (status != STATUS_NOT_FOUND && (status != STATUS_OK || strcmp(said.identity.subject, subject) == 0)) {
    return status;
  }
  result->changed = true;
  status = identity_get(l->c->txn, &l->connection, subject, &identity);
  return status != STATUS_OK ? status : linked_say(l->c->txn, &identity);
}

static enum status store_identity(struct linking *l, const char *subject, const char *email,
                                  struct identity_linked *result)
{
  struct change_context *c = l->c;
  const struct identity identity = new_identity(l, subject, email);
  bool any = false;
  if (l->answer.identity_known) { // theirs, after check_free()
    return say_known(l, subject, result);
  }
  text_escape(subject, strlen(subject), c->event.detail, sizeof c->event.detail);
  enum status status = identity_put(c->txn, &identity);
  status = status != STATUS_OK || !is_said(l) ? status : linked_say(c->txn, &identity);
  if (status != STATUS_OK) {
    return status;
  }
  status = pending_link_drop(c->txn, identity.account_id, l->org.id, &any);
  return status != STATUS_OK ? status : follow_on_link(l);
}

static enum status link_subject(struct change_context *c, const void *input, void *ret_result)
{
  const struct identity_link *in = input;
  struct linking l CLEANUP(linking_done) = {.c = c, .name = in->account};
  struct message_authorized named = {.email_state = EMAIL_ABSENT};
  (void)snprintf(named.subject, sizeof named.subject, "%s", in->subject);
  enum status status = find(&l, in->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = judge(&l, &named);
  return status != STATUS_OK ? status : store_identity(&l, in->subject, "", ret_result);
}

static enum status put_link(struct linking *l, const char *idp_email, struct identity_linked *result)
{
  struct change_context *c = l->c;
  struct pending_link link = {.org_id = l->org.id,
                              .account_id = l->facts.account.id,
                              .created_at_s = c->now_s,
                              .expires_at_s = c->now_s + setting_invite_lifetime_s(&l->org)};
  (void)snprintf(link.email, sizeof link.email, "%s", idp_email);
  (void)snprintf(link.expected_by, sizeof link.expected_by, "%s", c->by->actor);
  enum status status = pending_link_put(c->txn, &link);
  if (status == STATUS_EXISTS) {
    return refuse(l, "that address is expected for another account; 'ssoctl identity unlink' comes first");
  }
  (void)snprintf(c->event.detail, sizeof c->event.detail, "expects %.200s", link.email);
  result->expires_at_s = link.expires_at_s;
  return status;
}

static enum status expect(struct change_context *c, const void *input, void *ret_result)
{
  const struct identity_expect *in = input;
  const struct message_authorized nobody = {.email_state = EMAIL_ABSENT};
  struct linking l CLEANUP(linking_done) = {.c = c, .name = in->account};
  enum status status = find(&l, in->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = judge(&l, &nobody);
  return status != STATUS_OK ? status : put_link(&l, in->idp_email, ret_result);
}

// The org must let its provider vouch for people at all (trust), and the answer must be its own.
static enum status check_own(struct linking *l, const struct identity_link_own *in)
{
  const struct answered answered = {in->connection, in->authorized, in->fingerprint};
  struct policy_decision ignored;
  if (l->org.requirements.trust == TRUST_LINKED) {
    return refuse(l, "only an admin links identities of this org (trust linked)");
  }
  enum status status = answered_check(l->c, &answered, &ignored);
  if (status != STATUS_OK) {
    return status;
  }
  status = judge(l, in->authorized);
  if (status != STATUS_OK) {
    return status;
  }
  if (!l->answer.identity_known && l->answer.email_is_another) {
    return refuse(l, "you signed in as somebody else: that address is another account's");
  }
  return STATUS_OK;
}

static enum status link_own(struct change_context *c, const void *input, void *ret_result)
{
  const struct identity_link_own *in = input;
  struct linking l CLEANUP(linking_done) = {.c = c, .name = in->account};
  enum status status = find(&l, in->org);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_own(&l, in);
  return status != STATUS_OK ? status : store_identity(&l, in->authorized->subject, in->authorized->email, ret_result);
}

// Whether the account is offered anything now.
static enum status look_for_a_way(const struct linking *l, bool *ret_way)
{
  struct policy_question question = {.stage = STAGE_LOGIN};
  struct policy_decision decision;
  struct facts now;
  enum status status = change_load_facts(l->c, l->facts.account.login, &now);
  if (status != STATUS_OK) {
    return status;
  }
  question.person = now.person;
  policy_decide(&question, &decision);
  record_done(&ACCOUNT_RECORD, &now.account);
  *ret_way = decision.verdict == VERDICT_OFFER;
  return STATUS_OK;
}

static enum status drop(struct linking *l, bool *ret_any)
{
  bool linked = false;
  bool expected = false;
  enum status status = identity_drop_org(l->c->txn, l->facts.account.id, l->org.id, &linked);
  status = status != STATUS_OK ? status : pending_link_drop(l->c->txn, l->facts.account.id, l->org.id, &expected);
  *ret_any = linked || expected || is_said(l); // other hosts may have one that this one does not know of
  return status != STATUS_OK || !is_said(l) ? status : linked_say_none(l->c->txn, l->org.id, l->facts.account.id);
}

// Other ways count again.
static enum status release(struct linking *l, bool *ret_changed)
{
  struct account *account = &l->facts.account;
  if (account->sso_only_org != l->org.id) {
    return STATUS_OK;
  }
  *ret_changed = true;
  account->sso_only_org = 0;
  return account_update(l->c->txn, account);
}

static enum status unlink_identity(struct change_context *c, const void *input, void *ret_result)
{
  const struct identity_unlink *in = input;
  struct identity_unlinked *result = ret_result;
  struct linking l CLEANUP(linking_done) = {.c = c, .name = in->account};
  bool way = true;
  enum status status = change_find_org(c, in->org, &l.org);
  if (status != STATUS_OK) {
    return status;
  }
  status = find_person(&l);
  if (status != STATUS_OK) {
    return status;
  }
  status = drop(&l, &result->changed);
  if (status != STATUS_OK) {
    return status;
  }
  status = release(&l, &result->changed);
  if (status != STATUS_OK) {
    return status;
  }
  status = look_for_a_way(&l, &way);
  if (status != STATUS_OK) {
    return status;
  }
  result->no_way = !way;
  return STATUS_OK;
}

static const struct change_kind LINK = {
    "identity.link", CHANGE_SITE, CHANGE_OF_IDENTITY, link_subject, sizeof(struct identity_linked), false};
static const struct change_kind EXPECT = {
    "identity.link", CHANGE_SITE, CHANGE_OF_IDENTITY, expect, sizeof(struct identity_linked), false};
static const struct change_kind LINK_OWN = {
    "identity.link", CHANGE_CLAIM, CHANGE_OF_IDENTITY, link_own, sizeof(struct identity_linked), false};
static const struct change_kind UNLINK = {
    "identity.unlink", CHANGE_SITE, CHANGE_OF_IDENTITY, unlink_identity, sizeof(struct identity_unlinked), false};

struct change change_identity_link(const struct identity_link *in, struct identity_linked *ret_result)
{
  return (struct change){&LINK, in, ret_result, &ret_result->changed, in->org, in->account};
}

struct change change_identity_expect(const struct identity_expect *in, struct identity_linked *ret_result)
{
  return (struct change){&EXPECT, in, ret_result, &ret_result->changed, in->org, in->account};
}

struct change change_identity_link_own(const struct identity_link_own *in, struct identity_linked *ret_result)
{
  return (struct change){&LINK_OWN, in, ret_result, &ret_result->changed, in->org, in->account};
}

struct change change_identity_unlink(const struct identity_unlink *in, struct identity_unlinked *ret_result)
{
  return (struct change){&UNLINK, in, ret_result, &ret_result->changed, in->org, in->account};
}
