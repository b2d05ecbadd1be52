// SPDX-License-Identifier: Apache-2.0
// ssoctl idp set.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/url.h"
#include "desk.h"
#include "protocol/oauth.h"

static const char DEFAULT_SCOPES[] = "openid email profile";
static const char DEFAULT_EMAIL_CLAIM[] = "email";
static const char DEFAULT_GROUPS_CLAIM[] = "groups";

// OIDC Discovery 3: an https URL without query and fragment.
static int set_issuer(const struct desk *desk, const char *typed, struct connection *connection)
{
  if (url_is_tenant_independent(typed)) {
    return desk_fail(EXIT_USAGE, "--issuer \"%.200s\": speaks for every tenant; the issuer of your own tenant is legal",
                     typed);
  }
  if (!url_is_issuer(typed, desk->config.allow_loopback_http) ||
      text_copy(typed, connection->issuer, sizeof connection->issuer) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "--issuer \"%.200s\": is not an https URL without user, query and fragment", typed);
  }
  return EXIT_DONE;
}

static int set_client_id(const char *typed, struct connection *connection)
{
  size_t length = strlen(typed);
  bool legal = length > 0 && length < sizeof connection->client_id && text_is_clean(typed, length);
  for (const char *at = typed; *at != '\0'; at++) {
    legal = legal && *at >= 0x20 && *at < 0x7f;
  }
  if (!legal) {
    return desk_fail(EXIT_USAGE, "--client-id \"%.100s\": is not 1 to %zu printable ASCII characters", typed,
                     sizeof connection->client_id - 1);
  }
  memcpy(connection->client_id, typed, length + 1);
  return EXIT_DONE;
}

static int set_scopes(const char *typed, struct connection *connection)
{
  if (!oauth_is_scope_list(typed) || text_copy(typed, connection->scopes, sizeof connection->scopes) != STATUS_OK) {
    return desk_fail(EXIT_USAGE, "--scopes \"%.100s\": is not a list with single spaces and openid in it", typed);
  }
  return EXIT_DONE;
}

static int set_secret(const char *path, struct connection *connection)
{
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = desk_read_file(path, PROTOCOL_SECRET_MAX, &secret);
  if (code != EXIT_DONE) {
    return code;
  }
  while (secret.length > 0 && strchr("\r\n", secret.data[secret.length - 1]) != NULL) {
    secret.data[--secret.length] = '\0';
  }
  if (!oauth_is_visible(bytes_text(&secret), secret.length)) {
    return desk_fail(EXIT_USAGE, "--client-secret-file: is empty, or holds more than printable ASCII");
  }
  bytes_done(&connection->client_secret);
  bytes_take(&connection->client_secret, &secret);
  return EXIT_DONE;
}

// Its numbers are looked at where keys are used: 'idp test' tells of those that cannot be.
static int set_key(const char *path, struct connection *connection)
{
  struct bytes key CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = desk_read_file(path, PROTOCOL_SECRET_MAX, &key);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *text = bytes_text(&key);
  bool is_text = key.length > 0 && memchr(key.data, '\0', key.length) == NULL;
  bool is_pem = is_text && strstr(text, "-----BEGIN ") != NULL && strstr(text, "PRIVATE KEY-----") != NULL;
  bool is_jwk = is_text && text[strspn(text, " \t\r\n")] == '{' && strstr(text, "\"kty\"") != NULL;
  if (!is_pem && !is_jwk) {
    return desk_fail(EXIT_USAGE, "--private-key-file: holds no private key in PEM form and no JWK");
  }
  if (strstr(text, "ENCRYPTED") != NULL) {
    return desk_fail(EXIT_USAGE, "--private-key-file: the key is encrypted; it is legal only without a passphrase");
  }
  bytes_done(&connection->client_secret);
  bytes_take(&connection->client_secret, &key);
  return EXIT_DONE;
}

// RFC 7468 5: whole blocks of base64. What stands between them is a comment. Whether the certificates are any good is
// for 'idp test' to say.
static bool is_certificates(const struct bytes *pem)
{
  static const char BEGIN[] = "-----BEGIN CERTIFICATE-----";
  static const char END[] = "-----END CERTIFICATE-----";
  static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n";
  const char *at = strlen(bytes_text(pem)) == pem->length ? strstr(bytes_text(pem), BEGIN) : NULL;
  bool whole = at != NULL;
  for (; whole && at != NULL; at = strstr(at, BEGIN)) {
    at += strlen(BEGIN);
    size_t length = strspn(at, BASE64);
    whole = length > 64 && strncmp(at + length, END, strlen(END)) == 0;
  }
  return whole;
}

// No file is the system's certificates.
static int set_ca(const char *path, struct connection *connection)
{
  if (path[0] == '\0') {
    bytes_done(&connection->ca_pem);
    return EXIT_DONE;
  }
  struct bytes pem CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = desk_read_file(path, PROTOCOL_CA_MAX, &pem);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!is_certificates(&pem)) {
    return desk_fail(EXIT_USAGE, "--ca-file: holds no certificate in PEM form, or a damaged one");
  }
  bytes_done(&connection->ca_pem);
  bytes_take(&connection->ca_pem, &pem);
  return EXIT_DONE;
}

static int set_auth(const char *typed, struct connection *connection)
{
  return client_auth_from(typed, &connection->client_auth) == STATUS_OK
             ? EXIT_DONE
             : desk_fail(EXIT_USAGE,
                         "--auth \"%.40s\": is not none, client_secret_basic, client_secret_post, client_secret_jwt or "
                         "private_key_jwt",
                         typed);
}

static int set_claim(const char *typed, struct connection *connection)
{
  return oauth_is_visible(typed, strlen(typed))
             ? desk_text("--email-claim", typed, connection->email_claim, sizeof connection->email_claim)
             : desk_fail(EXIT_USAGE, "--email-claim \"%.60s\": is not printable ASCII", typed);
}

static int set_groups_claim(const char *typed, struct connection *connection)
{
  return oauth_is_visible(typed, strlen(typed))
             ? desk_text("--groups-claim", typed, connection->groups_claim, sizeof connection->groups_claim)
             : desk_fail(EXIT_USAGE, "--groups-claim \"%.60s\": is not printable ASCII", typed);
}

static int set_named(const struct desk *desk, struct connection *connection)
{
  static const struct {
    enum option option;
    int (*set)(const char *typed, struct connection *connection);
  } SETTERS[] = {
      {OPTION_CLIENT_ID, set_client_id},
      {OPTION_SCOPES, set_scopes},
      {OPTION_CLIENT_SECRET_FILE, set_secret},
      {OPTION_PRIVATE_KEY_FILE, set_key},
      {OPTION_CA_FILE, set_ca},
      {OPTION_AUTH, set_auth},
      {OPTION_EMAIL_CLAIM, set_claim},
      {OPTION_GROUPS_CLAIM, set_groups_claim},
  };
  const struct invocation *in = desk->in;
  int code = in->options[OPTION_ISSUER] != NULL ? set_issuer(desk, in->options[OPTION_ISSUER], connection) : EXIT_DONE;
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(SETTERS); i++) {
    const char *typed = in->options[SETTERS[i].option];
    code = typed != NULL ? SETTERS[i].set(typed, connection) : EXIT_DONE;
  }
  return code;
}

static int check_credential(const struct invocation *in, uint8_t method_before, const struct connection *connection)
{
  bool by_key = connection->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT;
  enum option needed = by_key ? OPTION_PRIVATE_KEY_FILE : OPTION_CLIENT_SECRET_FILE;
  enum option other = by_key ? OPTION_CLIENT_SECRET_FILE : OPTION_PRIVATE_KEY_FILE;
  const char *method = client_auth_word(connection->client_auth);
  if (in->options[other] != NULL) {
    return desk_fail(EXIT_USAGE, "idp set: --auth %s has no use for %s", method, option_usage(other));
  }
  // A stored key is no secret, and the other way round.
  bool other_kind = by_key != (method_before == CLIENT_AUTH_PRIVATE_KEY_JWT);
  if (connection->client_secret.length == 0 || (other_kind && in->options[needed] == NULL)) {
    return desk_fail(EXIT_USAGE, "idp set: --auth %s needs %s", method, option_usage(needed));
  }
  if (connection->client_auth == CLIENT_AUTH_SECRET_JWT && connection->client_secret.length < OAUTH_HS256_SECRET_MIN) {
    return desk_fail(EXIT_USAGE, "idp set: --auth %s needs a secret of at least %d bytes (RFC 7518 3.2)", method,
                     OAUTH_HS256_SECRET_MIN);
  }
  return EXIT_DONE;
}

// What was stored of it before.
struct stored {
  uint8_t client_auth;
  char issuer[PROTOCOL_URL_SIZE];
};

static int check_whole(const struct invocation *in, const struct stored *before, struct connection *connection)
{
  if (connection->issuer[0] == '\0' || connection->client_id[0] == '\0') {
    return desk_fail(EXIT_USAGE, "idp set: a new connection needs --issuer URL and --client-id ID");
  }
  if (in->options[OPTION_AUTH] == NULL && in->options[OPTION_PRIVATE_KEY_FILE] != NULL) {
    connection->client_auth = CLIENT_AUTH_PRIVATE_KEY_JWT;
  } else if (in->options[OPTION_AUTH] == NULL && in->options[OPTION_CLIENT_SECRET_FILE] != NULL &&
             (before->client_auth == CLIENT_AUTH_NONE || before->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT)) {
    connection->client_auth = CLIENT_AUTH_BASIC;
  }
  bool given = in->options[OPTION_CLIENT_SECRET_FILE] != NULL || in->options[OPTION_PRIVATE_KEY_FILE] != NULL;
  if (connection->client_auth == CLIENT_AUTH_NONE) {
    bytes_done(&connection->client_secret);
    return given ? desk_fail(EXIT_USAGE, "idp set: --auth none has no use for a secret or key") : EXIT_DONE;
  }
  if (before->issuer[0] != '\0' && strcmp(before->issuer, connection->issuer) != 0 && !given) {
    return desk_fail(EXIT_USAGE,
                     "idp set: the stored secret or key is for %s and is not sent to another issuer; give "
                     "%s with --issuer",
                     before->issuer,
                     option_usage(connection->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT ? OPTION_PRIVATE_KEY_FILE
                                                                                         : OPTION_CLIENT_SECRET_FILE));
  }
  return check_credential(in, before->client_auth, connection);
}

// What is stored (a waiting one first), so that only what is named changes.
static int load_connection(struct desk *desk, const char *slug, struct connection *connection)
{
  struct org org;
  int code = desk_read(desk);
  if (code == EXIT_DONE) {
    code = desk_find_org(desk, slug, &org);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = connection_get(desk->txn, org.id, CONNECTION_STAGED, connection);
  if (status == STATUS_NOT_FOUND) {
    status = connection_get(desk->txn, org.id, CONNECTION_ACTIVE, connection);
  }
  desk_end_read(desk);
  if (status == STATUS_NOT_FOUND) {
    (void)snprintf(connection->scopes, sizeof connection->scopes, "%s", DEFAULT_SCOPES);
    (void)snprintf(connection->email_claim, sizeof connection->email_claim, "%s", DEFAULT_EMAIL_CLAIM);
    (void)snprintf(connection->groups_claim, sizeof connection->groups_claim, "%s", DEFAULT_GROUPS_CLAIM);
    return EXIT_DONE;
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "store: the connection cannot be read");
}

// What the org lets its connection do, in the same change.
static void add_org_values(const struct invocation *in, struct org_value values[static 2], struct operation *op)
{
  static const struct {
    enum option option;
    const char *key;
  } KEYS[] = {{OPTION_TRUST, "trust"}, {OPTION_ON_LINK, "on-link"}};
  op->values = values;
  for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
    if (in->options[KEYS[i].option] != NULL) {
      values[op->value_count++] = (struct org_value){KEYS[i].key, in->options[KEYS[i].option]};
    }
  }
}

int cmd_idp_set(const struct invocation *in)
{
  struct org_value values[2];
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct operation_result result;
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_IDP_SET);
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[0], op.org, sizeof op.org);
  }
  if (code == EXIT_DONE) {
    code = load_connection(&desk, op.org, &connection);
  }
  struct stored before = {.client_auth = connection.client_auth};
  memcpy(before.issuer, connection.issuer, sizeof before.issuer);
  if (code == EXIT_DONE) {
    code = set_named(&desk, &connection);
  }
  if (code == EXIT_DONE) {
    code = check_whole(in, &before, &connection);
  }
  op.connection = &connection;
  add_org_values(in, values, &op);
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s: connection to %s %s: ssoctl idp test %s", op.org, connection.issuer,
              result.waits ? "waits, since the org enforces, until a test of it succeeds"
                           : "stored and in effect; next",
              op.org);
  }
  return code;
}
