// SPDX-License-Identifier: Apache-2.0
// ssoctl completion: scripts for shells, made from the table of commands.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "command.h"
#include "context.h"

enum { WORD_SIZE = 64 };

static bool is_first_of_noun(const struct command *table, size_t at)
{
  return at == 0 || strcmp(table[at - 1].noun, table[at].noun) != 0;
}

// Calls PRINT with each of the words that WHAT lists, as in "SLUG off|domains"; what is in capitals is no word.
static void each_word(const char *what, void (*print)(const char *word))
{
  const char *at = what;
  while (strchr(what, '|') != NULL && *at != '\0') {
    char word[WORD_SIZE];
    size_t length = strcspn(at, "| []");
    bool legal = length > 0 && length < sizeof word && strspn(at, "abcdefghijklmnopqrstuvwxyz_-") >= length;
    if (legal) {
      memcpy(word, at, length);
      word[length] = '\0';
      print(word);
    }
    at += length;
    at += strspn(at, "| []");
  }
}

static void print_bare(const char *word)
{
  (void)printf(" %s", word);
}

static void print_options(const struct command *command, void (*print)(const char *word))
{
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    if (command_takes(command, (enum option)i)) {
      print(option_name((enum option)i));
    }
  }
}

// One case for each option that takes one of some words.
static void print_option_values(void)
{
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const char *usage = option_usage((enum option)i);
    size_t length = strcspn(usage, " ");
    if (strchr(usage, '|') != NULL) {
      (void)printf("  %.*s) words='", (int)length, usage);
      char values[2 * WORD_SIZE];
      (void)snprintf(values, sizeof values, "%s", usage + length + 1);
      each_word(values, print_bare);
      (void)printf("' ;;\n");
    }
  }
}

// The words behind noun and verb, or behind the one word of a command.
static void print_cases(const struct command *table, size_t count, bool verbs)
{
  for (size_t i = 0; i < count; i++) {
    const struct command *c = &table[i];
    if ((c->verb[0] != '\0') != verbs) {
      continue;
    }
    (void)printf("    '%s%s%s') words='", c->noun, c->verb[0] != '\0' ? " " : "", c->verb);
    each_word(c->arguments, print_bare);
    print_options(c, print_bare);
    (void)printf("' ;;\n");
  }
}

static void print_nouns(const struct command *table, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (is_first_of_noun(table, i)) {
      print_bare(table[i].noun);
    }
  }
}

static void print_verbs(const struct command *table, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (table[i].verb[0] != '\0' && is_first_of_noun(table, i)) {
      (void)printf("    '%s') words='", table[i].noun);
      for (size_t k = i; k < count && strcmp(table[k].noun, table[i].noun) == 0; k++) {
        print_bare(table[k].verb);
      }
      (void)printf("' ;;\n");
    }
  }
}

// The same in both shells but for how they count words.
static void print_body(const struct command *table, size_t count, const char *first, const char *second)
{
  (void)printf("  case \"$before\" in\n");
  print_option_values();
  (void)printf("  *) case \"$noun $verb\" in\n");
  print_cases(table, count, true);
  (void)printf("    *) case \"$noun\" in\n");
  print_cases(table, count, false);
  (void)printf("    esac ;;\n    esac ;;\n  esac\n");
  (void)printf("  if [ \"$at\" = %s ]; then words='", first);
  print_nouns(table, count);
  (void)printf(" --help --version'; fi\n");
  (void)printf("  if [ \"$at\" = %s ]; then case \"$noun\" in\n", second);
  print_verbs(table, count);
  (void)printf("  esac; fi\n");
}

// Which words of those that were typed are noun and verb, whatever options stand before them; the same in both shells.
static void print_noun_and_verb(const char *words)
{
  (void)printf("  local at=1 noun='' verb='' word='' value=''\n"
               "  for word in %s; do\n"
               "    if [ -n \"$value\" ]; then value=''; continue; fi\n"
               "    case \"$word\" in\n"
               "    --store|--config) value=1; continue ;;\n"
               "    -*) continue ;;\n"
               "    esac\n"
               "    if [ \"$at\" = 1 ]; then noun=$word; elif [ \"$at\" = 2 ]; then verb=$word; fi\n"
               "    at=$((at + 1))\n"
               "  done\n",
               words);
}

// bash takes a word apart at "@" and "=": the line itself has it whole.
static void print_bash(const struct command *table, size_t count)
{
  (void)printf("# bash completion for ssoctl\n_ssoctl() {\n"
               "  local words='' before=${COMP_WORDS[COMP_CWORD-1]} current=${COMP_WORDS[COMP_CWORD]}\n"
               "  local typed=(\"${COMP_WORDS[@]:1:COMP_CWORD}\")\n"
               "  if [ -n \"$COMP_LINE\" ]; then\n"
               "    read -ra typed <<< \"${COMP_LINE:0:COMP_POINT}x\"\n"
               "    typed=(\"${typed[@]:1}\"); typed[-1]=${typed[-1]%%x}; current=${typed[-1]}\n"
               "  fi\n");
  print_noun_and_verb("\"${typed[@]:0:${#typed[@]}-1}\"");
  print_body(table, count, "1", "2");
  (void)printf("  if [ \"$EUID\" = 0 ]; then words+=\" $(ssoctl candidates -- \"${typed[@]}\" 2>/dev/null)\"; fi\n"
               "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
               "  local cut=${current%%\"${COMP_WORDS[COMP_CWORD]}\"}\n"
               "  COMPREPLY=(\"${COMPREPLY[@]#\"$cut\"}\")\n}\n"
               "complete -o default -F _ssoctl ssoctl\n");
}

static void print_zsh(const struct command *table, size_t count)
{
  (void)printf("#compdef ssoctl\n_ssoctl() {\n  local REPLY='' before=${words[CURRENT-1]}\n");
  print_noun_and_verb("\"${(@)words[2,CURRENT-1]}\"");
  (void)printf("  _ssoctl_words \"$at\" \"$noun\" \"$verb\" \"$before\"\n"
               "  if [ \"$EUID\" = 0 ]; then\n"
               "    REPLY+=\" $(ssoctl candidates -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)\"\n"
               "  fi\n"
               "  compadd -- ${=REPLY}\n}\n"
               "_ssoctl_words() {\n  local at=$1 noun=$2 verb=$3 before=$4 words=''\n");
  print_body(table, count, "1", "2");
  (void)printf("  REPLY=$words\n}\ncompdef _ssoctl ssoctl\n");
}

static const char FISH_CANDIDATES[] = "(test (id -u) -eq 0; and ssoctl candidates -- (commandline -opc)[2..] "
                                      "(commandline -ct) 2>/dev/null)";

static void print_fish_words(const struct command *c)
{
  const char *verb = c->verb[0] != '\0' ? c->verb : c->noun;
  for (size_t i = 0; i < OPTION_COUNT; i++) {
    const char *usage = option_usage((enum option)i);
    size_t length = strcspn(usage, " ");
    if (!command_takes(c, (enum option)i)) {
      continue;
    }
    (void)printf("complete -c ssoctl -n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s' -l %.*s",
                 c->noun, verb, (int)length - 2, usage + 2);
    if (usage[length] == ' ') {
      char values[2 * WORD_SIZE];
      (void)snprintf(values, sizeof values, "%s", usage + length + 1);
      (void)printf(" -r");
      bool is_stored = strcmp(values, "SLUG") == 0 || strcmp(values, "EMAIL") == 0;
      if (is_stored) {
        (void)printf(" -f -a '%s'", FISH_CANDIDATES);
      }
      if (strchr(values, '|') != NULL) {
        (void)printf(" -f -a '");
        each_word(values, print_bare);
        (void)printf("'");
      }
    }
    (void)printf("\n");
  }
  if (strchr(c->arguments, '|') != NULL) {
    (void)printf("complete -c ssoctl -n '__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s' -f -a '",
                 c->noun, verb);
    each_word(c->arguments, print_bare);
    (void)printf("'\n");
  }
}

static void print_fish(const struct command *table, size_t count)
{
  (void)printf("# fish completion for ssoctl\n");
  for (size_t i = 0; i < count; i++) {
    if (is_first_of_noun(table, i)) {
      (void)printf("complete -c ssoctl -n __fish_use_subcommand -f -a %s\n", table[i].noun);
    }
    if (table[i].verb[0] != '\0') {
      (void)printf("complete -c ssoctl -n '__fish_seen_subcommand_from %s; and test (count (commandline -opc)) -eq 2' "
                   "-f -a %s\n",
                   table[i].noun, table[i].verb);
    }
    print_fish_words(&table[i]);
  }
  (void)printf("complete -c ssoctl -a '%s'\n", FISH_CANDIDATES);
}

int cmd_completion(const struct invocation *in)
{
  static const struct {
    const char *shell;
    void (*print)(const struct command *table, size_t count);
  } SHELLS[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
  size_t count = 0;
  const struct command *table = command_table(&count);
  for (size_t i = 0; i < COUNT_OF(SHELLS); i++) {
    if (strcmp(SHELLS[i].shell, in->arguments[0]) == 0) {
      SHELLS[i].print(table, count);
      return fflush(stdout) == 0 ? EXIT_DONE : fail(EXIT_FAILED, "printing: failed");
    }
  }
  return fail(EXIT_USAGE, "\"%.40s\": is not bash, zsh or fish", in->arguments[0]);
}
