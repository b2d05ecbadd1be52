// SPDX-License-Identifier: Apache-2.0
// Groups of the host's own /etc/group.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

// The number of the group NAME. STATUS_NOT_FOUND if no line has it, or its line has no legal number; STATUS_IO.
MUST_CHECK enum status local_group_find(const char *name, uint32_t *ret_gid);

// A group as the file has it.
struct local_group {
  uint32_t gid;
  char *line; // owned
};

// The group NAME, read from the file: nothing is waited for. local_group_done(). STATUS_NOT_FOUND as above; STATUS_IO.
MUST_CHECK enum status local_group_load(const char *name, struct local_group *ret_group);
void local_group_done(struct local_group *group);

// Whether it has LOGIN among its members, or is the primary group GID.
bool local_group_has(const struct local_group *group, const char *login, uint32_t gid);

// The members that the file lists, all of it at one moment. local_members_done(). STATUS_IO; no file is no member.
struct local_members {
  char *text; // owned
};

MUST_CHECK enum status local_members_load(struct local_members *ret_members);
void local_members_done(struct local_members *members);

// Whether any group lists LOGIN.
bool local_members_have(const struct local_members *members, const char *login);

// The same for one name, of the file as it is now. Errors as local_members_load().
MUST_CHECK enum status local_groups_list(const char *login, bool *ret_listed);

// The names of those that list LOGIN, one space between two, in *RET_NAMES: bytes_done(). Errors as
// local_members_load(), and STATUS_NO_MEMORY.
MUST_CHECK enum status local_groups_of(const char *login, struct bytes *ret_names);

// Whether who is in it can become root, or reads what only the system may: a number below 1000, or a name that Debian
// or usual software gives to such a group (base/names.h).
bool local_group_is_privileged(const char *name, uint32_t gid);
