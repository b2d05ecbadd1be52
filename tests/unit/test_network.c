// SPDX-License-Identifier: Apache-2.0
#include "base/network.h"
#include "unit.h"

static void lists_of_networks_are_legal_or_not(void **state)
{
  (void)state;
  static const char *const LEGAL[] = {"192.0.2.0/24",   "192.0.2.7",   "2001:db8::/32", "::1",
                                      "0.0.0.0/0",      "::/0",        "console",       "10.0.0.0/8 console fd00::/8",
                                      "192.0.2.128/25", "192.0.2.7/32"};
  static const char *const ILLEGAL[] = {
      "",          " ",           "10.0.0.1/8",  "10.0.0.0/33", "2001:db8::1/32", "::/129",
      "10.0.0.0/", "10.0.0.0/ 8", "10.0.0/8",    "example.org", "10.0.0.0/8 ",    " ::1",
      "::1  ::1",  "10.0.0.0/-1", "10.0.0.0/8x", "*",           "10.0.0.0/8,::1", "CONSOLE"};
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_true(network_list_is_legal(LEGAL[i]));
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(network_list_is_legal(ILLEGAL[i]));
  }
}

static void an_address_is_in_its_networks_and_in_no_other(void **state)
{
  (void)state;
  static const struct {
    const char *list;
    const char *address;
    bool in;
  } CASES[] = {
      {"192.0.2.0/24", "192.0.2.0", true},
      {"192.0.2.0/24", "192.0.2.255", true},
      {"192.0.2.0/24", "192.0.3.0", false},
      {"192.0.2.0/24", "192.0.1.255", false},
      {"192.0.2.128/25", "192.0.2.127", false},
      {"192.0.2.128/25", "192.0.2.128", true},
      {"192.0.2.7", "192.0.2.7", true},
      {"192.0.2.7", "192.0.2.6", false},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"::/0", "2001:db8::1", true},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"2001:db8::/33", "2001:db8:7fff::", true},
      {"192.0.2.0/24", "::ffff:192.0.2.9", true},
      {"fe80::/10", "fe80::1%eth0", true},
      {"console", "", true},
      {"192.0.2.0/24", "", false},
      {"console", "192.0.2.1", false},
      {"::1 console", "", true},
      {"192.0.2.0/24 2001:db8::/32", "2001:db8::5", true},
      {"0.0.0.0/0 ::/0", "host.example", false},
      {"0.0.0.0/0 ::/0", "%", false},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    assert_int_equal(network_list_has(CASES[i].list, CASES[i].address), CASES[i].in);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists_of_networks_are_legal_or_not),
      cmocka_unit_test(an_address_is_in_its_networks_and_in_no_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
