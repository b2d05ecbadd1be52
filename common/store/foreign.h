// SPDX-License-Identifier: Apache-2.0
// Users and groups that are not ours: those of the host's own files and of its other name services (POLICY N3, N4).
//
// One question costs a walk through files. For many, the files are read once, and name services are asked one by one
// only where they may know somebody that the files do not: all but these of nsswitch.conf(5),
//   files    has been read; so has compat, where no line begins with "+" or "-";
//   ssoorg   answers from the store, which is asked before;
//   systemd  knows root, nobody and dynamic users, whose numbers are never legal and whose names hold no "@", unless a
//            service registered in /run/systemd/userdb or a record in another userdb directory has more
//            (nss-systemd(8)).
// Names without "@" are asked for whatever the services are.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct foreign;

// Where the host says who its users are; the userdb directories in a list that ends with NULL.
struct foreign_sources {
  const char *passwd;
  const char *group;
  const char *nsswitch;
  const char *const *userdb;
};

// Reads the files of this host, or of SOURCES, for many questions. STATUS_IO, STATUS_NO_MEMORY. The caller's:
// foreign_free().
MUST_CHECK enum status foreign_load(struct foreign **ret_foreign);
MUST_CHECK enum status foreign_load_from(const struct foreign_sources *sources, struct foreign **ret_foreign);
void foreign_free(struct foreign **foreign);

// Whether users or groups of this host, or of SOURCES, may be known to a name service beyond the files. Reads the files
// for compat alone. STATUS_IO.
MUST_CHECK enum status foreign_asks(bool *ret_asks);
MUST_CHECK enum status foreign_asks_of(const struct foreign_sources *sources, bool *ret_asks);

// Whether NAME is the name, NUMBER the number of a user or group. FOREIGN may be NULL: everything is looked at now.
// STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status foreign_has_name(const struct foreign *foreign, const char *name, bool *ret_has);
MUST_CHECK enum status foreign_has_number(const struct foreign *foreign, uint32_t number, bool *ret_has);

// The numbers in the files, sorted; *RET_COUNT of them. Borrowed.
const uint32_t *foreign_numbers(const struct foreign *foreign, size_t *ret_count);
