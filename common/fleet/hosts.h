// SPDX-License-Identifier: Apache-2.0
// Where a fleet's engine is, as an admin writes it: "db1.example,db2.example:5433", "192.0.2.1", "[2001:db8::1]:5432".
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/status.h"

enum {
  FLEET_HOSTS_MAX = 8,
  FLEET_HOST_SIZE = 254, // RFC 1035 2.3.4
  FLEET_PORT = 5432,
};

struct fleet_host {
  char name[FLEET_HOST_SIZE]; // or its number, without brackets
  uint16_t port;
  bool is_number;
  bool is_loopback; // a number of 127.0.0.0/8 or ::1
};

struct fleet_hosts {
  size_t count;
  struct fleet_host hosts[FLEET_HOSTS_MAX];
};

// Reads 1 to FLEET_HOSTS_MAX hosts with commas between them, without blanks. A name has labels of letters, digits,
// inner hyphens and underscores. STATUS_INVALID.
MUST_CHECK enum status fleet_hosts_parse(const char *text, struct fleet_hosts *ret_hosts);

// Whether each is this machine itself, whatever a name server says.
bool fleet_hosts_are_loopback(const struct fleet_hosts *hosts);
