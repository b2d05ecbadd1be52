// SPDX-License-Identifier: Apache-2.0
#include "operations/situation.h"

#include <string.h>

#include "base/network.h"
#include "base/text.h"
#include "operations/control.h"
#include "store/expectations.h"
#include "store/recovery.h"

// Ignores that something is not there; it stays as it was.
static enum status optional(enum status status)
{
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What the orgs of a situation are loaded with.
struct loading {
  struct store_txn *txn;
  const struct situation_of *of;
  int64_t account_id; // 0: there is none
};

static enum status load_connection(const struct loading *l, struct policy_org *org)
{
  struct connection connection __attribute__((cleanup(cleanup_connection))) = {.org_id = 0};
  struct identity identity;
  enum status status = connection_get(l->txn, org->id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return optional(status);
  }
  org->has_connection = true;
  if (l->account_id == 0) {
    return STATUS_OK;
  }
  status = identity_of_account(l->txn, l->account_id, &connection, &identity);
  org->linked = status == STATUS_OK;
  if (status == STATUS_NOT_FOUND) { // one that an admin expects is to be linked by signing in
    struct expectation expectation;
    status = expectation_of_account(l->txn, l->account_id, org->id, &expectation);
    org->linked = status == STATUS_OK && expectation.expires_at_s > l->of->now_s;
  }
  return optional(status);
}

// What is no address is told only by sshd, as a host's name: it is in no network. Elsewhere it is this host's own name.
static bool is_barred(const struct situation_of *of, const char *networks)
{
  bool remote = strcmp(of->service, "sshd") == 0 || network_is_address(of->rhost);
  return networks[0] != '\0' && !network_list_has(networks, remote ? of->rhost : "");
}

static enum status load_org(const struct loading *l, const struct org *org, struct policy_org *ret_org)
{
  bool paused = org->paused_until_s > l->of->now_s;
  struct policy_org out = {
      .id = org->id,
      .enforcement = paused ? ENFORCEMENT_OFF : org->enforcement,
      .provisioning = org->provisioning,
      .default_role = org->default_role,
      .trust = org->trust,
      .on_link = org->on_link,
      .keys = org->keys,
      .keys_recent_s = org->keys_recent_s,
      .by_root = org->by_root == 1,
      .barred = is_barred(l->of, org->signin_from),
  };
  enum status status = load_connection(l, &out);
  if (status == STATUS_OK) {
    *ret_org = out;
  }
  return status;
}

static enum status load_memberships(const struct loading *l, struct policy_person *person)
{
  struct memberships all;
  enum status status = memberships_of(l->txn, l->account_id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct policy_membership *membership = &person->memberships[i];
    struct org org;
    membership->role = all.list[i].role;
    membership->suspended = all.list[i].status != MEMBER_ACTIVE;
    membership->last_sign_in_at_s = all.list[i].last_sign_in_at_s;
    status = org_get(l->txn, all.list[i].org_id, &org);
    if (status == STATUS_OK) {
      status = load_org(l, &org, &membership->org);
      person->membership_count = i + 1;
    }
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status load_governing(const struct loading *l, struct situation *s)
{
  int64_t org_id = 0;
  enum status status = domain_owner(l->txn, name_email_domain(s->email), &org_id);
  if (status != STATUS_OK) {
    return optional(status);
  }
  status = org_get(l->txn, org_id, &s->governing);
  if (status == STATUS_OK) {
    status = load_org(l, &s->governing, &s->person.governing);
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

struct inviting {
  const struct loading *loading;
  struct policy_person *person;
};

// Those beyond INVITES_MAX_POLICY wait until others are used up.
static enum status add_invite(void *context, const struct invite *invite)
{
  const struct inviting *inviting = context;
  struct policy_person *person = inviting->person;
  struct org org;
  if (invite->expires_at_s <= inviting->loading->of->now_s || person->invite_count == INVITES_MAX_POLICY) {
    return STATUS_OK;
  }
  struct policy_invite *added = &person->invites[person->invite_count];
  enum status status = org_get(inviting->loading->txn, invite->org_id, &org);
  if (status == STATUS_OK) {
    status = load_org(inviting->loading, &org, &added->org);
  }
  if (status == STATUS_OK) {
    added->role = invite->role;
    added->via = invite->via;
    person->invite_count++;
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status load_account(struct store_txn *txn, const char *login, struct situation *s)
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
  s->person.last_sso_at_s = s->account.last_sso_at_s;
  memcpy(s->email, s->account.email, sizeof s->email);
  return STATUS_OK;
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
  bool owner = false;
  for (size_t i = 0; i < person->membership_count; i++) {
    owner = owner || person->memberships[i].role == ROLE_OWNER;
  }
  enum status status = owner ? recovery_each(l->txn, l->account_id, note_recovery, person) : STATUS_OK;
  return status == STATUS_EXISTS ? STATUS_OK : status;
}

static enum status load_orgs(struct store_txn *txn, const struct situation_of *of, struct situation *s)
{
  const struct loading loading = {txn, of, s->person.known ? s->account.id : 0};
  struct inviting inviting = {&loading, &s->person};
  enum status status = s->person.known ? load_memberships(&loading, &s->person) : STATUS_OK;
  if (status == STATUS_OK) {
    status = load_recovery(&loading, &s->person);
  }
  if (status == STATUS_OK && s->email[0] != '\0') {
    status = load_governing(&loading, s);
  }
  return status == STATUS_OK && s->email[0] != '\0' ? invite_each_of(txn, s->email, add_invite, &inviting) : status;
}

// Row L0: the name in lower case is known here.
static enum status check_other_case(struct store_txn *txn, const char *login, struct policy_person *person)
{
  char folded[LOGIN_SIZE];
  struct account account;
  int64_t org_id = 0;
  if (text_fold_ascii(login, folded, sizeof folded) != STATUS_OK || strcmp(folded, login) == 0) {
    return STATUS_OK;
  }
  enum status status = name_is_login(folded) ? account_by_login(txn, folded, &account) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND && name_is_email(folded)) {
    status = domain_owner(txn, name_email_domain(folded), &org_id);
  }
  person->other_case = status == STATUS_OK;
  return optional(status);
}

enum status situation_load(struct store_txn *txn, const struct situation_of *of, struct situation *ret_situation)
{
  // A system name is no account, but no illegal name either: row L2 says so.
  struct situation s = {.person = {.store_readable = true,
                                   .login_legal = name_is_login(of->login) || name_is_reserved(of->login),
                                   .now_s = of->now_s}};
  enum status status = STATUS_OK;
  if (!s.person.login_legal) {
    status = check_other_case(txn, of->login, &s.person);
  } else {
    status = load_account(txn, of->login, &s);
    if (status == STATUS_OK) {
      status = load_orgs(txn, of, &s);
    }
  }
  if (status == STATUS_OK) {
    *ret_situation = s;
  }
  return status;
}

void situation_unreadable(const char *login, struct situation *ret_situation)
{
  *ret_situation = (struct situation){.person = {.login_legal = name_is_login(login)}};
}

static enum status answer_identity(struct store_txn *txn, const struct situation *s,
                                   const struct connection *connection, const struct message_authorized *authorized,
                                   struct policy_answer *a)
{
  struct identity identity;
  enum status status = identity_get(txn, connection, authorized->subject, &identity);
  if (status == STATUS_OK) {
    a->identity_known = true;
    a->identity_own = s->person.known && identity.account_id == s->account.id;
  }
  if (optional(status) != STATUS_OK || !s->person.known) {
    return optional(status);
  }
  status = identity_of_account(txn, s->account.id, connection, &identity);
  a->other_identity = status == STATUS_OK && strcmp(identity.subject, authorized->subject) != 0;
  return optional(status);
}

static enum status answer_lapsed(struct store_txn *txn, const struct message_authorized *authorized,
                                 struct policy_answer *a)
{
  struct domain domain;
  enum status status = domain_get(txn, a->org.id, name_email_domain(authorized->email), &domain);
  a->email_domain_lapsed = status == STATUS_OK && domain_is_lapsed(&domain);
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status answer_expected(struct store_txn *txn, const struct situation *s,
                                   const struct message_authorized *authorized, struct policy_answer *a)
{
  struct expectation expectation;
  if (!s->person.known || authorized->email[0] == '\0') {
    return STATUS_OK;
  }
  enum status status = expectation_get(txn, a->org.id, authorized->email, &expectation);
  a->expected =
      status == STATUS_OK && expectation.account_id == s->account.id && expectation.expires_at_s > s->person.now_s;
  return optional(status);
}

static enum status answer_email(struct store_txn *txn, const struct situation *s,
                                const struct message_authorized *authorized, struct policy_answer *a)
{
  struct account other;
  int64_t owner = 0;
  a->email_state = authorized->email_state;
  if (authorized->email[0] == '\0') {
    return STATUS_OK;
  }
  a->email_is_primary = s->email[0] != '\0' && strcmp(authorized->email, s->email) == 0;
  enum status status = account_by_email(txn, authorized->email, &other);
  a->email_is_another = status == STATUS_OK && (!s->person.known || other.id != s->account.id);
  if (optional(status) != STATUS_OK) {
    return status;
  }
  status = domain_owner(txn, name_email_domain(authorized->email), &owner);
  a->email_domain_here = status == STATUS_OK && owner == a->org.id;
  a->email_domain_elsewhere = status == STATUS_OK && owner != a->org.id;
  return a->email_domain_here ? answer_lapsed(txn, authorized, a) : optional(status);
}

enum status situation_answer(struct store_txn *txn, const struct situation *s, const struct connection *connection,
                             const struct message_authorized *authorized, struct policy_answer *ret_answer)
{
  struct policy_answer a = {.email_state = EMAIL_ABSENT};
  struct org org;
  enum status status = org_get(txn, connection->org_id, &org);
  if (status == STATUS_OK) {
    const struct situation_of of = {"", "", "", s->person.now_s};
    const struct loading loading = {txn, &of, s->person.known ? s->account.id : 0};
    status = load_org(&loading, &org, &a.org);
  }
  for (size_t i = 0; i < s->person.membership_count; i++) {
    if (s->person.memberships[i].org.id == connection->org_id) {
      a.member_here = true;
      a.suspended_here = s->person.memberships[i].suspended;
    }
  }
  if (status == STATUS_OK) {
    status = answer_identity(txn, s, connection, authorized, &a);
  }
  if (status == STATUS_OK) {
    status = answer_email(txn, s, authorized, &a);
  }
  if (status == STATUS_OK) {
    status = answer_expected(txn, s, authorized, &a);
  }
  if (status == STATUS_OK && !s->person.known) {
    status = account_was_removed(txn, s->email, &a.tombstoned);
  }
  int64_t controller = 0;
  if (status == STATUS_OK && s->person.known) {
    status = control_of(txn, &s->account, &controller);
  }
  a.in_control = s->person.known && controller == connection->org_id;
  if (status == STATUS_OK) {
    *ret_answer = a;
  }
  return status;
}
