// SPDX-License-Identifier: Apache-2.0
// Which uid and gid a new account or org gets (POLICY N4): the same function in NSS, which must say it first, and in
// signin, which stores it.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/status.h"
#include "map/map_records.h"

enum { MAPPED_UID_MIN = 1000 }; // no local user below is mapped onto (POLICY N5)

// False for 0, 65534, 65535, 61184-65519 (systemd's dynamic users), numbers below 1000 and above 2147483647.
bool number_is_legal(uint32_t number);

// Whether NUMBER is in use or must not be used again. A failure ends the search.
typedef enum status number_taken(void *context, uint32_t number, bool *ret_taken);

// The first free legal number for NAME: the ranges of SETTINGS in order, one that is half full passed over; the search
// in a range starts at SipHash of NAME with SEED and goes on cyclically. STATUS_NOT_FOUND if all are half full;
// whatever TAKEN fails with.
MUST_CHECK enum status number_choose(const unsigned char seed[static SIPHASH_SEED_SIZE], const char *name,
                                     const struct map_settings *settings, number_taken *taken, void *context,
                                     uint32_t *ret_number);

// Whether a line of /etc/passwd or /etc/group has NUMBER as its uid or gid. STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status number_is_local(uint32_t number, bool *ret_local);

// Whether a line of /etc/passwd has NAME: such a name is a local user's, whatever the map says (POLICY N3). A file that
// cannot be read has no lines.
bool name_is_local(const char *name);

// The same, with UID as its number.
bool name_is_local_with(const char *name, uint32_t uid);
