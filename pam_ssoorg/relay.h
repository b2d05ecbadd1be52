// SPDX-License-Identifier: Apache-2.0
// One exchange with ssoorg-signin: it is started, asked, its prompts are shown, its verdict is returned.
#pragma once
#include <security/pam_modules.h>

#include "protocol/protocol.h"

// Asks TYPE for USER. FLAGS are those of the PAM call. *RET_VERDICT is VERDICT_UNAVAILABLE whenever there is no
// verdict: ssoorg-signin cannot be started, ends, is slow, or says what it may not; VERDICT_REFUSED if that happens
// after it has spoken to the person. TICKET is "" or borrowed.
struct relay_request {
  enum message_type type;
  const char *user;
  const char *ticket;
  int flags;
  bool reauth;         // the stack says so
  bool after_password; // sshd's password method has failed before
};

// False if an echoing prompt could not be shown: nobody was asked.
bool relay_ask(pam_handle_t *pamh, const struct relay_request *request, struct message_verdict *ret_verdict);
