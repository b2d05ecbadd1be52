// SPDX-License-Identifier: Apache-2.0
// The groups of a session's process, and the guard that it runs under the account's number (POLICY N4).
#pragma once
#include <security/pam_modules.h>

#include "protocol/protocol.h"

// Drops to the private group and adds those of the opened orgs. Under sshd, once its initgroups() has run (effective
// gid not 0), a process with another gid than the account's is refused, and loses root's rights, since sshd does not
// heed a refusal after a key. A caller without root's rights changes nothing and gains nothing: PAM_SUCCESS.
// PAM_CRED_ERR or PAM_SYSTEM_ERR otherwise.
int credentials_apply(const struct message_verdict *verdict);
