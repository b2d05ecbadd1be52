// SPDX-License-Identifier: Apache-2.0
// What is counted against too many tries, and within which time.
#pragma once
#include <stdbool.h>

// What is counted (POLICY T), and of whom: the subject.
enum throttle_kind {
  THROTTLE_ACCOUNT = 1, // wrong passwords and codes for a login
  THROTTLE_ADDRESS,     // the same from a remote address (IPv6: /64)
  THROTTLE_OWNER,       // the same where tries elsewhere must not use them up: "LOGIN ADDRESS"
  THROTTLE_FLOW,        // started sign-ins: "LOGIN ADDRESS"
  THROTTLE_STRANGERS,   // started sign-ins of names without an account at an org's connection: its slug
  THROTTLE_LOGIN,       // started sign-ins of a login, from wherever
  THROTTLE_FAILURES,    // wrong passwords and codes for a login within an hour, from wherever
  THROTTLE_MAIL_TO,     // mails to an address
  THROTTLE_MAIL_FROM,   // mails asked for from a remote address within an hour
  THROTTLE_MAIL_HOST,   // mails of this host within an hour: "host"
  THROTTLE_MAIL_NEW,    // those of them to people without an account: "host"
};

// Those that are counted within an hour, not within a quarter of one.
static inline bool throttle_is_hourly(enum throttle_kind kind)
{
  return kind == THROTTLE_FAILURES || (kind >= THROTTLE_MAIL_FROM && kind <= THROTTLE_MAIL_NEW);
}
