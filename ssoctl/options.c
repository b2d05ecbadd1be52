// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct {
  const char *name;
  const char *value;   // what it takes; NULL for none
  const char *meaning; // a line
  enum right right;    // what it takes beyond its command; RIGHT_NONE: nothing
  const char *only;    // the one value for which it does; NULL: any
  bool file;           // its value is the path of a file; "-" is standard input
} TABLE[OPTION_COUNT] = {
    [OPTION_JSON] = {.name = "--json", .meaning = "print JSON"},
    [OPTION_YES] = {.name = "--yes", .meaning = "ask nothing"},
    [OPTION_DRY_RUN] = {.name = "--dry-run", .meaning = "say what would be done, and store nothing"},
    [OPTION_HELP] = {.name = "--help", .meaning = "print this"},
    [OPTION_VERSION] = {.name = "--version", .meaning = "print the version"},
    [OPTION_STORE] = {.name = "--store",
                      .value = "DIR",
                      .meaning = "another store than this host's, and its map",
                      .right = RIGHT_HOST},
    [OPTION_CONFIG] = {.name = "--config", .value = "FILE", .meaning = "another file of settings", .right = RIGHT_HOST},
    [OPTION_NAME] = {.name = "--name", .value = "NAME", .meaning = "as it is shown"},
    [OPTION_OWNER] = {.name = "--owner", .value = "EMAIL", .meaning = "the address of the owner"},
    [OPTION_LOGIN] = {.name = "--login",
                      .value = "NAME",
                      .meaning = "the login name, instead of the address",
                      .right = RIGHT_HOST},
    [OPTION_SHELL] = {.name = "--shell",
                      .value = "FILE",
                      .meaning = "the shell, instead of the host's setting",
                      .right = RIGHT_HOST},
    [OPTION_HOME] = {.name = "--home",
                     .value = "DIR",
                     .meaning = "the home, instead of the host's setting",
                     .right = RIGHT_HOST},
    [OPTION_UID] = {.name = "--uid",
                    .value = "N",
                    .meaning = "the number that the account gets, or has",
                    .right = RIGHT_HOST},
    [OPTION_ROLE] = {.name = "--role", .value = "viewer|admin", .meaning = "what a member may do"},
    [OPTION_SOURCE] = {.name = "--source",
                       .value = "sso|invitation|owner|manual",
                       .meaning = "those who became members so"},
    [OPTION_EXPIRES] = {.name = "--expires", .value = "DURATION", .meaning = "how long it is open"},
    [OPTION_ISSUER] = {.name = "--issuer",
                       .value = "URL",
                       .meaning = "the provider's issuer, as its discovery document says it"},
    [OPTION_CLIENT_ID] = {.name = "--client-id", .value = "ID", .meaning = "the client that was registered there"},
    [OPTION_CLIENT_SECRET_FILE] = {.name = "--client-secret-file",
                                   .value = "FILE",
                                   .meaning = "holds the client's secret; - is standard input",
                                   .file = true},
    [OPTION_PRIVATE_KEY_FILE] = {.name = "--private-key-file",
                                 .value = "FILE",
                                 .meaning = "holds the client's private key as PEM; - is standard input",
                                 .file = true},
    [OPTION_CA_FILE] = {.name = "--ca-file",
                        .value = "FILE",
                        .meaning = "certificates that the server's chain ends in; - is standard input",
                        .file = true},
    [OPTION_AUTH] = {.name = "--auth",
                     .value = "none|client_secret_basic|client_secret_post|client_secret_jwt|private_key_jwt|auto",
                     .meaning = "how the client shows who it is"},
    [OPTION_SCOPES] = {.name = "--scopes", .value = "\"...\"", .meaning = "what is asked for, separated by spaces"},
    [OPTION_EMAIL_CLAIM] = {.name = "--email-claim", .value = "NAME", .meaning = "the claim that holds the address"},
    [OPTION_GROUPS_CLAIM] = {.name = "--groups-claim",
                             .value = "NAME",
                             .meaning = "the claim that holds the groups; a dot goes one level down"},
    [OPTION_BY_HAND] = {.name = "--by-hand",
                        .value = "REASON",
                        .meaning = "without its record, for this reason",
                        .right = RIGHT_HOST},
    [OPTION_STDIN] = {.name = "--stdin", .meaning = "read it from standard input"},
    [OPTION_NO_SIGNIN] = {.name = "--no-signin", .meaning = "only ask the provider what it is"},
    [OPTION_SITE_SEED] = {.name = "--site-seed",
                          .value = "HEX",
                          .meaning = "32 hexadecimal digits: hosts with the same give the same numbers",
                          .right = RIGHT_HOST},
    [OPTION_SINCE] = {.name = "--since",
                      .value = "DURATION|DATE",
                      .meaning = "what is younger, or not older than that day"},
    [OPTION_SERVICE] = {.name = "--service", .value = "NAME", .meaning = "at this PAM service"},
    [OPTION_RHOST] = {.name = "--rhost", .value = "ADDR", .meaning = "from this address"},
    [OPTION_END_SESSIONS] = {.name = "--end-sessions", .meaning = "end what runs of the person"},
    [OPTION_IDLE] = {.name = "--idle", .value = "DURATION", .meaning = "those who have not signed in for so long"},
    [OPTION_FOLLOW] = {.name = "--follow", .meaning = "go on as it comes"},
    [OPTION_LOCAL_USER] = {.name = "--local-user",
                           .value = "NAME",
                           .meaning = "map the account onto this user of /etc/passwd",
                           .right = RIGHT_HOST},
    [OPTION_FOR] = {.name = "--for", .value = "DURATION", .meaning = "how long"},
    [OPTION_REASON] = {.name = "--reason", .value = "TEXT", .meaning = "why, for the audit trail"},
    [OPTION_TRUST] = {.name = "--trust",
                      .value = "linked|domain|any",
                      .meaning = "whose addresses the provider vouches for",
                      .right = RIGHT_HOST,
                      .only = "any"},
    [OPTION_ON_LINK] = {.name = "--on-link",
                        .value = "keep|sso-only",
                        .meaning = "whether the password goes when an identity is linked"},
    [OPTION_VIA] = {.name = "--via", .value = "code|sso", .meaning = "what accepts it"},
    [OPTION_RESOLVER] = {.name = "--resolver",
                         .value = "ADDR[:PORT]",
                         .meaning = "ask this name server",
                         .right = RIGHT_HOST},
    [OPTION_ALL] = {.name = "--all", .meaning = "every claim of the host", .right = RIGHT_HOST},
    [OPTION_KEEP_GOING] = {.name = "--keep-going", .meaning = "leave out what is refused"},
    [OPTION_ORG] = {.name = "--org", .value = "SLUG", .meaning = "at this org"},
    [OPTION_SUBJECT] = {.name = "--subject", .value = "SUB", .meaning = "the subject, as the provider says it"},
    [OPTION_IDP_EMAIL] = {.name = "--idp-email",
                          .value = "EMAIL",
                          .meaning = "the address, as the provider will say it"},
    [OPTION_LOCAL_GROUP] = {.name = "--local-group",
                            .value = "NAME",
                            .meaning = "a group of /etc/group",
                            .right = RIGHT_HOST},
    [OPTION_KEEP_HOME] = {.name = "--keep-home", .meaning = "leave the home where it is"},
    [OPTION_PRIVILEGED] = {.name = "--privileged",
                           .value = "NAME",
                           .meaning = "the same name once more, for a group that gives rights on the host",
                           .right = RIGHT_HOST},
    [OPTION_PRESET] = {.name = "--preset",
                       .value = "NAME",
                       .meaning = "what is known of this provider; see 'idp preset list'"},
    [OPTION_HOST] = {.name = "--host", .value = "NAME", .meaning = "the provider's host name, for a preset"},
    [OPTION_TENANT] = {.name = "--tenant", .value = "ID", .meaning = "the provider's tenant, for a preset"},
    [OPTION_REALM] = {.name = "--realm", .value = "NAME", .meaning = "the provider's realm, for a preset"},
    [OPTION_DEVICE_ENDPOINT] = {.name = "--device-endpoint",
                                .value = "URL",
                                .meaning = "where codes are asked for, if the provider does not say"},
    [OPTION_KEY_SET] = {.name = "--key-set",
                        .value = "URL",
                        .meaning = "where its keys are, if the provider does not say"},
    [OPTION_AUDIENCE] = {.name = "--audience",
                         .value = "\"...\"",
                         .meaning = "further audiences of its tokens, separated by spaces"},
    [OPTION_UNVERIFIED_MAIL] = {.name = "--unverified-mail",
                                .value = "refuse|accept",
                                .meaning = "whether an address that the provider calls unverified counts"},
    [OPTION_USERINFO] = {.name = "--userinfo",
                         .value = "verified|missing",
                         .meaning = "when the provider is asked for userinfo"},
    [OPTION_SERVER] = {.name = "--server",
                       .value = "smtps://HOST[:PORT]|smtp://HOST[:PORT]",
                       .meaning = "the mail server; the second is with STARTTLS"},
    [OPTION_FROM] = {.name = "--from", .value = "EMAIL", .meaning = "the address that mails are from"},
    [OPTION_USER] = {.name = "--user", .value = "NAME", .meaning = "as whom to sign in there"},
    [OPTION_PASSWORD_FILE] = {.name = "--password-file",
                              .value = "FILE",
                              .meaning = "holds that user's password; - is standard input",
                              .file = true},
    [OPTION_JSONL] = {.name = "--jsonl", .meaning = "print a JSON object a line, as they come"},
    [OPTION_WIDE] = {.name = "--wide", .meaning = "all columns, also on a terminal"},
    [OPTION_COLUMNS] = {.name = "--columns", .value = "NAME,...", .meaning = "these columns, in this order"},
    [OPTION_PRUNE] = {.name = "--prune", .meaning = "remove what the lists of the document do not name"},
    [OPTION_NOW] = {.name = "--now", .meaning = "in effect at once, though people sign in by another one"},
    [OPTION_WAITING] = {.name = "--waiting", .meaning = "only the one that waits for its test"},
    [OPTION_SECRET_EXPIRES] = {.name = "--secret-expires",
                               .value = "DATE|DURATION",
                               .meaning = "when the client's secret or key ends at the provider; - for not known"},
    [OPTION_KEEP_OFFLINE] = {.name = "--offline",
                             .value = "yes|no",
                             .meaning = "ask for refresh tokens and keep them, so that keys=live can ask again"},
    [OPTION_GONE] = {.name = "--gone", .meaning = "only those whom their provider does not know any more"},
    [OPTION_RATE] = {.name = "--rate", .value = "N", .meaning = "about so many people of an org a minute; 240 without"},
    [OPTION_WITH_TOKENS] = {.name = "--with-tokens",
                            .meaning = "refresh tokens too, by which providers are asked about people"},
    [OPTION_MAIL] = {.name = "--mail", .meaning = "tell them by mail"},
    [OPTION_DO] = {.name = "--do", .meaning = "do it on this host, instead of writing files"},
    [OPTION_OFFLINE] = {.name = "--offline", .meaning = "ask nothing of the network"},
    [OPTION_LOG] = {.name = "--log",
                    .meaning = "put it in the system's log; of 'check', what has changed since the last time"},
    [OPTION_UNTIL] = {.name = "--until",
                      .value = "DATE|DURATION",
                      .meaning = "when it ends by itself, with its --reason"},
    [OPTION_AT] = {.name = "--at", .value = "DURATION|DATE", .meaning = "as it was then, or so long ago"},
    [OPTION_SIGN_OFF] = {.name = "--sign-off",
                         .value = "DIGEST",
                         .meaning = "that you have looked through what was shown with this digest",
                         .right = RIGHT_ORG},
    [OPTION_HEAD] = {.name = "--head",
                     .value = "NUMBER:HASH",
                     .meaning = "an event as the system's log had it, which must be there still"},
    [OPTION_PROMETHEUS] = {.name = "--prometheus",
                           .value = "FILE",
                           .meaning = "write it as metrics of Prometheus; - is standard output"},
    [OPTION_CONFIRM_WITHIN] = {.name = "--confirm-within",
                               .value = "DURATION",
                               .meaning =
                                   "take it back then, unless 'host confirm' comes from a login made since; 1m to 24h"},
    [OPTION_BUNDLE] = {.name = "--bundle",
                       .value = "FILE",
                       .meaning = "what a host joins a fleet with; it has a password in it",
                       .file = true},
    [OPTION_ADMIN] = {.name = "--admin", .meaning = "what hosts of the fleet share may be changed there, too"},
    [OPTION_ORGS] = {.name = "--orgs", .value = "SLUG,...", .meaning = "the orgs whose people sign in there"},
    [OPTION_KEEP] = {.name = "--keep", .meaning = "the orgs of the fleet stay, as this host's own"},
};

const char *option_name(enum option option)
{
  return TABLE[option].name;
}

bool command_takes(const struct command *command, enum option option)
{
  for (const uint8_t *at = command->options; *at != OPTION_END; at++) {
    if ((*at & ~OPTION_NEEDED_BIT) == (int)option) {
      return true;
    }
  }
  return false;
}

bool command_needs(const struct command *command, enum option option)
{
  for (const uint8_t *at = command->options; *at != OPTION_END; at++) {
    if (*at == OPTION_NEEDED(option)) {
      return true;
    }
  }
  return false;
}

const char *option_usage(enum option option)
{
  static char text[160];
  (void)snprintf(text, sizeof text, "%s%s%s", TABLE[option].name, TABLE[option].value != NULL ? " " : "",
                 TABLE[option].value != NULL ? TABLE[option].value : "");
  return text;
}

const char *option_meaning(enum option option)
{
  return TABLE[option].meaning;
}

enum right option_right(enum option option, const char *typed)
{
  const char *only = TABLE[option].only;
  return only == NULL || strcmp(only, typed) == 0 ? TABLE[option].right : RIGHT_NONE;
}

bool option_is_file(enum option option)
{
  return TABLE[option].file;
}

bool option_find(const char *word, size_t length, enum option *ret_option)
{
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (strlen(TABLE[i].name) == length && memcmp(TABLE[i].name, word, length) == 0) {
      *ret_option = (enum option)i;
      return true;
    }
  }
  return false;
}

bool option_takes_value(enum option option)
{
  return TABLE[option].value != NULL;
}
