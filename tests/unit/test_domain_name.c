// SPDX-License-Identifier: Apache-2.0
// Which domains may be claimed, and how what is typed becomes one (POLICY N1).
#include "domain_name.h"
#include "unit.h"

static void N1_what_is_typed_becomes_lower_case_A_labels(void **state)
{
  (void)state;
  static const struct {
    const char *typed;
    const char *domain;
  } CASES[] = {
      {"acme.test", "acme.test"},
      {"ACME.Test", "acme.test"},
      {"mail.acme.test", "mail.acme.test"},
      {"a-b.c3.test", "a-b.c3.test"},
      {"m\u00fcnchen.example", "xn--mnchen-3ya.example"},
      {"M\u00dcNCHEN.Example", "xn--mnchen-3ya.example"},
      {"mu\u0308nchen.example", "xn--mnchen-3ya.example"}, // not composed
      {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example"},
      {"XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"},
      {"stra\u00dfe.example", "xn--strae-oqa.example"}, // IDNA 2008: not "strasse"
      {"ac\u00adme.te\u200bst", "acme.test"},           // what is not seen is dropped (UTS 46 4)
      {"\u4f8b\u3048.example", "xn--r8jz45g.example"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char domain[DOMAIN_SIZE] = "";
    assert_int_equal(domain_name_parse(CASES[i].typed, domain), STATUS_OK);
    assert_string_equal(domain, CASES[i].domain);
  }
}

static void H24_H34_what_is_no_domain_is_refused(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"",
                                        ".",
                                        "..",
                                        "test",
                                        ".acme.test",
                                        "acme..test",
                                        "acme.test.",
                                        "acme.test..",
                                        "*.acme.test",
                                        "*",
                                        "@acme.test",
                                        "a@acme.test",
                                        "-acme.test",
                                        "acme-.test",
                                        "ac_me.test",
                                        "ac me.test",
                                        " acme.test",
                                        "acme.test ",
                                        "acme.test\n",
                                        "acme.test/x",
                                        "acme.test:53",
                                        "192.0.2.1",
                                        "acme.1",
                                        "\xff.test",
                                        "m\u00fcnchen..example",
                                        "ac\u202em\u202ce.test", // right to left override
                                        "\u0627a.example",       // both directions in one label
                                        "\u0300acme.example",    // begins with a combining mark
                                        "xn--.example",          // no A-label
                                        "xn--a.example",         // of nothing that is
                                        "xn--mnchen-3y.example",
                                        "a\u2010b.example",     // a hyphen that is none
                                        "\u2603.example",       // a symbol
                                        "ab--cd.example\u3002", // a full stop of another script at the end
                                        "123456789012345678901234567890123456789012345678901234567890abcd.test"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    char domain[DOMAIN_SIZE] = "before";
    if (domain_name_parse(ILLEGAL[i], domain) != STATUS_INVALID) {
      fail_msg("\"%s\" became \"%s\"", ILLEGAL[i], domain);
    }
    assert_string_equal(domain, "before");
  }
}

// Letters that look alike make another domain, which is shown in its A-label form and never as what it looks like.
static void a_domain_of_mixed_scripts_is_another_one(void **state)
{
  (void)state;
  char domain[DOMAIN_SIZE] = "";
  assert_int_equal(domain_name_parse("\u0430cme.test", domain), STATUS_OK); // a Cyrillic letter
  assert_memory_equal(domain, "xn--", 4);
}

static void N1_H34_public_suffixes_and_mail_domains_are_nobodys(void **state)
{
  (void)state;
  static const char *const SUFFIXES[] = {
      "com",           "co.uk",    "github.io",   "blogspot.com",   "ck", "foo.ck", "gov.uk", "s3.amazonaws.com",
      "herokuapp.com", "xn--p1ai", "kawasaki.jp", "foo.kawasaki.jp"};
  static const char *const MAIL[] = {"gmail.com", "googlemail.com", "outlook.com", "yahoo.co.uk", "gmx.de", "qq.com"};
  static const char *const FREE[] = {"acme.co.uk", "acme.github.io", "mail.acme.com",    "notgmail.com",
                                     "www.ck",     "a.gmail.com",    "city.kawasaki.jp", "xn--mnchen-3ya.example",
                                     "acme.test"};
  for (size_t i = 0; i < COUNT_OF(SUFFIXES); i++) {
    assert_non_null(domain_name_objection(SUFFIXES[i]));
    assert_string_equal(domain_name_objection(SUFFIXES[i]), "a public suffix");
  }
  for (size_t i = 0; i < COUNT_OF(MAIL); i++) {
    assert_non_null(domain_name_objection(MAIL[i]));
    assert_string_equal(domain_name_objection(MAIL[i]), "a public mail domain");
  }
  for (size_t i = 0; i < COUNT_OF(FREE); i++) {
    assert_null(domain_name_objection(FREE[i]));
  }
}

static void N1_capitals_and_other_scripts_do_not_get_around_the_lists(void **state)
{
  (void)state;
  static const char *const TYPED[] = {"GMAIL.com",      "Co.Uk",      "GitHub.IO",
                                      "\uff47mail.com", "co\u3002uk", "gmail\uff0ecom"};
  for (size_t i = 0; i < COUNT_OF(TYPED); i++) {
    char domain[DOMAIN_SIZE] = "";
    enum status status = domain_name_parse(TYPED[i], domain);
    assert_true(status == STATUS_INVALID || domain_name_objection(domain) != NULL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(N1_what_is_typed_becomes_lower_case_A_labels),
      cmocka_unit_test(H24_H34_what_is_no_domain_is_refused),
      cmocka_unit_test(a_domain_of_mixed_scripts_is_another_one),
      cmocka_unit_test(N1_H34_public_suffixes_and_mail_domains_are_nobodys),
      cmocka_unit_test(N1_capitals_and_other_scripts_do_not_get_around_the_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
