// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"
#include "command.h"
#include "help.h"

enum { WORDS_MAX = ARGUMENTS_MAX + 2, SAID_SIZE = 256 };

// A command line taken apart, before it is known which command it is.
struct line {
  const char *words[WORDS_MAX]; // noun, verb, arguments
  size_t word_count;
  const char *options[OPTION_COUNT];
  const char *complaint; // of the first option that is wrong, "" for none known of that name; NULL: none is wrong
  const char *wrong;     // that option, as typed
  const char *beyond;    // the first word too many
};

static const char *shown(const char *word, char text[static SAID_SIZE])
{
  text_escape(word, strlen(word), text, SAID_SIZE);
  return text;
}

static int complain(const struct command *command, const char *word, const char *what)
{
  char text[SAID_SIZE];
  (void)fprintf(stderr, "ssoctl: \"%s\" %s; see 'ssoctl %s%s%s --help'\n", shown(word, text), what, command->noun,
                command->verb[0] != '\0' ? " " : "", command->verb);
  return EXIT_USAGE;
}

static void note_wrong(struct line *line, const char *word, const char *complaint)
{
  if (line->complaint == NULL) {
    line->complaint = complaint;
    line->wrong = word;
  }
}

// One name is a flag of some commands and takes a value in another, which is always one of two words.
static enum option as_meant(enum option option, const char *next)
{
  bool valued = strcmp(next, "yes") == 0 || strcmp(next, "no") == 0;
  bool other = option == OPTION_OFFLINE || option == OPTION_KEEP_OFFLINE;
  return other ? (valued ? OPTION_KEEP_OFFLINE : OPTION_OFFLINE) : option;
}

// Takes the option in *AT of ARGV, and its value.
static void take_option(struct line *line, int argc, char *const *argv, int *at)
{
  const char *word = argv[*at];
  size_t length = strcspn(word, "=");
  enum option option = OPTION_COUNT;
  if (!option_find(word, length, &option)) {
    note_wrong(line, word, "");
    return;
  }
  option = as_meant(option, word[length] == '=' ? word + length + 1 : *at + 1 < argc ? argv[*at + 1] : "");
  if (line->options[option] != NULL) {
    note_wrong(line, word, "is given twice");
  }
  if (!option_takes_value(option)) {
    line->options[option] = "";
    if (word[length] == '=') {
      note_wrong(line, word, "takes no value");
    }
  } else if (word[length] == '=') {
    line->options[option] = word + length + 1;
  } else if (*at + 1 < argc) {
    line->options[option] = argv[++*at];
  } else {
    note_wrong(line, word, "needs a value");
  }
}

static void take_word(struct line *line, const char *word)
{
  if (line->word_count < WORDS_MAX) {
    line->words[line->word_count++] = word;
  } else if (line->beyond == NULL) {
    line->beyond = word;
  }
}

static void take_apart(int argc, char *const *argv, struct line *line)
{
  bool ended = false;
  for (int i = 0; i < argc; i++) {
    if (!ended && strcmp(argv[i], "--") == 0) {
      ended = true;
    } else if (!ended && strcmp(argv[i], "-h") == 0) {
      line->options[OPTION_HELP] = "";
    } else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0') {
      take_option(line, argc, argv, &i);
    } else {
      take_word(line, argv[i]);
    }
  }
}

// That COMMAND has no option like WORD, and which may be meant: one of its own, or of another command.
static int complain_option(const struct command *command, const char *word)
{
  char name[SUGGEST_WORD_MAX + 1];
  char what[SAID_SIZE];
  char meant[SAID_SIZE];
  (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  struct suggestion near = {.typed = name};
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (command_takes(command, (enum option)i)) {
      suggest_try(&near, option_name((enum option)i));
    }
  }
  (void)snprintf(what, sizeof what, "is not an option of this command%s", suggest_words(&near, meant, sizeof meant));
  return complain(command, word, what);
}

static int check_options(const struct command *command, const struct line *line)
{
  if (line->complaint != NULL) {
    return line->complaint[0] == '\0' ? complain_option(command, line->wrong)
                                      : complain(command, line->wrong, line->complaint);
  }
  if (line->options[OPTION_OFFLINE] != NULL && command_takes(command, OPTION_KEEP_OFFLINE)) {
    return complain(command, option_name(OPTION_KEEP_OFFLINE), "needs yes or no");
  }
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (line->options[i] != NULL && !command_takes(command, (enum option)i)) {
      return complain_option(command, option_name((enum option)i));
    }
  }
  return EXIT_DONE;
}

static bool asks(const struct line *line)
{
  return line->options[OPTION_HELP] != NULL || line->options[OPTION_VERSION] != NULL;
}

static int check_needed(const struct command *command, const struct line *line, size_t argument_count)
{
  if (argument_count < command->least) {
    return complain(command, command->arguments, "are the arguments it needs");
  }
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (line->options[i] == NULL && command_needs(command, (enum option)i)) {
      return complain(command, option_usage((enum option)i), "is needed");
    }
  }
  return EXIT_DONE;
}

static int take_arguments(const struct command *command, const struct line *line, struct invocation *in)
{
  size_t skip = command->verb[0] == '\0' ? 1 : 2;
  size_t count = line->word_count - skip;
  const char *beyond = count > command->most ? line->words[skip + command->most] : line->beyond;
  int code = check_options(command, line);
  if (code != EXIT_DONE) {
    return code;
  }
  if (beyond != NULL) {
    return complain(command, beyond, "is one argument too many (one with a blank in it has to be quoted)");
  }
  for (size_t i = 0; i < count; i++) {
    in->arguments[i] = line->words[skip + i];
  }
  in->command = command;
  memcpy(in->options, line->options, sizeof in->options);
  return asks(line) ? EXIT_DONE : check_needed(command, line, count);
}

// Without a command only help and the version are there to be asked for.
static int take_no_command(const struct line *line, struct invocation *in)
{
  char text[SAID_SIZE];
  const char *noun = line->words[0];
  if (noun == NULL && line->complaint != NULL) {
    return fail(EXIT_USAGE, "\"%s\" %s; see 'ssoctl help'", shown(line->wrong, text),
                line->complaint[0] != '\0' ? line->complaint : "is not an option");
  }
  bool legal = noun == NULL || (line->words[1] == NULL && command_is_noun(noun));
  if (!legal || !asks(line)) {
    return noun != NULL ? help_complain(noun, line->words[1]) : help_complain_empty();
  }
  memcpy(in->options, line->options, sizeof in->options);
  in->arguments[0] = noun;
  return EXIT_DONE;
}

int invocation_parse(int argc, char *const *argv, struct invocation *ret_in)
{
  struct invocation in = {.command = NULL};
  struct line line = {.word_count = 0};
  take_apart(argc, argv, &line);
  const struct command *command = line.words[0] != NULL ? command_find(line.words[0], line.words[1]) : NULL;
  int code = command != NULL ? take_arguments(command, &line, &in) : take_no_command(&line, &in);
  *ret_in = in;
  return code;
}
