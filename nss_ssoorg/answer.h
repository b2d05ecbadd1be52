// SPDX-License-Identifier: Apache-2.0
// What the published map answers to a name service question. Every function opens and closes the map itself.
#pragma once
#include <stdint.h>

#include "base/status.h"
#include "map/map_records.h"

// The account of LOGIN or UID. Where the caller is root's sshd and LOGIN is an eligible name without an account, the
// entry that its first login will get (POLICY N4). STATUS_NOT_FOUND, also for a damaged map; STATUS_NO_MEMORY.
MUST_CHECK enum status answer_login(const char *path, const char *login, struct map_account *ret_account);
MUST_CHECK enum status answer_uid(const char *path, uint32_t uid, struct map_account *ret_account);

// The group of an org, or the private group of an account; answer_group_done() frees it. Errors as above.
MUST_CHECK enum status answer_group_name(const char *path, const char *name, struct map_group *ret_group);
MUST_CHECK enum status answer_group_gid(const char *path, uint32_t gid, struct map_group *ret_group);
void answer_group_done(struct map_group *group);

// The private group of ACCOUNT: its name and number, nothing to free.
void answer_private_group(const struct map_account *account, struct map_group *ret_group);

// The gids of org groups that LOGIN, whose own group is GID, is named for: all of them to root's sshd, those of orgs
// without enforcement to others (POLICY K3). STATUS_NOT_FOUND also where GID is not the account's or a line of
// /etc/passwd has the name: then it is a local user's, who always wins (POLICY N3). Errors as above.
MUST_CHECK enum status answer_groups_of(const char *path, const char *login, uint32_t gid, struct u32_list *ret_groups);
