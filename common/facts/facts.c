// SPDX-License-Identifier: Apache-2.0
#include "facts/facts_parts.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/network.h"
#include "base/text.h"
#include "facts/control.h"
#include "facts/guard.h"
#include "policy/person.h"
#include "store/confirmed.h"
#include "store/endings.h"
#include "store/pending_links.h"
#include "store/recovery.h"
#include "store/refresh.h"
#include "store/short_names.h"

bool facts_doubts(const struct identity *identity, const struct connection *connection, bool in_control)
{
  return !in_control && identity->generation != connection->generation;
}

static enum status load_linked(const struct loading *l, const struct connection *connection, struct policy_org *org)
{
  struct identity identity;
  if (l->account_id == 0) {
    return STATUS_OK;
  }
  enum status status = identity_of_account(l->txn, l->account_id, connection, &identity);
  org->linked = status == STATUS_OK && !facts_doubts(&identity, connection, l->controller == org->id);
  if (status == STATUS_NOT_FOUND) { // one that an admin expects is to be linked by signing in
    struct pending_link link;
    status = pending_link_of_account(l->txn, l->account_id, org->id, &link);
    org->linked = status == STATUS_OK && link.expires_at_s > l->of->now_s;
  }
  return facts_optional(status);
}

// What is no address is told only by sshd, as a host's name: it is in no network. Elsewhere it is this host's own name.
bool query_is_barred(const struct facts_query *of, const char *networks)
{
  bool remote = strcmp(of->service, "sshd") == 0 || network_is_address(of->rhost);
  return networks[0] != '\0' && !network_list_has(networks, remote ? of->rhost : "");
}

// What an operator last saw of the org in effect. Where nobody has looked since that is kept, its settings are as they
// are, and its connection is nobody's.
static enum status load_seen(struct store_txn *txn, const struct org *org, struct confirmed *ret_confirmed)
{
  enum status status = confirmed_get(txn, org->id, CONNECTION_ACTIVE, ret_confirmed);
  if (status == STATUS_NOT_FOUND) {
    ret_confirmed->seen = covered_of(org, NULL);
    return STATUS_OK;
  }
  return status;
}

static void take_settings(const struct loading *l, const struct covered *from, struct policy_org *org)
{
  bool paused = from->paused_until_s > l->of->now_s;
  org->enforcement = paused ? ENFORCEMENT_OFF : from->enforcement;
  org->keys = from->keys;
  org->keys_recent_s = from->keys_recent_s;
  org->barred = query_is_barred(l->of, from->requirements.signin_from);
  org->password_barred = query_is_barred(l->of, from->password_from);
}

static bool same_settings(const struct covered *a, const struct covered *b)
{
  for (size_t i = 0; i < COVERED_COUNT; i++) {
    if (!covered_is_connection(i) && !covered_is_same(i, a, b)) {
      return false;
    }
  }
  return true;
}

// Whether the token is of the identity that the account has now; a guarded account's is sent to nobody whom an operator
// has not seen (POLICY S15).
static enum status can_be_asked(const struct loading *l, const struct connection *connection,
                                const struct refresh *refresh, const struct policy_org *org, bool *ret_can)
{
  struct identity identity;
  *ret_can = false;
  if (!org->linked || !refresh_fits(refresh, connection) || (l->guarded && org->unconfirmed)) {
    return STATUS_OK;
  }
  enum status status = identity_of_account(l->txn, l->account_id, connection, &identity);
  *ret_can = status == STATUS_OK && strcmp(identity.subject, refresh->subject) == 0;
  return facts_optional(status);
}

// What is known of asking the provider again (POLICY K9). A refusal outlasts the token.
static enum status load_asked(const struct loading *l, const struct connection *connection, struct policy_org *org)
{
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  bool can = false;
  org->offline = org->has_connection && connection->offline == 1;
  if (l->account_id == 0 || (!org->offline && org->keys != KEYS_LIVE)) {
    return STATUS_OK;
  }
  enum status status = refresh_get(l->txn, org->id, l->account_id, &refresh);
  if (status != STATUS_OK) {
    return facts_optional(status);
  }
  if (refresh.state == REFRESH_REFUSED || refresh.state == REFRESH_LOST) {
    org->asked = ASKED_REFUSED;
    return STATUS_OK;
  }
  status = can_be_asked(l, connection, &refresh, org, &can);
  org->asked = can ? ASKED_TOKEN : ASKED_NOBODY;
  org->answered_at_s = refresh.result == REFRESH_ANSWERED ? refresh.result_at_s : 0;
  org->unsound_at_s = refresh.result == REFRESH_UNSOUND ? refresh.result_at_s : 0;
  return status;
}

enum status facts_load_org(const struct loading *l, const struct org *org, struct policy_org *ret_org)
{
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct confirmed confirmed CLEANUP(cleanup_confirmed) = {.org_id = 0};
  struct policy_org out = {
      .id = org->id,
      .provisioning = org->provisioning,
      .default_role = org->default_role,
      .trust = org->requirements.trust,
      .on_link = org->on_link,
      .by_root = org->by_root == 1,
      .self_made = org->self_made == 1,
  };
  enum status status = connection_get(l->txn, org->id, CONNECTION_ACTIVE, &connection);
  out.has_connection = status == STATUS_OK;
  if (status == STATUS_OK) {
    status = load_linked(l, &connection, &out);
  }
  if (facts_optional(status) != STATUS_OK) {
    return status;
  }
  status = load_seen(l->txn, org, &confirmed);
  if (status != STATUS_OK) {
    return status;
  }
  const struct covered now = covered_of(org, out.has_connection ? &connection : NULL);
  out.unconfirmed = out.has_connection && !covered_same_connection(&now, &confirmed.seen);
  take_settings(l, l->guarded ? &confirmed.seen : &now, &out);
  *l->differs = *l->differs || out.unconfirmed || !same_settings(&now, &confirmed.seen);
  status = load_asked(l, &connection, &out);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_org = out;
  return STATUS_OK;
}

static enum status load_memberships(const struct loading *l, struct policy_person *person)
{
  struct memberships all;
  enum status status = memberships_of(l->txn, l->account_id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct policy_membership *membership = &person->memberships[i];
    const struct membership now = membership_at(&all.list[i], l->of->now_s);
    struct membership_here here = {.last_sign_in_at_s = 0};
    struct org org;
    status = membership_here_get(l->txn, l->account_id, all.list[i].org_id, &here);
    membership->role = now.role;
    membership->suspended = now.status != MEMBER_ACTIVE;
    membership->last_sign_in_at_s = here.last_sign_in_at_s;
    status = status != STATUS_OK ? status : org_get(l->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK) {
      status = facts_load_org(l, &org, &membership->org);
      person->membership_count = i + 1;
    }
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status load_governing(const struct loading *l, struct facts *s)
{
  int64_t org_id = 0;
  enum status status = domain_owner(l->txn, name_email_domain(s->email), &org_id);
  if (status != STATUS_OK) {
    return facts_optional(status);
  }
  status = org_get(l->txn, org_id, &s->governing);
  status = status != STATUS_OK ? status : facts_load_org(l, &s->governing, &s->person.governing);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

struct inviting {
  const struct loading *loading;
  struct policy_person *person;
};

static enum status load_invite(const struct loading *l, const struct invite *invite, struct policy_invite *added)
{
  struct org org;
  enum status status = org_get(l->txn, invite->org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = facts_load_org(l, &org, &added->org);
  if (status != STATUS_OK) {
    return status;
  }
  added->role = invite->role;
  added->via = invite->via;
  return control_is_full(l->txn, &org, &added->full);
}

// Those beyond INVITES_MAX_POLICY wait until others are used up.
static enum status add_invite(void *context, const struct invite *invite)
{
  const struct inviting *inviting = context;
  struct policy_person *person = inviting->person;
  if (invite->expires_at_s <= inviting->loading->of->now_s || person->invite_count == INVITES_MAX_POLICY) {
    return STATUS_OK;
  }
  enum status status = load_invite(inviting->loading, invite, &person->invites[person->invite_count]);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  person->invite_count++;
  return STATUS_OK;
}

// While that org is in control of the account: with the org its rule goes as well.
static enum status load_sso_only(struct store_txn *txn, struct facts *s)
{
  int64_t controller = 0;
  enum status status = s->account.sso_only_org != 0 ? control_of(txn, &s->account, &controller) : STATUS_OK;
  s->person.sso_only = status == STATUS_OK && s->account.sso_only_org != 0 && controller == s->account.sso_only_org;
  return status;
}

static enum status load_account(struct store_txn *txn, const char *login, struct facts *s)
{
  enum status status = account_by_login(txn, login, &s->account);
  if (status == STATUS_NOT_FOUND) {
    return name_is_email(login) ? text_copy(login, s->email, sizeof s->email) : STATUS_OK;
  }
  if (status != STATUS_OK) {
    return status;
  }
  s->person.known = true;
  s->person.locked = s->account.status != ACCOUNT_ACTIVE;
  s->person.has_password = s->account.password[0] != '\0';
  s->person.proven = s->account.email_proven == 1;
  memcpy(s->email, s->account.email, sizeof s->email);
  status = account_here_get(txn, s->account.id, &s->here);
  s->person.last_sso_at_s = s->here.last_sso_at_s;
  return status != STATUS_OK ? status : load_sso_only(txn, s);
}

static bool owns(const struct policy_person *person, int64_t org_id)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (person->memberships[i].org.id == org_id && person->memberships[i].role == ROLE_OWNER) {
      return true;
    }
  }
  return false;
}

// STATUS_EXISTS ends the walk: one is enough.
static enum status note_recovery(void *context, const struct recovery_code *code)
{
  struct policy_person *person = context;
  person->has_recovery = code->hash[0] != '\0' && owns(person, code->org_id);
  return person->has_recovery ? STATUS_EXISTS : STATUS_OK;
}

static enum status load_recovery(const struct loading *l, struct policy_person *person)
{
  enum status status =
      policy_owns_any(person) ? recovery_each(l->txn, l->account_id, note_recovery, person) : STATUS_OK;
  return status == STATUS_EXISTS ? STATUS_OK : status;
}

static enum status load_invites(const struct loading *l, struct facts *s)
{
  s->person.invite_count = 0;
  return invite_each_of(l->txn, s->email, add_invite, &(struct inviting){l, &s->person});
}

enum status facts_load_invites(struct store_txn *txn, const struct facts_query *of, struct facts *s)
{
  return load_invites(&(struct loading){txn, of, 0, 0, false, &(bool){false}}, s);
}

// Row L16: the org whose people come under short names, if somebody new may come as NAME. STATUS_NOT_FOUND.
static enum status org_of_short(struct store_txn *txn, const struct facts_query *of, const char *name,
                                struct org *ret_org)
{
  bool may_be = of->config != NULL && name_is_new_short(name);
  return may_be ? short_names_org(txn, of->config->map.default_org, ret_org) : STATUS_NOT_FOUND;
}

// A name without "@" that nobody has is one of that org, whoever it may be.
static enum status load_short(const struct loading *l, struct facts *s)
{
  enum status status = s->person.known ? STATUS_NOT_FOUND : org_of_short(l->txn, l->of, l->of->login, &s->governing);
  if (status != STATUS_OK) {
    return facts_optional(status);
  }
  s->person.short_name = true;
  return facts_load_org(l, &s->governing, &s->person.governing);
}

static enum status load_all(const struct loading *loading, struct facts *s)
{
  s->person.membership_count = s->person.invite_count = 0;
  enum status status = s->person.known ? load_memberships(loading, &s->person) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  status = load_recovery(loading, &s->person);
  if (status != STATUS_OK || s->email[0] == '\0') {
    return status != STATUS_OK ? status : load_short(loading, s);
  }
  status = load_governing(loading, s);
  return status != STATUS_OK ? status : load_invites(loading, s);
}

// A guarded account is looked at twice: whether it is one is asked only where that makes a difference.
static enum status load_orgs(struct store_txn *txn, const struct facts_query *of, struct facts *s)
{
  bool differs = false;
  bool ignored = false;
  int64_t account_id = s->person.known ? s->account.id : 0;
  int64_t controller = 0;
  enum status status = s->person.known ? control_of(txn, &s->account, &controller) : STATUS_OK;
  if (status != STATUS_OK) {
    return status;
  }
  const struct loading as_it_is = {txn, of, account_id, controller, false, &differs};
  const struct loading as_seen = {txn, of, account_id, controller, true, &ignored};
  status = load_all(&as_it_is, s);
  if (status != STATUS_OK) {
    return status;
  }
  if (differs && s->person.known) {
    status = guard_of(txn, of->operators, &s->account, &s->person.guarded);
  }
  return status == STATUS_OK && s->person.guarded ? load_all(&as_seen, s) : status;
}

// Row L0: the name in lower case is known here.
static enum status check_other_case(struct store_txn *txn, const struct facts_query *of, struct policy_person *person)
{
  char folded[LOGIN_SIZE];
  struct account account;
  struct org org;
  int64_t org_id = 0;
  const char *login = of->login;
  if (text_fold_ascii(login, folded, sizeof folded) != STATUS_OK || strcmp(folded, login) == 0) {
    return STATUS_OK;
  }
  enum status status = name_is_login(folded) ? account_by_login(txn, folded, &account) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND && name_is_email(folded)) {
    status = domain_owner(txn, name_email_domain(folded), &org_id);
    if (status == STATUS_NOT_FOUND) {
      return facts_is_allowed(txn, of, name_email_domain(folded), &person->other_case);
    }
  }
  if (status == STATUS_NOT_FOUND) {
    status = org_of_short(txn, of, folded, &org);
  }
  person->other_case = status == STATUS_OK;
  return facts_optional(status);
}

enum status facts_load(struct store_txn *txn, const struct facts_query *of, struct facts *ret_facts)
{
  // A system name is no account, but no illegal name either: row L2 says so.
  struct facts s = {.person = {.store_readable = true,
                               .login_legal = name_is_login(of->login) || name_is_reserved(of->login),
                               .now_s = of->now_s}};
  enum status status = STATUS_OK;
  if (!s.person.login_legal) {
    status = check_other_case(txn, of, &s.person);
  } else {
    status = load_account(txn, of->login, &s);
    status = status != STATUS_OK ? status : load_orgs(txn, of, &s);
    status = status != STATUS_OK ? status : facts_load_social(txn, of, &s);
  }
  if (status == STATUS_OK) {
    *ret_facts = s;
  }
  return status;
}

void facts_unreadable(const char *login, struct facts *ret_facts)
{
  *ret_facts = (struct facts){.person = {.login_legal = name_is_login(login)}};
}

void facts_done(struct facts *facts)
{
  record_done(&ACCOUNT_RECORD, &facts->account);
}
