// SPDX-License-Identifier: Apache-2.0
// What an authorized answer of a provider leads to: rows S of POLICY.md, with what they ask at the prompt.
#pragma once
#include "session.h"

// All borrowed.
struct sso_answer {
  struct session *s;
  const struct facts *facts;
  const struct org *org;
  const struct connection *connection;
  const char *fingerprint; // of what was in effect when the sign-in was begun
  const struct message_authorized *authorized;
  bool social; // a social connection's: ORG is none
};

// Stores the sign-in. STATUS_OK: granted, *RET_RESULT says as whom. STATUS_TOLD: refused. STATUS_CLOSED: the person has
// gone.
MUST_CHECK enum status sso_answer_store(const struct sso_answer *x, struct signed_in *ret_result);
