// SPDX-License-Identifier: Apache-2.0
// What sshd says of itself in its process title.
#pragma once
#include <stdbool.h>

// True if the parent process is sshd's PAM process for somebody whom it will not let in whatever PAM says, LOGIN being
// the name asked for: one that AllowUsers, AllowGroups, DenyUsers, DenyGroups or PermitRootLogin keeps out. sshd runs
// PAM all the same, so as to tell nobody, and says so only in the title "sshd: unknown [pam]" (OpenSSH, auth-pam.c,
// sshpam_thread()). False where that cannot be read, and for a login called "unknown". It spares somebody who will not
// get in an account; it keeps nobody out.
bool caller_turns_away(const char *login);
