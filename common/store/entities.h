// SPDX-License-Identifier: Apache-2.0
// What the store knows: accounts, orgs, claims of domains, connections, identities, memberships, invites, tickets,
// audit events. Packed by the tables in entities.c. Dates are seconds since 1970, 0 for never.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "base/record.h"
#include "map/map_records.h"
#include "protocol/group_words.h"
#include "protocol/protocol.h"
#include "store/enum_names.h"
#include "store/throttle_kind.h"

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

enum account_status { ACCOUNT_ACTIVE = 0, ACCOUNT_LOCKED };

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
  uint8_t password_tried;            // its owner has signed in with this password
  int64_t created_by_org;            // the org whose admin, invite or sign-in made it
  int64_t created_at_s;
  int64_t last_sign_in_at_s;
  char last_sign_in_from[256];
  int64_t last_sso_at_s; // the last sign-in through a provider (POLICY K6)
  int64_t proof;         // of its domain, under which the email was proven; PROOF_BEFORE or PROOF_NONE
  uint8_t by_operator;   // an operator made it
  uint8_t code_used;     // an invitation code was typed for it (POLICY I3)
  int64_t sso_only_org;  // an org that linked it with on-link=sso-only: no other way counts until unlinked; 0: none
};

// Of an email that was proven before proofs of domains were numbered: it counts as made under those of that time. And
// of one that was proven without its domain's proof.
enum { PROOF_BEFORE = 0, PROOF_NONE = -1 };

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
  int64_t checked_at_s;    // when a name server last said whether the record is there
  int64_t missing_since_s; // of a domain verified by DNS: since when each look-up said that it is not there
};

// What becomes of an address of which the provider says that it is not verified.
enum unverified_mail {
  UNVERIFIED_REFUSED = 0,
  UNVERIFIED_ACCEPTED, // on the org's own verified domains; set by operators only
};

// What a preset of a provider may say of a connection.
enum preset_value {
  PRESET_ISSUER,
  PRESET_SCOPES,
  PRESET_AUTH,
  PRESET_DEVICE_ENDPOINT,
  PRESET_KEY_SET,
  PRESET_EMAIL_CLAIM,
  PRESET_GROUPS_CLAIM,
  PRESET_USERINFO,
  PRESET_VALUE_COUNT
};

// Where connections are kept under an org: the one in effect, and the one that waits for a test sign-in (POLICY E3).
enum connection_slot { CONNECTION_ACTIVE = 0, CONNECTION_STAGED };

struct connection {
  int64_t org_id;
  char issuer[PROTOCOL_URL_SIZE];
  char client_id[PROTOCOL_CLIENT_SIZE];
  struct bytes client_secret; // with CLIENT_AUTH_PRIVATE_KEY_JWT: the private key, PEM or JWK
  uint8_t client_auth;        // enum client_auth
  char scopes[256];
  char email_claim[64];
  struct bytes ca_pem;
  uint32_t registration; // number of this issuer and client id under the org
  uint8_t tried;         // a sign-in succeeded with the present issuer and client
  int64_t tried_at_s;
  int64_t set_at_s;
  char groups_claim[64]; // the claim that names a person's groups
  int64_t generation;    // raised when a delegate changes whom it believes: identities from before are doubted
  // What of the org's settings waits with a staged one (POLICY E3), if WAITS.
  uint8_t waits;
  struct requirements requirements;
  char device_endpoint[PROTOCOL_URL_SIZE]; // "": as the provider publishes it
  char key_set[PROTOCOL_URL_SIZE];         // likewise
  char audiences[PROTOCOL_AUDIENCES_SIZE]; // further ones of ID tokens, separated by spaces
  uint8_t unverified_mail;                 // enum unverified_mail
  uint8_t userinfo_for;                    // enum userinfo_for
  uint8_t auth_found;                      // with CLIENT_AUTH_AUTO: 1 + enum client_auth that a test found; 0: none
  char preset[PRESET_SIZE];                // whose values it was made with; "" for none
  uint32_t by_preset;                      // of which values, as bits of enum preset_value
  int64_t secret_expires_at_s;             // at the provider, as an admin has said; 0: not known
  uint8_t offline;                         // refresh tokens are asked for and kept (POLICY K9)
};

// How it stands with asking a provider again about somebody (POLICY K9).
enum refresh_state {
  REFRESH_READY = 0, // the token is as it came
  REFRESH_BEGUN,     // it was sent, and what became of it is not known: the provider may have replaced it
  REFRESH_REFUSED,   // invalid_grant: the token is wiped, and so it stays until the next sign-in
  REFRESH_LOST,      // likewise, of one that was BEGUN: that says nothing of the person
  REFRESH_STATE_COUNT
};

// What came of asking the last time.
enum refresh_result {
  REFRESH_NEVER = 0,
  REFRESH_ANSWERED,    // the provider knows the person
  REFRESH_NO_GRANT,    // invalid_grant
  REFRESH_UNREACHABLE, // no answer, or none that says anything of the person
  REFRESH_UNSOUND,     // an answer that is not to be believed, as one about somebody else
  REFRESH_RESULT_COUNT
};

// The refresh token of a person's last sign-in through an org's connection (OIDC Core 12), and what came of it.
struct refresh {
  int64_t org_id;
  int64_t account_id;
  uint32_t registration; // of the connection that it is for
  int64_t generation;    // likewise
  char subject[PROTOCOL_SUBJECT_SIZE];
  struct bytes token; // empty once it is wiped
  uint8_t state;      // enum refresh_state
  int64_t given_at_s; // by a sign-in
  int64_t begun_at_s;
  uint8_t result; // enum refresh_result
  int64_t result_at_s;
  int64_t answered_at_s; // when the provider knew the person last
  int64_t refused_at_s;  // since when it is REFRESH_REFUSED
  int64_t gone_at_s;     // when it was written down that the person is gone; 0: it was not
};

enum { REFRESH_GONE_S = 86400 }; // without a sign-in after a refusal: then somebody is gone

// A social connection of the host; the connection itself is kept under its id.
struct social {
  int64_t id;
  char name[SOCIAL_SIZE];   // as it is typed and shown: "google"
  char title[DISPLAY_SIZE]; // for people: "Google"
  uint8_t speaks;           // enum speaks
  int64_t created_at_s;
};

// Where the host sends mail to, so that people get codes and invitations.
struct mail_server {
  char server[PROTOCOL_URL_SIZE]; // as url_is_mail_server() has it
  char from[EMAIL_SIZE];
  char user[PROTOCOL_CLIENT_SIZE]; // "": without authentication
  struct bytes password;
  struct bytes ca_pem; // empty: the system's certificates
  int64_t set_at_s;
};

// What an operator grants by looking at it (POLICY "confirmed connection", W8).
struct covered {
  char issuer[PROTOCOL_URL_SIZE]; // of the connection
  char client_id[PROTOCOL_CLIENT_SIZE];
  struct bytes ca_pem;
  char email_claim[64];
  char groups_claim[64];
  struct requirements requirements; // of the org, but all except signin_from about the connection
  uint8_t enforcement;              // of the org
  int64_t paused_until_s;
  uint8_t keys;
  int64_t keys_recent_s;
  char password_from[NETWORKS_SIZE];
  struct bytes client_secret; // of the connection: without the right one it signs nobody in
  uint8_t client_auth;
  char scopes[256];
  char device_endpoint[PROTOCOL_URL_SIZE];
  char key_set[PROTOCOL_URL_SIZE];
  char audiences[PROTOCOL_AUDIENCES_SIZE];
  uint8_t unverified_mail;
  uint8_t userinfo_for;
};

enum { COVERED_COUNT = 23, FINGERPRINT_SIZE = 17 };

#define FINGERPRINT_NONE "none" // shown where nothing was kept

// What an operator last set or confirmed of an org, and by whom each present value was set.
struct confirmed {
  int64_t org_id;
  char fingerprint[FINGERPRINT_SIZE]; // random, another one after each change of a covered value
  char set_by[COVERED_COUNT][ACTOR_SIZE];
  struct covered seen;
};

struct registration {
  uint32_t number;
  char issuer[PROTOCOL_URL_SIZE];
  char client_id[PROTOCOL_CLIENT_SIZE];
};

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
  int64_t last_sign_in_at_s;
  int64_t until_s;      // from then on it is as suspended (POLICY K10); 0: it does not end by itself
  int64_t role_until_s; // likewise, the role is viewer
  uint8_t role_by;      // enum role_by
  uint8_t ended;        // it is suspended since it came to its end, and by nobody
};

enum {
  REQUEST_LIFE_S = 86400, // unanswered: then it is as if nobody had asked
  REQUEST_FOR_MIN_S = 60,
  REQUEST_FOR_MAX_S = 30 * 86400,
  REQUESTS_MAX = 100, // of one org that are open
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
  struct membership was; // without when its last sign-in was
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

enum number_use { NUMBER_ACCOUNT = 1, NUMBER_ORG, NUMBER_REMOVED, NUMBER_GROUP };

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

// For the cleanup attribute: wipes and frees what a connection owns, what an operator saw of one, or a token.
void cleanup_connection(struct connection *connection);
void cleanup_confirmed(struct confirmed *confirmed);
void cleanup_mail_server(struct mail_server *server);
void cleanup_refresh(struct refresh *refresh);
