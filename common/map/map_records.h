// SPDX-License-Identifier: Apache-2.0
// What the published map says of accounts, groups, domains and host settings. No secret and no invited address.
#pragma once
#include <stdint.h>

#include "base/names.h"
#include "base/record.h"

enum { PATH_SIZE = 512, SHELL_SIZE = 256, GECOS_SIZE = 256, GROUP_NAME_SIZE = LOGIN_SIZE, MEMBERS_MAX = 1000 };

struct map_account {
  uint32_t uid;
  uint32_t gid;   // of the private group: the same number, unless mapped
  uint8_t mapped; // a local user: other services answer for it, only its org groups are ours (POLICY N5)
  char login[LOGIN_SIZE];
  char gecos[GECOS_SIZE];
  char home[PATH_SIZE];
  char shell[SHELL_SIZE];
  struct u32_list groups; // gids of org groups by active memberships
};

struct map_group {
  uint32_t gid;
  char name[GROUP_NAME_SIZE];
  uint8_t enforced;      // named for a user only to root's sshd (POLICY K3)
  uint8_t provided;      // of an org whose provider says who is in it: neither the org's own nor that of its admins
  uint32_t member_count; // from here on not read for map_group_head()
  struct bytes members;  // member_count logins, each with its NUL
};

struct map_domain {
  char domain[DOMAIN_SIZE];
  uint32_t org_gid;       // of the org that governs it; 0: none does, and its people may join by themselves
  struct u32_list groups; // that joining would give then
};

struct map_removed {
  uint32_t number;
};

// Somebody whom orgs have invited, by the hash of their login (map_lookup_invited()).
struct map_invited {
  int64_t name_hash;
  int64_t expires_at_s;   // the last of the invites
  struct u32_list groups; // of the orgs that invited
};

enum { MAP_GROUP_HEAD_FIELDS = 4, RANGES_MAX = 8, OWN_ORGS_SIZE = 1024 };

struct map_settings {
  char sshd_paths[1024]; // separated by spaces
  char home[PATH_SIZE];  // directory above the homes
  char shell[SHELL_SIZE];
  char own_orgs[OWN_ORGS_SIZE]; // domains whose people may make an org of their own (POLICY V6), "" for none
  char default_org[SLUG_SIZE];  // whose people may come under short names, as the host's setting says (POLICY L16)
  uint32_t short_gid;           // of that org, 0 where there is none
  struct u32_list ranges;       // first, last, first, last...
  struct u32_list used;         // numbers given in each range
};

extern const struct record_type MAP_ACCOUNT_RECORD;
extern const struct record_type MAP_GROUP_RECORD;
extern const struct record_type MAP_DOMAIN_RECORD;
extern const struct record_type MAP_REMOVED_RECORD;
extern const struct record_type MAP_SETTINGS_RECORD;
extern const struct record_type MAP_INVITED_RECORD;

// All of them.
extern const struct record_type *const MAP_RECORDS[];
extern const size_t MAP_RECORD_COUNT;
