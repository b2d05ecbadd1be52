// SPDX-License-Identifier: Apache-2.0
// What a host needs to join a fleet, as one file: JSON, with its password in it.
#pragma once
#include "base/bytes.h"
#include "store/fleet.h"

// BUNDLE_HOST_MAX: of a host's name, which is part of that of a role (credential.h).
enum { BUNDLE_FORMAT = 1, BUNDLE_MAX = 128 * 1024, BUNDLE_HOST_MAX = 40 };

// Whether NAME can be that of a host of a fleet: letters, digits, dots and hyphens, in lower case.
bool bundle_is_host(const char *name);

// Writes JOIN to FD. An exit code.
int bundle_write(int fd, const char *path, const struct fleet_join *join);

// Reads the file at PATH ("-" is standard input). cleanup_fleet_join(). An exit code, with the error on standard error.
int bundle_read(const char *path, struct fleet_join *ret_join);
