// SPDX-License-Identifier: Apache-2.0
// ssoctl: administers orgs, domains, connections, invites, members, provisioning and enforcement.
#include <stdio.h>
#include <string.h>

#include "authorize.h"
#include "base/cleanup.h"
#include "change/settings.h"
#include "command.h"
#include "context.h"
#include "paths.h"
#include "surroundings.h"

#define BIT(option) OPTION_BIT(OPTION_##option)

#define OPTIONS_SOCIAL                                                                                                 \
  (BIT(NAME) | BIT(PRESET) | BIT(HOST) | BIT(TENANT) | BIT(REALM) | BIT(ISSUER) | BIT(CLIENT_ID) |                     \
   BIT(CLIENT_SECRET_FILE) | BIT(PRIVATE_KEY_FILE) | BIT(CA_FILE) | BIT(AUTH) | BIT(SCOPES) | BIT(EMAIL_CLAIM) |       \
   BIT(DEVICE_ENDPOINT) | BIT(KEY_SET) | BIT(AUDIENCE))

static const struct command COMMANDS[] = {
    {"init", "", "", 0, 0, OPTIONS_CHANGE | BIT(SITE_SEED), RIGHT_HOST, PLACE_HOST, cmd_init, "make this host's store"},
    {"org", "create", "SLUG", 1, 1, OPTIONS_CHANGE | BIT(NAME) | BIT(OWNER) | BIT(LOGIN) | BIT(LOCAL_USER), RIGHT_HOST,
     PLACE_HOST, cmd_org_create, "make an org and its owner's account"},
    {"org", "list", "", 0, 0, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_org_list, "list the orgs of this host"},
    {"org", "show", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_org_show, "show one org"},
    {"org", "set", "SLUG KEY=VALUE...", 2, ARGUMENTS_MAX, OPTIONS_CHANGE, RIGHT_SETTINGS, PLACE_ORG, cmd_org_set,
     "set how the org's people come, sign in and are told of it; --help lists the settings"},
    {"org", "rename", "SLUG NEW", 2, 2, OPTIONS_CHANGE, RIGHT_HOST, PLACE_ORG, cmd_org_rename,
     "give an org and its groups another name"},
    {"org", "delete", "SLUG", 1, 1, OPTIONS_CHANGE, RIGHT_DELETE, PLACE_ORG, cmd_org_delete,
     "delete an org; the accounts of its members stay"},
    {"org", "transfer", "SLUG EMAIL", 2, 2, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_org_transfer,
     "make a member the owner of an org"},
    {"provisioning", "show", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_provisioning_show,
     "show how accounts come to exist"},
    {"provisioning", "set", "SLUG invite-only|jit", 2, 2, OPTIONS_CHANGE, RIGHT_SETTINGS, PLACE_ORG,
     cmd_provisioning_set, "set how accounts come to exist"},
    {"enforcement", "show", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_enforcement_show,
     "show whether sign-in is enforced"},
    {"enforcement", "set", "SLUG off|domains|sso-only", 2, 2, OPTIONS_CHANGE, RIGHT_SETTINGS, PLACE_ORG,
     cmd_enforcement_set, "enforce sign-in through the org's provider, or stop"},
    {"enforcement", "pause", "SLUG", 1, 1, OPTIONS_CHANGE | BIT(FOR) | BIT(REASON), RIGHT_SETTINGS, PLACE_ORG,
     cmd_enforcement_pause, "let passwords in for a while"},
    {"idp", "set", "SLUG", 1, 1,
     OPTIONS_CHANGE | BIT(ISSUER) | BIT(CLIENT_ID) | BIT(CLIENT_SECRET_FILE) | BIT(PRIVATE_KEY_FILE) | BIT(CA_FILE) |
         BIT(AUTH) | BIT(SCOPES) | BIT(EMAIL_CLAIM) | BIT(GROUPS_CLAIM) | BIT(TRUST) | BIT(ON_LINK) | BIT(PRESET) |
         BIT(HOST) | BIT(TENANT) | BIT(REALM) | BIT(DEVICE_ENDPOINT) | BIT(KEY_SET) | BIT(AUDIENCE) |
         BIT(UNVERIFIED_MAIL) | BIT(USERINFO),
     RIGHT_ORG, PLACE_ORG, cmd_idp_set, "make the org's connection, or change what is named"},
    {"idp", "show", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_idp_show,
     "show the connection, without its secret"},
    {"idp", "test", "SLUG", 1, 1, OPTIONS_COMMON | BIT(NO_SIGNIN), RIGHT_ORG, PLACE_ORG, cmd_idp_test,
     "sign in through the connection, or only ask the provider what it is"},
    {"idp", "preset", "[list]", 0, 1, OPTIONS_ANYONE, RIGHT_OWN, PLACE_ANYBODY, cmd_idp_preset,
     "list the presets of providers"},
    {"idp", "confirm", "SLUG FINGERPRINT", 2, 2, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_idp_confirm,
     "let the connection sign operators' and mapped accounts in, as 'idp show' shows it"},
    {"idp", "remove", "SLUG", 1, 1, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_idp_remove, "remove the connection"},
    {"social", "add", "NAME", 1, 1, OPTIONS_CHANGE | OPTIONS_SOCIAL, RIGHT_HOST, PLACE_HOST, cmd_social_add,
     "let people sign in by accounts that belong to no org"},
    {"social", "set", "NAME", 1, 1, OPTIONS_CHANGE | OPTIONS_SOCIAL, RIGHT_HOST, PLACE_HOST, cmd_social_set,
     "change what is named of a social connection"},
    {"social", "list", "", 0, 0, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_social_list,
     "list the host's social connections"},
    {"social", "show", "NAME", 1, 1, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_social_show,
     "show one, without its secret"},
    {"social", "test", "NAME", 1, 1, OPTIONS_COMMON | BIT(NO_SIGNIN), RIGHT_HOST, PLACE_HOST, cmd_social_test,
     "sign in through one, or only ask the provider what it is"},
    {"social", "unlink", "NAME EMAIL", 2, 2, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_social_unlink,
     "forget an account's identity at one"},
    {"social", "remove", "NAME", 1, 1, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_social_remove,
     "remove one, and the identities with it"},
    {"mail", "set", "", 0, 0, OPTIONS_CHANGE | BIT(SERVER) | BIT(FROM) | BIT(USER) | BIT(PASSWORD_FILE) | BIT(CA_FILE),
     RIGHT_HOST, PLACE_HOST, cmd_mail_set,
     "say which mail server sends codes and invitations, or change what is named"},
    {"mail", "show", "", 0, 0, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_mail_show,
     "show the mail server, without its password"},
    {"mail", "test", "EMAIL", 1, 1, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_mail_test,
     "send a mail to this address"},
    {"mail", "remove", "", 0, 0, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_mail_remove, "send no more mail"},
    {"group", "map", "SLUG PROVIDER-GROUP [NAME]", 2, 3, OPTIONS_CHANGE | BIT(LOCAL_GROUP) | BIT(PRIVILEGED), RIGHT_ORG,
     PLACE_ORG, cmd_group_map, "give the members of a provider's group a Unix group"},
    {"group", "unmap", "SLUG PROVIDER-GROUP", 2, 2, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_group_unmap,
     "take it back"},
    {"group", "list", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_group_list,
     "list what provider groups give"},
    {"domain", "add", "SLUG DOMAIN", 2, 2, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_domain_add, "claim a domain"},
    {"domain", "list", "[SLUG]", 0, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_domain_list, "list the claims"},
    {"domain", "show", "SLUG DOMAIN", 2, 2, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_domain_show,
     "show one claim, and its record"},
    {"domain", "verify", "[SLUG DOMAIN]", 0, 2, OPTIONS_CHANGE | BIT(BY_HAND) | BIT(RESOLVER) | BIT(ALL), RIGHT_ORG,
     PLACE_ORG, cmd_domain_verify, "look the record of a claim up, or of every claim"},
    {"domain", "remove", "SLUG DOMAIN", 2, 2, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_domain_remove,
     "give a claim up"},
    {"invite", "create", "SLUG EMAIL", 2, 2, OPTIONS_CHANGE | BIT(ROLE) | BIT(EXPIRES) | BIT(VIA) | BIT(MAIL),
     RIGHT_PEOPLE, PLACE_ORG, cmd_invite_create, "invite somebody"},
    {"invite", "list", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_ORG, cmd_invite_list, "list the invites"},
    {"invite", "cancel", "SLUG EMAIL", 2, 2, OPTIONS_CHANGE, RIGHT_PEOPLE, PLACE_ORG, cmd_invite_cancel,
     "take an invite back"},
    {"member", "add", "SLUG EMAIL", 2, 2,
     OPTIONS_CHANGE | BIT(ROLE) | BIT(LOGIN) | BIT(LOCAL_USER) | BIT(NAME) | BIT(SHELL) | BIT(HOME) | BIT(UID),
     RIGHT_PEOPLE, PLACE_ORG, cmd_member_add, "add a member"},
    {"member", "import", "SLUG FILE", 2, 2, OPTIONS_CHANGE | BIT(KEEP_GOING) | BIT(MAIL), RIGHT_PEOPLE, PLACE_ORG,
     cmd_member_import, "add the members that a CSV file lists"},
    {"member", "export", "SLUG", 1, 1, OPTIONS_COMMON & ~BIT(JSON), RIGHT_SEE, PLACE_ORG, cmd_member_export,
     "write the members as such a file"},
    {"member", "list", "[SLUG]", 0, 1, OPTIONS_COMMON | BIT(SOURCE) | BIT(ROLE) | BIT(IDLE), RIGHT_SEE, PLACE_ORG,
     cmd_member_list, "list the members"},
    {"member", "role", "SLUG EMAIL viewer|admin", 3, 3, OPTIONS_CHANGE, RIGHT_PEOPLE, PLACE_ORG, cmd_member_role,
     "give a member another role"},
    {"member", "suspend", "SLUG EMAIL", 2, 2, OPTIONS_CHANGE | BIT(END_SESSIONS), RIGHT_PEOPLE, PLACE_ORG,
     cmd_member_suspend, "keep a member out for a while"},
    {"member", "resume", "SLUG EMAIL", 2, 2, OPTIONS_CHANGE, RIGHT_PEOPLE, PLACE_ORG, cmd_member_resume,
     "let a suspended member in again"},
    {"member", "remove", "SLUG EMAIL", 2, 2, OPTIONS_CHANGE | BIT(END_SESSIONS), RIGHT_PEOPLE, PLACE_ORG,
     cmd_member_remove, "remove a member"},
    {"account", "list", "", 0, 0, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_account_list,
     "list the accounts of this host"},
    {"account", "show", "LOGIN|EMAIL|UID", 1, 1, OPTIONS_COMMON, RIGHT_SEE, PLACE_PERSON, cmd_account_show,
     "show one account"},
    {"account", "lock", "LOGIN", 1, 1, OPTIONS_CHANGE | BIT(END_SESSIONS), RIGHT_HOST, PLACE_HOST, cmd_account_lock,
     "keep a person out of all their orgs"},
    {"account", "unlock", "LOGIN", 1, 1, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_account_unlock,
     "let a locked account in again"},
    {"account", "rename", "LOGIN NEW", 2, 2, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_account_rename,
     "give an account another login name"},
    {"account", "remove", "LOGIN", 1, 1, OPTIONS_CHANGE | BIT(END_SESSIONS) | BIT(KEEP_HOME), RIGHT_HOST, PLACE_HOST,
     cmd_account_remove, "remove an account; its number is not given again"},
    {"account", "retire", "LOGIN", 1, 1, OPTIONS_CHANGE | BIT(KEEP_HOME), RIGHT_ORG, PLACE_ACCOUNT, cmd_account_retire,
     "end an account that somebody else may have used; the person signs in as somebody new"},
    {"account", "set", "LOGIN email=proven", 2, 2, OPTIONS_CHANGE | BIT(REASON), RIGHT_HOST, PLACE_HOST,
     cmd_account_set, "say that an account's address is its person's"},
    {"identity", "link", "EMAIL", 1, 1, OPTIONS_CHANGE | BIT(ORG) | BIT(SUBJECT) | BIT(IDP_EMAIL), RIGHT_ORG,
     PLACE_ORG_OPTION, cmd_identity_link, "link an account to an identity at the org's provider"},
    {"identity", "unlink", "EMAIL", 1, 1, OPTIONS_CHANGE | BIT(ORG), RIGHT_ORG, PLACE_ORG_OPTION, cmd_identity_unlink,
     "take an account's identity there away"},
    {"identity", "add", "SLUG", 1, 1, OPTIONS_CHANGE, RIGHT_OWN, PLACE_ORG, cmd_identity_add,
     "sign in at the org's provider and link that identity to your own account"},
    {"password", "set", "EMAIL", 1, 1, OPTIONS_CHANGE | BIT(STDIN), RIGHT_ORG, PLACE_ACCOUNT, cmd_password_set,
     "set an account's password"},
    {"password", "remove", "EMAIL", 1, 1, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ACCOUNT, cmd_password_remove,
     "remove an account's password"},
    {"recovery", "create", "SLUG", 1, 1, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_recovery_create,
     "make codes by which the owner of an org gets in whatever happens"},
    {"recovery", "list", "SLUG", 1, 1, OPTIONS_COMMON, RIGHT_ORG, PLACE_ORG, cmd_recovery_list,
     "show how many of them are left"},
    {"recovery", "revoke", "SLUG", 1, 1, OPTIONS_CHANGE, RIGHT_ORG, PLACE_ORG, cmd_recovery_revoke, "make them void"},
    {"throttle", "list", "", 0, 0, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_throttle_list,
     "list what was tried often of late"},
    {"throttle", "clear", "LOGIN|ADDR", 1, 1, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_throttle_clear,
     "let a login or an address try again at once"},
    {"why", "", "LOGIN", 1, 1, OPTIONS_COMMON | BIT(SERVICE) | BIT(RHOST), RIGHT_SEE, PLACE_PERSON, cmd_why,
     "say what a login would be offered, and which row of the policy says so"},
    {"audit", "", "[SLUG]", 0, 1, OPTIONS_COMMON | BIT(SINCE) | BIT(FOLLOW), RIGHT_SEE, PLACE_ORG, cmd_audit,
     "show what was done, by whom"},
    {"completion", "", "bash|zsh|fish", 1, 1, OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION), RIGHT_OWN,
     PLACE_ANYBODY, cmd_completion, "print what completes the words of these commands in a shell"},
    {"whoami", "", "", 0, 0, OPTIONS_ANYONE, RIGHT_OWN, PLACE_ANYBODY, cmd_whoami,
     "list your own orgs, and which are open in this session"},
    {"switch", "", "[SLUG]", 0, 1, OPTIONS_ANYONE | BIT(DRY_RUN), RIGHT_OWN, PLACE_ANYBODY, cmd_switch,
     "choose your active org"},
    {"upgrade", "", "", 0, 0, OPTIONS_CHANGE, RIGHT_HOST, PLACE_HOST, cmd_upgrade,
     "bring the store to this version, and confirm what an operator must look at"},
    {"status", "", "", 0, 0, OPTIONS_COMMON, RIGHT_HOST, PLACE_HOST, cmd_status,
     "show the state of store and published map"},
};

const struct command *command_table(size_t *ret_count)
{
  *ret_count = COUNT_OF(COMMANDS);
  return COMMANDS;
}

static void print_usage(FILE *to, const struct command *command)
{
  (void)fprintf(to, "ssoctl %s%s%s%s%s\n", command->noun, command->verb[0] != '\0' ? " " : "", command->verb,
                command->arguments[0] != '\0' ? " " : "", command->arguments);
}

static void print_commands(FILE *to, const char *noun)
{
  for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
    if (noun == NULL || strcmp(noun, COMMANDS[i].noun) == 0) {
      char words[96];
      (void)snprintf(words, sizeof words, "%s%s%s %s", COMMANDS[i].noun, COMMANDS[i].verb[0] != '\0' ? " " : "",
                     COMMANDS[i].verb, COMMANDS[i].arguments);
      (void)fprintf(to, "  ssoctl %-38s %s\n", words, COMMANDS[i].help);
    }
  }
}

// What 'org set' may set.
static void print_settings(void)
{
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  (void)printf("Settings:\n");
  for (size_t i = 0; i < count; i++) {
    const struct org_setting *s = &settings[i];
    (void)printf("  %s=\n        %s: %s", s->key, s->meaning, s->legal);
    if (s->initial != NULL) {
      (void)printf("; %s unless set", s->initial[0] != '\0' ? s->initial : "nothing");
    }
    (void)printf("; for %s\n", right_whom(s->right));
  }
  (void)printf("\n");
}

static int print_help(const struct command *command)
{
  (void)printf("Usage: ");
  print_usage(stdout, command);
  (void)printf("  %s\n\n", command->help);
  if (command->run == cmd_org_set) {
    print_settings();
  }
  (void)printf("Options:\n");
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if ((command->options & OPTION_BIT(i)) != 0) {
      (void)printf("  %s\n        %s\n", option_usage((enum option)i), option_meaning((enum option)i));
    }
  }
  return EXIT_DONE;
}

static int print_overview(FILE *to, int code)
{
  (void)fprintf(to, "Usage: ssoctl NOUN VERB ARGUMENTS [--options]\n\n");
  print_commands(to, NULL);
  (void)fprintf(to,
                "\nEverywhere: --json, --yes, --help, --version, --store DIR, --config FILE; --dry-run on changes.\n"
                "Exit codes: 0 done, 1 failed, 2 usage, 3 refused by policy, 4 no such thing. See ssoctl(8).\n");
  return code;
}

static const struct command *find_command(const char *noun, const char *verb)
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

static bool is_noun(const char *word)
{
  for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
    if (strcmp(COMMANDS[i].noun, word) == 0) {
      return true;
    }
  }
  return false;
}

static int explain_unknown(const char *noun, const char *verb)
{
  if (!is_noun(noun)) {
    return fail(EXIT_USAGE, "\"%.40s\" is not a command; 'ssoctl --help' lists them", noun);
  }
  if (verb != NULL && strcmp(verb, "--help") == 0) {
    print_commands(stdout, noun);
    return EXIT_DONE;
  }
  (void)fail(EXIT_USAGE, "\"%.40s\" is not a verb of \"%s\"; legal are:", verb != NULL ? verb : "", noun);
  print_commands(stderr, noun);
  return EXIT_USAGE;
}

static int run(int argc, char *const *argv)
{
  struct invocation in;
  const char *verb = argc > 2 ? argv[2] : NULL;
  if (argc < 2) {
    return print_overview(stderr, EXIT_USAGE);
  }
  if (strcmp(argv[1], "--help") == 0) {
    return print_overview(stdout, EXIT_DONE);
  }
  if (strcmp(argv[1], "--version") == 0) {
    return printf("ssoctl %s\n", SSOORG_VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
  }
  const struct command *command = find_command(argv[1], verb);
  if (command == NULL) {
    return explain_unknown(argv[1], verb);
  }
  int skip = command->verb[0] == '\0' ? 2 : 3;
  int code = invocation_parse(command, argc - skip, argv + skip, &in);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in.options[OPTION_HELP] != NULL) {
    return print_help(command);
  }
  if (in.options[OPTION_VERSION] != NULL) {
    return printf("ssoctl %s\n", SSOORG_VERSION) < 0 ? EXIT_FAILED : EXIT_DONE;
  }
  struct actor actor;
  in.actor = &actor;
  code = authorize_command(&in, &actor);
  return code == EXIT_DONE ? command->run(&in) : code;
}

int main(int argc, char **argv)
{
  return surroundings_settle() == STATUS_OK ? run(argc, argv) : EXIT_FAILED;
}
