// SPDX-License-Identifier: Apache-2.0
// Presets of providers: what an OpenID connection to each of them is made of besides its client. One table.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/entities.h"

// A row. Each value is a template of what it sets, in which {host}, {tenant}, {realm} and {client} stand for what is
// typed; NULL: the provider publishes it, or it is as for any provider.
struct preset {
  const char *name;
  const char *needs;        // for people: the options behind --preset
  bool needs_host;          // --host must be given
  bool needs_tenant;        // --tenant
  bool needs_realm;         // --realm
  const char *host;         // where --host is not given; NULL: there is none
  const char *realm_issuer; // the issuer where --realm is given, which need not be; NULL: as in VALUES
  const char *values[PRESET_VALUE_COUNT];
  const char *groups; // for people: what its groups look like, or why there are none
};

// What is typed beside --preset; NULL where it is not.
struct preset_words {
  const char *host;
  const char *tenant;
  const char *realm;
  const char *client_id;
};

// All rows; static.
const struct preset *preset_table(size_t *ret_count);

// The row called NAME, or NULL. Static.
const struct preset *preset_find(const char *name);

// "issuer", "scopes", ...: what the options of 'idp set' and 'idp show' call VALUE. Static.
const char *preset_value_name(enum preset_value value);

// Whether PRESET makes one of the values BY_PRESET (bits of enum preset_value) with the client's id.
bool preset_names_client(const struct preset *preset, uint32_t by_preset);

// Writes what PRESET says of VALUE into TEXT of SIZE bytes; "" if it says nothing. STATUS_TOO_LARGE.
MUST_CHECK enum status preset_write(const struct preset *preset, enum preset_value value,
                                    const struct preset_words *words, char *text, size_t size);
