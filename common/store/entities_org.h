// SPDX-License-Identifier: Apache-2.0
// Of what entities.h has: orgs, their settings and domains, and how long texts may be.
#pragma once
#include <stdint.h>

#include "base/names.h"
#include "protocol/group_words.h"
#include "protocol/protocol.h"

enum {
  DISPLAY_SIZE = 128,
  PASSWORD_HASH_SIZE = 384,
  HELP_SIZE = 256,
  REASON_SIZE = 256,
  ACTOR_SIZE = 64,
  NETWORKS_SIZE = 512,
  ALLOWED_SIZE = 1024,
  SOCIAL_SIZE = 17,
  PRESET_SIZE = 16,
  AUDIT_HASH_SIZE = 65,
};

// The proof of a domain that was the last one, whether its claim is still there or not: proven again by the same org
// with no other between, it is the same one (POLICY "present proof").
struct domain_proof {
  int64_t org_id;
  int64_t number;
};

enum provisioning { PROVISIONING_INVITE_ONLY = 0, PROVISIONING_JIT };
enum enforcement { ENFORCEMENT_OFF = 0, ENFORCEMENT_DOMAINS, ENFORCEMENT_SSO_ONLY };
enum trust { TRUST_DOMAIN = 0, TRUST_LINKED, TRUST_ANY };
enum on_link { ON_LINK_KEEP = 0, ON_LINK_SSO_ONLY };
// Whether an ssh key alone is enough (POLICY "Settings", K1); by default a recent sign-in is wanted of those whose
// password the org would object to; under sso-only the provider's word, where it can be asked again (K9).
enum keys { KEYS_BY_DEFAULT = 0, KEYS_DENY, KEYS_RECENT, KEYS_ALLOW, KEYS_REQUIRED, KEYS_LIVE };
// What of a device authorization is shown (HOLES H73).
enum device_link { DEVICE_LINK_FULL = 0, DEVICE_LINK_CODE };
// Under which name somebody new may come (POLICY L16).
enum login_form { LOGIN_FORM_EMAIL = 0, LOGIN_FORM_LOCAL_PART };
enum { MAX_MEMBERS_DEFAULT = 100000, MAX_MEMBERS_SELF_MADE = 10 };
enum role { ROLE_VIEWER = 0, ROLE_ADMIN, ROLE_OWNER };
enum source { SOURCE_MANUAL = 0, SOURCE_SSO, SOURCE_INVITATION, SOURCE_OWNER };
enum member_status { MEMBER_ACTIVE = 0, MEMBER_SUSPENDED };
// What a role is by, which says who changes it. By none of the others: it came with the membership.
enum role_by {
  ROLE_BY_MEMBERSHIP = 0,
  ROLE_BY_HAND,  // an admin has changed it: no group of the provider does
  ROLE_BY_GROUP, // a group at the provider gives it, on top of ROLE_VIEWER, until a sign-in does not name that group
};

// What a sign-in through an org's provider must meet. While the org enforces, a change of it waits for a test sign-in
// (POLICY E3).
struct requirements {
  uint8_t trust; // enum trust
  char required_acr[PROTOCOL_STRENGTH_SIZE];
  char required_amr[PROTOCOL_STRENGTH_SIZE];
  char signin_from[NETWORKS_SIZE];        // "" for everywhere
  char required_groups[GROUP_WORDS_SIZE]; // at the provider, one of which must be named; "" for none (POLICY S16)
};

struct org {
  int64_t id;
  char slug[SLUG_SIZE];
  char name[DISPLAY_SIZE];
  uint32_t gid;
  uint32_t admins_gid;
  uint8_t provisioning;
  uint8_t enforcement;
  uint8_t default_role;
  struct requirements requirements;
  uint8_t on_link;
  uint8_t keys;                 // enum keys
  int64_t keys_recent_s;        // with KEYS_RECENT; with KEYS_LIVE, where nobody can be asked; 0: then never
  uint8_t by_root;              // created by root: its owner keeps the password (POLICY L5)
  char help[HELP_SIZE];         // a line added to refusals, "" for none
  int64_t invite_lifetime_s;    // 0: INVITE_LIFETIME_S
  uint8_t earlier_provisioning; // under sso-only: what comes back with its end (POLICY E1)
  int64_t paused_until_s;       // enforcement is off until then (POLICY E5)
  char pause_reason[REASON_SIZE];
  int64_t owner_id;
  int64_t created_at_s;
  char password_from[NETWORKS_SIZE];  // "" for everywhere
  uint8_t device_link;                // enum device_link
  uint32_t max_members;               // 0: MAX_MEMBERS_DEFAULT
  char allowed_domains[ALLOWED_SIZE]; // whose people may join by themselves, single spaces between them
  uint8_t self_made;                  // by its owner, with what such an org may not (POLICY V6)
  uint8_t admins_sudo;                // its admins are given sudo on this host
  uint8_t login_form;                 // enum login_form
  int64_t gone_after_s;               // who is gone for so long is removed; 0: nobody is
};

enum { DOMAIN_GRACE_S = 14 * 86400 }; // for which a record may be gone (POLICY E7)

struct domain {
  int64_t org_id;
  char domain[DOMAIN_SIZE];
  uint8_t verified;
  char token[33];           // of the TXT record, 128 random bits as hexadecimal
  char reason[REASON_SIZE]; // why it was verified by hand, "" if by DNS
  int64_t added_at_s;
  int64_t verified_at_s;
  int64_t missing_at_s;    // of a domain verified by DNS, while its record is gone: when a look-up last said so
  int64_t missing_since_s; // and since when each did; 0: it is there
};
