// SPDX-License-Identifier: Apache-2.0
// Under which name somebody may come, and which of their own they should have typed (POLICY L16, S2).
#include <string.h>

#include "base/cleanup.h"
#include "change/sign_in_parts.h"
#include "store/local_group.h"

static enum status taken(const struct sign_in *s, const char *why)
{
  error_set(s->c->error, "login \"%s\": %s", s->login, why);
  return STATUS_EXISTS;
}

enum status sign_in_check_name(const struct sign_in *s)
{
  bool removed = false;
  bool listed = false;
  if (!s->facts.person.short_name) {
    return STATUS_OK;
  }
  enum status status = account_was_removed(s->c->txn, s->login, &removed);
  status = status != STATUS_OK ? status : local_groups_list(s->login, &listed);
  if (status != STATUS_OK) {
    return status;
  }
  if (removed) { // an invite is for an address, and says nothing about who had the name
    return taken(s, "was a removed account's");
  }
  return listed ? taken(s, "a group of /etc/group lists it, and may mean somebody else") : STATUS_OK;
}

enum status sign_in_refuse_name(struct sign_in *s, enum status why)
{
  const char *row = why == STATUS_REFUSED ? "N8" : "L16"; // a home is there, or the name is
  memcpy(s->result->sign_in_as, s->facts.email, strlen(s->facts.email) + 1);
  s->result->decision = (struct policy_decision){.row = row, .notice = NOTICE_OTHER_NAME};
  return STATUS_REFUSED;
}

enum status sign_in_name_other(struct sign_in *s, const struct sso_sign_in *in)
{
  struct identity identity;
  struct account account;
  enum status status = identity_get(s->c->txn, in->connection, in->authorized->subject, &identity);
  if (status == STATUS_OK) {
    status = account_get(s->c->txn, identity.account_id, &account);
  } else if (status == STATUS_NOT_FOUND) {
    status = account_by_email(s->c->txn, in->authorized->email, &account);
  }
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_CORRUPT : status;
  }
  memcpy(s->result->sign_in_as, account.login, sizeof s->result->sign_in_as);
  record_done(&ACCOUNT_RECORD, &account);
  return STATUS_OK;
}
