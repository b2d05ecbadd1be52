// SPDX-License-Identifier: Apache-2.0
// One provider being asked again about one person, for ssoorg-signin and ssoctl. What is stored of it is
// change/refresh.h.
#pragma once
#include "change/refresh.h"
#include "process/oidc.h"

// For asking_done().
struct asking {
  struct refresh_asked asked;
  bool begun; // it is stored that it is asked
  struct oidc oidc;
  bool has_rotated;
  struct message_rotated rotated;
  enum message_type type; // of the last message
  void *value;            // the last message, owned; NULL: there was none
  bool unsound;           // what came is not to be believed
};

struct asking asking_new(void);
void asking_done(struct asking *asking);

struct asking_how {
  const char *path; // of the helper
  uint32_t timeout_s;
  bool allow_loopback_http;
  enum confinement confinement;
};

// Takes the lock of the person ACCOUNT_ID, in the file PATH, which ends with *RET_FD: one refresh at a time.
// STATUS_BUSY after DEADLINE_MS (monotonic), STATUS_IO.
MUST_CHECK enum status asking_lock(const char *path, int64_t account_id, int64_t deadline_ms, int *ret_fd);

// Starts the helper. Errors as oidc_start().
MUST_CHECK enum status asking_start(struct asking *asking, const struct asking_how *how, struct error *error);

// Takes the next message of the helper, until DEADLINE_MS (monotonic). Whether there is more to come.
bool asking_take(struct asking *asking, int64_t deadline_ms);

// Ends the helper, and looks at what it has said.
void asking_end(struct asking *asking);

// Both, to the last message.
void asking_finish(struct asking *asking, int64_t deadline_ms);

// Whether nothing came of the provider, which may be down.
bool asking_was_silent(const struct asking *asking);

// Whether the provider wants to be left alone, and for how long; 0: it has not said.
bool asking_was_too_much(const struct asking *asking, int64_t *ret_retry_after_s);

// What came of it, about LOGIN. Borrows from ASKING.
struct refresh_end asking_result(const struct asking *asking, const char *login);
