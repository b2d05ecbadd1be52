// SPDX-License-Identifier: Apache-2.0
// ssoorg-authorized-keys LOGIN: sshd's AuthorizedKeysCommand. Prints the person's own keys while they would be accepted
// (POLICY K1), and nothing otherwise, so that sshd goes on to the next way of signing in within the same connection
// instead of ending it after a key that PAM refuses. Exit 0 also for nothing; 1 if it cannot be told.
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/version_mark.h"
#include "config/config.h"
#include "facts/facts.h"
#include "map/caller.h"
#include "own_keys.h"
#include "paths.h"
#include "process/hold.h"

VERSION_MARK(SSOORG_VERSION);

enum { SECONDS = 10 };

// sshd is root's; whoever else runs this has it in hand.
static void say_who_calls(void)
{
  struct config config;
  config_init(&config);
  const struct hold_caller caller = {getuid() == 0 && caller_parent_is_sshd(config.map.sshd_paths), getuid()};
  hold_set_caller(&caller);
}

static enum status load_from_store(const struct facts_query *of, struct error *error, struct facts *ret_facts)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = store_open(PATH_STORE, STORE_READ_ONLY, error, &store);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_begin(store, false, &txn);
  return status != STATUS_OK ? status : facts_load(txn, of, ret_facts);
}

static enum status load(const char *login, struct facts *ret_facts)
{
  struct error error = {.text = ""};
  struct config config;
  config_init(&config);
  enum status configured = config_load(PATH_CONF, &error, &config);
  const struct facts_query of = {login, "sshd", "", clock_now_s(), config.operators, &config};
  if (configured != STATUS_OK && configured != STATUS_NOT_FOUND) {
    syslog(LOG_AUTHPRIV | LOG_ERR, "%s", error.text);
    facts_unreadable(login, ret_facts);
    return configured;
  }
  enum status status = load_from_store(&of, &error, ret_facts);
  if (status != STATUS_OK) {
    syslog(LOG_AUTHPRIV | LOG_ERR, "the store cannot be read: %s", error.text);
    facts_unreadable(login, ret_facts);
  }
  return status;
}

// Where a key is wanted beside the sign-in it is the first half: the account phase sees to the other one.
static bool is_half(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (!person->memberships[i].suspended && person->memberships[i].org.keys == KEYS_REQUIRED) {
      return !person->locked;
    }
  }
  return false;
}

static bool would_be_accepted(const struct facts *facts)
{
  struct policy_question question = {
      .stage = STAGE_SESSION,
      .service = SERVICE_LOGIN,
      .made = {.way = WAY_KEY, .asks = true}, // the account phase will; here anybody's key could make it happen
      .person = facts->person};
  struct policy_decision decision;
  policy_decide(&question, &decision);
  switch (decision.verdict) {
  case VERDICT_GRANTED:
  case VERDICT_NOT_OURS: return true;
  case VERDICT_TRY_AGAIN:
  case VERDICT_REFUSED: return is_half(&facts->person);
  case VERDICT_UNAVAILABLE:
  case VERDICT_OFFER: return false;
  }
  return false;
}

static int print_keys(const struct passwd *entry)
{
  struct bytes keys CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = own_keys_read(entry, &keys);
  if (status == STATUS_OK) {
    return fwrite(bytes_text(&keys), 1, keys.length, stdout) == keys.length && fflush(stdout) == 0 ? 0 : 1;
  }
  if (status != STATUS_NOT_FOUND) {
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "the keys of uid %u are not used: %s", entry->pw_uid, status_text(status));
  }
  return 0;
}

int main(int argc, char **argv)
{
  struct facts facts;
  if (argc != 2 || geteuid() != 0) {
    (void)fprintf(stderr, "ssoorg-authorized-keys: is run by sshd as root, with a login name\n");
    return 1;
  }
  (void)alarm(SECONDS); // a home that hangs ends this process, not the login
  openlog("ssoorg-authorized-keys", LOG_PID, LOG_AUTHPRIV);
  say_who_calls();
  enum status status = load(argv[1], &facts);
  const struct passwd *entry = getpwnam(argv[1]);
  if (entry == NULL) {
    return 0;
  }
  if (status != STATUS_OK) { // whom other services know keeps the keys; ours are refused anyway
    facts.person.store_readable = false;
  }
  // Names that are only eligible are told to sshd alone: whom this process sees has an account or is a local user.
  facts.person.local_user = !facts.person.known || entry->pw_uid != facts.account.uid;
  bool accepted = would_be_accepted(&facts);
  record_done(&ACCOUNT_RECORD, &facts.account);
  return accepted ? print_keys(entry) : 0;
}
