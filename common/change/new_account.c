// SPDX-License-Identifier: Apache-2.0
#include "change/new_account.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "change/fleet_parts.h"
#include "change/local_user.h"
#include "map/numbers.h"
#include "map/numbers_here.h"
#include "store/groups.h"
#include "store/local_group.h"
#include "store/numbers_store.h"

// An org's name, or that of one of its groups: all names share one space (POLICY N2).
static bool is_org_name(struct store_txn *txn, const char *login)
{
  struct org_group group;
  static const char ADMINS[] = "-admins";
  struct org org;
  char slug[SLUG_SIZE];
  size_t length = strlen(login);
  size_t suffix = strlen(ADMINS);
  bool admins = length > suffix && strcmp(login + length - suffix, ADMINS) == 0;
  size_t kept = admins ? length - suffix : length;
  if (group_by_full_name(txn, login, &group) == STATUS_OK) {
    return true;
  }
  if (kept >= sizeof slug) {
    return false;
  }
  memcpy(slug, login, kept);
  slug[kept] = '\0';
  return org_by_slug(txn, slug, &org) == STATUS_OK;
}

// A group that root has given to somebody of that name, and may have forgotten, is not a delegate's to give (HOLES
// H69).
enum status change_check_listed(struct change_context *c, const char *login)
{
  bool listed = false;
  enum status status = c->by->delegate != NULL ? local_groups_list(login, &listed) : STATUS_OK;
  if (listed) {
    error_set(c->error, "login \"%s\": a group of /etc/group lists it, which only an operator of this host may give",
              login);
    return STATUS_REFUSED;
  }
  return status;
}

enum status change_check_login(struct change_context *c, const char *login, const char *email)
{
  enum status listed = change_check_listed(c, login);
  if (listed != STATUS_OK) {
    return listed;
  }
  struct account account;
  if (!name_is_login(login)) {
    error_set(c->error, "login \"%s\": is not an email address in lower case or [a-z][a-z0-9._+-]{0,30}", login);
    return STATUS_INVALID;
  }
  if (strchr(login, '@') != NULL && strcmp(login, email) != 0) {
    error_set(c->error, "login \"%s\": is another address than the email \"%s\"; without \"@\" any name is legal",
              login, email);
    return STATUS_INVALID;
  }
  if (is_org_name(c->txn, login)) {
    error_set(c->error, "login \"%s\": is the name of an org or of one of its groups", login);
    return STATUS_EXISTS;
  }
  if (account_by_login(c->txn, login, &account) == STATUS_OK) {
    error_set(c->error, "login \"%s\": is another account's", login);
    return STATUS_EXISTS;
  }
  bool foreign = false;
  enum status status = foreign_has_name(c->foreign, login, &foreign);
  if (status != STATUS_OK) {
    return status;
  }
  if (foreign) {
    error_set(c->error, "login \"%s\": is a local user's or group's name", login);
    return STATUS_EXISTS;
  }
  return STATUS_OK;
}

static enum status check_email(struct change_context *c, const char *email)
{
  struct account account;
  enum status status = account_by_email(c->txn, email, &account);
  if (status == STATUS_OK) {
    error_set(c->error, "email \"%s\": is the account \"%s\"'s", email, account.login);
    record_done(&ACCOUNT_RECORD, &account);
    return STATUS_EXISTS;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// Of many that are added at once it is not asked: 'ssoctl check' says the same of uid-ranges.
static enum status check_here(struct change_context *c, uint32_t number)
{
  bool here = true;
  enum status status = c->foreign == NULL ? numbers_are_here(number, number, &here) : STATUS_OK;
  if (status == STATUS_OK && !here) {
    error_set(c->error,
              "uid %u: this container has not got that number (/proc/self/uid_map); set uid-ranges in "
              "ssoorg.conf to some that it has",
              number);
    return STATUS_INVALID;
  }
  return status;
}

enum status change_choose_number(struct change_context *c, const char *name, uint32_t *ret_number)
{
  struct map_settings settings = c->host->config->map;
  enum status status = numbers_count(c->txn, &settings);
  status = status != STATUS_OK ? status : numbers_choose(c->txn, c->foreign, name, &settings, ret_number);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "no free number: every range of uid-ranges is half full; add one in ssoorg.conf");
    status = STATUS_IO; // not a thing that somebody asked for and that is not there
  }
  if (status != STATUS_OK) {
    return status;
  }
  status = check_here(c, *ret_number);
  return status == STATUS_INVALID ? STATUS_IO : status; // likewise
}

// The number that was asked for (POLICY N4): never one that anybody has, or had here.
static enum status check_number(struct change_context *c, uint32_t number)
{
  struct number use;
  bool foreign = false;
  if (!number_is_legal(number)) {
    error_set(c->error, "uid %u: is not 1000 to 2147483647 without 61184 to 65519, 65534 and 65535", number);
    return STATUS_INVALID;
  }
  enum status status = numbers_get(c->txn, number, &use);
  if (status == STATUS_OK) {
    error_set(c->error, "uid %u: is or was an account's or an org's group's; any other is legal", number);
    return STATUS_EXISTS;
  }
  if (status == STATUS_NOT_FOUND) {
    status = foreign_has_number(c->foreign, number, &foreign);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (foreign) {
    error_set(c->error, "uid %u: is a local user's or group's; any other is legal", number);
    return STATUS_EXISTS;
  }
  return check_here(c, number);
}

// An account that was renamed keeps its home: somebody new with its old name must not find theirs there.
static enum status check_home(struct change_context *c, const char *home)
{
  struct account other;
  enum status status = account_by_home(c->txn, home, &other);
  if (status == STATUS_OK) {
    error_set(c->error, "home %s: is that of account \"%s\"; another is legal with --home", home, other.login);
    record_done(&ACCOUNT_RECORD, &other);
    return STATUS_EXISTS;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What another number has left there, or put there, is not taken over; a home that root has made beforehand is
// nobody's.
static enum status check_home_owner(struct change_context *c, const struct account *account,
                                    struct policy_decision *ret_decision)
{
  struct stat st;
  if (stat(account->home, &st) != 0 || st.st_uid == account->uid || st.st_uid == 0) {
    return STATUS_OK;
  }
  error_set(c->error, "home %s: is there already and belongs to uid %u; move it away, or another is legal with --home",
            account->home, st.st_uid);
  if (ret_decision != NULL) {
    *ret_decision = (struct policy_decision){.row = "N8", .notice = NOTICE_HOME};
  }
  return STATUS_REFUSED;
}

enum status change_check_home(struct change_context *c, const struct account *account,
                              struct policy_decision *ret_decision)
{
  enum status status = check_home(c, account->home);
  return status != STATUS_OK ? status : check_home_owner(c, account, ret_decision);
}

static enum status name_account(struct change_context *c, const struct new_account *made, struct account *account)
{
  const struct map_settings *settings = &c->host->config->map;
  (void)snprintf(account->login, sizeof account->login, "%s", made->login);
  (void)snprintf(account->shell, sizeof account->shell, "%s", made->shell[0] != '\0' ? made->shell : settings->shell);
  int length = made->home[0] != '\0'
                   ? snprintf(account->home, sizeof account->home, "%s", made->home)
                   : snprintf(account->home, sizeof account->home, "%s/%s", settings->home, made->login);
  if (length < 0 || (size_t)length >= sizeof account->home) {
    error_set(c->error, "home: longer than %zu characters", sizeof account->home - 1);
    return STATUS_INVALID;
  }
  return check_home(c, account->home);
}

static enum status number_account(struct change_context *c, const struct new_account *made, struct account *account)
{
  int64_t claimed = fleet_claims_account(&c->claims, made->email);
  account->uid = account->gid = claimed != 0 ? c->claims.uid : made->uid;
  if (claimed != 0) { // this host may have heard of it already
    return fleet_check_number(c, account->uid, claimed);
  }
  enum status status =
      made->uid != 0 ? check_number(c, made->uid) : change_choose_number(c, made->login, &account->uid);
  account->gid = account->uid;
  return status;
}

static enum status fill_in(struct change_context *c, const struct new_account *made, struct account *account,
                           struct policy_decision *ret_decision)
{
  enum status status = change_check_login(c, made->login, made->email);
  if (status != STATUS_OK) {
    return status;
  }
  account->by_operator = made->by_operator;
  status = name_account(c, made, account);
  if (status != STATUS_OK) {
    return status;
  }
  status = number_account(c, made, account);
  return status != STATUS_OK ? status : check_home_owner(c, account, ret_decision);
}

// Nothing is stored before all is checked: one of many that is refused leaves nothing behind.
enum status change_new_account(struct change_context *c, const struct new_account *made, struct account *ret_account,
                               struct policy_decision *ret_decision)
{
  struct account account CLEANUP(cleanup_account) = {.created_at_s = c->now_s, .created_by_org = made->org_id};
  enum status status = check_email(c, made->email);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(account.email, sizeof account.email, "%s", made->email);
  (void)snprintf(account.name, sizeof account.name, "%s", made->name);
  status = made->local_user[0] != '\0' ? change_take_local_user(c, made->local_user, made->email, &account)
                                       : fill_in(c, made, &account, ret_decision);
  if (status != STATUS_OK) {
    return status;
  }
  account.id = fleet_claims_account(&c->claims, account.email);
  status = account.id != 0 ? STATUS_OK : store_new_id(c->txn, made->org_id >= STORE_ID_FLEET, &account.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = account_add(c->txn, &account);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_account = account;
  return STATUS_OK;
}
