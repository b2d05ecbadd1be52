// SPDX-License-Identifier: Apache-2.0
// The home of whoever a session is for, before pam_mkhomedir(8) looks at it.
#pragma once
#include "session.h"

// Whether it belongs to another number than the account's (POLICY N8). One that root has made, as sftp's chroots are,
// is nobody else's, and a local user's is the host's.
bool home_is_anothers(const struct account *account);

// Removes what pam_mkhomedir(8) has left of a home that it could not make, so that it is made now: a directory with the
// account's login, where the host's settings have homes, in one that only root can change; it is root's and closed to
// everybody else, and in it is nothing but what /etc/skel has, of root's. One that is root's and closed, and not so, is
// left, and the person told. Nothing is done, and nothing said, where there is none.
void home_prepare(struct session *s, const struct account *account);
