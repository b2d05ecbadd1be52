// SPDX-License-Identifier: Apache-2.0
// The messages between pam_ssoorg.so, ssoorg-signin, ssoctl, ssoorg-sync, ssoorg-oidc and ssoorg-fleet: the whole of
// them.
//
// A frame on the socket pair is {u32 payload length, u16 type, u16 version}, little-endian, then the payload: the
// message's struct packed by the table in protocol.c, exact in size. The table in channel.c says who may send what
// when.
#pragma once
#include <stdint.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/names.h"
#include "base/record.h"
#include "base/status.h"
#include "protocol/confinement.h"

enum {
  PROTOCOL_VERSION = 2,
  PROTOCOL_HEADER_SIZE = 8,
  PROTOCOL_PAYLOAD_MAX = 96 * 1024,
  PROTOCOL_SECRET_MAX = 4096,   // a typed password or a client secret
  PROTOCOL_CA_MAX = 64 * 1024,  // PEM certificates of one connection
  PROTOCOL_PROMPT_SIZE = 6144,  // under the 8 kB that every client takes
  PROTOCOL_CODE_WAIT_MS = 9800, // within which the codes are there, or the reason why not
  PROTOCOL_QR_SIZE = 4096,
  PROTOCOL_URL_SIZE = 1024,
  PROTOCOL_CLIENT_SIZE = 256,
  PROTOCOL_SUBJECT_SIZE = 256,    // OIDC Core 2: at most 255 ASCII characters
  PROTOCOL_TICKET_SIZE = 33,      // 128 random bits as hexadecimal
  PROTOCOL_STRENGTH_SIZE = 256,   // required acr or amr values, separated by spaces
  PROTOCOL_AUDIENCES_SIZE = 512,  // further audiences of ID tokens, separated by spaces
  PROTOCOL_NAME_SIZE = 256,       // of DNS as text (RFC 1035 2.3.4)
  PROTOCOL_TEXTS_MAX = 64 * 1024, // TXT values of one name: a whole answer of DNS fits
  PROTOCOL_GROUP_SIZE = 256,      // a group's name at the provider, with its NUL
  PROTOCOL_GROUP_COUNT = 200,     // of one person that are passed on
  PROTOCOL_GROUPS_MAX = PROTOCOL_GROUP_COUNT * PROTOCOL_GROUP_SIZE,
  PROTOCOL_SUBJECT_LINE_SIZE = 256,   // of a mail
  PROTOCOL_MAIL_TEXT_MAX = 16 * 1024, // likewise
  PROTOCOL_FLEET_PAYLOAD_MAX = 1024 * 1024,
  PROTOCOL_FLEET_HOSTS_SIZE = 2400,       // eight names with their ports
  PROTOCOL_FLEET_NAME_SIZE = 64,          // of a database or a role: NAMEDATALEN of PostgreSQL
  PROTOCOL_FLEET_VALUES_MAX = 960 * 1024, // parameters of a statement, or rows of one message
  PROTOCOL_FLEET_ORGS_MAX = 4096,         // that are listened to
};

enum message_type {
  MESSAGE_AUTH = 1, // module to signin: struct message_request
  MESSAGE_ACCOUNT,
  MESSAGE_CRED,
  MESSAGE_SESSION,
  MESSAGE_CHAUTHTOK,
  MESSAGE_ANSWER,     // module to signin: struct message_answer
  MESSAGE_PROMPT,     // signin to module: struct message_prompt
  MESSAGE_INFO,       // signin to module: struct message_notice
  MESSAGE_ERROR,      // signin to module: struct message_notice
  MESSAGE_VERDICT,    // signin to module: struct message_verdict
  MESSAGE_SIGN_IN,    // signin or ssoctl to oidc: struct message_sign_in
  MESSAGE_DISCOVER,   // signin or ssoctl to oidc: struct message_sign_in
  MESSAGE_CODE,       // oidc back: struct message_code
  MESSAGE_AUTHORIZED, // oidc back: struct message_authorized
  MESSAGE_FOUND,      // oidc back: struct message_found
  MESSAGE_FAILED,     // oidc back: struct message_failed
  MESSAGE_TXT,        // ssoctl to oidc: struct message_txt
  MESSAGE_TEXTS,      // oidc back: struct message_texts
  MESSAGE_MAIL,       // signin or ssoctl to oidc: struct message_mail
  MESSAGE_SENT,       // oidc back: struct message_sent
  MESSAGE_REFRESH,    // signin or ssoctl to oidc: struct message_sign_in
  MESSAGE_ROTATED,    // oidc back, before AUTHORIZED or FAILED: struct message_rotated
  MESSAGE_OPEN,       // sync, ssoctl or signin to fleet: struct message_open
  MESSAGE_READY,      // fleet back: struct message_ready; or FAILED, as at any time from then on
  MESSAGE_ASK,        // sync, ssoctl or signin to fleet: struct message_ask
  MESSAGE_ROWS,       // fleet back, as often as needed before DONE: struct message_rows
  MESSAGE_DONE,       // fleet back, to ASK, LISTEN and SCRIPT: struct message_done
  MESSAGE_LISTEN,     // sync to fleet: struct message_listen
  MESSAGE_TOLD,       // fleet, whenever it comes: struct message_told
  MESSAGE_SCRIPT,     // ssoctl to fleet: struct message_script
  MESSAGE_COUNT
};

enum request_flag {
  REQUEST_SILENT = 1,          // PAM_SILENT
  REQUEST_PRELIM = 2,          // PAM_PRELIM_CHECK of chauthtok
  REQUEST_REAUTH = 8,          // of a service where a recent sign-in is enough (POLICY K6)
  REQUEST_AFTER_PASSWORD = 16, // sshd's password method has failed before in this connection, for want of a prompt
  REQUEST_WITH_KEY = 4,        // sshd has accepted a public key in the connection that signs in now
};

struct message_request {
  char service[64];
  char login[LOGIN_SIZE];
  char rhost[256];
  char tty[64];
  char ticket[PROTOCOL_TICKET_SIZE];
  uint32_t flags;      // enum request_flag
  uint32_t caller_uid; // real uid of the calling process
  uint8_t nss_known;   // NSS answers the name; the next three are its answer
  uint32_t nss_uid;
  uint32_t nss_gid;
};

struct message_prompt {
  uint8_t echo;
  char text[PROTOCOL_PROMPT_SIZE];
};

struct message_answer {
  uint8_t given; // 0: the conversation failed
  struct bytes text;
};

struct message_notice {
  char text[PROTOCOL_PROMPT_SIZE];
};

// What becomes of a request: of a decision (common/policy), and of what the module is told.
enum verdict {
  VERDICT_REFUSED = 0, // definitive; the zero value
  VERDICT_GRANTED,     // at an answer: after what the decision says is written
  VERDICT_NOT_OURS,    // the rest of the PAM stack decides
  VERDICT_UNAVAILABLE, // what a decision needs cannot be read (PAM_AUTHINFO_UNAVAIL)
  VERDICT_TRY_AGAIN,   // a wrong password: the caller may ask once more
  VERDICT_OFFER,       // a decision about a login alone: password, SSO or both; the module is never told this
};

struct message_verdict {
  uint8_t verdict; // enum verdict
  char ticket[PROTOCOL_TICKET_SIZE];
  uint32_t uid;
  uint32_t gid;
  struct u32_list groups; // of the opened orgs, without the private group
  char org[SLUG_SIZE];    // active org
  char role[8];
  int64_t ends_at_s; // the session: then what it was opened by ends by itself (POLICY K10); 0: it does not
};

enum client_auth {
  CLIENT_AUTH_NONE = 0,
  CLIENT_AUTH_BASIC,           // client_secret_basic, RFC 6749 2.3.1
  CLIENT_AUTH_POST,            // client_secret_post, RFC 6749 2.3.1
  CLIENT_AUTH_SECRET_JWT,      // client_secret_jwt, OIDC Core 9
  CLIENT_AUTH_PRIVATE_KEY_JWT, // private_key_jwt, OIDC Core 9
  CLIENT_AUTH_AUTO,            // with a secret: by what the provider says it takes (OIDC Discovery 3)
  CLIENT_AUTH_COUNT
};

// What userinfo is asked for.
enum userinfo_for {
  USERINFO_VERIFIED = 0, // claims that the ID token lacks, and whether the email is verified if it does not say so
  USERINFO_MISSING,      // claims that the ID token lacks: this provider says of no email that it is verified
};

// How a provider says who somebody is.
enum speaks {
  SPEAKS_OPENID = 0, // an ID token
  SPEAKS_GITHUB,     // GitHub's own interface (POLICY V1)
  SPEAKS_COUNT
};

struct message_sign_in {
  char issuer[PROTOCOL_URL_SIZE];
  char client_id[PROTOCOL_CLIENT_SIZE];
  struct bytes client_secret;                // with CLIENT_AUTH_PRIVATE_KEY_JWT: the private key, PEM or JWK
  uint8_t client_auth;                       // enum client_auth
  char scopes[256];                          // space separated; "openid" is among them
  char email_claim[64];                      // "email" by default
  struct bytes ca_pem;                       // empty: the system's certificates
  uint32_t timeout_s;                        // for the whole exchange
  char required_acr[PROTOCOL_STRENGTH_SIZE]; // the acr claim must be one of these words; "" for no requirement
  char required_amr[PROTOCOL_STRENGTH_SIZE]; // the amr claim must hold all of these words; "" for no requirement
  uint8_t wants_qr;                          // the address is also wanted as a picture
  uint8_t allow_loopback_http;               // tests only: plain http to 127.0.0.0/8, ::1 and "localhost"
  char groups_claim[64];                     // the claim that names the person's groups; "": not wanted
  uint8_t tries_auth;                        // with CLIENT_AUTH_AUTO: after invalid_client the other ways, too
  uint8_t auth_first;                      // with it: 1 + the enum client_auth to begin with; 0: as the provider lists
  uint8_t userinfo_for;                    // enum userinfo_for
  char device_endpoint[PROTOCOL_URL_SIZE]; // "": as the discovery document says
  char key_set[PROTOCOL_URL_SIZE];         // likewise
  char audiences[PROTOCOL_AUDIENCES_SIZE]; // that an ID token may be for besides the client, separated by spaces
  uint8_t speaks;                          // enum speaks
  uint8_t social;      // people's own accounts are meant: Microsoft's tenant of them is legal, which vouches for no org
  uint8_t confinement; // enum confinement
  uint8_t offline;     // SIGN_IN: a refresh token is wanted
  struct bytes refresh_token;          // REFRESH: the one to use
  char subject[PROTOCOL_SUBJECT_SIZE]; // REFRESH: whom it is about
};

struct message_code {
  char verification_uri[PROTOCOL_URL_SIZE];          // RFC 8628 3.2, printable ASCII, https (http to loopback in tests)
  char verification_uri_complete[PROTOCOL_URL_SIZE]; // "" if absent
  char user_code[128];                               // printable ASCII
  char qr[PROTOCOL_QR_SIZE];                         // lines of UTF-8 half blocks, "" if not wanted or too large
  uint32_t expires_in_s;
  uint32_t lacks_landlock; // the errno for which it works without Landlock (confinement.h); 0: it does not
};

enum email_state {
  EMAIL_ABSENT = 0, // no email claim at all
  EMAIL_UNSTATED,   // an email, but no email_verified
  EMAIL_VERIFIED,   // email_verified is the boolean true
  EMAIL_UNVERIFIED, // email_verified is false, or not a boolean
  EMAIL_ILLEGAL,    // an email that is not legal here; it is not passed on
};

enum groups_state {
  GROUPS_SAID = 0,
  GROUPS_OVERAGE, // the person is in more groups than the provider puts into a token, and it names none
  GROUPS_CUT,     // in more than PROTOCOL_GROUP_COUNT, which are those that it named first
  GROUPS_UNSAID,  // neither ID token nor userinfo has the claim
};

// A complete, verified identity (OIDC Core 3.1.3.7); every text is clean by text_is_clean().
struct message_authorized {
  char issuer[PROTOCOL_URL_SIZE];
  char client_id[PROTOCOL_CLIENT_SIZE];
  char subject[PROTOCOL_SUBJECT_SIZE];
  char email[EMAIL_SIZE];           // folded
  uint8_t email_state;              // enum email_state
  char name[256];                   // "" if absent or not legal
  char acr[PROTOCOL_STRENGTH_SIZE]; // escaped; "" if absent
  char amr[PROTOCOL_STRENGTH_SIZE]; // escaped, with spaces between its values; "" if absent
  char algorithm[16];               // of the ID token's signature
  char key_id[128];
  uint32_t requests;          // HTTP requests made
  uint32_t connections;       // TLS or TCP connections made
  struct bytes groups;        // at the provider, as group_list.h has them; empty if not wanted, absent or not legal
  uint8_t groups_state;       // enum groups_state
  uint8_t client_auth;        // enum client_auth: the one that was used
  struct bytes refresh_token; // SIGN_IN: printable ASCII; empty if none was wanted or came, or none that can be kept
};

// What takes the place of the refresh token that was used (RFC 6749 6): it counts from now on, whatever else is wrong
// with the answer that it came in.
struct message_rotated {
  struct bytes refresh_token; // printable ASCII; empty: it cannot be kept
};

struct message_found {
  char issuer[PROTOCOL_URL_SIZE];
  char device_authorization_endpoint[PROTOCOL_URL_SIZE];
  char token_endpoint[PROTOCOL_URL_SIZE];
  char jwks_uri[PROTOCOL_URL_SIZE];
  char userinfo_endpoint[PROTOCOL_URL_SIZE]; // "" if absent
  uint32_t keys;                             // usable keys in the key set
  uint8_t client_auth;                       // enum client_auth: the one that was used
  int64_t certificate_ends_at_s;             // of the issuer's server (RFC 5280 4.1.2.5); 0 where there is none
};

enum failure_reason {
  FAILURE_INTERNAL = 0,  // out of memory, a library failed
  FAILURE_UNREACHABLE,   // no connection, time-out, name not found
  FAILURE_TLS,           // certificate or protocol version
  FAILURE_MISCONFIGURED, // the provider's own error about this client, or a document that is not what it must be
  FAILURE_DECLINED,      // access_denied
  FAILURE_EXPIRED,       // expired_token, or the time is up
  FAILURE_TOKEN,         // the ID token or userinfo was refused; the detail names the clause
  FAILURE_REQUEST,       // the request itself was not legal
  FAILURE_STRENGTH,      // the sign-in was weaker than the org requires (acr, amr)
  FAILURE_BUSY,          // the provider takes no more requests for now (HTTP 429), or the mail server no mail (4yz)
  FAILURE_CLIENT,        // invalid_client: the provider does not take this client, or how it shows who it is; the mail
                         // server likewise its user and password
  FAILURE_MAIL,          // the mail server refuses this mail for good (5yz)
  FAILURE_CONFINEMENT,   // the helper could not shut itself in, and has asked nobody anything
  FAILURE_GRANT,         // invalid_grant: the provider takes this refresh token no more
};

struct message_failed {
  uint32_t reason;         // enum failure_reason
  char detail[1024];       // printable ASCII, for the log and the admin; holds no secret
  uint32_t lacks_landlock; // as of message_code; 0 where nothing was asked because of it
  uint8_t unanswered;      // REFRESH: the token was sent, and what the provider did with it is not known
  uint32_t retry_after_s;  // so long the provider wants to be left alone (RFC 9110 10.2.3); 0: not said
};

// Which TXT records there are at a name. What is hoped for is not said, so the helper cannot make it up.
struct message_txt {
  char name[PROTOCOL_NAME_SIZE]; // whole, without the final dot
  char server[ADDRESS_SIZE];     // as address_parse() reads it; "" for those of resolv.conf
  uint32_t timeout_s;            // for the whole look-up
  uint8_t confinement;           // enum confinement
};

// What became of it; what is not an answer about the name comes first.
enum lookup {
  LOOKUP_TIMEOUT = 0, // no server answered in time, or none could be reached
  LOOKUP_SERVER,      // SERVFAIL, REFUSED and the like, or an answer that is not sound
  LOOKUP_NO_NAME,     // NXDOMAIN (RFC 2308 2.1)
  LOOKUP_NO_TXT,      // the name is there, without TXT records (RFC 2308 2.2)
  LOOKUP_TEXTS,       // one or more TXT records
};

struct message_texts {
  uint8_t lookup;    // enum lookup
  char detail[256];  // printable ASCII: which answer it was
  struct bytes list; // of LOOKUP_TEXTS: each value as {u16 length, bytes}, its strings joined (RFC 7208 3.3)
};

// One mail to one person.
struct message_mail {
  char server[PROTOCOL_URL_SIZE];  // as url_is_mail_server() has it
  char user[PROTOCOL_CLIENT_SIZE]; // "": without authentication (RFC 4954)
  struct bytes password;
  struct bytes ca_pem;           // empty: the system's certificates
  uint8_t allow_loopback_smtp;   // without TLS to this machine itself
  uint32_t timeout_s;            // for the whole exchange
  char host[PROTOCOL_NAME_SIZE]; // this one's name, for EHLO and Message-ID
  char from[EMAIL_SIZE];
  char to[EMAIL_SIZE];
  char subject[PROTOCOL_SUBJECT_LINE_SIZE];
  struct bytes text;   // UTF-8, lines end in "\n"
  struct bytes secret; // what of TEXT must not come back in an error
  uint8_t confinement; // enum confinement
};

// The mail server has taken it, with the last line of its reply (RFC 5321 4.2), as printable ASCII.
struct message_sent {
  char reply[256];
  uint32_t lacks_landlock; // as of message_code
};

// Where a fleet's engine is, and who is who.
struct message_open {
  char hosts[PROTOCOL_FLEET_HOSTS_SIZE]; // as fleet/hosts.h reads it
  char database[PROTOCOL_FLEET_NAME_SIZE];
  char login[PROTOCOL_FLEET_NAME_SIZE];
  struct bytes password;        // empty: none
  struct bytes certificate_pem; // of the client; empty: none
  struct bytes key_pem;         // for it
  struct bytes ca_pem;          // that the engine's certificate is from; empty: the system's certificates
  uint32_t timeout_ms;          // until the connection is open
  uint32_t statement_ms;        // after which the engine itself gives up a statement
  uint8_t confinement;          // enum confinement
};

struct message_ready {
  char host[PROTOCOL_NAME_SIZE]; // which of them it is
  uint32_t server_version;       // as 150004
  uint8_t encrypted;             // by TLS
  uint32_t lacks_landlock;       // as of message_code
};

struct message_ask {
  uint32_t statement;  // enum engine_statement
  uint32_t timeout_ms; // for the whole of it
  struct bytes values; // its parameters, as value_list.h has them
};

// Some rows of an answer.
struct message_rows {
  uint32_t columns;
  uint32_t rows;
  struct bytes values; // COLUMNS * ROWS of them, as value_list.h has them: bytea as its bytes, all else as text
};

// The end of what was asked. An SQLSTATE makes the rows before it void.
struct message_done {
  char sqlstate[6];   // "": it is done
  char message[1024]; // printable ASCII: the engine's, foreign text; of a script that is done its last warnings
  uint32_t columns;
  uint32_t rows; // that were sent
};

// The orgs of which TOLD is wanted, in place of those before.
struct message_listen {
  uint32_t timeout_ms;
  struct bytes orgs; // 8 bytes each, little-endian
};

// Something of the org has changed. A hint, which anybody in the database can give.
struct message_told {
  int64_t org_id;
  int64_t revision; // 0: not said
};

// A file of SQL, run as one.
struct message_script {
  uint32_t timeout_ms;
  struct bytes text;
};

// The packing table of a message's struct; NULL for an unknown TYPE.
const struct record_type *protocol_record(enum message_type type);

// "AUTH", "ACCOUNT", ... or "?"; static.
const char *protocol_name(enum message_type type);
