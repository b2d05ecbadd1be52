// SPDX-License-Identifier: Apache-2.0
#include "rights.h"

#include <string.h>

#include "base/cleanup.h"

// Every command has its row here: tests/docs compares with the commands there are, and with ssoctl(8).
static const struct command_right COMMAND_RIGHTS[] = {
    {"init", "", RIGHT_HOST, PLACE_HOST},
    {"status", "", RIGHT_HOST, PLACE_HOST},
    {"upgrade", "", RIGHT_HOST, PLACE_HOST},
    {"org", "create", RIGHT_HOST, PLACE_HOST},
    {"org", "list", RIGHT_HOST, PLACE_HOST},
    {"org", "show", RIGHT_SEE, PLACE_ORG},
    {"org", "set", RIGHT_SETTINGS, PLACE_ORG},
    {"org", "transfer", RIGHT_ORG, PLACE_ORG},
    {"org", "rename", RIGHT_HOST, PLACE_ORG},
    {"org", "delete", RIGHT_DELETE, PLACE_ORG},
    {"provisioning", "show", RIGHT_SEE, PLACE_ORG},
    {"provisioning", "set", RIGHT_SETTINGS, PLACE_ORG},
    {"enforcement", "show", RIGHT_SEE, PLACE_ORG},
    {"enforcement", "set", RIGHT_SETTINGS, PLACE_ORG},
    {"enforcement", "pause", RIGHT_SETTINGS, PLACE_ORG},
    {"idp", "set", RIGHT_ORG, PLACE_ORG},
    {"idp", "show", RIGHT_SEE, PLACE_ORG},
    {"idp", "test", RIGHT_ORG, PLACE_ORG},
    {"idp", "preset", RIGHT_OWN, PLACE_ANYBODY},
    {"idp", "confirm", RIGHT_HOST, PLACE_HOST},
    {"idp", "remove", RIGHT_ORG, PLACE_ORG},
    {"domain", "add", RIGHT_ORG, PLACE_ORG},
    {"domain", "list", RIGHT_SEE, PLACE_ORG},
    {"domain", "show", RIGHT_SEE, PLACE_ORG},
    {"domain", "verify", RIGHT_ORG, PLACE_ORG},
    {"domain", "remove", RIGHT_ORG, PLACE_ORG},
    {"invite", "create", RIGHT_PEOPLE, PLACE_ORG},
    {"invite", "list", RIGHT_SEE, PLACE_ORG},
    {"invite", "cancel", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "add", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "list", RIGHT_SEE, PLACE_ORG},
    {"member", "role", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "suspend", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "resume", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "remove", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "import", RIGHT_PEOPLE, PLACE_ORG},
    {"member", "export", RIGHT_SEE, PLACE_ORG},
    {"account", "list", RIGHT_HOST, PLACE_HOST},
    {"account", "show", RIGHT_SEE, PLACE_PERSON},
    {"account", "lock", RIGHT_HOST, PLACE_HOST},
    {"account", "unlock", RIGHT_HOST, PLACE_HOST},
    {"account", "rename", RIGHT_HOST, PLACE_HOST},
    {"account", "remove", RIGHT_HOST, PLACE_HOST},
    {"account", "retire", RIGHT_ORG, PLACE_ACCOUNT},
    {"account", "set", RIGHT_HOST, PLACE_HOST},
    {"identity", "link", RIGHT_ORG, PLACE_ORG_OPTION},
    {"identity", "unlink", RIGHT_ORG, PLACE_ORG_OPTION},
    {"identity", "add", RIGHT_OWN, PLACE_ORG},
    {"password", "set", RIGHT_ORG, PLACE_ACCOUNT},
    {"password", "remove", RIGHT_ORG, PLACE_ACCOUNT},
    {"recovery", "create", RIGHT_ORG, PLACE_ORG},
    {"recovery", "list", RIGHT_ORG, PLACE_ORG},
    {"recovery", "revoke", RIGHT_ORG, PLACE_ORG},
    {"group", "map", RIGHT_ORG, PLACE_ORG},
    {"group", "unmap", RIGHT_ORG, PLACE_ORG},
    {"group", "list", RIGHT_SEE, PLACE_ORG},
    {"throttle", "list", RIGHT_HOST, PLACE_HOST},
    {"throttle", "clear", RIGHT_HOST, PLACE_HOST},
    {"why", "", RIGHT_SEE, PLACE_PERSON},
    {"audit", "", RIGHT_SEE, PLACE_ORG},
    {"whoami", "", RIGHT_OWN, PLACE_ANYBODY},
    {"switch", "", RIGHT_OWN, PLACE_ANYBODY},
    {"completion", "", RIGHT_OWN, PLACE_ANYBODY},
};

// Options that take more than their command, whatever is given, or only for one value.
static const struct {
  const char *value; // NULL: any
  enum option option;
  enum right right;
} OPTION_RIGHTS[] = {
    {NULL, OPTION_STORE, RIGHT_HOST},       {NULL, OPTION_CONFIG, RIGHT_HOST},     {NULL, OPTION_LOGIN, RIGHT_HOST},
    {NULL, OPTION_LOCAL_USER, RIGHT_HOST},  {NULL, OPTION_SHELL, RIGHT_HOST},      {NULL, OPTION_HOME, RIGHT_HOST},
    {NULL, OPTION_BY_HAND, RIGHT_HOST},     {NULL, OPTION_SITE_SEED, RIGHT_HOST},  {NULL, OPTION_UID, RIGHT_HOST},
    {NULL, OPTION_LOCAL_GROUP, RIGHT_HOST}, {NULL, OPTION_PRIVILEGED, RIGHT_HOST}, {NULL, OPTION_RESOLVER, RIGHT_HOST},
    {NULL, OPTION_ALL, RIGHT_HOST},         {"any", OPTION_TRUST, RIGHT_HOST},
};

// What one KEY=VALUE of 'org set' takes; one that is not here is an operator's.
static const struct {
  const char *key;
  const char *value; // NULL: any that no row above it has
  enum right right;
} SETTING_RIGHTS[] = {
    {"provisioning", NULL, RIGHT_SETTINGS},
    {"default-role", NULL, RIGHT_SETTINGS},
    {"keys", NULL, RIGHT_SETTINGS},
    {"help", NULL, RIGHT_SETTINGS},
    {"invite-lifetime", NULL, RIGHT_SETTINGS},
    {"trust", "any", RIGHT_HOST},
    {"trust", NULL, RIGHT_ORG},
    {"on-link", NULL, RIGHT_ORG},
    {"name", NULL, RIGHT_ORG},
    {"signin-from", NULL, RIGHT_ORG},
    {"password-from", NULL, RIGHT_ORG},
    {"device-link", NULL, RIGHT_ORG},
    {"required-acr", NULL, RIGHT_ORG},
    {"required-amr", NULL, RIGHT_ORG},
};

// Options that name a file; "-" is standard input.
static const enum option FILE_OPTIONS[] = {OPTION_CLIENT_SECRET_FILE, OPTION_PRIVATE_KEY_FILE, OPTION_CA_FILE};

const struct command_right *rights_of(const struct command *command)
{
  static const struct command_right NONE = {"", "", RIGHT_HOST, PLACE_HOST};
  for (size_t i = 0; i < COUNT_OF(COMMAND_RIGHTS); i++) {
    const struct command_right *row = &COMMAND_RIGHTS[i];
    if (strcmp(row->noun, command->noun) == 0 && strcmp(row->verb, command->verb) == 0) {
      return row;
    }
  }
  return &NONE;
}

static enum right more(enum right a, enum right b)
{
  return a > b ? a : b;
}

static enum right setting_right(const char *typed)
{
  size_t length = strcspn(typed, "=");
  for (size_t i = 0; i < COUNT_OF(SETTING_RIGHTS); i++) {
    const char *key = SETTING_RIGHTS[i].key;
    const char *value = SETTING_RIGHTS[i].value;
    bool same = strlen(key) == length && memcmp(key, typed, length) == 0;
    if (same && (value == NULL || (typed[length] == '=' && strcmp(typed + length + 1, value) == 0))) {
      return SETTING_RIGHTS[i].right;
    }
  }
  return RIGHT_HOST;
}

enum right rights_taken(const struct invocation *in)
{
  const struct command_right *row = rights_of(in->command);
  enum right right = row->right;
  if (row->place == PLACE_ORG && in->arguments[0] == NULL) {
    right = RIGHT_HOST;
  }
  for (size_t i = 0; i < COUNT_OF(OPTION_RIGHTS); i++) {
    const char *typed = in->options[OPTION_RIGHTS[i].option];
    const char *value = OPTION_RIGHTS[i].value;
    if (typed != NULL && (value == NULL || strcmp(typed, value) == 0)) {
      right = more(right, OPTION_RIGHTS[i].right);
    }
  }
  bool settings = in->command->run == cmd_org_set;
  for (size_t i = 1; settings && i < ARGUMENTS_MAX && in->arguments[i] != NULL; i++) {
    right = more(right, setting_right(in->arguments[i]));
  }
  return right;
}

bool rights_path(const struct invocation *in)
{
  const char *file = in->command->run == cmd_member_import ? in->arguments[1] : NULL;
  bool path = file != NULL && strcmp(file, "-") != 0;
  for (size_t i = 0; i < COUNT_OF(FILE_OPTIONS); i++) {
    const char *typed = in->options[FILE_OPTIONS[i]];
    if (typed != NULL && typed[0] != '\0' && strcmp(typed, "-") != 0) {
      path = true;
    }
  }
  return path;
}
