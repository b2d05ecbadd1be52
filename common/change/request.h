// SPDX-License-Identifier: Apache-2.0
// What members ask the admins of their org for, and the answers (POLICY K10). An open request is never a right: whether
// it may be answered by a yes is looked at anew, and never by who has asked.
#pragma once
#include "change/change.h"
#include "store/entities.h"

// Strings are borrowed.
struct request_ask {
  const char *org;
  const char *account; // who asks: the delegate's own
  enum role role;      // ROLE_ADMIN, or ROLE_VIEWER for access
  int64_t for_s;
  const char *reason;
};

struct request_asked {
  bool changed;
  bool replaced; // one that was open
  int64_t number;
  char login[LOGIN_SIZE];
  char email[EMAIL_SIZE];
  int64_t expires_at_s;
};

// By a delegate alone, for themselves. STATUS_REFUSED: the org is none of theirs (the same for one that there is not),
// an admin has suspended them there, the session has not opened it, they have what they ask for, or REQUESTS_MAX are
// open there, or the one that it would replace is younger than REQUEST_EVERY_S. Asking for what is asked for already is
// no change, and ends no later.
struct change change_request_ask(const struct request_ask *ask, struct request_asked *ret_result);

struct request_answer {
  const char *org;
  const char *person; // email, login or number
  const char *reason; // of a no; "" for none
  uint32_t by_uid;    // of the operator who answers, through sudo; 0: root
  int64_t number;     // of the request that was looked at; of a no, 0 for whatever is open
};

struct request_answered {
  bool changed;
  char login[LOGIN_SIZE];
  char email[EMAIL_SIZE];
  uint32_t uid;
  int64_t number;
  uint8_t role; // that was asked for
  int64_t for_s;
  char reason[REASON_SIZE]; // of who has asked
  int64_t until_s;          // of a yes: when it ends
};

// Gives what was asked for, from now on, as 'member role' and 'member resume' do, and ends the request. For both
// answers STATUS_NOT_FOUND: no such org, member or open request; STATUS_REFUSED: another one than was named is open,
// the owner's, one's own and, for a delegate, that of who is guarded; of a yes also what may not be asked for any more,
// and errors as change_member_role().
struct change change_request_approve(const struct request_answer *answer, struct request_answered *ret_result);
struct change change_request_deny(const struct request_answer *answer, struct request_answered *ret_result);
