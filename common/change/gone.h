// SPDX-License-Identifier: Apache-2.0
// Who is gone at their org's provider (POLICY K9): refused when it was asked again, and not signed in through it for a
// day since. Never an org's owner.
#pragma once
#include "change/change.h"
#include "store/entities.h"

enum { GONE_MAX = 32, GONE_HELD_MAX = 8 };

// Of whom; 0: of all.
struct gone_of {
  int64_t org_id;
  int64_t account_id;
};

struct gone_person {
  char login[LOGIN_SIZE];
  char org[SLUG_SIZE];
  uint32_t uid;
  uint32_t gid; // whose processes end, as membership_ends_what() says
  bool removed; // from the org, since they have been gone for its gone-after; else this is news of them
  bool guarded; // what they run is not ended on a provider's word
};

// So many people of one org at once are hardly gone: more likely its provider has forgotten them.
struct gone_held {
  char org[SLUG_SIZE];
  int64_t people;
};

struct gone {
  bool changed;
  bool more; // than GONE_MAX: once more
  size_t count;
  struct gone_person list[GONE_MAX];
  size_t held_count;
  struct gone_held held[GONE_HELD_MAX];
};

// Writes down who is gone, and removes who has been for as long as their org says, with an event for each. Nobody is
// removed who is guarded, or where more are to be removed at once than three and a tenth of the org's members.
struct change change_gone(const struct gone_of *of, struct gone *ret_result);

// One who is gone and whose sessions nobody has ended for it.
struct gone_open {
  int64_t org_id;
  int64_t account_id;
  struct gone_person person;
};

typedef enum status gone_visit(void *context, const struct gone_open *open);

// Visits them, guarded ones left out; OPERATORS as in the host's settings. Errors as store_get().
MUST_CHECK enum status gone_each_open(struct store_txn *txn, const char *operators, const struct gone_of *of,
                                      int64_t now_s, gone_visit *visit, void *context);

// Writes down that their sessions are ended. No audit event. Nothing changes where they have signed in meanwhile.
struct change change_gone_ended(const struct gone_open *open, struct change_done *ret_result);
