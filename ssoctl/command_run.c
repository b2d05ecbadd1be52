// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "authorize.h"
#include "command.h"
#include "help.h"
#include "paths.h"

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
