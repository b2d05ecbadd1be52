// SPDX-License-Identifier: Apache-2.0
// Lists of groups as they are typed and kept: protocol/group_words.h.
#include <stdio.h>

#include "protocol/group_words.h"
#include "unit.h"

// The names of WORDS, separated by "|".
static void expect_names(const char *words, const char *wanted)
{
  char name[PROTOCOL_GROUP_SIZE];
  char names[GROUP_WORDS_SIZE] = "";
  for (const char *at = words; at != NULL;) {
    assert_int_equal(group_words_next(&at, name), STATUS_OK);
    size_t used = strlen(names);
    (void)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? "|" : "", name);
  }
  assert_string_equal(names, wanted);
}

static void a_backslash_takes_the_meaning_from_what_follows(void **state)
{
  (void)state;
  expect_names("staff", "staff");
  expect_names("staff,ops team,a b c", "staff|ops team|a b c");
  expect_names("CN=Dev\\,OU=Acme,/acme/dev", "CN=Dev,OU=Acme|/acme/dev");
  expect_names("a\\\\b\\,,\\c", "a\\b,|c");
  expect_names("\\ a\\ ,\\ ", " a | ");
  expect_names("\\none,non\\e,None,none of us", "none|none|None|none of us");
  expect_names("J\xc3\xb6rg,\\\xc3\xb6", "J\xc3\xb6rg|\xc3\xb6");
}

static void H17_what_is_no_list_is_refused(void **state)
{
  static const char *const BAD[] = {"",     ",", "a,",     ",a",     "a,,b", " a",  "a ",   "a, b",   "a ,b",
                                    "none", " ", "a,none", "none,a", "\\",   "a\\", "a\nb", "a,\xff", "\xe2\x80\xae"};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    char words[GROUP_WORDS_SIZE] = "as before";
    assert_int_equal(group_words_read(BAD[i], words), STATUS_INVALID);
    assert_string_equal(words, "as before");
  }
}

static void what_is_written_reads_as_it_was(void **state)
{
  static const char *const NAMES[] = {"staff", "none", " ", "  ", "\\", ",", "a,b", " lead", "trail ", "CN=a\\,b,c"};
  char words[GROUP_WORDS_SIZE] = "";
  char again[GROUP_WORDS_SIZE];
  (void)state;
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    assert_false(group_words_hold(words, NAMES[i]));
    assert_int_equal(group_words_add(words, NAMES[i]), STATUS_OK);
    assert_true(group_words_hold(words, NAMES[i]));
  }
  expect_names(words, "staff|none| |  |\\|,|a,b| lead|trail |CN=a\\,b,c");
  assert_int_equal(group_words_read(words, again), STATUS_OK);
  assert_string_equal(again, words);
  assert_false(group_words_hold(words, "staf") || group_words_hold(words, "Staff") || group_words_hold(words, ""));
  assert_false(group_words_hold("", ""));
}

static void H56_the_longest_name_and_list_fit_and_one_more_byte_does_not(void **state)
{
  char typed[PROTOCOL_GROUP_SIZE + 1] = "";
  char words[GROUP_WORDS_SIZE] = "";
  char full[GROUP_WORDS_SIZE + 1] = "";
  (void)state;
  memset(typed, 'g', PROTOCOL_GROUP_SIZE - 1);
  assert_int_equal(group_words_read(typed, words), STATUS_OK);
  assert_string_equal(words, typed);
  typed[PROTOCOL_GROUP_SIZE - 1] = 'g';
  assert_int_equal(group_words_read(typed, words), STATUS_INVALID);
  for (int i = 0; i < 204; i++) { // 1019 characters
    (void)snprintf(full + strlen(full), sizeof full - strlen(full), "%sg%03d", i > 0 ? "," : "", i);
  }
  (void)snprintf(full + strlen(full), sizeof full - strlen(full), ",hij");
  assert_int_equal(strlen(full), GROUP_WORDS_SIZE - 1);
  assert_int_equal(group_words_read(full, words), STATUS_OK);
  assert_string_equal(words, full);
  full[GROUP_WORDS_SIZE - 1] = 'k';
  assert_int_equal(group_words_read(full, words), STATUS_TOO_LARGE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_backslash_takes_the_meaning_from_what_follows),
      cmocka_unit_test(H17_what_is_no_list_is_refused),
      cmocka_unit_test(what_is_written_reads_as_it_was),
      cmocka_unit_test(H56_the_longest_name_and_list_fit_and_one_more_byte_does_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
