// SPDX-License-Identifier: Apache-2.0
// What the store knows: accounts, orgs, claims of domains, connections, identities, memberships, invites, tickets,
// audit events. Packed by the tables in entities.c. Dates are seconds since 1970, 0 for never. What many hosts may
// share has nothing in it that one host has seen or tried by itself: that is in here.h.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "base/record.h"
#include "map/map_records.h"
#include "protocol/group_words.h"
#include "protocol/protocol.h"
#include "store/entities_connection.h"
#include "store/entities_org.h"
#include "store/enum_names.h"
#include "store/throttle_kind.h"

enum account_status {
  ACCOUNT_ACTIVE = 0,
  ACCOUNT_LOCKED,
  ACCOUNT_RETIRED, // of none that is stored: of one that has gone from a fleet, and may come back as somebody new (S14)
};

struct account {
  int64_t id;
  char login[LOGIN_SIZE];
  char email[EMAIL_SIZE]; // primary, folded
  uint8_t email_proven;
  uint8_t status; // enum account_status
  uint32_t uid;
  uint32_t gid;   // of the private group: the same number, unless mapped
  uint8_t mapped; // onto a local user, whose numbers, home and shell these are (POLICY N5)
  char name[DISPLAY_SIZE];
  char home[PATH_SIZE];
  char shell[SHELL_SIZE];
  char password[PASSWORD_HASH_SIZE]; // crypt(5) string, "" for none
  int64_t created_by_org;            // the org whose admin, invite or sign-in made it
  int64_t created_at_s;
  int64_t proof;        // of its domain, under which the email was proven; PROOF_BEFORE or PROOF_NONE
  uint8_t by_operator;  // an operator made it
  uint8_t code_used;    // an invitation code was typed for it (POLICY I3)
  int64_t sso_only_org; // an org that linked it with on-link=sso-only: no other way counts until unlinked; 0: none
};

// Of an email that was proven before proofs of domains were numbered: it counts as made under those of that time. And
// of one that was proven without its domain's proof.
enum { PROOF_BEFORE = 0, PROOF_NONE = -1 };

struct identity {
  int64_t account_id;
  int64_t org_id;
  uint32_t registration;
  char issuer[PROTOCOL_URL_SIZE];
  char client_id[PROTOCOL_CLIENT_SIZE];
  char subject[PROTOCOL_SUBJECT_SIZE];
  char email[EMAIL_SIZE]; // as the provider last said it, for display
  int64_t linked_at_s;
  int64_t generation; // of the connection when it was linked
};

// An identity that an admin has said will come: the first sign-in with the address, proven, links it (POLICY S6).
struct pending_link {
  int64_t org_id;
  char email[EMAIL_SIZE]; // as the provider will say it, folded
  int64_t account_id;
  char expected_by[ACTOR_SIZE];
  int64_t created_at_s;
  int64_t expires_at_s;
};

struct membership {
  int64_t account_id;
  int64_t org_id;
  uint8_t role;
  uint8_t source;
  uint8_t status;
  int64_t joined_at_s;
  int64_t until_s;      // from then on it is as suspended (POLICY K10); 0: it does not end by itself
  int64_t role_until_s; // likewise, the role is viewer
  uint8_t role_by;      // enum role_by
  uint8_t ended;        // it is suspended since it came to its end, and by nobody
};

enum {
  REQUEST_LIFE_S = 86400, // unanswered: then it is as if nobody had asked
  REQUEST_FOR_MIN_S = 60,
  REQUEST_FOR_MAX_S = 30 * 86400,
  REQUESTS_MAX = 100,   // of one org that are open
  REQUEST_EVERY_S = 60, // one replaces another no sooner
};

// What a member asks an admin of the org for (POLICY K10): open as long as it is stored and not expired.
struct request {
  int64_t org_id;
  int64_t account_id;
  uint8_t role;  // ROLE_ADMIN, for a while; ROLE_VIEWER is access, for a while or a while longer
  int64_t for_s; // from the answer on
  char reason[REASON_SIZE];
  int64_t asked_at_s;
  int64_t expires_at_s;
  int64_t number; // another one for each that is stored: whoever answers names what they have seen
};

// The last time that somebody has looked through who is in an org.
struct org_review {
  int64_t at_s;
  char by[ACTOR_SIZE];
  char digest[33]; // of what was shown
  int64_t members;
  int64_t to_look_at; // those of them for whom there was a reason
};

// What of an org says who gets in, and how, until it was changed; and a person's account and place in an org likewise.
// ABSENT: there was none until then. Of passwords only whether there was one.
struct org_past {
  int64_t ended_at_s;
  uint8_t absent;
  int64_t created_at_s;
  char slug[SLUG_SIZE];
  uint8_t enforcement;
  int64_t paused_until_s;
  uint8_t keys;
  int64_t keys_recent_s;
  char issuer[PROTOCOL_URL_SIZE]; // of the connection in effect, "" for none
};

struct account_past {
  int64_t ended_at_s;
  uint8_t absent;
  int64_t created_at_s;
  char login[LOGIN_SIZE];
  char email[EMAIL_SIZE];
  uint32_t uid;
  uint8_t status; // enum account_status
  uint8_t has_password;
};

struct member_past {
  int64_t ended_at_s;
  uint8_t absent;
  struct membership was;
};

// For so long nobody has kept what was so.
struct access_gap {
  int64_t ended_at_s;
  int64_t from_s;
};

enum {
  GROUP_SIZE = 33,         // a Unix group's name of 32 characters (groupadd(8))
  GROUP_MAPPINGS_MAX = 64, // of one org
  GIVEN_GROUPS_MAX = 16,   // of one org that a person gets
};

// A Unix group ORG-NAME that provider groups are mapped to (POLICY N6).
struct org_group {
  int64_t org_id;
  char name[GROUP_SIZE]; // without the org's
  uint32_t gid;
  int64_t created_at_s;
};

// What a group at the provider gives.
enum group_gives { GIVES_GROUP = 0, GIVES_LOCAL_GROUP, GIVES_ROLE };

// A group at the org's provider, and the Unix group or the role in the org that its members get.
struct group_mapping {
  int64_t org_id;
  uint32_t number;                    // of no other mapping, ever
  char provider[PROTOCOL_GROUP_SIZE]; // compared byte for byte
  uint8_t gives;                      // enum group_gives: an org_group, a group of /etc/group, or a role
  char name[GROUP_SIZE];              // of the group, or the role's word
  uint32_t gid; // it had when it was mapped: an org_group keeps it, a local group must; 0 of a role
  char mapped_by[ACTOR_SIZE];
  int64_t created_at_s;
};

// What of an org's mappings a person got at the last sign-in through its connection.
struct given_groups {
  struct u32_list mappings; // their numbers
  struct u32_list gids;     // of the org_groups among them, each once
};

enum invite_via { VIA_SSO = 0, VIA_CODE };

struct invite {
  int64_t org_id;
  char email[EMAIL_SIZE];
  uint8_t role;
  uint8_t via;                   // enum invite_via: what accepts it besides the governing org's provider
  char code[PASSWORD_HASH_SIZE]; // crypt(5) string of its code, "" for VIA_SSO
  char invited_by[ACTOR_SIZE];
  int64_t created_at_s;
  int64_t expires_at_s;
  int64_t until_s; // of the membership that comes of it, as there
};

enum { RECOVERY_CODES = 10, RECOVERY_PREFIX_SIZE = 3 };

// A code that signs the owner of an org in without a provider and without the password (POLICY L5), once.
struct recovery_code {
  int64_t account_id; // the owner's
  int64_t org_id;
  char prefix[RECOVERY_PREFIX_SIZE]; // how it begins; no two of an account begin alike
  char hash[PASSWORD_HASH_SIZE];     // crypt(5) string of the whole code, "" once it was used
  int64_t created_at_s;
  int64_t used_at_s;
};

enum way { WAY_KEY = 0, WAY_PASSWORD, WAY_SSO, WAY_RECOVERY, WAY_SOCIAL, WAY_MAIL };

// Whether WAY is one of the host's own, behind which no org stands (POLICY V5).
bool way_is_of_host(uint8_t way);

// How a session was authenticated, for the later phases (POLICY K4).
struct ticket {
  char id[PROTOCOL_TICKET_SIZE];
  int64_t account_id;
  uint8_t way;           // enum way
  int64_t org_id;        // whose connection was used, 0 for a password
  uint8_t with_key;      // an ssh key was accepted in the same connection
  int64_t active_org_id; // the person's choice (POLICY K5), 0 for none
  int64_t expires_at_s;
  uint8_t proven; // the answer of this very sign-in proved the account's email
};

// NUMBER_ELSEWHERE: taken in the fleet, by what is not on this host.
enum number_use { NUMBER_ACCOUNT = 1, NUMBER_ORG, NUMBER_REMOVED, NUMBER_GROUP, NUMBER_ELSEWHERE };

struct number {
  uint8_t use; // enum number_use
  int64_t id;  // of the account or org; of the org whose org_group it is
};

struct throttle {
  uint8_t kind;
  char subject[LOGIN_SIZE + 64];
  uint32_t count;
  int64_t started_at_s; // of the time in which count was reached
  int64_t last_at_s;
};

struct audit_event {
  int64_t number;
  int64_t at_s;
  char actor[ACTOR_SIZE]; // who did it: an operator's name, a login, "-"
  char event[32];         // "org.create", "sign-in", ...
  char org[SLUG_SIZE];
  char login[LOGIN_SIZE];
  char rhost[256];
  char service[64];
  char row[8]; // of POLICY.md, "" where no row decided
  char detail[REASON_SIZE];
  char before[AUDIT_HASH_SIZE]; // audit_hash() of the event before it; "" where events were not chained yet
};

// The last try of an account, or through an org's connection, that failed before anybody had proven to be anybody: one
// for each, so that strangers make nothing grow.
struct failed_try {
  int64_t at_s;
  char reason[32]; // a notice's name
  char login[LOGIN_SIZE];
  char rhost[256];
  char detail[REASON_SIZE]; // what the provider, or whoever failed, said; "" for nothing
};

extern const struct record_type ACCOUNT_RECORD;
extern const struct record_type ORG_RECORD;
extern const struct record_type DOMAIN_RECORD;
extern const struct record_type CONNECTION_RECORD;
extern const struct record_type CONFIRMED_RECORD;
extern const struct record_type SOCIAL_RECORD;
extern const struct record_type MAIL_SERVER_RECORD;
extern const struct record_type FAILED_TRY_RECORD;
extern const struct record_type DOMAIN_PROOF_RECORD;
extern const struct record_type REFRESH_RECORD;
extern const struct record_type REGISTRATION_RECORD;
extern const struct record_type IDENTITY_RECORD;
extern const struct record_type PENDING_LINK_RECORD;
extern const struct record_type MEMBERSHIP_RECORD;
extern const struct record_type ORG_REVIEW_RECORD;
extern const struct record_type ORG_PAST_RECORD;
extern const struct record_type ACCOUNT_PAST_RECORD;
extern const struct record_type MEMBER_PAST_RECORD;
extern const struct record_type ACCESS_GAP_RECORD;
extern const struct record_type REQUEST_RECORD;
extern const struct record_type INVITE_RECORD;
extern const struct record_type ORG_GROUP_RECORD;
extern const struct record_type GROUP_MAPPING_RECORD;
extern const struct record_type GIVEN_GROUPS_RECORD;
extern const struct record_type RECOVERY_RECORD;
extern const struct record_type TICKET_RECORD;
extern const struct record_type NUMBER_RECORD;
extern const struct record_type AUDIT_RECORD;
extern const struct record_type THROTTLE_RECORD;

// All of them.
extern const struct record_type *const ENTITY_RECORDS[];
extern const size_t ENTITY_RECORD_COUNT;

// For the cleanup attribute: wipes and frees an account, a connection, what an operator saw of one, a server or a
// token.
void cleanup_account(struct account *account);
void cleanup_connection(struct connection *connection);
void cleanup_confirmed(struct confirmed *confirmed);
void cleanup_mail_server(struct mail_server *server);
void cleanup_refresh(struct refresh *refresh);
