// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>

#include "base/address.h"
#include "unit.h"

static void an_address_has_a_port_or_the_usual_one(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *number;
    int family;
    uint16_t port;
  } CASES[] = {
      {"192.0.2.1", "192.0.2.1", AF_INET, 53},
      {"192.0.2.1:5353", "192.0.2.1", AF_INET, 5353},
      {"127.0.0.1:1", "127.0.0.1", AF_INET, 1},
      {"127.0.0.1:65535", "127.0.0.1", AF_INET, 65535},
      {"::1", "::1", AF_INET6, 53},
      {"2001:db8::53", "2001:db8::53", AF_INET6, 53},
      {"[2001:db8::53]", "2001:db8::53", AF_INET6, 53},
      {"[::1]:5353", "::1", AF_INET6, 5353},
      {"[::ffff:192.0.2.1]:7", "::ffff:192.0.2.1", AF_INET6, 7},
      {"[2001:0db8:1111:2222:3333:4444:255.255.255.255]:65535", "2001:db8:1111:2222:3333:4444:ffff:ffff", AF_INET6,
       65535},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct address address;
    char number[INET6_ADDRSTRLEN] = "";
    assert_int_equal(address_parse(CASES[i].text, 53, &address), STATUS_OK);
    assert_int_equal(address.family, CASES[i].family);
    assert_int_equal(address.port, CASES[i].port);
    assert_non_null(inet_ntop(address.family, address.number, number, sizeof number));
    assert_string_equal(number, CASES[i].number);
    assert_true(strlen(CASES[i].text) < ADDRESS_SIZE);
  }
}

static void H34_what_is_no_address_is_refused(void **state)
{
  (void)state;
  static const char *const ILLEGAL[] = {"",
                                        " ",
                                        "localhost",
                                        "dns.example",
                                        "192.0.2",
                                        "192.0.2.1 ",
                                        " 192.0.2.1",
                                        "192.0.2.1:",
                                        "192.0.2.1:0",
                                        "192.0.2.1:65536",
                                        "192.0.2.1:-1",
                                        "192.0.2.1:+1",
                                        "192.0.2.1: 1",
                                        "192.0.2.1:1x",
                                        "192.0.2.1:000053",
                                        "192.0.2.1,192.0.2.2",
                                        "[192.0.2.1]:53",
                                        "192.0.2.256",
                                        "0x7f.0.0.1",
                                        "[::1",
                                        "::1]",
                                        "[::1]5353",
                                        "[::1]:",
                                        "[]",
                                        "[]:53",
                                        "[[::1]]",
                                        "fe80::1%eth0",
                                        "[fe80::1%eth0]:53",
                                        "1:2:3:4:5:6:7:8:9",
                                        ":53",
                                        "::1:5353:",
                                        "[2001:0db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111]"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    struct address address = {.family = 42};
    assert_int_equal(address_parse(ILLEGAL[i], 53, &address), STATUS_INVALID);
    assert_int_equal(address.family, 42);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_has_a_port_or_the_usual_one),
      cmocka_unit_test(H34_what_is_no_address_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
