// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "facts/control.h"
#include "map/numbers.h"
#include "operations/apply.h"
#include "store/groups.h"
#include "store/numbers_store.h"

enum status apply_find_org(struct application *a, struct org *ret_org)
{
  enum status status = org_by_slug(a->txn, a->op->org, ret_org);
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "org \"%s\": no such org; 'ssoctl org list' shows them", a->op->org);
  }
  return status;
}

enum status apply_find_account(struct application *a, struct account *ret_account)
{
  enum status status = account_by_email(a->txn, a->op->email, ret_account);
  if (status == STATUS_NOT_FOUND) {
    status = account_by_login(a->txn, a->op->email, ret_account);
  }
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "account \"%s\": no such email or login; 'ssoctl member list' shows them", a->op->email);
  }
  return status;
}

bool apply_knows_password(const struct application *a, const struct account *account)
{
  return account->password[0] != '\0' && strcmp(account->password, a->op->password) == 0;
}

enum status apply_check_unused(struct application *a, const struct account *account)
{
  int64_t controller = 0;
  enum status status = domain_owner(a->txn, name_email_domain(account->email), &controller);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  bool used = true;
  status = control_used_unproven(a->txn, account, controller, &used);
  if (status != STATUS_OK || !used) {
    return status;
  }
  report_set(a->report,
             "account \"%s\": somebody has used it, and nobody has proven its address: let them sign in at their "
             "organization, or 'ssoctl account retire %s', or 'ssoctl account set %s email=proven --reason TEXT'",
             account->login, account->login, account->login);
  return STATUS_REFUSED;
}

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

enum status apply_check_login(struct application *a, const char *login, const char *email)
{
  struct account account;
  if (!name_is_login(login)) {
    report_set(a->report, "login \"%s\": is not an email address in lower case or [a-z][a-z0-9._+-]{0,30}", login);
    return STATUS_INVALID;
  }
  if (strchr(login, '@') != NULL && strcmp(login, email) != 0) {
    report_set(a->report, "login \"%s\": is another address than the email \"%s\"; without \"@\" any name is legal",
               login, email);
    return STATUS_INVALID;
  }
  if (is_org_name(a->txn, login)) {
    report_set(a->report, "login \"%s\": is the name of an org or of one of its groups", login);
    return STATUS_EXISTS;
  }
  if (account_by_login(a->txn, login, &account) == STATUS_OK) {
    report_set(a->report, "login \"%s\": is another account's", login);
    return STATUS_EXISTS;
  }
  bool foreign = false;
  enum status status = foreign_has_name(a->foreign, login, &foreign);
  if (status == STATUS_OK && foreign) {
    report_set(a->report, "login \"%s\": is a local user's or group's name", login);
    return STATUS_EXISTS;
  }
  return status;
}

struct facts_query apply_facts_query(const struct application *a, const char *login)
{
  return (struct facts_query){login, a->op->service, a->op->rhost, a->now_s, a->host->config->operators};
}

enum status apply_facts(struct application *a, const char *login, struct facts *ret_facts)
{
  const struct facts_query of = apply_facts_query(a, login);
  return facts_load(a->txn, &of, ret_facts);
}

enum status apply_file_event(struct application *a, int64_t account_id)
{
  struct memberships all;
  struct org org;
  enum status status = memberships_of(a->txn, account_id, &all);
  if (status != STATUS_OK || all.count == 0 || a->event.org[0] != '\0') {
    return status;
  }
  status = org_get(a->txn, all.list[0].org_id, &org);
  if (status == STATUS_OK) {
    memcpy(a->event.org, org.slug, sizeof a->event.org);
  }
  return status;
}

static enum status check_free(struct application *a, const char *login, const char *email)
{
  struct account account;
  if (account_by_email(a->txn, email, &account) == STATUS_OK) {
    report_set(a->report, "email \"%s\": is the account \"%s\"'s", email, account.login);
    return STATUS_EXISTS;
  }
  return apply_check_login(a, login, email);
}

enum status apply_choose_number(struct application *a, const char *name, uint32_t *ret_number)
{
  struct map_settings settings = a->host->config->map;
  enum status status = numbers_count(a->txn, &settings);
  if (status == STATUS_OK) {
    status = numbers_choose(a->txn, a->foreign, name, &settings, ret_number);
  }
  if (status == STATUS_NOT_FOUND) {
    report_set(a->report, "no free number: every range of uid-ranges is half full; add one in ssoorg.conf");
    status = STATUS_IO; // not a thing that somebody asked for and that is not there
  }
  return status;
}

// The number that was asked for (POLICY N4): never one that anybody has, or had here.
static enum status check_number(struct application *a, uint32_t number)
{
  struct number use;
  bool foreign = false;
  if (!number_is_legal(number)) {
    report_set(a->report, "uid %u: is not 1000 to 2147483647 without 61184 to 65519, 65534 and 65535", number);
    return STATUS_INVALID;
  }
  enum status status = numbers_get(a->txn, number, &use);
  if (status == STATUS_OK) {
    report_set(a->report, "uid %u: is or was an account's or an org's group's; any other is legal", number);
    return STATUS_EXISTS;
  }
  if (status == STATUS_NOT_FOUND) {
    status = foreign_has_number(a->foreign, number, &foreign);
  }
  if (status == STATUS_OK && foreign) {
    report_set(a->report, "uid %u: is a local user's or group's; any other is legal", number);
    return STATUS_EXISTS;
  }
  return status;
}

// An account that was renamed keeps its home: somebody new with its old name must not find theirs there.
static enum status check_home(struct application *a, const char *home)
{
  struct account other;
  enum status status = account_by_home(a->txn, home, &other);
  if (status == STATUS_OK) {
    report_set(a->report, "home %s: is that of account \"%s\"; another is legal with --home", home, other.login);
    record_done(&ACCOUNT_RECORD, &other);
    return STATUS_EXISTS;
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What another number has left there, or put there, is not taken over; a home that root has made beforehand is
// nobody's.
enum status apply_check_home_owner(struct application *a, const char *home, uint32_t uid)
{
  struct stat st;
  if (stat(home, &st) != 0 || st.st_uid == uid || st.st_uid == 0) {
    return STATUS_OK;
  }
  report_set(a->report,
             "home %s: is there already and belongs to uid %u; move it away, or another is legal with --home", home,
             st.st_uid);
  a->result->decision = (struct policy_decision){.row = "N8", .notice = NOTICE_HOME};
  return STATUS_REFUSED;
}

enum status apply_new_account(struct application *a, const char *login, const char *email, int64_t org_id,
                              struct account *ret_account)
{
  const struct operation *op = a->op;
  const struct map_settings *settings = &a->host->config->map;
  bool by_admin = op->kind == OPERATION_ORG_CREATE || op->kind == OPERATION_MEMBER_ADD;
  struct account account = {
      .created_at_s = a->now_s, .created_by_org = org_id, .by_operator = by_admin && op->delegate == NULL};
  if (op->local_user[0] != '\0') {
    return apply_map_local(a, email, org_id, ret_account);
  }
  enum status status = check_free(a, login, email);
  if (status != STATUS_OK) {
    return status;
  }
  (void)snprintf(account.login, sizeof account.login, "%s", login);
  (void)snprintf(account.email, sizeof account.email, "%s", email);
  (void)snprintf(account.name, sizeof account.name, "%s", op->name);
  (void)snprintf(account.shell, sizeof account.shell, "%s", op->shell[0] != '\0' ? op->shell : settings->shell);
  int length = op->home[0] != '\0' ? snprintf(account.home, sizeof account.home, "%s", op->home)
                                   : snprintf(account.home, sizeof account.home, "%s/%s", settings->home, login);
  if (length < 0 || (size_t)length >= sizeof account.home) {
    report_set(a->report, "home: longer than %zu characters", sizeof account.home - 1);
    return STATUS_INVALID;
  }
  status = check_home(a, account.home);
  if (status == STATUS_OK) {
    account.uid = op->uid;
    status = op->uid != 0 ? check_number(a, op->uid) : apply_choose_number(a, login, &account.uid);
  }
  account.gid = account.uid;
  if (status == STATUS_OK) {
    status = apply_check_home_owner(a, account.home, account.uid);
  }
  // Nothing is stored before all is checked: one of many that is refused leaves nothing behind.
  if (status == STATUS_OK) {
    status = store_next_id(a->txn, &account.id);
  }
  if (status == STATUS_OK) {
    status = account_add(a->txn, &account);
  }
  if (status == STATUS_OK) {
    *ret_account = account;
  }
  return status;
}

// NSS, inside sshd, cannot ask other name services which numbers they have, and would offer such a number again and
// again: from now on the map says that it is taken.
enum status apply_number_reserve(struct application *a)
{
  struct number use;
  bool foreign = false;
  enum status status = numbers_get(a->txn, a->op->nss_uid, &use);
  if (status == STATUS_NOT_FOUND) {
    status = foreign_has_number(a->foreign, a->op->nss_uid, &foreign);
  }
  a->result->changed = foreign;
  if (status != STATUS_OK || !foreign) {
    return status;
  }
  (void)snprintf(a->event.detail, sizeof a->event.detail, "%u is in use elsewhere", a->op->nss_uid);
  return numbers_take(a->txn, a->op->nss_uid, &(struct number){NUMBER_REMOVED, 0});
}
