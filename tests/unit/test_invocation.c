// SPDX-License-Identifier: Apache-2.0
// How a command line is taken apart: options anywhere, and what is wrong with one.
#include <string.h>

#include "base/cleanup.h"
#include "command.h"
#include "help.h"
#include "unit.h"

static const struct command COMMANDS[] = {
    {"org", "create", "SLUG", 1, 1, OPTIONS(OPTIONS_CHANGE, OPTION_NEEDED(OPTION_NAME), OPTION_LOGIN), RIGHT_HOST,
     PLACE_HOST, NULL, ""},
    {"org", "list", "", 0, 0, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, NULL, ""},
    {"why", "", "LOGIN", 1, 1, OPTIONS(OPTIONS_COMMON), RIGHT_HOST, PLACE_HOST, NULL, ""},
};

static int complaints; // about what is no command

// What main.c and help.c have for the program.
const struct command *command_find(const char *noun, const char *verb)
{
  for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
    bool one_word = COMMANDS[i].verb[0] == '\0';
    if (strcmp(COMMANDS[i].noun, noun) == 0 && (one_word || (verb != NULL && strcmp(COMMANDS[i].verb, verb) == 0))) {
      return &COMMANDS[i];
    }
  }
  return NULL;
}

bool command_is_noun(const char *word)
{
  return strcmp(word, "org") == 0 || strcmp(word, "why") == 0;
}

int help_complain(const char *noun, const char *verb)
{
  (void)noun;
  (void)verb;
  complaints++;
  return EXIT_USAGE;
}

int help_complain_empty(void)
{
  complaints++;
  return EXIT_USAGE;
}

static struct invocation in;

// The words of LINE, which blanks separate.
static int parse(const char *line)
{
  static char copy[256];
  char *words[32];
  int count = 0;
  char *save = NULL;
  assert_true(strlen(line) < sizeof copy);
  memcpy(copy, line, strlen(line) + 1);
  for (char *word = strtok_r(copy, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
    words[count++] = word;
  }
  in = (struct invocation){.command = NULL};
  complaints = 0;
  return invocation_parse(count, words, &in);
}

static void O18_options_stand_anywhere(void **state)
{
  (void)state;
  static const char *const LINES[] = {"org create acme --name A --json", "--json org create acme --name A",
                                      "org --json create --name A acme", "--name A org create --json acme",
                                      "--name=A --json org create acme"};
  for (size_t i = 0; i < COUNT_OF(LINES); i++) {
    assert_int_equal(parse(LINES[i]), EXIT_DONE);
    assert_ptr_equal(in.command, &COMMANDS[0]);
    assert_string_equal(in.arguments[0], "acme");
    assert_null(in.arguments[1]);
    assert_string_equal(in.options[OPTION_NAME], "A");
    assert_string_equal(in.options[OPTION_JSON], "");
    assert_null(in.options[OPTION_LOGIN]);
  }
}

static void a_command_of_one_word_takes_its_argument_next(void **state)
{
  (void)state;
  assert_int_equal(parse("--json why bob"), EXIT_DONE);
  assert_ptr_equal(in.command, &COMMANDS[2]);
  assert_string_equal(in.arguments[0], "bob");
}

static void behind_two_dashes_nothing_is_an_option(void **state)
{
  (void)state;
  assert_int_equal(parse("why -- --json"), EXIT_DONE);
  assert_string_equal(in.arguments[0], "--json");
  assert_null(in.options[OPTION_JSON]);
  assert_int_equal(parse("why -"), EXIT_DONE);
  assert_string_equal(in.arguments[0], "-");
}

static void what_is_wrong_is_a_usage_error(void **state)
{
  (void)state;
  static const char *const LINES[] = {
      "org create acme",                     // without what it needs
      "org create --name A",                 // without its argument
      "org create acme --name",              // without a value
      "org create acme --name A --name B",   // twice
      "org create acme --name A --json=1",   // with a value it does not take
      "org create acme --name A --nonsense", // no option
      "org create acme --name A -j",         // no option
      "org list --name A",                   // another command's
      "org list acme",                       // one too many
      "why a b c d e f g h i j k l m n",     // many too many
      "--nonsense",
  };
  for (size_t i = 0; i < COUNT_OF(LINES); i++) {
    assert_int_equal(parse(LINES[i]), EXIT_USAGE);
    assert_int_equal(complaints, 0);
  }
}

static void help_is_there_without_what_a_command_needs(void **state)
{
  (void)state;
  static const char *const LINES[] = {"org create --help", "--help org create", "org create -h",
                                      "org create --version"};
  for (size_t i = 0; i < COUNT_OF(LINES); i++) {
    assert_int_equal(parse(LINES[i]), EXIT_DONE);
    assert_ptr_equal(in.command, &COMMANDS[0]);
  }
  assert_int_equal(parse("org --help"), EXIT_DONE);
  assert_null(in.command);
  assert_string_equal(in.arguments[0], "org");
  assert_int_equal(parse("--help"), EXIT_DONE);
  assert_null(in.command);
  assert_null(in.arguments[0]);
}

static void what_is_no_command_is_complained_about(void **state)
{
  (void)state;
  static const char *const LINES[] = {"", "--json", "org", "org lst", "nonsense", "nonsense --help", "org lst --help"};
  for (size_t i = 0; i < COUNT_OF(LINES); i++) {
    assert_int_equal(parse(LINES[i]), EXIT_USAGE);
    assert_int_equal(complaints, 1);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(O18_options_stand_anywhere),
      cmocka_unit_test(a_command_of_one_word_takes_its_argument_next),
      cmocka_unit_test(behind_two_dashes_nothing_is_an_option),
      cmocka_unit_test(what_is_wrong_is_a_usage_error),
      cmocka_unit_test(help_is_there_without_what_a_command_needs),
      cmocka_unit_test(what_is_no_command_is_complained_about),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
