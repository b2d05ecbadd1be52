// SPDX-License-Identifier: Apache-2.0
// What is likely meant by a word that is mistyped.
#include "base/cleanup.h"
#include "base/suggest.h"
#include "unit.h"

static void distance_is_the_number_of_letters_to_mend(void **state)
{
  (void)state;
  static const struct {
    const char *a;
    const char *b;
    size_t distance;
  } CASES[] = {
      {"", "", 0},         {"", "abc", 3},
      {"abc", "", 3},      {"list", "list", 0},
      {"lst", "list", 1},  {"listt", "list", 1},
      {"lust", "list", 1}, {"lsit", "list", 1},
      {"tsil", "list", 3}, {"kitten", "sitting", 3},
      {"ab", "ba", 1},     {"ca", "abc", 3},
      {"a", "b", 1},       {"provisoning", "provisioning", 1},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    assert_int_equal(suggest_distance(CASES[i].a, CASES[i].b), CASES[i].distance);
    assert_int_equal(suggest_distance(CASES[i].b, CASES[i].a), CASES[i].distance);
  }
}

static void a_word_that_is_too_long_is_far_from_everything(void **state)
{
  (void)state;
  char longest[SUGGEST_WORD_MAX + 1];
  char longer[SUGGEST_WORD_MAX + 2];
  memset(longest, 'a', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  memset(longer, 'a', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  assert_int_equal(suggest_distance(longest, longest), 0);
  assert_int_equal(suggest_distance(longest, longer), SUGGEST_WORD_MAX + 1);
  assert_int_equal(suggest_distance(longer, "a"), SUGGEST_WORD_MAX + 1);
}

static const char *nearest(const char *typed)
{
  static const char *const WORDS[] = {"create", "list", "show", "set", "rename", "delete", "transfer", "--client-id"};
  struct suggestion near = {.typed = typed};
  for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
    suggest_try(&near, WORDS[i]);
  }
  return near.word != NULL ? near.word : "";
}

static void the_nearest_word_is_suggested_and_none_that_is_far(void **state)
{
  (void)state;
  assert_string_equal(nearest("lsit"), "list");
  assert_string_equal(nearest("creat"), "create");
  assert_string_equal(nearest("renmae"), "rename");
  assert_string_equal(nearest("tran"), "transfer"); // it begins so
  assert_string_equal(nearest("--clientid"), "--client-id");
  assert_string_equal(nearest("st"), "set");
  assert_string_equal(nearest("x"), "");
  assert_string_equal(nearest("tr"), ""); // two letters begin too much
  assert_string_equal(nearest("frobnicate"), "");
  assert_string_equal(nearest(""), "");
}

static void a_suggestion_is_said_in_one_phrase(void **state)
{
  (void)state;
  char text[64] = "untouched";
  const struct suggestion none = {.typed = "x"};
  const struct suggestion one = {.typed = "lst", .word = "list", .distance = 1};
  assert_string_equal(suggest_words(&none, text, sizeof text), "");
  assert_string_equal(suggest_words(&one, text, sizeof text), "; did you mean list?");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distance_is_the_number_of_letters_to_mend),
      cmocka_unit_test(a_word_that_is_too_long_is_far_from_everything),
      cmocka_unit_test(the_nearest_word_is_suggested_and_none_that_is_far),
      cmocka_unit_test(a_suggestion_is_said_in_one_phrase),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
