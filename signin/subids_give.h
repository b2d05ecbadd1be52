// SPDX-License-Identifier: Apache-2.0
// Subordinate numbers for who is in: a line of their own in /etc/subuid and /etc/subgid, if the host's subids says so.
#pragma once
#include "session.h"

// Gives ACCOUNT its range with its first session here, and catches up with what an earlier one could not write: that is
// logged, and no session fails by it. An account on a local user keeps what that has (POLICY N5), and whoever has a
// line already keeps that. The owner is the number, which nobody else ever has: so the line stays when the account is
// removed, and no other person gets the numbers that files of its containers belong to.
void subids_give(const struct session *s, const struct account *account);
