// SPDX-License-Identifier: Apache-2.0
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "change/settings.h"
#include "synonyms.h"

enum { WORDS_SIZE = 160 };

// "org create SLUG --name NAME --owner EMAIL".
static void list_words(const struct command *command, char words[static WORDS_SIZE])
{
  int length = snprintf(words, WORDS_SIZE, "%s%s%s%s%s", command->noun, command->verb[0] != '\0' ? " " : "",
                        command->verb, command->arguments[0] != '\0' ? " " : "", command->arguments);
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (command_needs(command, (enum option)i) && length > 0 && length < WORDS_SIZE) {
      length += snprintf(words + length, WORDS_SIZE - (size_t)length, " %s", option_usage((enum option)i));
    }
  }
}

static void print_commands(FILE *to, const char *noun)
{
  size_t count = 0;
  const struct command *table = command_table(&count);
  for (size_t i = 0; i < count; i++) {
    const struct command *c = &table[i];
    if (noun == NULL || strcmp(noun, c->noun) == 0) {
      char words[WORDS_SIZE];
      (void)snprintf(words, sizeof words, "%s%s%s %s", c->noun, c->verb[0] != '\0' ? " " : "", c->verb, c->arguments);
      (void)fprintf(to, "  ssoctl %-38s %s\n", words, c->help);
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

// Those that COMMAND needs, or the others that it takes.
static void print_options(const struct command *command, bool needed)
{
  bool any = false;
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    enum option option = (enum option)i;
    if (command_takes(command, option) && command_needs(command, option) == needed) {
      (void)printf("%s  %s\n        %s\n",
                   any      ? ""
                   : needed ? "Required:\n"
                            : "Options:\n",
                   option_usage(option), option_meaning(option));
      any = true;
    }
  }
  (void)printf("%s", any && needed ? "\n" : "");
}

static int print_command(const struct command *command)
{
  char words[WORDS_SIZE];
  list_words(command, words);
  (void)printf("Usage: ssoctl %s\n  %s\n\n", words, command->help);
  if (command->run == cmd_org_set) {
    print_settings();
  }
  print_options(command, true);
  print_options(command, false);
  return EXIT_DONE;
}

static void print_overview(FILE *to)
{
  (void)fprintf(to, "Usage: ssoctl NOUN VERB ARGUMENTS [--options]\n\n");
  print_commands(to, NULL);
  (void)fprintf(to,
                "\nEverywhere: --json, --yes, --help, --version, --store DIR, --config FILE; --dry-run on changes.\n"
                "'ssoctl help NOUN VERB' explains one command and its options.\n"
                "Exit codes: 0 done, 1 failed, 2 usage, 3 refused by policy, 4 no such thing. See ssoctl(8).\n");
}

int help_print(const struct command *command, const char *noun)
{
  if (command != NULL) {
    return print_command(command);
  }
  if (noun == NULL) {
    print_overview(stdout);
    return EXIT_DONE;
  }
  if (!command_is_noun(noun)) {
    return help_complain(noun, NULL);
  }
  print_commands(stdout, noun);
  (void)printf("\n'ssoctl help %s VERB' explains one of them and its options.\n", noun);
  return EXIT_DONE;
}

int help_complain_empty(void)
{
  print_overview(stderr);
  return EXIT_USAGE;
}

// Other words for it count as near.
static void consider(struct suggestion *near, const char *word)
{
  if (synonyms_are(near->typed, word) && (near->word == NULL || near->distance > 0)) {
    near->word = word;
    near->distance = 0;
  }
  suggest_try(near, word);
}

static int complain_noun(const char *noun, const char *verb)
{
  struct suggestion near = {.typed = noun};
  char meant[WORDS_SIZE];
  size_t count = 0;
  const struct command *table = command_table(&count);
  if (verb != NULL && command_find(verb, noun) != NULL) {
    return fail(EXIT_USAGE, "\"%.40s\" is not a command; did you mean 'ssoctl %.40s %.40s'?", noun, verb, noun);
  }
  for (size_t i = 0; i < count; i++) {
    consider(&near, table[i].noun);
  }
  return fail(EXIT_USAGE, "\"%.40s\" is not a command%s; 'ssoctl help' lists them", noun,
              suggest_words(&near, meant, sizeof meant));
}

int help_complain(const char *noun, const char *verb)
{
  struct suggestion near = {.typed = verb};
  char meant[WORDS_SIZE] = "";
  size_t count = 0;
  const struct command *table = command_table(&count);
  if (!command_is_noun(noun)) {
    return complain_noun(noun, verb);
  }
  for (size_t i = 0; verb != NULL && i < count; i++) {
    if (strcmp(table[i].noun, noun) == 0) {
      consider(&near, table[i].verb);
    }
  }
  if (verb == NULL) {
    (void)fail(EXIT_USAGE, "\"%.40s\" needs a verb; legal are:", noun);
  } else {
    (void)fail(EXIT_USAGE, "\"%.40s\" is not a verb of \"%s\"%s; legal are:", verb, noun,
               suggest_words(&near, meant, sizeof meant));
  }
  print_commands(stderr, noun);
  return EXIT_USAGE;
}

int cmd_help(const struct invocation *in)
{
  const char *noun = in->arguments[0];
  const char *verb = in->arguments[1];
  const struct command *command = noun != NULL ? command_find(noun, verb) : NULL;
  bool whole = command != NULL && (verb != NULL) == (command->verb[0] != '\0');
  return verb != NULL && !whole ? help_complain(noun, verb) : help_print(command, noun);
}
