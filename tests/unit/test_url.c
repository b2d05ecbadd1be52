// SPDX-License-Identifier: Apache-2.0
// Which URLs may be fetched and shown, and which are the same: base/url.h.
#include "base/url.h"

#include "base/cleanup.h"
#include "unit.h"

static void issuers_have_hosts_of_every_kind_ports_and_paths(void **state)
{
  (void)state;
  static const char *const LEGAL[] = {
      "https://idp.test",
      "https://idp.test/",
      "https://IDP.Acme.TEST/adfs",
      "https://idp.test:8443/realms/acme",
      "https://idp.test/application/o/hosts/",
      "https://192.0.2.7",
      "https://[2001:db8::1]",
      "https://[2001:DB8::1]:8443/realms/acme/",
      "https://[::ffff:192.0.2.7]/",
      "https://xn--bcher-kva.test/oauth2/openid/hosts",
  };
  static const char *const ILLEGAL[] = {
      "",
      "https://",
      "idp.test",
      "http://idp.test",
      "https://idp.test:0",
      "https://idp.test:65536",
      "https://idp.test:",
      "https://idp.test?x",
      "https://idp.test/#x",
      "https://a@idp.test",
      "https://a:b@idp.test/",
      "https://[2001:db8::1",
      "https://2001:db8::1/",
      "https://[fe80::1%25eth0]/",
      "https://[idp.test]/",
      "https://-idp.test",
      "https://.idp.test",
      "https://b\303\274cher.test",
      "https://idp.test/a b",
      "https://idp.test\\@evil.test",
      "https://idp.test/{tenantid}/v2.0",
      "ftp://idp.test",
  };
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    if (!url_is_issuer(LEGAL[i], false)) {
      fail_msg("not legal: %s", LEGAL[i]);
    }
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    if (url_is_issuer(ILLEGAL[i], false)) {
      fail_msg("legal: %s", ILLEGAL[i]);
    }
  }
}

static void H43_issuers_are_the_same_but_for_the_letter_case_of_their_hosts(void **state)
{
  (void)state;
  static const struct {
    const char *a, *b;
    bool same;
  } CASES[] = {
      {"https://idp.test", "https://idp.test", true},
      {"https://FS.acme.test/adfs", "https://fs.acme.test/adfs", true},
      {"https://[2001:DB8::1]/x", "https://[2001:db8::1]/x", true},
      {"https://idp.test/Adfs", "https://idp.test/adfs", false},
      {"https://idp.test", "https://idp.test/", false},
      {"https://idp.test", "https://idp.test:443", false},
      {"https://idp.test", "http://idp.test", false},
      {"https://idp.test", "https://idp.test.evil.test", false},
      {"https://idp.test.", "https://idp.test", false},
      {"https://idp.tes", "https://idp.test", false},
      {"https://idp.test/a", "https://idp.test/b", false},
      {"not a url", "not a url", false},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    if (url_is_same_but_host_case(CASES[i].a, CASES[i].b) != CASES[i].same ||
        url_is_same_but_host_case(CASES[i].b, CASES[i].a) != CASES[i].same) {
      fail_msg("%s and %s", CASES[i].a, CASES[i].b);
    }
  }
}

static void mail_servers_have_a_host_and_a_port_and_nothing_else(void **state)
{
  (void)state;
  static const char *const LEGAL[] = {"smtps://mail.acme.test", "smtps://mail.acme.test:465",
                                      "smtp://[2001:db8::1]:587", "smtp://localhost", "smtp://127.0.0.1:2525"};
  static const char *const ILLEGAL[] = {"",
                                        "smtps://",
                                        "mail.acme.test",
                                        "https://mail.acme.test",
                                        "smtps://mail.test/",
                                        "smtps://mail.test/x",
                                        "smtps://a@mail.test",
                                        "smtp://a:b@mail.test:25",
                                        "smtp://mail.test:0",
                                        "smtp://mail.test:65536",
                                        "smtp://mail.test?x",
                                        "smtp://mail.test#x",
                                        "smtp://mail test",
                                        "smtps://mail.test\r\nX",
                                        "SMTP://mail.test"};
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(url_is_mail_server(LEGAL[i]));
    assert_int_equal(url_is_loopback_smtp(LEGAL[i]), i >= 3);
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(url_is_mail_server(ILLEGAL[i]) || url_is_loopback_smtp(ILLEGAL[i]));
  }
  assert_false(url_is_loopback_smtp("smtps://localhost") || url_is_loopback_smtp("smtp://localhost.evil.test"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mail_servers_have_a_host_and_a_port_and_nothing_else),
      cmocka_unit_test(issuers_have_hosts_of_every_kind_ports_and_paths),
      cmocka_unit_test(H43_issuers_are_the_same_but_for_the_letter_case_of_their_hosts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
