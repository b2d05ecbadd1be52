// SPDX-License-Identifier: Apache-2.0
// A command of ssoctl: one row of the table in main.c, and what was typed for it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exit_code.h"
#include "policy/rights.h"

enum option {
  OPTION_JSON,
  OPTION_YES,
  OPTION_DRY_RUN,
  OPTION_HELP,
  OPTION_VERSION,
  OPTION_STORE,
  OPTION_CONFIG,
  OPTION_NAME,
  OPTION_OWNER,
  OPTION_LOGIN,
  OPTION_SHELL,
  OPTION_HOME,
  OPTION_UID,
  OPTION_ROLE,
  OPTION_SOURCE,
  OPTION_EXPIRES,
  OPTION_ISSUER,
  OPTION_CLIENT_ID,
  OPTION_CLIENT_SECRET_FILE,
  OPTION_PRIVATE_KEY_FILE,
  OPTION_CA_FILE,
  OPTION_AUTH,
  OPTION_SCOPES,
  OPTION_EMAIL_CLAIM,
  OPTION_GROUPS_CLAIM,
  OPTION_BY_HAND,
  OPTION_STDIN,
  OPTION_NO_SIGNIN,
  OPTION_SITE_SEED,
  OPTION_SINCE,
  OPTION_SERVICE,
  OPTION_RHOST,
  OPTION_END_SESSIONS,
  OPTION_IDLE,
  OPTION_FOLLOW,
  OPTION_LOCAL_USER,
  OPTION_FOR,
  OPTION_REASON,
  OPTION_TRUST,
  OPTION_ON_LINK,
  OPTION_VIA,
  OPTION_RESOLVER,
  OPTION_ALL,
  OPTION_KEEP_GOING,
  OPTION_ORG,
  OPTION_SUBJECT,
  OPTION_IDP_EMAIL,
  OPTION_LOCAL_GROUP,
  OPTION_PRIVILEGED,
  OPTION_KEEP_HOME,
  OPTION_PRESET,
  OPTION_HOST,
  OPTION_TENANT,
  OPTION_REALM,
  OPTION_DEVICE_ENDPOINT,
  OPTION_KEY_SET,
  OPTION_AUDIENCE,
  OPTION_UNVERIFIED_MAIL,
  OPTION_USERINFO,
  OPTION_SERVER,
  OPTION_FROM,
  OPTION_USER,
  OPTION_PASSWORD_FILE,
  OPTION_MAIL,
  OPTION_CONFIRM_WITHIN,
  OPTION_DO,
  OPTION_OFFLINE,
  OPTION_LOG,
  OPTION_PROMETHEUS,
  OPTION_JSONL,
  OPTION_WIDE,
  OPTION_COLUMNS,
  OPTION_PRUNE,
  OPTION_NOW,
  OPTION_WAITING,
  OPTION_SECRET_EXPIRES,
  OPTION_HEAD,
  OPTION_UNTIL,
  OPTION_KEEP_OFFLINE,
  OPTION_GONE,
  OPTION_WITH_TOKENS,
  OPTION_RATE,
  OPTION_AT,
  OPTION_SIGN_OFF,
  OPTION_BUNDLE,
  OPTION_ADMIN,
  OPTION_ORGS,
  OPTION_KEEP,
  OPTION_COUNT
};

// The options of a command: a list of enum option that ends with OPTION_END. One that the command cannot do without
// stands in OPTION_NEEDED().
enum { OPTION_END = 0xff, OPTION_NEEDED_BIT = 0x80 };
_Static_assert((int)OPTION_COUNT < (int)OPTION_NEEDED_BIT, "an option and whether it is needed are one byte");
#define OPTION_NEEDED(option) (OPTION_NEEDED_BIT | (option))
#define OPTIONS(...) ((const uint8_t[]){__VA_ARGS__, OPTION_END})
#define OPTIONS_PLAIN OPTION_YES, OPTION_HELP, OPTION_VERSION, OPTION_STORE, OPTION_CONFIG
#define OPTIONS_COMMON OPTION_JSON, OPTIONS_PLAIN
#define OPTIONS_ANYONE OPTION_JSON, OPTION_HELP, OPTION_VERSION
#define OPTIONS_LIST OPTIONS_COMMON, OPTION_JSONL, OPTION_WIDE, OPTION_COLUMNS
#define OPTIONS_CHANGE OPTIONS_COMMON, OPTION_DRY_RUN

enum { ARGUMENTS_MAX = 16 };

// Where a command names what it is about.
enum place {
  PLACE_HOST = 0,   // nothing of an org
  PLACE_ORG,        // the first argument is the org's slug; where it is left out, the whole host is meant
  PLACE_ORG_THIRD,  // the third argument is; likewise
  PLACE_ORG_OPTION, // --org is; the first argument is an account, as for the next
  PLACE_ACCOUNT,    // the first argument is an account that an org of theirs must be in control of
  PLACE_PERSON,     // the first argument is somebody to look at
  PLACE_SELF,       // the account of whoever runs it, as a delegate
  PLACE_ANYBODY,    // the person themself, who need not be root
};

struct invocation;

struct command {
  const char *noun;
  const char *verb;      // "" for a command of one word
  const char *arguments; // as shown in the usage: "SLUG EMAIL"; in brackets what may be left out
  size_t least;
  size_t most;
  const uint8_t *options; // OPTIONS() that it takes
  enum right right;       // what it takes of whoever is no operator (POLICY W)
  enum place place;
  int (*run)(const struct invocation *in);
  const char *help; // one line
};

struct actor;

struct invocation {
  const struct command *command;
  const char *arguments[ARGUMENTS_MAX]; // NULL where nothing was typed
  const char *options[OPTION_COUNT];    // NULL where not given; "" for one that takes no value
  const struct actor *actor;            // who may do this
};

// Parses the ARGC words of a command line behind the program's name. Options may stand anywhere; behind "--" nothing is
// one. EXIT_DONE, or EXIT_USAGE after an error on standard error that quotes the word and says what is legal. The
// command is NULL where --help or --version were asked for without one; the first argument is the noun then, if any.
int invocation_parse(int argc, char *const *argv, struct invocation *ret_in);

// Carries out a command line, the program's name first. An exit code; what went wrong has been said.
int command_run(int argc, char *const *argv);

// From now on these are the commands, those of one noun one after the other. Borrowed for good.
void command_use(const struct command *list, size_t count);

// All of them.
const struct command *command_table(size_t *ret_count);

// The command of NOUN and VERB; a command of one word has the verb "". NULL for none; VERB may be NULL.
const struct command *command_find(const char *noun, const char *verb);

// Whether there are commands of this noun.
bool command_is_noun(const char *word);

// Whether COMMAND takes OPTION, and whether it cannot do without.
bool command_takes(const struct command *command, enum option option);
bool command_needs(const struct command *command, enum option option);

// "--client-id"; static.
const char *option_name(enum option option);

// "--client-id ID"; static.
const char *option_usage(enum option option);

// What it means, a line; static.
const char *option_meaning(enum option option);

// What it takes when TYPED is given for it, beyond its command; RIGHT_NONE: nothing.
enum right option_right(enum option option, const char *typed);

// Whether its value is the path of a file.
bool option_is_file(enum option option);

// The option of this name, which LENGTH characters of WORD are.
bool option_find(const char *word, size_t length, enum option *ret_option);

// Whether it takes a value.
bool option_takes_value(enum option option);

int cmd_help(const struct invocation *in);
int cmd_init(const struct invocation *in);
int cmd_host_show(const struct invocation *in);
int cmd_host_enable(const struct invocation *in);
int cmd_host_disable(const struct invocation *in);
int cmd_host_confirm(const struct invocation *in);
int cmd_host_revert(const struct invocation *in);
int cmd_fleet_init(const struct invocation *in);
int cmd_fleet_add(const struct invocation *in);
int cmd_fleet_list(const struct invocation *in);
int cmd_fleet_set(const struct invocation *in);
int cmd_fleet_remove(const struct invocation *in);
int cmd_fleet_join(const struct invocation *in);
int cmd_fleet_leave(const struct invocation *in);
int cmd_fleet_status(const struct invocation *in);
int cmd_check(const struct invocation *in);
int cmd_backup(const struct invocation *in);
int cmd_review(const struct invocation *in);
int cmd_request(const struct invocation *in);
int cmd_request_list(const struct invocation *in);
int cmd_request_approve(const struct invocation *in);
int cmd_request_deny(const struct invocation *in);
int cmd_restore(const struct invocation *in);
int cmd_offboard(const struct invocation *in);
int cmd_eject(const struct invocation *in);
int cmd_dump(const struct invocation *in);
int cmd_apply(const struct invocation *in);
int cmd_setup(const struct invocation *in);
int cmd_status(const struct invocation *in);
int cmd_upgrade(const struct invocation *in);
int cmd_org_create(const struct invocation *in);
int cmd_org_list(const struct invocation *in);
int cmd_org_show(const struct invocation *in);
int cmd_org_rename(const struct invocation *in);
int cmd_org_delete(const struct invocation *in);
int cmd_org_transfer(const struct invocation *in);
int cmd_org_set(const struct invocation *in);
int cmd_provisioning_show(const struct invocation *in);
int cmd_provisioning_set(const struct invocation *in);
int cmd_enforcement_show(const struct invocation *in);
int cmd_enforcement_set(const struct invocation *in);
int cmd_enforcement_pause(const struct invocation *in);
int cmd_idp_set(const struct invocation *in);
int cmd_idp_show(const struct invocation *in);
int cmd_idp_test(const struct invocation *in);
int cmd_idp_preset(const struct invocation *in);
int cmd_idp_confirm(const struct invocation *in);
int cmd_idp_remove(const struct invocation *in);
int cmd_social_add(const struct invocation *in);
int cmd_social_set(const struct invocation *in);
int cmd_social_list(const struct invocation *in);
int cmd_social_show(const struct invocation *in);
int cmd_social_test(const struct invocation *in);
int cmd_social_unlink(const struct invocation *in);
int cmd_social_remove(const struct invocation *in);
int cmd_mail_set(const struct invocation *in);
int cmd_mail_show(const struct invocation *in);
int cmd_mail_test(const struct invocation *in);
int cmd_mail_remove(const struct invocation *in);
int cmd_group_map(const struct invocation *in);
int cmd_group_unmap(const struct invocation *in);
int cmd_group_list(const struct invocation *in);
int cmd_domain_add(const struct invocation *in);
int cmd_domain_list(const struct invocation *in);
int cmd_domain_show(const struct invocation *in);
int cmd_domain_verify(const struct invocation *in);
int cmd_domain_remove(const struct invocation *in);
int cmd_invite_create(const struct invocation *in);
int cmd_invite_list(const struct invocation *in);
int cmd_invite_cancel(const struct invocation *in);
int cmd_member_add(const struct invocation *in);
int cmd_member_import(const struct invocation *in);
int cmd_member_export(const struct invocation *in);
int cmd_member_list(const struct invocation *in);
int cmd_member_remove(const struct invocation *in);
int cmd_member_role(const struct invocation *in);
int cmd_member_suspend(const struct invocation *in);
int cmd_member_resume(const struct invocation *in);
int cmd_member_expire(const struct invocation *in);
int cmd_account_list(const struct invocation *in);
int cmd_account_show(const struct invocation *in);
int cmd_account_lock(const struct invocation *in);
int cmd_account_unlock(const struct invocation *in);
int cmd_account_rename(const struct invocation *in);
int cmd_account_remove(const struct invocation *in);
int cmd_account_recheck(const struct invocation *in);
int cmd_account_retire(const struct invocation *in);
int cmd_account_set(const struct invocation *in);
int cmd_identity_link(const struct invocation *in);
int cmd_identity_unlink(const struct invocation *in);
int cmd_identity_add(const struct invocation *in);
int cmd_password_set(const struct invocation *in);
int cmd_password_remove(const struct invocation *in);
int cmd_recovery_create(const struct invocation *in);
int cmd_recovery_list(const struct invocation *in);
int cmd_recovery_revoke(const struct invocation *in);
int cmd_throttle_list(const struct invocation *in);
int cmd_throttle_clear(const struct invocation *in);
int cmd_whoami(const struct invocation *in);
int cmd_switch(const struct invocation *in);
int cmd_shell(const struct invocation *in);
int cmd_candidates(const struct invocation *in);
int cmd_completion(const struct invocation *in);
int cmd_why(const struct invocation *in);
int cmd_access(const struct invocation *in);
int cmd_access_diff(const struct invocation *in);
int cmd_audit(const struct invocation *in);
int cmd_audit_verify(const struct invocation *in);
