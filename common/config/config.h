// SPDX-License-Identifier: Apache-2.0
// Host settings: /etc/ssoorg/ssoorg.conf and /etc/ssoorg/ssoorg.conf.d/*.conf. One table has every key with its default
// and its legal values.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/error.h"
#include "base/status.h"
#include "map/map_records.h"
#include "protocol/confinement.h"

// When the address of a sign-in is also shown as a picture: where it fits and the terminal can show it; always; never.
enum qr { QR_AUTO, QR_ALWAYS, QR_NEVER };

// Reads "auto", "always" or "never". False for any other word, *RET_QR untouched.
bool config_read_qr(const char *word, enum qr *ret_qr);

enum { OPERATORS_SIZE = 256 };

struct config {
  struct map_settings map;              // sshd-paths, home, shell, uid-ranges, default-org: what the modules need;
                                        // map.own_orgs is own-orgs-domains while own-orgs is on
  int64_t sign_in_timeout_s;            // sign-in-timeout
  int64_t max_sign_ins;                 // max-sign-ins
  int64_t reauth_s;                     // reauth
  bool allow_loopback_http;             // allow-loopback-http
  bool allow_loopback_smtp;             // allow-loopback-smtp
  bool notify_sessions;                 // notify-sessions
  int64_t subids;                       // subids: how many each member has; 0 for off
  int64_t mails_per_address;            // mails-per-address, in 15 minutes
  int64_t mails_per_remote;             // mails-per-remote, in an hour
  int64_t mails_per_host;               // mails-per-host, in an hour
  bool own_orgs;                        // own-orgs
  int64_t own_orgs_per_account;         // own-orgs-per-account
  char own_orgs_domains[OWN_ORGS_SIZE]; // own-orgs-domains: single spaces between them; "" for none
  int64_t audit_keep_s;                 // audit-keep
  enum qr qr;                           // qr
  enum confinement confinement;         // confinement
  char resolver[ADDRESS_SIZE];          // resolver: as address_parse() reads it; "" for the servers of resolv.conf
  char operators[OPERATORS_SIZE];       // operators: names of groups, single spaces between them
};

// Reads the file at PATH, then PATH.d/*.conf in the order of their names, into *RET_CONFIG. STATUS_NOT_FOUND,
// STATUS_PERMISSION, STATUS_IO; STATUS_INVALID for an unknown key, an illegal value or a line that is neither a setting
// nor a comment. ERROR says file, line and what is legal.
MUST_CHECK enum status config_load(const char *path, struct error *error, struct config *ret_config);

// The defaults. Cannot fail.
void config_init(struct config *config);

// The table itself, for the tests and the man page. parse() returns STATUS_INVALID and changes nothing on failure.
struct config_key {
  const char *name;
  const char *initial;
  const char *legal;
  enum status (*parse)(const char *value, struct config *config);
};
extern const struct config_key CONFIG_KEYS[];
extern const size_t CONFIG_KEY_COUNT;
