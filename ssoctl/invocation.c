// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "command.h"

static int complain(const struct command *command, const char *word, const char *what)
{
  char shown[256];
  text_escape(word, strlen(word), shown, sizeof shown);
  (void)fprintf(stderr, "ssoctl: \"%s\" %s; see 'ssoctl %s%s%s --help'\n", shown, what, command->noun,
                command->verb[0] != '\0' ? " " : "", command->verb);
  return EXIT_USAGE;
}

// Takes the option in *AT of ARGV, and its value.
static int take_option(struct invocation *in, int argc, char *const *argv, int *at)
{
  const char *word = argv[*at];
  size_t length = strcspn(word, "=");
  enum option option = OPTION_COUNT;
  if (!option_find(word, length, &option) || (in->command->options & OPTION_BIT(option)) == 0) {
    return complain(in->command, word, "is not an option of this command");
  }
  if (in->options[option] != NULL) {
    return complain(in->command, word, "is given twice");
  }
  if (!option_takes_value(option)) {
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
