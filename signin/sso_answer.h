// SPDX-License-Identifier: Apache-2.0
// What an authorized answer of a provider, or a code by email, leads to: rows S of POLICY.md, with what they ask at the
// prompt.
#pragma once
#include "session.h"

// All borrowed.
struct sso_answer {
  struct session *s;
  const struct facts *facts;
  enum way way;                        // WAY_SSO, WAY_SOCIAL, WAY_MAIL
  const struct org *org;               // of another way than WAY_SSO: its name for counters alone
  const struct connection *connection; // NULL for a code by email
  const char *fingerprint;             // of what was in effect when the sign-in was begun
  const struct message_authorized *authorized;
};

// Stores the sign-in. STATUS_OK: granted, *RET_RESULT says as whom. STATUS_TOLD: refused. STATUS_CLOSED: the person has
// gone.
MUST_CHECK enum status sso_answer_store(const struct sso_answer *x, struct signed_in *ret_result);
