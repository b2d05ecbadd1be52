// SPDX-License-Identifier: Apache-2.0
// Every account and group as lines of passwd(5), shadow(5), group(5) and gshadow(5).
#pragma once
#include "context.h"

enum { EJECT_PASSWD, EJECT_SHADOW, EJECT_GROUP, EJECT_GSHADOW, EJECT_FILES };

struct ejecting {
  struct context *ctx;
  struct bytes passwd; // the host's own, as it is now
  struct bytes lines[EJECT_FILES];
  uint64_t accounts;
  uint64_t kept_out;
  uint64_t groups;
};

void ejecting_done(struct ejecting *e);

// Fills in lines and numbers, from the read transaction of E's context; whoever PASSWD has with another number is left
// out, and who is mapped and may not come in is named on standard error. Errors as store_get().
MUST_CHECK enum status ejecting_fill(struct ejecting *e);

// The line of LOGIN in TEXT of passwd(5) or shadow(5), borrowed; NULL for none.
const char *eject_find_line(const char *text, const char *login);
