// SPDX-License-Identifier: Apache-2.0
// Reads the published map: open, pread, check, close. Nothing is mapped; no descriptor outlives map_close(). A damaged
// byte is STATUS_CORRUPT, never a crash and never a wrong answer. libc only.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "map/map_file.h"
#include "map/map_format.h"
#include "map/map_records.h"

// Opens the map at PATH. It must be a regular file of root (or of the effective user) that nobody else may write:
// STATUS_PERMISSION. STATUS_NOT_FOUND, STATUS_IO, STATUS_CORRUPT, STATUS_VERSION.
MUST_CHECK enum status map_open(const char *path, struct map_reader *ret_reader);

// The same for look-ups alone: what the state line says, and so map_is_clean(), is not known. A header that was read
// before is not read again; a look-up that finds it to be another one is STATUS_CORRUPT: open by map_open() then.
MUST_CHECK enum status map_open_names(const char *path, struct map_reader *ret_reader);

// Closes; MAP may be MAP_READER_EMPTY.
void map_close(struct map_reader *map);

// True if the map was written in this boot and no change was under way: only then may "not ours" be believed.
bool map_is_clean(const struct map_reader *map);

// Look-ups. STATUS_NOT_FOUND, STATUS_CORRUPT, STATUS_IO, STATUS_NO_MEMORY. A group's members are the caller's
// (record_done(&MAP_GROUP_RECORD, ...)).
MUST_CHECK enum status map_account_by_login(const struct map_reader *map, const char *login,
                                            struct map_account *ret_account);
MUST_CHECK enum status map_account_by_uid(const struct map_reader *map, uint32_t uid, struct map_account *ret_account);
MUST_CHECK enum status map_group_by_name(const struct map_reader *map, const char *name, struct map_group *ret_group);
MUST_CHECK enum status map_group_by_gid(const struct map_reader *map, uint32_t gid, struct map_group *ret_group);
// Without its members and their number: nothing to free, and nothing is allocated.
MUST_CHECK enum status map_group_head(const struct map_reader *map, uint32_t gid, struct map_group *ret_group);
MUST_CHECK enum status map_domain(const struct map_reader *map, const char *domain, struct map_domain *ret_domain);
MUST_CHECK enum status map_invited(const struct map_reader *map, const char *login, struct map_invited *ret_invited);
MUST_CHECK enum status map_settings(const struct map_reader *map, struct map_settings *ret_settings);

// Whether NUMBER is given to an account or group, or was. STATUS_CORRUPT, STATUS_IO, STATUS_NO_MEMORY.
MUST_CHECK enum status map_number_is_taken(const struct map_reader *map, uint32_t number, bool *ret_taken);
