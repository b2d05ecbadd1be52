// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"
#include "base/names.h"
#include "base/siphash.h"
#include "base/text.h"
#include "unit.h"

static void clean_text_is_utf8_without_controls(void **state)
{
  (void)state;
  static const char *const CLEAN[] = {"", "Alice", "J\xc3\xbcrgen", "\xe6\x97\xa5", "\xf0\x9f\x99\x82", "a: b"};
  static const char *const UNCLEAN[] = {
      "a\nb",         "\x1b[31m",     "\x7f",     "\xc2\x80",     "\xc2\x9f",     "\xe2\x80\xae",     "\xe2\x81\xa6",
      "\xe2\x80\xa8", "\xff",         "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3",
      "\xe6\x97",     "\xf0\x9f\x99",
  };
  for (size_t i = 0; i < COUNT_OF(CLEAN); i++) {
    assert_true(text_is_clean(CLEAN[i], strlen(CLEAN[i])));
  }
  for (size_t i = 0; i < COUNT_OF(UNCLEAN); i++) {
    assert_false(text_is_clean(UNCLEAN[i], strlen(UNCLEAN[i])));
  }
  assert_false(text_is_clean("a\0b", 3));
}

static void H16_every_control_character_is_refused(void **state)
{
  (void)state;
  for (int c = 0; c < 0x20; c++) {
    const char text[] = {'a', (char)c, 'b'};
    assert_false(text_is_clean(text, sizeof text));
  }
}

static void copying_refuses_what_does_not_fit(void **state)
{
  (void)state;
  char text[4] = "xyz";
  assert_int_equal(text_copy_clean("abcd", 4, text, sizeof text), STATUS_TOO_LARGE);
  assert_string_equal(text, "xyz");
  assert_int_equal(text_copy_clean("abc", 3, text, sizeof text), STATUS_OK);
  assert_string_equal(text, "abc");
}

static void escaped_text_is_printable_ascii(void **state)
{
  (void)state;
  char text[64];
  text_escape("a\x1b[0m\\\n\xff", 8, text, sizeof text);
  assert_string_equal(text, "a\\x1b[0m\\x5c\\x0a\\xff");
  char small[12];
  text_escape("0123456789abcdef", 16, small, sizeof small);
  assert_string_equal(small, "01234567...");
}

static void durations_are_a_number_and_a_unit(void **state)
{
  (void)state;
  int64_t seconds = -1;
  static const struct {
    const char *text;
    int64_t seconds;
  } LEGAL[] = {{"90s", 90}, {"15m", 900}, {"12h", 43200}, {"7d", 604800}, {"2w", 1209600}};
  static const char *const ILLEGAL[] = {
      "", "s", "90", "90x", "-1s", "1.5h", " 1s", "1s ", "0x1s", "9999999999999999999d", "999999999999999d", "1ss"};
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_int_equal(text_to_duration(LEGAL[i].text, 1, INT64_MAX, &seconds), STATUS_OK);
    assert_int_equal(seconds, LEGAL[i].seconds);
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(text_to_duration(ILLEGAL[i], 0, INT64_MAX, &seconds), STATUS_INVALID);
  }
  assert_int_equal(text_to_duration("29s", 30, 300, &seconds), STATUS_INVALID);
  assert_int_equal(text_to_duration("301s", 30, 300, &seconds), STATUS_INVALID);
}

static void H04_H55_logins_that_are_no_names_are_refused(void **state)
{
  (void)state;
  char longest[LOGIN_SIZE + 8] = "";
  static const char *const LEGAL[] = {"alice@acme.test", "a.b+c_d-e@x.y", "alice", "0@x9.test", "a@xn--bcher-kva.test"};
  static const char *const ILLEGAL[] = {
      "",           " ",          "Alice@acme.test",    "alice@acme",    "alice@",        "@acme.test", "-a@b.test",
      ".a@b.test",  "a@b@c.test", "../etc@acme.test",   "a/b@acme.test", "a:b@acme.test", "a b@c.test", "a\n@b.test",
      "a@-b.test",  "a@b-.test",  "a@b..test",          "a@.test",       "a@b.test.",     "a@1.2.3.4",  "root",
      "sudo",       "1alice",     "\xc3\xbc@acme.test", "a%@b.test",     "a=b@c.test",    "_apt",       "systemd-x",
      "a@b_c.test",
  };
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(name_is_login(LEGAL[i]));
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(name_is_login(ILLEGAL[i]));
  }
  memset(longest, 'a', 64);
  (void)snprintf(longest + 64, sizeof longest - 64, "@%0189d.test", 0);
  assert_false(name_is_login(longest)); // a label of more than 63 characters
}

static void H56_the_longest_legal_email_is_legal_and_one_more_is_not(void **state)
{
  (void)state;
  char email[400];
  int at = snprintf(email, sizeof email, "%064d@", 0);
  for (int i = 0; i < 2; i++) {
    at += snprintf(email + at, sizeof email - (size_t)at, "%063d.", 0);
  }
  at += snprintf(email + at, sizeof email - (size_t)at, "%056d.test", 0);
  assert_int_equal(strlen(email), 254);
  assert_true(name_is_email(email));
  char longer[400] = "";
  memcpy(longer, email, 200);
  longer[200] = '0';
  memcpy(longer + 201, email + 200, strlen(email + 200) + 1);
  assert_false(name_is_email(longer));
}

static void slugs_are_short_lower_case_and_no_system_name(void **state)
{
  (void)state;
  static const char *const LEGAL[] = {"acme", "a1", "a-b-c", "abcdefghijklmnopqrstuvw"};
  static const char *const ILLEGAL[] = {"",     "a",      "1a",   "Acme",        "acme_x",
                                        "a.b",  "docker", "sudo", "acme-admins", "abcdefghijklmnopqrstuvwx",
                                        "a\nb", "a:b",    "../x"};
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(name_is_slug(LEGAL[i]));
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(name_is_slug(ILLEGAL[i]));
  }
}

static void emails_are_folded_before_they_are_compared(void **state)
{
  (void)state;
  char folded[EMAIL_SIZE] = "kept";
  assert_int_equal(name_fold_email("Alice@ACME.test", folded), STATUS_OK);
  assert_string_equal(folded, "alice@acme.test");
  assert_int_equal(name_fold_email("\xc3\x84@acme.test", folded), STATUS_INVALID);
  assert_string_equal(folded, "alice@acme.test");
}

static void H25_H43_comparison_takes_length_and_all_bytes(void **state)
{
  (void)state;
  assert_true(bytes_equal_constant_time("abc", "abc", 3));
  assert_false(bytes_equal_constant_time("abc", "abd", 3));
  assert_false(bytes_equal_constant_time("abc", "xbc", 3));
}

static void buffers_grow_and_stay_terminated(void **state)
{
  (void)state;
  struct bytes b CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_string_equal(bytes_text(&b), "");
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(bytes_append(&b, "0123456789", 10), STATUS_OK);
  }
  assert_int_equal(b.length, 10000);
  assert_int_equal(strlen(bytes_text(&b)), 10000);
}

// The vectors of the paper's reference implementation: key 00..0f, input 00, 01, ...
static void siphash_has_the_published_values(void **state)
{
  (void)state;
  unsigned char seed[16];
  unsigned char input[15];
  for (unsigned char i = 0; i < 16; i++) {
    seed[i] = i;
  }
  for (unsigned char i = 0; i < 15; i++) {
    input[i] = i;
  }
  assert_true(siphash(seed, input, 0) == 0x726fdb47dd0e0e31U);
  assert_true(siphash(seed, input, 15) == 0xa129ca6149be45e5U);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clean_text_is_utf8_without_controls),
      cmocka_unit_test(H16_every_control_character_is_refused),
      cmocka_unit_test(copying_refuses_what_does_not_fit),
      cmocka_unit_test(escaped_text_is_printable_ascii),
      cmocka_unit_test(durations_are_a_number_and_a_unit),
      cmocka_unit_test(H04_H55_logins_that_are_no_names_are_refused),
      cmocka_unit_test(H56_the_longest_legal_email_is_legal_and_one_more_is_not),
      cmocka_unit_test(slugs_are_short_lower_case_and_no_system_name),
      cmocka_unit_test(emails_are_folded_before_they_are_compared),
      cmocka_unit_test(H25_H43_comparison_takes_length_and_all_bytes),
      cmocka_unit_test(buffers_grow_and_stay_terminated),
      cmocka_unit_test(siphash_has_the_published_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
