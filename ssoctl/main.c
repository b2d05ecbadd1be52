// SPDX-License-Identifier: Apache-2.0
// ssoctl: administers orgs, domains, connections, invites, members, provisioning and enforcement.
#include <stdio.h>
#include <string.h>

#include "authorize.h"
#include "base/cleanup.h"
#include "command.h"
#include "help.h"
#include "paths.h"
#include "surroundings.h"

#define NEEDS(option) OPTION_NEEDED(OPTION_##option)

#define OPTIONS_SOCIAL                                                                                                 \
  OPTION_NAME, OPTION_PRESET, OPTION_HOST, OPTION_TENANT, OPTION_REALM, OPTION_ISSUER, OPTION_CLIENT_ID,               \
      OPTION_CLIENT_SECRET_FILE, OPTION_PRIVATE_KEY_FILE, OPTION_CA_FILE, OPTION_AUTH, OPTION_SCOPES,                  \
      OPTION_EMAIL_CLAIM, OPTION_DEVICE_ENDPOINT, OPTION_KEY_SET, OPTION_AUDIENCE, OPTION_SECRET_EXPIRES

static const struct command COMMANDS[] = {
    {"help", "", "[NOUN [VERB]]", 0, 2, OPTIONS(OPTION_HELP, OPTION_VERSION), RIGHT_OWN, PLACE_ANYBODY, cmd_help,
     "explain the commands, those of a noun, or one"},
    {"init", "", "", 0, 0, OPTIONS(OPTIONS_CHANGE, OPTION_SITE_SEED), RIGHT_HOST, PLACE_HOST, cmd_init,
     "make this host's store"},
    {"setup", "", "[SLUG]", 0, 1, OPTIONS(OPTION_HELP, OPTION_VERSION), RIGHT_HOST, PLACE_HOST, cmd_setup,
     "go from nothing to the first sign-in, step by step, asking"},
    {"host", "show", "", 0, 0, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, cmd_host_show,
     "show which services of this host ask ssoorg"},
    {"host", "enable", "[SERVICE...]", 0, ARGUMENTS_MAX, OPTIONS(OPTIONS_CHANGE, OPTION_CONFIRM_WITHIN), RIGHT_HOST,
     PLACE_HOST, cmd_host_enable, "have services ask it: those named, or all"},
    {"host", "disable", "[SERVICE...]", 0, ARGUMENTS_MAX, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST,
     cmd_host_disable, "take what 'host enable' wrote out of their files"},
    {"host", "confirm", "", 0, 0, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_host_confirm,
     "keep what was enabled, from a login made since"},
    {"host", "revert", "[when-due|if-due]", 0, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_host_revert,
     "take back what was enabled and not confirmed"},
    {"org", "create", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE, NEEDS(NAME), NEEDS(OWNER), OPTION_LOGIN, OPTION_LOCAL_USER),
     RIGHT_HOST, PLACE_HOST, cmd_org_create, "make an org and its owner's account"},
    {"org", "list", "", 0, 0, OPTIONS(OPTIONS_LIST), RIGHT_HOST, PLACE_HOST, cmd_org_list,
     "list the orgs of this host"},
    {"org", "show", "SLUG", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_SEE, PLACE_ORG, cmd_org_show, "show one org"},
    {"org", "set", "SLUG KEY=VALUE...", 2, ARGUMENTS_MAX, OPTIONS(OPTIONS_CHANGE), RIGHT_SETTINGS, PLACE_ORG,
     cmd_org_set, "set how the org's people come, sign in and are told of it; --help lists the settings"},
    {"org", "rename", "SLUG NEW", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_ORG, cmd_org_rename,
     "give an org and its groups another name"},
    {"org", "delete", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_DELETE, PLACE_ORG, cmd_org_delete,
     "delete an org; the accounts of its members stay"},
    {"org", "transfer", "SLUG EMAIL", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ORG, cmd_org_transfer,
     "make a member the owner of an org"},
    {"provisioning", "show", "SLUG", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_SEE, PLACE_ORG, cmd_provisioning_show,
     "show how accounts come to exist"},
    {"provisioning", "set", "SLUG invite-only|jit", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_SETTINGS, PLACE_ORG,
     cmd_provisioning_set, "set how accounts come to exist"},
    {"enforcement", "show", "SLUG", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_SEE, PLACE_ORG, cmd_enforcement_show,
     "show whether sign-in is enforced"},
    {"enforcement", "set", "SLUG off|domains|sso-only", 2, 2, OPTIONS(OPTIONS_CHANGE, OPTION_SINCE), RIGHT_SETTINGS,
     PLACE_ORG, cmd_enforcement_set, "enforce sign-in through the org's provider, or stop"},
    {"enforcement", "pause", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE, NEEDS(FOR), NEEDS(REASON)), RIGHT_SETTINGS,
     PLACE_ORG, cmd_enforcement_pause, "let passwords in for a while"},
    {"idp", "set", "SLUG", 1, 1,
     OPTIONS(OPTIONS_CHANGE, OPTION_ISSUER, OPTION_CLIENT_ID, OPTION_CLIENT_SECRET_FILE, OPTION_PRIVATE_KEY_FILE,
             OPTION_CA_FILE, OPTION_AUTH, OPTION_SCOPES, OPTION_EMAIL_CLAIM, OPTION_GROUPS_CLAIM, OPTION_TRUST,
             OPTION_ON_LINK, OPTION_PRESET, OPTION_HOST, OPTION_TENANT, OPTION_REALM, OPTION_DEVICE_ENDPOINT,
             OPTION_KEY_SET, OPTION_AUDIENCE, OPTION_UNVERIFIED_MAIL, OPTION_USERINFO, OPTION_NOW,
             OPTION_SECRET_EXPIRES, OPTION_KEEP_OFFLINE),
     RIGHT_ORG, PLACE_ORG, cmd_idp_set, "make the org's connection, or change what is named"},
    {"idp", "show", "SLUG", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_SEE, PLACE_ORG, cmd_idp_show,
     "show the connection, without its secret"},
    {"idp", "test", "SLUG", 1, 1, OPTIONS(OPTIONS_COMMON, OPTION_NO_SIGNIN), RIGHT_ORG, PLACE_ORG, cmd_idp_test,
     "sign in through the connection, or only ask the provider what it is"},
    {"idp", "preset", "[list]", 0, 1, OPTIONS(OPTIONS_ANYONE), RIGHT_OWN, PLACE_ANYBODY, cmd_idp_preset,
     "list the presets of providers"},
    {"idp", "confirm", "SLUG FINGERPRINT", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_idp_confirm,
     "let the connection sign operators' and mapped accounts in, as 'idp show' shows it"},
    {"idp", "remove", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_WAITING), RIGHT_ORG, PLACE_ORG, cmd_idp_remove,
     "remove the connection"},
    {"social", "add", "NAME", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTIONS_SOCIAL), RIGHT_HOST, PLACE_HOST, cmd_social_add,
     "let people sign in by accounts that belong to no org"},
    {"social", "set", "NAME", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTIONS_SOCIAL), RIGHT_HOST, PLACE_HOST, cmd_social_set,
     "change what is named of a social connection"},
    {"social", "list", "", 0, 0, OPTIONS(OPTIONS_LIST), RIGHT_HOST, PLACE_HOST, cmd_social_list,
     "list the host's social connections"},
    {"social", "show", "NAME", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, cmd_social_show,
     "show one, without its secret"},
    {"social", "test", "NAME", 1, 1, OPTIONS(OPTIONS_COMMON, OPTION_NO_SIGNIN), RIGHT_HOST, PLACE_HOST, cmd_social_test,
     "sign in through one, or only ask the provider what it is"},
    {"social", "unlink", "NAME EMAIL", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_social_unlink,
     "forget an account's identity at one"},
    {"social", "remove", "NAME", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_social_remove,
     "remove one, and the identities with it"},
    {"mail", "set", "", 0, 0,
     OPTIONS(OPTIONS_CHANGE, OPTION_SERVER, OPTION_FROM, OPTION_USER, OPTION_PASSWORD_FILE, OPTION_CA_FILE), RIGHT_HOST,
     PLACE_HOST, cmd_mail_set, "say which mail server sends codes and invitations, or change what is named"},
    {"mail", "show", "", 0, 0, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, cmd_mail_show,
     "show the mail server, without its password"},
    {"mail", "test", "EMAIL", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, cmd_mail_test,
     "send a mail to this address"},
    {"mail", "remove", "", 0, 0, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_mail_remove, "send no more mail"},
    {"group", "map", "SLUG PROVIDER-GROUP [NAME]", 2, 3,
     OPTIONS(OPTIONS_CHANGE, OPTION_ROLE, OPTION_LOCAL_GROUP, OPTION_PRIVILEGED), RIGHT_ORG, PLACE_ORG, cmd_group_map,
     "give the members of a provider's group a Unix group, or the role of an admin"},
    {"group", "unmap", "SLUG PROVIDER-GROUP", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ORG, cmd_group_unmap,
     "take it back"},
    {"group", "list", "SLUG", 1, 1, OPTIONS(OPTIONS_LIST), RIGHT_SEE, PLACE_ORG, cmd_group_list,
     "list what provider groups give"},
    {"domain", "add", "SLUG DOMAIN", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ORG, cmd_domain_add,
     "claim a domain"},
    {"domain", "list", "[SLUG]", 0, 1, OPTIONS(OPTIONS_LIST), RIGHT_SEE, PLACE_ORG, cmd_domain_list, "list the claims"},
    {"domain", "show", "SLUG DOMAIN", 2, 2, OPTIONS(OPTIONS_COMMON), RIGHT_SEE, PLACE_ORG, cmd_domain_show,
     "show one claim, and its record"},
    {"domain", "verify", "[SLUG DOMAIN]", 0, 2, OPTIONS(OPTIONS_CHANGE, OPTION_BY_HAND, OPTION_RESOLVER, OPTION_ALL),
     RIGHT_ORG, PLACE_ORG, cmd_domain_verify, "look the record of a claim up, or of every claim"},
    {"domain", "remove", "SLUG DOMAIN", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ORG, cmd_domain_remove,
     "give a claim up"},
    {"invite", "create", "SLUG EMAIL", 2, 2,
     OPTIONS(OPTIONS_CHANGE, OPTION_ROLE, OPTION_EXPIRES, OPTION_VIA, OPTION_MAIL, OPTION_UNTIL, OPTION_REASON),
     RIGHT_PEOPLE, PLACE_ORG, cmd_invite_create, "invite somebody"},
    {"invite", "list", "SLUG", 1, 1, OPTIONS(OPTIONS_LIST), RIGHT_SEE, PLACE_ORG, cmd_invite_list, "list the invites"},
    {"invite", "cancel", "SLUG EMAIL", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_PEOPLE, PLACE_ORG, cmd_invite_cancel,
     "take an invite back"},
    {"member", "add", "SLUG EMAIL", 2, 2,
     OPTIONS(OPTIONS_CHANGE, OPTION_ROLE, OPTION_LOGIN, OPTION_LOCAL_USER, OPTION_NAME, OPTION_SHELL, OPTION_HOME,
             OPTION_UID, OPTION_UNTIL, OPTION_REASON),
     RIGHT_PEOPLE, PLACE_ORG, cmd_member_add, "add a member"},
    {"member", "import", "SLUG FILE", 2, 2, OPTIONS(OPTIONS_CHANGE, OPTION_KEEP_GOING, OPTION_MAIL), RIGHT_PEOPLE,
     PLACE_ORG, cmd_member_import, "add the members that a CSV file lists"},
    {"member", "export", "SLUG", 1, 1, OPTIONS(OPTIONS_PLAIN), RIGHT_SEE, PLACE_ORG, cmd_member_export,
     "write the members as such a file"},
    {"member", "list", "[SLUG]", 0, 1, OPTIONS(OPTIONS_LIST, OPTION_SOURCE, OPTION_ROLE, OPTION_IDLE, OPTION_GONE),
     RIGHT_SEE, PLACE_ORG, cmd_member_list, "list the members"},
    {"member", "role", "SLUG EMAIL viewer|admin", 3, 3, OPTIONS(OPTIONS_CHANGE, OPTION_UNTIL, OPTION_REASON),
     RIGHT_PEOPLE, PLACE_ORG, cmd_member_role, "give a member another role"},
    {"member", "suspend", "SLUG EMAIL", 2, 2, OPTIONS(OPTIONS_CHANGE, OPTION_END_SESSIONS), RIGHT_PEOPLE, PLACE_ORG,
     cmd_member_suspend, "keep a member out for a while"},
    {"member", "resume", "SLUG EMAIL", 2, 2, OPTIONS(OPTIONS_CHANGE, OPTION_UNTIL, OPTION_REASON), RIGHT_PEOPLE,
     PLACE_ORG, cmd_member_resume, "let a suspended member in again, for good or until a time"},
    {"member", "expire", "", 0, 0, OPTIONS(OPTIONS_CHANGE, OPTION_END_SESSIONS), RIGHT_HOST, PLACE_HOST,
     cmd_member_expire, "write down what has come to its end, and tell who has ten minutes left"},
    {"member", "remove", "SLUG EMAIL", 2, 2, OPTIONS(OPTIONS_CHANGE, OPTION_END_SESSIONS), RIGHT_PEOPLE, PLACE_ORG,
     cmd_member_remove, "remove a member"},
    // Before the command of one word: an org of such a name is named behind 'request add'.
    {"request", "list", "[SLUG]", 0, 1, OPTIONS(OPTIONS_LIST), RIGHT_SEE, PLACE_ORG, cmd_request_list,
     "list what members ask for and nobody has answered"},
    {"request", "approve", "SLUG LOGIN NUMBER", 3, 3, OPTIONS(OPTIONS_CHANGE), RIGHT_PEOPLE, PLACE_ORG,
     cmd_request_approve, "give a member what they ask for, from now on"},
    {"request", "deny", "SLUG LOGIN [NUMBER]", 2, 3, OPTIONS(OPTIONS_CHANGE, OPTION_REASON), RIGHT_PEOPLE, PLACE_ORG,
     cmd_request_deny, "end a request without giving anything"},
    {"request", "add", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_ROLE, NEEDS(FOR), NEEDS(REASON)), RIGHT_OWN,
     PLACE_SELF, cmd_request, "the same as 'request SLUG', whatever the org is called"},
    {"request", "", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_ROLE, NEEDS(FOR), NEEDS(REASON)), RIGHT_OWN,
     PLACE_SELF, cmd_request, "ask the admins of an org of yours for their role, or for access, for a while"},
    {"account", "list", "", 0, 0, OPTIONS(OPTIONS_LIST), RIGHT_HOST, PLACE_HOST, cmd_account_list,
     "list the accounts of this host"},
    {"account", "show", "LOGIN|EMAIL|UID", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_SEE, PLACE_PERSON, cmd_account_show,
     "show one account"},
    {"account", "lock", "LOGIN", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_END_SESSIONS), RIGHT_HOST, PLACE_HOST,
     cmd_account_lock, "keep a person out of all their orgs"},
    {"account", "unlock", "LOGIN", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_account_unlock,
     "let a locked account in again"},
    {"account", "rename", "LOGIN NEW", 2, 2, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_account_rename,
     "give an account another login name"},
    {"account", "remove", "LOGIN", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_END_SESSIONS, OPTION_KEEP_HOME), RIGHT_HOST,
     PLACE_HOST, cmd_account_remove, "remove an account; its number is not given again"},
    {"account", "retire", "LOGIN", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_KEEP_HOME), RIGHT_ORG, PLACE_ACCOUNT,
     cmd_account_retire, "end an account that somebody else may have used; the person signs in as somebody new"},
    {"account", "set", "LOGIN KEY=VALUE...", 2, 4, OPTIONS(OPTIONS_CHANGE, OPTION_REASON), RIGHT_HOST, PLACE_HOST,
     cmd_account_set,
     "change shell=, home= or name= of an account, or say email=proven, that its address is its person's"},
    {"account", "recheck", "[SLUG|LOGIN]", 0, 1, OPTIONS(OPTIONS_CHANGE, OPTION_RATE, OPTION_END_SESSIONS), RIGHT_HOST,
     PLACE_HOST, cmd_account_recheck, "ask the providers whether people are still theirs, and write down who is gone"},
    {"identity", "link", "EMAIL", 1, 1, OPTIONS(OPTIONS_CHANGE, NEEDS(ORG), OPTION_SUBJECT, OPTION_IDP_EMAIL),
     RIGHT_ORG, PLACE_ORG_OPTION, cmd_identity_link, "link an account to an identity at the org's provider"},
    {"identity", "unlink", "EMAIL", 1, 1, OPTIONS(OPTIONS_CHANGE, NEEDS(ORG)), RIGHT_ORG, PLACE_ORG_OPTION,
     cmd_identity_unlink, "take an account's identity there away"},
    {"identity", "add", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_OWN, PLACE_ORG, cmd_identity_add,
     "sign in at the org's provider and link that identity to your own account"},
    {"password", "set", "EMAIL", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_STDIN), RIGHT_ORG, PLACE_ACCOUNT,
     cmd_password_set, "set an account's password"},
    {"password", "remove", "EMAIL", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ACCOUNT, cmd_password_remove,
     "remove an account's password"},
    {"recovery", "create", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ORG, cmd_recovery_create,
     "make codes by which the owner of an org gets in whatever happens"},
    {"recovery", "list", "SLUG", 1, 1, OPTIONS(OPTIONS_LIST), RIGHT_ORG, PLACE_ORG, cmd_recovery_list,
     "show how many of them are left"},
    {"recovery", "revoke", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_ORG, PLACE_ORG, cmd_recovery_revoke,
     "make them void"},
    {"throttle", "list", "", 0, 0, OPTIONS(OPTIONS_LIST), RIGHT_HOST, PLACE_HOST, cmd_throttle_list,
     "list what was tried often of late"},
    {"throttle", "clear", "LOGIN|ADDR", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_throttle_clear,
     "let a login or an address try again at once"},
    {"offboard", "", "EMAIL", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_offboard,
     "end everything that lets somebody in, or runs for them, and tell what they own"},
    {"eject", "", "[DIR]", 0, 1, OPTIONS(OPTIONS_CHANGE, OPTION_DO), RIGHT_HOST, PLACE_HOST, cmd_eject,
     "make local users of all accounts, with the same numbers, homes and groups"},
    {"why", "", "LOGIN|EMAIL|UID", 1, 1, OPTIONS(OPTIONS_COMMON, OPTION_SERVICE, OPTION_RHOST), RIGHT_SEE, PLACE_PERSON,
     cmd_why, "say what somebody would be offered, by which row of the policy, and what happened last"},
    {"access", "diff", "FROM TO [SLUG]", 2, 3, OPTIONS(OPTIONS_LIST), RIGHT_SEE, PLACE_ORG_THIRD, cmd_access_diff,
     "list who came and went between two moments, and whose role or end changed"},
    {"access", "", "[SLUG]", 0, 1, OPTIONS(OPTIONS_LIST, OPTION_AT), RIGHT_SEE, PLACE_ORG, cmd_access,
     "list who can get in, or could at a time"},
    {"review", "", "SLUG", 1, 1, OPTIONS(OPTIONS_LIST, OPTION_DRY_RUN, OPTION_IDLE, OPTION_SIGN_OFF, OPTION_REASON),
     RIGHT_SEE, PLACE_ORG, cmd_review, "show who is in an org and whom to look at, or sign that off"},
    {"audit", "verify", "", 0, 0, OPTIONS(OPTIONS_COMMON, OPTION_HEAD, OPTION_LOG), RIGHT_HOST, PLACE_HOST,
     cmd_audit_verify, "whether each event still follows the one before it"},
    {"audit", "", "[SLUG]", 0, 1, OPTIONS(OPTIONS_LIST, OPTION_SINCE, OPTION_FOLLOW), RIGHT_SEE, PLACE_ORG, cmd_audit,
     "show what was done, by whom"},
    {"candidates", "", "WORD...", 1, ARGUMENTS_MAX, OPTIONS(OPTIONS_PLAIN), RIGHT_HOST, PLACE_HOST, cmd_candidates,
     "print what of the store the last word of a command may become, for completion"},
    {"completion", "", "bash|zsh|fish", 1, 1, OPTIONS(OPTION_HELP, OPTION_VERSION), RIGHT_OWN, PLACE_ANYBODY,
     cmd_completion, "print what completes the words of these commands in a shell"},
    {"whoami", "", "", 0, 0, OPTIONS(OPTIONS_ANYONE, OPTION_JSONL, OPTION_WIDE, OPTION_COLUMNS), RIGHT_OWN,
     PLACE_ANYBODY, cmd_whoami, "list your own orgs, and which are open in this session"},
    {"shell", "", "PATH", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_OWN, PLACE_SELF, cmd_shell,
     "choose your own shell, one of /etc/shells"},
    {"switch", "", "[SLUG]", 0, 1, OPTIONS(OPTIONS_ANYONE, OPTION_DRY_RUN), RIGHT_OWN, PLACE_ANYBODY, cmd_switch,
     "choose your active org"},
    {"backup", "", "FILE", 1, 1, OPTIONS(OPTIONS_COMMON, OPTION_WITH_TOKENS), RIGHT_HOST, PLACE_HOST, cmd_backup,
     "write the store to a file, while people sign in"},
    {"restore", "", "FILE", 1, 1, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_restore,
     "put the store back as a backup has it"},
    {"dump", "", "", 0, 0, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, cmd_dump,
     "print what admins have set, as one JSON document without secrets"},
    {"apply", "", "FILE", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_PRUNE), RIGHT_HOST, PLACE_HOST, cmd_apply,
     "bring the host to the state that such a document says"},
    {"upgrade", "", "", 0, 0, OPTIONS(OPTIONS_CHANGE), RIGHT_HOST, PLACE_HOST, cmd_upgrade,
     "bring the store to this version, and confirm what an operator must look at"},
    {"check", "", "", 0, 0, OPTIONS(OPTIONS_COMMON, OPTION_OFFLINE, OPTION_LOG), RIGHT_HOST, PLACE_HOST, cmd_check,
     "say what is wrong with this host, and the mend for each"},
    {"status", "", "", 0, 0, OPTIONS(OPTIONS_COMMON, OPTION_PROMETHEUS), RIGHT_HOST, PLACE_HOST, cmd_status,
     "show the state of store and published map"},
};

const struct command *command_table(size_t *ret_count)
{
  *ret_count = COUNT_OF(COMMANDS);
  return COMMANDS;
}

const struct command *command_find(const char *noun, const char *verb)
{
  for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
    const struct command *command = &COMMANDS[i];
    bool fits = strcmp(command->noun, noun) == 0;
    if (fits && (command->verb[0] == '\0' || (verb != NULL && strcmp(command->verb, verb) == 0))) {
      return command;
    }
  }
  return NULL;
}

bool command_is_noun(const char *word)
{
  for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
    if (strcmp(COMMANDS[i].noun, word) == 0) {
      return true;
    }
  }
  return false;
}

int command_run(int argc, char *const *argv)
{
  struct invocation in;
  struct actor actor;
  int code = invocation_parse(argc - 1, argv + 1, &in);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in.options[OPTION_HELP] != NULL) {
    return help_print(in.command, in.arguments[0]);
  }
  if (in.options[OPTION_VERSION] != NULL) {
    return printf("ssoctl %s\n", SSOORG_VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
  }
  in.actor = &actor;
  code = authorize_command(&in, &actor);
  return code == EXIT_DONE ? in.command->run(&in) : code;
}

int main(int argc, char **argv)
{
  return surroundings_settle() == STATUS_OK ? command_run(argc, argv) : EXIT_FAILED;
}
