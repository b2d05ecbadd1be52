// SPDX-License-Identifier: Apache-2.0
// What ssoctl says of its commands.
#pragma once
#include "command.h"

// Explains COMMAND; where that is NULL the commands of NOUN, or all where that is NULL too. An exit code.
int help_print(const struct command *command, const char *noun);

// The overview, on standard error, for a command line without a command. EXIT_USAGE.
int help_complain_empty(void);

// That there is no command NOUN VERB (VERB may be NULL), what is likely meant, and what is legal. EXIT_USAGE.
int help_complain(const char *noun, const char *verb);
