// SPDX-License-Identifier: Apache-2.0
#include "map/map_records.h"

#include "base/cleanup.h"

#include "map/map_format.h"

static const struct field ACCOUNT_FIELDS[] = {
    FIELD_OF_U32(map_account, uid),    FIELD_OF_U32(map_account, gid),         FIELD_OF_U8(map_account, mapped),
    FIELD_OF_TEXT(map_account, login), FIELD_OF_TEXT(map_account, gecos),      FIELD_OF_TEXT(map_account, home),
    FIELD_OF_TEXT(map_account, shell), FIELD_OF_U32_LIST(map_account, groups),
};
const struct record_type MAP_ACCOUNT_RECORD = RECORD_TYPE(map_account, MAP_VERSION, ACCOUNT_FIELDS);

static const struct field GROUP_FIELDS[] = {
    FIELD_OF_U32(map_group, gid),          FIELD_OF_TEXT(map_group, name),
    FIELD_OF_U8(map_group, enforced),      FIELD_OF_U8(map_group, provided),
    FIELD_OF_U32(map_group, member_count), FIELD_OF_BYTES(map_group, members, MEMBERS_MAX *LOGIN_SIZE),
};
const struct record_type MAP_GROUP_RECORD = RECORD_TYPE(map_group, MAP_VERSION, GROUP_FIELDS);

static const struct field DOMAIN_FIELDS[] = {
    FIELD_OF_TEXT(map_domain, domain),
    FIELD_OF_U32(map_domain, org_gid),
    FIELD_OF_U32_LIST(map_domain, groups),
};
const struct record_type MAP_DOMAIN_RECORD = RECORD_TYPE(map_domain, MAP_VERSION, DOMAIN_FIELDS);

static const struct field REMOVED_FIELDS[] = {FIELD_OF_U32(map_removed, number)};
const struct record_type MAP_REMOVED_RECORD = RECORD_TYPE(map_removed, MAP_VERSION, REMOVED_FIELDS);

static const struct field SETTINGS_FIELDS[] = {
    FIELD_OF_TEXT(map_settings, sshd_paths),  FIELD_OF_TEXT(map_settings, home),
    FIELD_OF_TEXT(map_settings, shell),       FIELD_OF_TEXT(map_settings, own_orgs),
    FIELD_OF_TEXT(map_settings, default_org), FIELD_OF_U32(map_settings, short_gid),
    FIELD_OF_U32_LIST(map_settings, ranges),  FIELD_OF_U32_LIST(map_settings, used),
};
const struct record_type MAP_SETTINGS_RECORD = RECORD_TYPE(map_settings, MAP_VERSION, SETTINGS_FIELDS);

static const struct field INVITED_FIELDS[] = {
    FIELD_OF_I64(map_invited, name_hash),
    FIELD_OF_I64(map_invited, expires_at_s),
    FIELD_OF_U32_LIST(map_invited, groups),
};
const struct record_type MAP_INVITED_RECORD = RECORD_TYPE(map_invited, MAP_VERSION, INVITED_FIELDS);

const struct record_type *const MAP_RECORDS[] = {&MAP_ACCOUNT_RECORD, &MAP_GROUP_RECORD,    &MAP_DOMAIN_RECORD,
                                                 &MAP_REMOVED_RECORD, &MAP_SETTINGS_RECORD, &MAP_INVITED_RECORD};
const size_t MAP_RECORD_COUNT = COUNT_OF(MAP_RECORDS);
