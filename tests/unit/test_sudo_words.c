// SPDX-License-Identifier: Apache-2.0
// Whether sudo was told to ask nobody, by the words that it was started with (case O04).
#include "sudo_words.h"
#include "unit.h"

// Zero bytes stand as "|"; what comes behind the last one is cut off.
static bool asks_nobody(const char *line)
{
  char words[256];
  size_t length = strlen(line);
  assert_true(length < sizeof words);
  for (size_t i = 0; i < length; i++) {
    words[i] = line[i];
    if (line[i] == '|') {
      words[i] = '\0';
    }
  }
  return sudo_words_ask_nobody(words, length);
}

static void O04_each_way_of_saying_it_is_found(void **state)
{
  (void)state;
  static const char *const LINES[] = {
      "sudo|-n|id|",         "sudo|-H|-S|-n|-u|root|/bin/sh|",
      "sudo|-HSn|id|",       "sudo|-nu|root|id|",
      "sudo|-uroot|-n|",     "sudo|-u|root|-n|id|",
      "sudo|--user=a|-n|",   "sudo|--user|a|--non-interactive|id|",
      "sudo|--non|id|",      "sudo|-Enl|",
      "sudo|A=b|c=/d|-n|x|", "sudoedit|-n|file|",
      "sudo|-p|-x|-n|",
  };
  for (size_t i = 0; i < COUNT_OF(LINES); i++) {
    assert_true(asks_nobody(LINES[i]));
  }
}

static void O04_what_is_somebody_elses_is_not_taken_for_it(void **state)
{
  (void)state;
  static const char *const LINES[] = {
      "sudo|id|",
      "sudo|id|-n|",
      "sudo|--|-n|",
      "sudo|-u|-n|id|",
      "sudo|-un|id|",
      "sudo|--user|-n|",
      "sudo|--prompt|-n|x",
      "sudo|--no|id|",
      "sudo|--no-update|",
      "sudo|--nonsense|id|",
      "sudo|-h|-n|id|",
      "sudo|-x|-n|id|",
      "sudo|/a=b|-n|",
      "sudo|=b|-n|",
      "sudo|-|-n|",
      "sudo|",
      "sudo",
      "",
      "-n|",
      "sudo|-n",
      "|",
      "sudo|--us|root|-n|",
      "sudo|-pn|id|",
      "sudo||-n|",
  };
  for (size_t i = 0; i < COUNT_OF(LINES); i++) {
    assert_false(asks_nobody(LINES[i]));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(O04_each_way_of_saying_it_is_found),
      cmocka_unit_test(O04_what_is_somebody_elses_is_not_taken_for_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
