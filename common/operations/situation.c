// SPDX-License-Identifier: Apache-2.0
#include "operations/situation.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

// Ignores that something is not there; it stays as it was.
static enum status optional(enum status status)
{
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status load_connection(struct store_txn *txn, int64_t account_id, struct policy_org *org)
{
  struct connection connection __attribute__((cleanup(cleanup_connection))) = {.org_id = 0};
  struct identity identity;
  enum status status = connection_get(txn, org->id, CONNECTION_ACTIVE, &connection);
  if (status != STATUS_OK) {
    return optional(status);
  }
  org->has_connection = true;
  if (account_id == 0) {
    return STATUS_OK;
  }
  status = identity_of_account(txn, account_id, &connection, &identity);
  org->linked = status == STATUS_OK;
  return optional(status);
}

static enum status load_org(struct store_txn *txn, int64_t account_id, const struct org *org,
                            struct policy_org *ret_org)
{
  struct policy_org out = {
      .id = org->id,
      .enforcement = org->enforcement,
      .provisioning = org->provisioning,
      .default_role = org->default_role,
      .trust = org->trust,
      .by_root = org->by_root == 1,
  };
  enum status status = load_connection(txn, account_id, &out);
  if (status == STATUS_OK) {
    *ret_org = out;
  }
  return status;
}

static enum status load_memberships(struct store_txn *txn, int64_t account_id, struct policy_person *person)
{
  struct memberships all;
  enum status status = memberships_of(txn, account_id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    struct policy_membership *membership = &person->memberships[i];
    struct org org;
    membership->role = all.list[i].role;
    membership->suspended = all.list[i].status != MEMBER_ACTIVE;
    status = org_get(txn, all.list[i].org_id, &org);
    if (status == STATUS_OK) {
      status = load_org(txn, account_id, &org, &membership->org);
      person->membership_count = i + 1;
    }
  }
  return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
}

static enum status load_governing(struct store_txn *txn, int64_t now_s, struct situation *s)
{
  struct invite invite;
  int64_t org_id = 0;
  enum status status = domain_owner(txn, name_email_domain(s->email), &org_id);
  if (status != STATUS_OK) {
    return optional(status);
  }
  status = org_get(txn, org_id, &s->governing);
  if (status == STATUS_OK) {
    status = load_org(txn, s->person.known ? s->account.id : 0, &s->governing, &s->person.governing);
  }
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  status = invite_get(txn, org_id, s->email, &invite);
  s->person.invited = status == STATUS_OK && invite.expires_at_s > now_s;
  return optional(status);
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
  memcpy(s->email, s->account.email, sizeof s->email);
  return load_memberships(txn, s->account.id, &s->person);
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

enum status situation_load(struct store_txn *txn, const char *login, int64_t now_s, struct situation *ret_situation)
{
  // A system name is no account, but no illegal name either: row L2 says so.
  struct situation s = {
      .person = {.store_readable = true, .login_legal = name_is_login(login) || name_is_reserved(login)}};
  enum status status = STATUS_OK;
  if (!s.person.login_legal) {
    status = check_other_case(txn, login, &s.person);
  } else {
    status = load_account(txn, login, &s);
    if (status == STATUS_OK && s.email[0] != '\0') {
      status = load_governing(txn, now_s, &s);
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
  return optional(status);
}

static enum status answer_invite(struct store_txn *txn, const struct situation *s, int64_t now_s,
                                 struct policy_answer *a)
{
  struct invite invite;
  enum status status = s->email[0] != '\0' ? invite_get(txn, a->org.id, s->email, &invite) : STATUS_NOT_FOUND;
  if (status == STATUS_OK && invite.expires_at_s > now_s) {
    a->invite_here = true;
    a->invite_role = invite.role;
  }
  return optional(status);
}

// In control: the governing org; without one, the org that is the account's only membership (POLICY "Words").
static bool is_in_control(const struct situation *s, int64_t org_id)
{
  if (s->person.governing.id != 0) {
    return s->person.governing.id == org_id;
  }
  return s->person.membership_count == 1 && s->person.memberships[0].org.id == org_id &&
         s->account.created_by_org == org_id;
}

enum status situation_answer(struct store_txn *txn, const struct situation *s, const struct connection *connection,
                             const struct message_authorized *authorized, struct policy_answer *ret_answer)
{
  struct policy_answer a = {.email_state = EMAIL_ABSENT};
  struct org org;
  enum status status = org_get(txn, connection->org_id, &org);
  if (status == STATUS_OK) {
    status = load_org(txn, s->person.known ? s->account.id : 0, &org, &a.org);
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
    status = answer_invite(txn, s, clock_now_s(), &a);
  }
  if (status == STATUS_OK && !s->person.known) {
    status = account_was_removed(txn, s->email, &a.tombstoned);
  }
  a.in_control = is_in_control(s, connection->org_id);
  if (status == STATUS_OK) {
    *ret_answer = a;
  }
  return status;
}
