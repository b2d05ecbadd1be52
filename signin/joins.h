// SPDX-License-Identifier: Apache-2.0
// Orgs that people join by themselves (POLICY V5, K8): those whose allowed-domains fit their email, by number or slug;
// and one of their own that they make (V6).
#pragma once
#include "session.h"

// What is offered, in the order of the orgs' ids.
struct join_offer {
  bool optional;               // they are in without it: Enter goes on
  bool may_found;              // an own one may be made; its number is the last
  char own_name[DISPLAY_SIZE]; // of that, "" for none
  size_t count;
  struct {
    int64_t org_id;
    char slug[SLUG_SIZE];
    char name[DISPLAY_SIZE];
    enum role role; // that joining gives
    bool chosen;
  } list[ALLOWED_MAX_POLICY];
};

// What PERSON may join. Errors as store_open() and store_get().
MUST_CHECK enum status joins_load(struct session *s, const struct policy_person *person, struct join_offer *ret_offer);

// Lists them until DEADLINE_MS and marks what is chosen, one after the other, asking for the name of an own one; "none"
// and Enter choose no more. What is
// neither is asked again twice, and then ends it: STATUS_NOT_FOUND. Otherwise as session_ask().
MUST_CHECK enum status joins_ask(struct session *s, int64_t deadline_ms, struct join_offer *offer);

// Says what an own org that was made is called.
void joins_tell_own(struct session *s, const char *slug);

// Offers them to whoever has signed in with RESULT by a social account, of whom NOW is known. What goes wrong here
// leaves the sign-in as it is. True if they have joined one.
bool joins_offer(struct session *s, const struct signed_in *result, const struct facts *now);
