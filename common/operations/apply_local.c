// SPDX-License-Identifier: Apache-2.0
// Accounts on local users (POLICY N5).
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "map/numbers.h"
#include "operations/apply.h"
#include "store/numbers_store.h"

static enum status refuse(struct application *a, enum status status, const char *why)
{
  report_set(a->report, "local user \"%s\": %s", a->op->local_user, why);
  return status;
}

// Files only: a user of another name service is not the host's to lock.
static enum status find_local(struct application *a, const char *email, struct account *account)
{
  struct account other;
  struct number use;
  const struct passwd *entry = getpwnam(a->op->local_user);
  if (entry == NULL || !name_is_local_with(a->op->local_user, entry->pw_uid)) {
    return refuse(a, STATUS_NOT_FOUND, "no such user in /etc/passwd");
  }
  if (entry->pw_uid < MAPPED_UID_MIN || entry->pw_gid == 0 || !number_is_legal(entry->pw_uid) ||
      numbers_get(a->txn, entry->pw_uid, &use) == STATUS_OK) {
    return refuse(
        a, STATUS_REFUSED,
        "its uid is below 1000, of systemd's (61184-65519), or an account's or group's here, or its gid is 0");
  }
  if (account_by_login(a->txn, a->op->local_user, &other) == STATUS_OK) {
    return refuse(a, STATUS_EXISTS, "an account has that name already");
  }
  if (strchr(a->op->local_user, '@') != NULL && strcmp(a->op->local_user, email) != 0) {
    return refuse(a, STATUS_INVALID, "its name is another address than the email");
  }
  account->uid = entry->pw_uid;
  account->gid = entry->pw_gid;
  account->mapped = 1;
  bool fits = text_copy(entry->pw_name, account->login, sizeof account->login) == STATUS_OK &&
              text_copy(entry->pw_dir, account->home, sizeof account->home) == STATUS_OK &&
              text_copy(entry->pw_shell, account->shell, sizeof account->shell) == STATUS_OK;
  return fits && name_is_login(account->login)
             ? STATUS_OK
             : refuse(a, STATUS_INVALID, "its name, home or shell is not legal for an account");
}

// A hash that crypt(5) knows moves here; what is locked or empty does not.
static void take_password(struct account *account)
{
  const struct spwd *entry = getspnam(account->login);
  bool hash = entry != NULL && entry->sp_pwdp[0] == '$' && strlen(entry->sp_pwdp) < sizeof account->password;
  if (hash) {
    memcpy(account->password, entry->sp_pwdp, strlen(entry->sp_pwdp) + 1);
  }
}

enum status apply_map_local(struct application *a, const char *email, int64_t org_id, struct account *ret_account)
{
  struct account account = {.created_at_s = a->now_s, .created_by_org = org_id};
  struct account other;
  if (account_by_email(a->txn, email, &other) == STATUS_OK) {
    report_set(a->report, "email \"%s\": is the account \"%s\"'s", email, other.login);
    return STATUS_EXISTS;
  }
  enum status status = find_local(a, email, &account);
  if (status == STATUS_OK) {
    status = store_next_id(a->txn, &account.id);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(account.email, sizeof account.email, "%s", email);
  (void)snprintf(account.name, sizeof account.name, "%s", a->op->name);
  take_password(&account);
  status = account_add(a->txn, &account);
  if (status == STATUS_OK) {
    *ret_account = account;
  }
  explicit_bzero(account.password, sizeof account.password);
  return status;
}
