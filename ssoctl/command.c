// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include <string.h>

static const struct command *commands;
static size_t command_count;

void command_use(const struct command *list, size_t count)
{
  commands = list;
  command_count = count;
}

const struct command *command_table(size_t *ret_count)
{
  *ret_count = command_count;
  return commands;
}

const struct command *command_find(const char *noun, const char *verb)
{
  for (size_t i = 0; i < command_count; i++) {
    const struct command *command = &commands[i];
    bool fits = strcmp(command->noun, noun) == 0;
    if (fits && (command->verb[0] == '\0' || (verb != NULL && strcmp(command->verb, verb) == 0))) {
      return command;
    }
  }
  return NULL;
}

bool command_is_noun(const char *word)
{
  for (size_t i = 0; i < command_count; i++) {
    if (strcmp(commands[i].noun, word) == 0) {
      return true;
    }
  }
  return false;
}
