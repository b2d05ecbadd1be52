// SPDX-License-Identifier: Apache-2.0
// Of what entities.h has: connections to providers, what was confirmed of them and what they have left, social ones,
// and the mail server.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "store/entities_org.h"

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
  int64_t ended_at_s;    // when what they ran by then was ended for it; 0: it was not
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
