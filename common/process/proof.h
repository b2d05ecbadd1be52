// SPDX-License-Identifier: Apache-2.0
// The TXT record that proves a domain: its name, its value, and whether a look-up by ssoorg-oidc has found it.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "process/oidc.h"

enum {
  PROOF_LOOKUP_S = 8,            // in the helper, with every server and alias
  PROOF_DEADLINE_MS = 10 * 1000, // of the whole
  PROOF_VALUE_SIZE = 64,
  PROOF_DETAIL_SIZE = 400,
};

enum proof_result {
  PROOF_FAILED = 0, // the look-up could not be made at all
  PROOF_FOUND,
  PROOF_OTHER_TXT, // records, but none of them ours
  PROOF_NO_TXT,
  PROOF_NO_NAME,
  PROOF_TIMEOUT,
  PROOF_SERVER_FAILURE,
};

struct proof {
  enum proof_result result;
  char detail[PROOF_DETAIL_SIZE]; // printable ASCII: what was there instead, or what went wrong
};

// Writes the name of DOMAIN's record. STATUS_TOO_LARGE: DOMAIN is too long for one.
MUST_CHECK enum status proof_name(const char *domain, char name[static PROTOCOL_NAME_SIZE]);

// Writes "ssoorg-verify=TOKEN".
void proof_value(const char *token, char value[static PROOF_VALUE_SIZE]);

// "found", "other-txt", "no-txt", "no-such-name", "timeout", "server-failure", "failed"; static.
const char *proof_word(enum proof_result result);

// What the word means, for people; static.
const char *proof_sentence(enum proof_result result);

// Whether RESULT says something about the record: it is there, or it is not.
bool proof_is_answer(enum proof_result result);

// Judges what the helper says of the record with VALUE. Only a value that is VALUE, byte for byte and whole, is
// PROOF_FOUND; a list that is not sound is PROOF_FAILED.
void proof_judge(const struct message_texts *texts, const char *value, struct proof *ret_proof);

// Waits until DEADLINE_MS (monotonic) for the helper's answer and judges it. Always fills *RET_PROOF.
void proof_receive(struct oidc *oidc, const char *value, int64_t deadline_ms, struct proof *ret_proof);
