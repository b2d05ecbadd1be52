// SPDX-License-Identifier: Apache-2.0
// One person's login as sshd and pam_ssoorg.so carry it out: NSS is asked for the name, then ssoorg-signin is started
// for AUTH, for ACCOUNT and for CRED, the last two with the ticket of the first. The person approves at once and
// presses Enter half a second later.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "quick_provider.h"

enum visit_phase { VISIT_AUTH, VISIT_ACCOUNT, VISIT_CRED, VISIT_PHASES };

struct visit {
  char login[LOGIN_SIZE];
  char rhost[64];
  // What came of it:
  bool granted;         // in all phases
  bool known;           // NSS gave a number before the first
  uint32_t uid;         // that NSS gave
  uint32_t granted_uid; // in the verdicts
  uint32_t gid;
  char said[256]; // by the last refusal, or how the exchange ended, as printable ASCII
  int64_t start_ns[VISIT_PHASES];
  int64_t verdict_ns[VISIT_PHASES];
  int64_t prompt_ns; // when the first prompt came
  uint32_t prompts;
  struct quick_share provider;
};

// Carries VISIT's login out with the program SIGNIN. The calling thread must live as long as it takes.
void visit_carry_out(struct visit *visit, const char *signin, struct quick_provider *provider);
