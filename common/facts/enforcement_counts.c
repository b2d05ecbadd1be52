// SPDX-License-Identifier: Apache-2.0
#include "facts/enforcement_counts.h"

#include "base/cleanup.h"
#include "base/names.h"
#include "store/accounts.h"

struct counting {
  struct store_txn *txn;
  const struct org *org;
  struct connection connection;
  bool connected;
  struct enforcement_counts counts;
};

static void counting_done(struct counting *c)
{
  cleanup_connection(&c->connection);
}

static enum status is_governed(const struct counting *c, const struct account *account, bool *ret_governed)
{
  int64_t owner = 0;
  enum status status = domain_owner(c->txn, name_email_domain(account->email), &owner);
  *ret_governed = status == STATUS_OK && owner == c->org->id;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status is_linked(const struct counting *c, const struct account *account, bool *ret_linked)
{
  struct identity identity;
  enum status status =
      c->connected ? identity_of_account(c->txn, account->id, &c->connection, &identity) : STATUS_NOT_FOUND;
  *ret_linked = status == STATUS_OK;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status count_account(struct counting *c, const struct account *account, bool owner)
{
  bool governed = false;
  bool linked = false;
  bool password = !owner && account->password[0] != '\0';
  enum status status = is_governed(c, account, &governed);
  if (status != STATUS_OK) {
    return status;
  }
  if (!governed) {
    status = is_linked(c, account, &linked);
  }
  if (status != STATUS_OK) {
    return status;
  }
  c->counts.members++;
  c->counts.governed += governed ? 1 : 0;
  c->counts.guests += governed ? 0 : 1;
  c->counts.passwords += governed && password ? 1 : 0;
  c->counts.guest_passwords += !governed && password ? 1 : 0;
  c->counts.guests_unlinked += !governed && !linked && !owner ? 1 : 0;
  return STATUS_OK;
}

static enum status count_member(void *context, const struct membership *membership)
{
  struct counting *c = context;
  struct account account;
  if (membership->status != MEMBER_ACTIVE) {
    return STATUS_OK;
  }
  enum status status = account_get(c->txn, membership->account_id, &account);
  if (status != STATUS_OK) {
    return status;
  }
  status = count_account(c, &account, membership->role == ROLE_OWNER);
  record_done(&ACCOUNT_RECORD, &account);
  return status;
}

static enum status count_invite(void *context, const struct invite *invite)
{
  struct counting *c = context;
  (void)invite;
  c->counts.invites++;
  return STATUS_OK;
}

enum status enforcement_count(struct store_txn *txn, const struct org *org, struct enforcement_counts *ret_counts)
{
  struct counting c CLEANUP(counting_done) = {.txn = txn, .org = org};
  enum status status = connection_get(txn, org->id, CONNECTION_ACTIVE, &c.connection);
  c.connected = status == STATUS_OK;
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  status = membership_each(txn, org->id, count_member, &c);
  if (status != STATUS_OK) {
    return status;
  }
  status = invite_each(txn, org->id, count_invite, &c);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_counts = c.counts;
  ret_counts->keys_denied = org->keys == KEYS_BY_DEFAULT && !(c.connected && c.connection.offline == 1);
  return STATUS_OK;
}
