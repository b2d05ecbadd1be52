// SPDX-License-Identifier: Apache-2.0
// The address of a server as an operator writes it: numbers only, so that nothing has to be looked up first.
#pragma once
#include <stdint.h>

#include "base/status.h"

enum {
  ADDRESS_SIZE = 56, // "[IPv6]:65535" fits
  ADDRESS_DNS_PORT = 53,
};

struct address {
  int family;               // AF_INET or AF_INET6
  unsigned char number[16]; // the first 4 for AF_INET, network byte order
  uint16_t port;
};

// Reads "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]" or "[2001:db8::1]:5353"; a port is 1 to 65535 in
// decimal digits, DEFAULT_PORT without one. STATUS_INVALID: anything else, also a name, a scope ("%eth0"), blanks.
MUST_CHECK enum status address_parse(const char *text, uint16_t default_port, struct address *ret_address);
