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
} OPTIONS[OPTION_COUNT] = {
    [OPTION_JSON] = {"--json", NULL, "print JSON"},
    [OPTION_YES] = {"--yes", NULL, "ask nothing"},
    [OPTION_DRY_RUN] = {"--dry-run", NULL, "say what would be done, and store nothing"},
    [OPTION_HELP] = {"--help", NULL, "print this"},
    [OPTION_VERSION] = {"--version", NULL, "print the version"},
    [OPTION_STORE] = {"--store", "DIR", "another store than this host's, and its map", .right = RIGHT_HOST},
    [OPTION_CONFIG] = {"--config", "FILE", "another file of settings", .right = RIGHT_HOST},
    [OPTION_NAME] = {"--name", "NAME", "as it is shown"},
    [OPTION_OWNER] = {"--owner", "EMAIL", "the address of the owner"},
    [OPTION_LOGIN] = {"--login", "NAME", "the login name, instead of the address", .right = RIGHT_HOST},
    [OPTION_SHELL] = {"--shell", "FILE", "the shell, instead of the host's setting", .right = RIGHT_HOST},
    [OPTION_HOME] = {"--home", "DIR", "the home, instead of the host's setting", .right = RIGHT_HOST},
    [OPTION_UID] = {"--uid", "N", "the number that the account gets, or has", .right = RIGHT_HOST},
    [OPTION_ROLE] = {"--role", "viewer|admin", "what a member may do"},
    [OPTION_SOURCE] = {"--source", "sso|invitation|owner|manual", "those who became members so"},
    [OPTION_EXPIRES] = {"--expires", "DURATION", "how long it is open"},
    [OPTION_ISSUER] = {"--issuer", "URL", "the provider's issuer, as its discovery document says it"},
    [OPTION_CLIENT_ID] = {"--client-id", "ID", "the client that was registered there"},
    [OPTION_CLIENT_SECRET_FILE] = {"--client-secret-file", "FILE", "holds the client's secret; - is standard input",
                                   .file = true},
    [OPTION_PRIVATE_KEY_FILE] = {"--private-key-file", "FILE",
                                 "holds the client's private key as PEM; - is standard input", .file = true},
    [OPTION_CA_FILE] = {"--ca-file", "FILE", "certificates that the provider's chain ends in; - is standard input",
                        .file = true},
    [OPTION_AUTH] = {"--auth", "none|client_secret_basic|client_secret_post|client_secret_jwt|private_key_jwt|auto",
                     "how the client shows who it is"},
    [OPTION_SCOPES] = {"--scopes", "\"...\"", "what is asked for, separated by spaces"},
    [OPTION_EMAIL_CLAIM] = {"--email-claim", "NAME", "the claim that holds the address"},
    [OPTION_GROUPS_CLAIM] = {"--groups-claim", "NAME", "the claim that holds the groups; a dot goes one level down"},
    [OPTION_BY_HAND] = {"--by-hand", "REASON", "without its record, for this reason", .right = RIGHT_HOST},
    [OPTION_STDIN] = {"--stdin", NULL, "read it from standard input"},
    [OPTION_NO_SIGNIN] = {"--no-signin", NULL, "only ask the provider what it is"},
    [OPTION_SITE_SEED] = {"--site-seed", "HEX", "32 hexadecimal digits: hosts with the same give the same numbers",
                          .right = RIGHT_HOST},
    [OPTION_SINCE] = {"--since", "DURATION|DATE", "what is younger, or not older than that day"},
    [OPTION_SERVICE] = {"--service", "NAME", "at this PAM service"},
    [OPTION_RHOST] = {"--rhost", "ADDR", "from this address"},
    [OPTION_END_SESSIONS] = {"--end-sessions", NULL, "end what runs of the person"},
    [OPTION_IDLE] = {"--idle", "DURATION", "those who have not signed in for so long"},
    [OPTION_FOLLOW] = {"--follow", NULL, "go on as it comes"},
    [OPTION_LOCAL_USER] = {"--local-user", "NAME", "map the account onto this user of /etc/passwd",
                           .right = RIGHT_HOST},
    [OPTION_FOR] = {"--for", "DURATION", "how long"},
    [OPTION_REASON] = {"--reason", "TEXT", "why, for the audit trail"},
    [OPTION_TRUST] = {"--trust", "linked|domain|any", "whose addresses the provider vouches for", .right = RIGHT_HOST,
                      .only = "any"},
    [OPTION_ON_LINK] = {"--on-link", "keep|sso-only", "whether the password goes when an identity is linked"},
    [OPTION_VIA] = {"--via", "code|sso", "what accepts it"},
    [OPTION_RESOLVER] = {"--resolver", "ADDR[:PORT]", "ask this name server", .right = RIGHT_HOST},
    [OPTION_ALL] = {"--all", NULL, "every claim of the host", .right = RIGHT_HOST},
    [OPTION_KEEP_GOING] = {"--keep-going", NULL, "leave out what is refused"},
    [OPTION_ORG] = {"--org", "SLUG", "at this org"},
    [OPTION_SUBJECT] = {"--subject", "SUB", "the subject, as the provider says it"},
    [OPTION_IDP_EMAIL] = {"--idp-email", "EMAIL", "the address, as the provider will say it"},
    [OPTION_LOCAL_GROUP] = {"--local-group", "NAME", "a group of /etc/group", .right = RIGHT_HOST},
    [OPTION_KEEP_HOME] = {"--keep-home", NULL, "leave the home where it is"},
    [OPTION_PRIVILEGED] = {"--privileged", "NAME", "the same name once more, for a group that gives rights on the host",
                           .right = RIGHT_HOST},
    [OPTION_PRESET] = {"--preset", "NAME", "what is known of this provider; see 'idp preset list'"},
    [OPTION_HOST] = {"--host", "NAME", "the provider's host name, for a preset"},
    [OPTION_TENANT] = {"--tenant", "ID", "the provider's tenant, for a preset"},
    [OPTION_REALM] = {"--realm", "NAME", "the provider's realm, for a preset"},
    [OPTION_DEVICE_ENDPOINT] = {"--device-endpoint", "URL", "where codes are asked for, if the provider does not say"},
    [OPTION_KEY_SET] = {"--key-set", "URL", "where its keys are, if the provider does not say"},
    [OPTION_AUDIENCE] = {"--audience", "\"...\"", "further audiences of its tokens, separated by spaces"},
    [OPTION_UNVERIFIED_MAIL] = {"--unverified-mail", "refuse|accept",
                                "whether an address that the provider calls unverified counts"},
    [OPTION_USERINFO] = {"--userinfo", "verified|missing", "when the provider is asked for userinfo"},
};

const char *option_usage(enum option option)
{
  static char text[160];
  (void)snprintf(text, sizeof text, "%s%s%s", OPTIONS[option].name, OPTIONS[option].value != NULL ? " " : "",
                 OPTIONS[option].value != NULL ? OPTIONS[option].value : "");
  return text;
}

const char *option_meaning(enum option option)
{
  return OPTIONS[option].meaning;
}

enum right option_right(enum option option, const char *typed)
{
  const char *only = OPTIONS[option].only;
  return only == NULL || strcmp(only, typed) == 0 ? OPTIONS[option].right : RIGHT_NONE;
}

bool option_is_file(enum option option)
{
  return OPTIONS[option].file;
}

bool option_find(const char *word, size_t length, enum option *ret_option)
{
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (strlen(OPTIONS[i].name) == length && memcmp(OPTIONS[i].name, word, length) == 0) {
      *ret_option = (enum option)i;
      return true;
    }
  }
  return false;
}

bool option_takes_value(enum option option)
{
  return OPTIONS[option].value != NULL;
}
