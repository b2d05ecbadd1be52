// SPDX-License-Identifier: Apache-2.0
// The ways to sign in that there are a choice of (POLICY V4).
#pragma once
#include "session.h"

enum { WAYS_MAX = 16 };

// An org's connection, a social one of the host, or a code by email.
struct way_to {
  enum way way;
  int64_t id;                               // of the connection
  char title[4 * DISPLAY_SIZE + SLUG_SIZE]; // as it is listed
};

struct way_list {
  size_t count;
  struct way_to list[WAYS_MAX];
};

// Those that the decision of S offers: the orgs, then all social connections of the host, whatever the person has used,
// then a code by email.
// Errors as store_open() and store_get().
MUST_CHECK enum status ways_load(struct session *s, struct way_list *ret_ways);

// Asks which. With SECRET a password, a code or the like may be typed as well, hidden: *RET_TYPED (bytes_done()) is
// that then, and *RET_WAY is NULL. What is neither is asked again twice, then refused: STATUS_TOLD. Otherwise as
// session_ask().
MUST_CHECK enum status ways_ask(struct session *s, const struct way_list *ways, bool secret,
                                const struct way_to **ret_way, struct bytes *ret_typed);
