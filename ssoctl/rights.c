// SPDX-License-Identifier: Apache-2.0
#include "rights.h"

#include <string.h>

#include "base/cleanup.h"

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
  enum right right = in->command->right;
  if (in->command->place == PLACE_ORG && in->arguments[0] == NULL) {
    right = RIGHT_HOST;
  }
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const char *typed = in->options[i];
    right = typed != NULL ? more(right, option_right((enum option)i, typed)) : right;
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
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const char *typed = option_is_file((enum option)i) ? in->options[i] : NULL;
    path = path || (typed != NULL && typed[0] != '\0' && strcmp(typed, "-") != 0);
  }
  return path;
}
