// SPDX-License-Identifier: Apache-2.0
// Lines of subuid(5) read, written and kept clear of.
#include "subids/subids.h"
#include "unit.h"

static const struct subid_range WINDOW = {100000, 600100000};

static const char LINES[] = "# by hand\n"
                            "bob:100000:65536\n"
                            "66000:165536:65536\n"
                            "\n"
                            "zoe@acme.test:300000:1000";

static void a_range_is_found_by_number_and_by_login(void **state)
{
  (void)state;
  struct subid_range range = {7, 7};
  assert_int_equal(subids_find(LINES, "alice@acme.test", 66000, &range), STATUS_OK);
  assert_int_equal(range.first, 165536);
  assert_int_equal(range.last, 231071);
  assert_int_equal(subids_find(LINES, "zoe@acme.test", 66001, &range), STATUS_OK);
  assert_int_equal(range.first, 300000);
  assert_int_equal(range.last, 300999);
}

static void nobody_elses_line_is_somebodys(void **state)
{
  static const struct {
    const char *login;
    uint32_t uid;
  } OTHERS[] = {{"bo", 6600}, {"bobby", 660000}, {"zoe", 6}, {"", 0}, {"# by hand", 100000}, {"66000:165536", 1}};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    struct subid_range range = {7, 7};
    assert_int_equal(subids_find(LINES, OTHERS[i].login, OTHERS[i].uid, &range), STATUS_NOT_FOUND);
    assert_int_equal(range.first, 7);
  }
}

static const char *const WRONG[] = {
    "bob",
    "bob:",
    "bob:1",
    "bob:1:",
    ":1:2",
    "bob:1:2:",
    "bob:1:2 ",
    "bob:0x10:2",
    "bob:010:2",
    "bob:-1:2",
    "bob:1:2:3",
    " ",
    "bob:4294967296:1",
    "bob:1:4294967296",
    "bob:1:99999999999",
    "bob: 1:2",
    "bob:1:2;",
};

static void a_line_that_is_none_is_nobodys_and_named(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
    struct subids_taken taken CLEANUP(subids_taken_done) = {.ranges = NULL};
    struct subid_range range;
    struct error error = {.text = ""};
    char text[64];
    char said[128];
    (void)snprintf(text, sizeof text, "root:9:1\n%s\n", WRONG[i]);
    assert_int_equal(subids_find(text, "bob", 1, &range), STATUS_NOT_FOUND);
    assert_int_equal(subids_take_lines(&taken, "/etc/subuid", text, &error), STATUS_INVALID);
    (void)snprintf(said, sizeof said, "/etc/subuid:2: \"%s\" is not ", WRONG[i]);
    assert_memory_equal(error.text, said, strlen(said));
  }
}

static void a_line_that_is_cut_off_anywhere_is_found_or_is_none(void **state)
{
  static const char WHOLE[] = "66000:165536:65536";
  (void)state;
  for (size_t length = 0; length < sizeof WHOLE; length++) {
    struct subid_range range = {7, 7};
    char text[sizeof WHOLE] = "";
    memcpy(text, WHOLE, length);
    bool found = subids_find(text, "", 66000, &range) == STATUS_OK;
    assert_int_equal(found, length > strlen("66000:165536:"));
  }
}

static void append(struct bytes *text, uint32_t uid)
{
  assert_int_equal(subids_append(text, uid, &(struct subid_range){231072, 296607}), STATUS_OK);
}

static void what_is_there_stays_byte_for_byte(void **state)
{
  static const char *const BEFORE[] = {"", "bob:100000:65536\n", "# odd\n\n::\nbob:1:2\n"};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(BEFORE); i++) {
    struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(bytes_append_text(&text, BEFORE[i]), STATUS_OK);
    append(&text, 66001);
    assert_memory_equal(bytes_text(&text), BEFORE[i], strlen(BEFORE[i]));
    assert_string_equal(bytes_text(&text) + strlen(BEFORE[i]), "66001:231072:65536\n");
  }
}

static void a_last_line_without_its_newline_gets_it(void **state)
{
  (void)state;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct subid_range range;
  assert_int_equal(bytes_append_text(&text, LINES), STATUS_OK);
  append(&text, 66001);
  assert_memory_equal(bytes_text(&text), LINES, strlen(LINES));
  assert_string_equal(bytes_text(&text) + strlen(LINES), "\n66001:231072:65536\n");
  assert_int_equal(subids_find(bytes_text(&text), "", 66001, &range), STATUS_OK);
  assert_int_equal(range.last, 296607);
}

// The first number of COUNT that are free of LINES and of 0 to 65535, or 0.
static uint32_t chosen(const char *lines, const struct subid_range *window, uint32_t count)
{
  struct subids_taken taken CLEANUP(subids_taken_done) = {.ranges = NULL};
  struct subid_range range = {0, 0};
  assert_int_equal(subids_take(&taken, 0, 65535), STATUS_OK);
  assert_int_equal(subids_take_lines(&taken, "/etc/subuid", lines, NULL), STATUS_OK);
  enum status status = subids_choose(&taken, window, count, &range);
  assert_true(status == STATUS_OK || status == STATUS_NOT_FOUND);
  assert_int_equal(range.last, status == STATUS_OK ? range.first + count - 1 : 0);
  return range.first;
}

static void the_lowest_place_that_is_wide_enough_is_taken(void **state)
{
  (void)state;
  assert_int_equal(chosen("", &WINDOW, 65536), 100000);
  assert_int_equal(chosen(LINES, &WINDOW, 65536), 231072);
  assert_int_equal(chosen(LINES, &WINDOW, 68928), 231072);
  assert_int_equal(chosen(LINES, &WINDOW, 68929), 301000);
  assert_int_equal(chosen("b:300000:1\na:100000:100\nc:165636:1\n", &WINDOW, 65536), 100100);
  assert_int_equal(chosen("b:300000:1\na:100000:100\nc:165635:1\n", &WINDOW, 65536), 165636);
  assert_int_equal(chosen("a:99999:1\nb:100001:0\n", &WINDOW, 65536), 100000);
}

static void a_range_within_another_hides_nothing(void **state)
{
  (void)state;
  assert_int_equal(chosen("a:100000:400000\nb:200000:10\nc:500000:1\n", &WINDOW, 65536), 500001);
  assert_int_equal(chosen("a:99000:2000\nb:90000:30000\n", &WINDOW, 65536), 120000);
}

static void where_the_window_ends_there_are_no_more(void **state)
{
  static const struct subid_range EXACT = {100000, 165535};
  static const struct subid_range SMALL = {100000, 165534};
  static const struct subid_range LOW = {1000, 65535 + 65536};
  static const struct subid_range NONE = {500000, 400000};
  static const struct subid_range TOP = {4294901760, 4294967295};
  (void)state;
  assert_int_equal(chosen("", &EXACT, 65536), 100000);
  assert_int_equal(chosen("", &SMALL, 65536), 0);
  assert_int_equal(chosen("a:165535:1\n", &EXACT, 65536), 0);
  assert_int_equal(chosen("", &LOW, 65536), 65536);
  assert_int_equal(chosen("", &TOP, 65536), 4294901760);
  assert_int_equal(chosen("a:4294967295:4294967295\n", &TOP, 65536), 0);
  assert_int_equal(chosen("", &EXACT, 0), 0);
  assert_int_equal(chosen("", &NONE, 65536), 0);
}

static void the_window_is_what_login_defs_says_for_both(void **state)
{
  static const struct {
    const char *text;
    uint32_t first;
    uint32_t last;
  } CASES[] = {
      {"", 100000, 600100000},
      {"#SUB_UID_MIN 5\nSUB_UID_MINI 6\nXSUB_UID_MIN 7\n", 100000, 600100000},
      {"SUB_UID_MIN\t\t 200000\nSUB_GID_MAX 500000", 200000, 500000},
      {"SUB_UID_MIN 200000\nSUB_GID_MIN 300000\n  SUB_UID_MAX 400000\n", 300000, 400000},
      {"SUB_UID_MIN 200000\nSUB_UID_MIN 250000 \n", 250000, 600100000},
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct subid_range window = {0, 0};
    assert_int_equal(subids_window(CASES[i].text, &window), STATUS_OK);
    assert_int_equal(window.first, CASES[i].first);
    assert_int_equal(window.last, CASES[i].last);
  }
}

static void a_window_that_cannot_be_read_is_none(void **state)
{
  static const char *const TEXTS[] = {
      "SUB_UID_MIN many\n", "SUB_UID_MAX 0x100000\n", "SUB_GID_MIN 10m\n", "SUB_GID_MAX 4294967296\n", "SUB_UID_MIN \n",
  };
  (void)state;
  for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
    struct subid_range window = {7, 7};
    assert_int_equal(subids_window(TEXTS[i], &window), STATUS_INVALID);
    assert_int_equal(window.first, 7);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_range_is_found_by_number_and_by_login),
      cmocka_unit_test(nobody_elses_line_is_somebodys),
      cmocka_unit_test(a_line_that_is_none_is_nobodys_and_named),
      cmocka_unit_test(a_line_that_is_cut_off_anywhere_is_found_or_is_none),
      cmocka_unit_test(what_is_there_stays_byte_for_byte),
      cmocka_unit_test(a_last_line_without_its_newline_gets_it),
      cmocka_unit_test(the_lowest_place_that_is_wide_enough_is_taken),
      cmocka_unit_test(a_range_within_another_hides_nothing),
      cmocka_unit_test(where_the_window_ends_there_are_no_more),
      cmocka_unit_test(the_window_is_what_login_defs_says_for_both),
      cmocka_unit_test(a_window_that_cannot_be_read_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
