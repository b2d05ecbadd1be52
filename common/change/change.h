// SPDX-License-Identifier: Apache-2.0
// Every change by an admin or a login: a small typed value, carried out by one function in one durable transaction
// together with its audit event. A refused change changes nothing; a refused sign-in leaves its audit event.
//
// A header of this folder has the changes of one noun. For each there is a struct with exactly what the change needs,
// one with what came of it, and a function change_NOUN_VERB() that makes a struct change of the two; change_run()
// carries that out. All three belong to the caller and must live until then.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"
#include "change/delegate.h"
#include "config/config.h"
#include "policy/rights.h"
#include "store/store.h"

struct fleet_rows;
struct fleet_claims;

// How a change of what the hosts of a fleet share is made. No lock is held meanwhile.
struct change_push {
  // Tells the fleet of ROWS, and stores them here once they are so there. STATUS_OK; STATUS_BUSY: another host has
  // changed some of it since it was read here, and this host has caught up: the change is to be applied anew; any other
  // with an ERROR, and nothing is changed.
  enum status (*push)(void *context, const struct fleet_rows *rows, struct error *error);
  // Has the fleet give what of ROWS, which a sign-in makes, comes: an account, places in orgs. STATUS_OK: with what is
  // in RET_CLAIMS the change is to be applied anew. STATUS_BUSY: somebody is in the fleet already, and this host has
  // caught up: likewise, without. Any other with an ERROR: STATUS_NOT_FOUND: the org is not open to them;
  // STATUS_EXISTS: their name is somebody else's; STATUS_TIMEOUT: the fleet does not answer, or not in time. NULL:
  // nobody comes.
  enum status (*claim)(void *context, const struct fleet_rows *rows, struct error *error,
                       struct fleet_claims *ret_claims);
  void *context;
};

// Where changes are made.
struct change_host {
  struct store *store;
  const struct config *config;
  const char *map_path;
  bool dry_run;                   // everything but the commit
  const struct change_push *push; // NULL: nothing that a fleet shares is changed from here
};

// Who makes them, and from where. Borrowed; RHOST is "" where there is none.
struct change_by {
  const char *actor; // as the audit trail names them
  const char *rhost;
  const char *service;
  uint32_t caller_uid;             // without a remote host: whose process asks
  const struct delegate *delegate; // NULL: an operator acts, or the person who signs in
  enum right right;                // what the delegate makes use of; none is a refusal
};

// Where a kind of change may be made once hosts share one store.
enum change_scope {
  CHANGE_SITE,  // by an admin, on an admin host
  CHANGE_CLAIM, // at a sign-in: whoever is new is claimed from the fleet
  CHANGE_HOST,  // on any host, about that host alone
  CHANGE_FLEET, // on any host, where it takes over what another one has changed
};

// What a delegate must be in control of: the org that a change names, or an account.
enum change_about { CHANGE_OF_ORG, CHANGE_OF_ACCOUNT, CHANGE_OF_IDENTITY, CHANGE_OF_PASSWORD };

struct change_context;

// Applies the change that INPUT describes within the transaction. *RET_RESULT is all zero but for `changed`, which is
// set; whoever finds everything so already clears it. Anything but STATUS_OK has an error, and nothing is stored.
typedef enum status change_function(struct change_context *c, const void *input, void *ret_result);

// A row of the table of kinds.
struct change_kind {
  const char *event; // in the audit trail
  enum change_scope scope;
  enum change_about about;
  change_function *apply;
  size_t result_size;
  bool silent; // no audit event
};

struct change {
  const struct change_kind *kind;
  const void *input;
  void *result;
  bool *ret_changed;   // in the result
  const char *org;     // that it names, "" for none
  const char *account; // by email, login or number, of kinds that are about one; else ""
};

// What has come of a change where nothing else is of interest.
struct change_done {
  bool changed;            // false: it was so already
  char before[LOGIN_SIZE]; // what was there, of what gives one value in place of another; else ""
};

// Carries CHANGE out durably and publishes what it changed. STATUS_REFUSED (policy), STATUS_NOT_FOUND, STATUS_EXISTS,
// STATUS_INVALID: ERROR says what and what is legal, and nothing is stored. STATUS_BUSY if another writer holds the
// store too long. In a fleet, of what hosts share: STATUS_REFUSED on a host that is no admin host, and what
// struct change_push says. STATUS_IO with an ERROR that says so if the change is durable but the map could not be
// written. ERROR may be NULL.
MUST_CHECK enum status change_run(const struct change_host *host, const struct change_by *by, struct change change,
                                  struct error *error);

// Many changes, by their index: GET gives one, valid until it is called again, in order, and from 0 again where all
// have to be applied anew. Another status than STATUS_OK, with its ERROR, is that of a change that fails so.
struct changes {
  uint64_t count;
  enum status (*get)(void *context, uint64_t index, struct error *error, struct change *ret_change);
  // Told what became of each. Whether to go on without one that was refused and has changed nothing (STATUS_REFUSED,
  // STATUS_NOT_FOUND, STATUS_EXISTS, STATUS_INVALID). NULL: never.
  bool (*done)(void *context, uint64_t index, enum status status, const struct error *error);
  void *context;
};

// The same for many in one transaction: all of them or, where one fails and DONE does not go on, none: *RET_INDEX is
// which.
MUST_CHECK enum status change_run_all(const struct change_host *host, const struct change_by *by,
                                      const struct changes *all, struct error *error, uint64_t *ret_index);

// Rebuilds the published map under the writers' lock unless it is current, for LOGIN as publish_is_current() says.
// Errors as change_run().
MUST_CHECK enum status change_publish(const struct change_host *host, const char *login, struct error *error);
