// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command.h"

static const struct {
  const char *name;
  const char *value; // what it takes; NULL for none
} OPTIONS[OPTION_COUNT] = {
    [OPTION_JSON] = {"--json", NULL},
    [OPTION_YES] = {"--yes", NULL},
    [OPTION_DRY_RUN] = {"--dry-run", NULL},
    [OPTION_HELP] = {"--help", NULL},
    [OPTION_VERSION] = {"--version", NULL},
    [OPTION_STORE] = {"--store", "DIR"},
    [OPTION_CONFIG] = {"--config", "FILE"},
    [OPTION_NAME] = {"--name", "NAME"},
    [OPTION_OWNER] = {"--owner", "EMAIL"},
    [OPTION_LOGIN] = {"--login", "NAME"},
    [OPTION_SHELL] = {"--shell", "FILE"},
    [OPTION_HOME] = {"--home", "DIR"},
    [OPTION_UID] = {"--uid", "N"},
    [OPTION_ROLE] = {"--role", "viewer|admin"},
    [OPTION_SOURCE] = {"--source", "sso|invitation|owner|manual"},
    [OPTION_EXPIRES] = {"--expires", "DURATION"},
    [OPTION_ISSUER] = {"--issuer", "URL"},
    [OPTION_CLIENT_ID] = {"--client-id", "ID"},
    [OPTION_CLIENT_SECRET_FILE] = {"--client-secret-file", "FILE"},
    [OPTION_PRIVATE_KEY_FILE] = {"--private-key-file", "FILE"},
    [OPTION_CA_FILE] = {"--ca-file", "FILE"},
    [OPTION_AUTH] = {"--auth", "none|client_secret_basic|client_secret_post|client_secret_jwt|private_key_jwt|auto"},
    [OPTION_SCOPES] = {"--scopes", "\"...\""},
    [OPTION_EMAIL_CLAIM] = {"--email-claim", "NAME"},
    [OPTION_GROUPS_CLAIM] = {"--groups-claim", "NAME"},
    [OPTION_BY_HAND] = {"--by-hand", "REASON"},
    [OPTION_STDIN] = {"--stdin", NULL},
    [OPTION_NO_SIGNIN] = {"--no-signin", NULL},
    [OPTION_SITE_SEED] = {"--site-seed", "HEX"},
    [OPTION_SINCE] = {"--since", "DURATION|DATE"},
    [OPTION_SERVICE] = {"--service", "NAME"},
    [OPTION_RHOST] = {"--rhost", "ADDR"},
    [OPTION_END_SESSIONS] = {"--end-sessions", NULL},
    [OPTION_IDLE] = {"--idle", "DURATION"},
    [OPTION_FOLLOW] = {"--follow", NULL},
    [OPTION_LOCAL_USER] = {"--local-user", "NAME"},
    [OPTION_FOR] = {"--for", "DURATION"},
    [OPTION_REASON] = {"--reason", "TEXT"},
    [OPTION_TRUST] = {"--trust", "linked|domain|any"},
    [OPTION_ON_LINK] = {"--on-link", "keep|sso-only"},
    [OPTION_VIA] = {"--via", "code|sso"},
    [OPTION_RESOLVER] = {"--resolver", "ADDR[:PORT]"},
    [OPTION_ALL] = {"--all", NULL},
    [OPTION_KEEP_GOING] = {"--keep-going", NULL},
    [OPTION_ORG] = {"--org", "SLUG"},
    [OPTION_SUBJECT] = {"--subject", "SUB"},
    [OPTION_IDP_EMAIL] = {"--idp-email", "EMAIL"},
    [OPTION_LOCAL_GROUP] = {"--local-group", "NAME"},
    [OPTION_KEEP_HOME] = {"--keep-home", NULL},
    [OPTION_PRIVILEGED] = {"--privileged", "NAME"},
    [OPTION_PRESET] = {"--preset", "NAME"},
    [OPTION_HOST] = {"--host", "NAME"},
    [OPTION_TENANT] = {"--tenant", "ID"},
    [OPTION_REALM] = {"--realm", "NAME"},
    [OPTION_DEVICE_ENDPOINT] = {"--device-endpoint", "URL"},
    [OPTION_KEY_SET] = {"--key-set", "URL"},
    [OPTION_AUDIENCE] = {"--audience", "\"...\""},
    [OPTION_UNVERIFIED_MAIL] = {"--unverified-mail", "refuse|accept"},
    [OPTION_USERINFO] = {"--userinfo", "verified|missing"},
};

const char *option_usage(enum option option)
{
  static char text[160];
  (void)snprintf(text, sizeof text, "%s%s%s", OPTIONS[option].name, OPTIONS[option].value != NULL ? " " : "",
                 OPTIONS[option].value != NULL ? OPTIONS[option].value : "");
  return text;
}

static int complain(const struct command *command, const char *word, const char *what)
{
  char shown[256];
  text_escape(word, strlen(word), shown, sizeof shown);
  (void)fprintf(stderr, "ssoctl: \"%s\" %s; see 'ssoctl %s%s%s --help'\n", shown, what, command->noun,
                command->verb[0] != '\0' ? " " : "", command->verb);
  return EXIT_USAGE;
}

static bool find_option(const char *word, size_t length, enum option *ret_option)
{
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (strlen(OPTIONS[i].name) == length && memcmp(OPTIONS[i].name, word, length) == 0) {
      *ret_option = (enum option)i;
      return true;
    }
  }
  return false;
}

// Takes the option in *AT of ARGV, and its value.
static int take_option(struct invocation *in, int argc, char *const *argv, int *at)
{
  const char *word = argv[*at];
  size_t length = strcspn(word, "=");
  enum option option = OPTION_COUNT;
  if (!find_option(word, length, &option) || (in->command->options & OPTION_BIT(option)) == 0) {
    return complain(in->command, word, "is not an option of this command");
  }
  if (in->options[option] != NULL) {
    return complain(in->command, word, "is given twice");
  }
  if (OPTIONS[option].value == NULL) {
    in->options[option] = "";
    return word[length] == '=' ? complain(in->command, word, "takes no value") : EXIT_DONE;
  }
  if (word[length] == '=') {
    in->options[option] = word + length + 1;
  } else if (*at + 1 < argc) {
    in->options[option] = argv[++*at];
  } else {
    return complain(in->command, word, "needs a value");
  }
  return EXIT_DONE;
}

int invocation_parse(const struct command *command, int argc, char *const *argv, struct invocation *ret_in)
{
  struct invocation in = {.command = command};
  size_t count = 0;
  int code = EXIT_DONE;
  for (int i = 0; i < argc && code == EXIT_DONE; i++) {
    if (strncmp(argv[i], "--", 2) == 0) {
      code = take_option(&in, argc, argv, &i);
    } else if (count < command->most) {
      in.arguments[count++] = argv[i];
    } else {
      code = complain(command, argv[i], "is one argument too many");
    }
  }
  bool asks = in.options[OPTION_HELP] != NULL || in.options[OPTION_VERSION] != NULL;
  if (code == EXIT_DONE && count < command->least && !asks) {
    code = complain(command, command->arguments, "are the arguments it needs");
  }
  *ret_in = in;
  return code;
}
