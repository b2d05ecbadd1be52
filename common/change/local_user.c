// SPDX-License-Identifier: Apache-2.0
#include "change/local_user.h"

#include <pwd.h>
#include <shadow.h>
#include <string.h>

#include "base/text.h"
#include "map/numbers.h"
#include "store/numbers_store.h"

static enum status refuse(struct change_context *c, const char *name, enum status status, const char *why)
{
  error_set(c->error, "local user \"%s\": %s", name, why);
  return status;
}

// Files only: a user of another name service is not the host's to lock.
static enum status find(struct change_context *c, const char *name, const char *email, struct account *account)
{
  struct account other;
  struct number use;
  const struct passwd *entry = getpwnam(name);
  if (entry == NULL || !name_is_local_with(name, entry->pw_uid)) {
    return refuse(c, name, STATUS_NOT_FOUND, "no such user in /etc/passwd");
  }
  if (entry->pw_uid < MAPPED_UID_MIN || entry->pw_gid == 0 || !number_is_legal(entry->pw_uid) ||
      numbers_get(c->txn, entry->pw_uid, &use) == STATUS_OK) {
    return refuse(
        c, name, STATUS_REFUSED,
        "its uid is below 1000, of systemd's (61184-65519), or an account's or group's here, or its gid is 0");
  }
  if (account_by_login(c->txn, name, &other) == STATUS_OK) {
    return refuse(c, name, STATUS_EXISTS, "an account has that name already");
  }
  if (strchr(name, '@') != NULL && strcmp(name, email) != 0) {
    return refuse(c, name, STATUS_INVALID, "its name is another address than the email");
  }
  account->uid = entry->pw_uid;
  account->gid = entry->pw_gid;
  account->mapped = 1;
  bool fits = text_copy(entry->pw_name, account->login, sizeof account->login) == STATUS_OK &&
              text_copy(entry->pw_dir, account->home, sizeof account->home) == STATUS_OK &&
              text_copy(entry->pw_shell, account->shell, sizeof account->shell) == STATUS_OK;
  return fits && name_is_login(account->login)
             ? STATUS_OK
             : refuse(c, name, STATUS_INVALID, "its name, home or shell is not legal for an account");
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

enum status change_take_local_user(struct change_context *c, const char *name, const char *email,
                                   struct account *account)
{
  enum status status = find(c, name, email, account);
  if (status == STATUS_OK) {
    take_password(account);
  }
  return status;
}
