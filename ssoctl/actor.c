// SPDX-License-Identifier: Apache-2.0
#include "actor.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "config/config.h"
#include "exit_code.h"
#include "facts/guard.h"
#include "paths.h"
#include "process/hold.h"
#include "store/accounts.h"
#include "store/numbers_store.h"

// What is read to tell who somebody is.
struct records {
  struct config config;
  struct store *store; // NULL: there is none yet, or it is the caller's
  struct store_txn *txn;
};

static void records_done(struct records *records)
{
  store_abort(&records->txn);
  store_close(&records->store);
}

static int records_open(struct records *r)
{
  struct error error = {.text = ""};
  config_init(&r->config);
  enum status status = config_load(PATH_CONF, &error, &r->config);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  status = store_open(PATH_STORE, STORE_READ_ONLY, &error, &r->store);
  if (status == STATUS_NOT_FOUND) {
    return EXIT_DONE;
  }
  status = status != STATUS_OK ? status : store_begin(r->store, false, &r->txn);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

// STATUS_NOT_FOUND: the number is not, and never was, one of ours.
static enum status number_use(const struct records *r, uint32_t number, struct number *ret_use)
{
  return r->txn != NULL ? numbers_get(r->txn, number, ret_use) : STATUS_NOT_FOUND;
}

static bool is_operator(const struct records *r, uint32_t uid)
{
  bool is = false;
  const struct passwd *entry = getpwuid(uid);
  if (entry == NULL) {
    return false;
  }
  char name[LOGIN_SIZE];
  bool whole = text_copy(entry->pw_name, name, sizeof name) == STATUS_OK;
  return whole && guard_is_operator(r->txn, r->config.operators, name, entry->pw_gid, &is) == STATUS_OK && is;
}

static void name_operator(uint32_t uid, struct actor *actor)
{
  const struct passwd *entry = getpwuid(uid);
  if (entry != NULL) {
    (void)snprintf(actor->name, sizeof actor->name, "%.63s", entry->pw_name);
  } else {
    (void)snprintf(actor->name, sizeof actor->name, "uid %u", uid);
  }
}

// An account: what its session opened stands in the groups of this process, if sudo hands them on.
static int become_delegate(const struct records *r, const struct number *use, uint32_t uid, struct actor *actor)
{
  struct account account;
  int count = getgroups(ACTOR_GROUPS_MAX, actor->groups);
  enum status status = use->use == NUMBER_ACCOUNT ? account_get(r->txn, use->id, &account) : STATUS_NOT_FOUND;
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_REFUSED, "uid %u: was an account's or is a group's, and is nobody's who may act here", uid);
  }
  if (status != STATUS_OK || count < 0) {
    return fail(EXIT_FAILED, "uid %u: %s", uid, count < 0 ? "too many groups" : status_text(status));
  }
  (void)snprintf(actor->name, sizeof actor->name, "%.63s", account.login);
  actor->is_delegate = true;
  actor->delegate = (struct delegate){account.id, actor->groups, (size_t)count};
  record_done(&ACCOUNT_RECORD, &account);
  return EXIT_DONE;
}

// A delegate's process is in the delegate's hand; until it is known who somebody is, in theirs.
static void say_who_calls(uint32_t uid, bool is_delegate)
{
  const struct hold_caller caller = {uid == 0 || !is_delegate, uid};
  hold_set_caller(&caller);
}

static int identify_caller(uint32_t uid, struct actor *actor)
{
  struct records r CLEANUP(records_done) = {.store = NULL};
  struct number use;
  int code = records_open(&r);
  if (code != EXIT_DONE) {
    return code;
  }
  if (is_operator(&r, uid)) {
    name_operator(uid, actor);
    return EXIT_DONE;
  }
  enum status status = number_use(&r, uid, &use);
  if (status == STATUS_NOT_FOUND) { // a local user: sudoers has decided
    name_operator(uid, actor);
    return EXIT_DONE;
  }
  return status == STATUS_OK ? become_delegate(&r, &use, uid, actor)
                             : fail(EXIT_FAILED, "store: %s", status_text(status));
}

int actor_identify(struct actor *ret_actor)
{
  const char *sudo_uid = getenv("SUDO_UID");
  int64_t uid = 0;
  *ret_actor = (struct actor){.is_delegate = false, .right = RIGHT_NONE};
  if (getuid() != 0 || geteuid() != 0) {
    return fail(EXIT_REFUSED, "is for root: run it with sudo");
  }
  if (sudo_uid != NULL && text_to_i64(sudo_uid, 0, UINT32_MAX - 1, &uid) != STATUS_OK) {
    return fail(EXIT_REFUSED, "SUDO_UID \"%.40s\": is not a user's number", sudo_uid);
  }
  ret_actor->uid = (uint32_t)uid;
  say_who_calls((uint32_t)uid, true);
  if (uid == 0) {
    name_operator(0, ret_actor);
    return EXIT_DONE;
  }
  int code = identify_caller((uint32_t)uid, ret_actor);
  if (code == EXIT_DONE) {
    say_who_calls((uint32_t)uid, ret_actor->is_delegate);
  }
  return code;
}

bool actor_is_operator(struct store_txn *txn, const struct config *config, const char *account)
{
  const struct records r = {.config = *config, .txn = txn};
  struct account found;
  enum status status = account_by_name(txn, account, &found);
  if (status != STATUS_OK) {
    return status != STATUS_NOT_FOUND;
  }
  bool operator= is_operator(&r, found.uid);
  record_done(&ACCOUNT_RECORD, &found); // wiped
  return operator;
}

void actor_log_refusal(const struct invocation *in, const char *why)
{
  char shown[2 * ERROR_SIZE];
  if (!in->actor->is_delegate) {
    return;
  }
  text_escape(why, strlen(why), shown, sizeof shown);
  syslog(LOG_AUTHPRIV | LOG_NOTICE, "refused: actor=%s command=\"%s%s%s\" %s", in->actor->name, in->command->noun,
         in->command->verb[0] != '\0' ? " " : "", in->command->verb, shown);
}
