// SPDX-License-Identifier: Apache-2.0
// What the first setcred learned of the session, kept in PAM data for the later calls on the same handle.
#pragma once
#include <security/pam_modules.h>

#include "protocol/protocol.h"

// Keeps VERDICT under USER's name, replacing what was kept. PAM_SUCCESS, PAM_BUF_ERR.
int session_data_store(pam_handle_t *pamh, const char *user, const struct message_verdict *verdict);

// What was kept for USER; NULL if nothing was, or for another user (sudo: the handle serves two). Borrowed.
const struct message_verdict *session_data_find(pam_handle_t *pamh, const char *user);
