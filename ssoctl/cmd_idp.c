// SPDX-License-Identifier: Apache-2.0
// ssoctl idp set, show, remove.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "desk.h"

static const char DEFAULT_SCOPES[] = "openid email profile";
static const char DEFAULT_EMAIL_CLAIM[] = "email";

static bool is_url_text(const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text <= 0x20 || *text >= 0x7f || strchr("\"<>\\^`{|}", *text) != NULL) {
      return false;
    }
  }
  return true;
}

static bool is_loopback(const char *host)
{
  static const char *const NAMES[] = {"localhost", "127.0.0.1", "[::1]"};
  for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
    size_t length = strlen(NAMES[i]);
    if (strncmp(host, NAMES[i], length) == 0 && strchr(":/", host[length]) != NULL) {
      return true; // also at the NUL: strchr() finds it
    }
  }
  return false;
}

// OIDC Discovery 3: an https URL without query and fragment.
static int set_issuer(const struct desk *desk, const char *typed, struct connection *connection)
{
  bool secure = strncmp(typed, "https://", 8) == 0 && typed[8] != '\0' && typed[8] != '/';
  bool test = strncmp(typed, "http://", 7) == 0 && desk->config.allow_loopback_http && is_loopback(typed + 7);
  bool legal = (secure || test) && is_url_text(typed) && strpbrk(typed, "?#@") == NULL;
  if (!legal || text_copy(typed, connection->issuer, sizeof connection->issuer) != STATUS_OK) {
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

static bool has_word(const char *text, const char *word)
{
  size_t length = strlen(word);
  for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
    if ((at == text || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' ')) {
      return true;
    }
  }
  return false;
}

static int set_scopes(const char *typed, struct connection *connection)
{
  bool legal = has_word(typed, "openid") && strlen(typed) < sizeof connection->scopes;
  for (const char *at = typed; *at != '\0'; at++) {
    legal = legal && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\';
  }
  if (!legal) {
    return desk_fail(EXIT_USAGE, "--scopes \"%.100s\": is not a list of scopes separated by spaces with openid in it",
                     typed);
  }
  (void)snprintf(connection->scopes, sizeof connection->scopes, "%s", typed);
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
  if (secret.length == 0 || !text_is_clean(secret.data, secret.length)) {
    return desk_fail(EXIT_USAGE, "--client-secret-file: the file is empty or holds control characters");
  }
  bytes_done(&connection->client_secret);
  bytes_take(&connection->client_secret, &secret);
  return EXIT_DONE;
}

static int set_ca(const char *path, struct connection *connection)
{
  struct bytes pem CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = desk_read_file(path, PROTOCOL_CA_MAX, &pem);
  if (code != EXIT_DONE) {
    return code;
  }
  if (strstr(bytes_text(&pem), "-----BEGIN CERTIFICATE-----") == NULL) {
    return desk_fail(EXIT_USAGE, "--ca-file: holds no certificate in PEM form");
  }
  bytes_done(&connection->ca_pem);
  bytes_take(&connection->ca_pem, &pem);
  return EXIT_DONE;
}

static int set_auth(const char *typed, struct connection *connection)
{
  return client_auth_from(typed, &connection->client_auth) == STATUS_OK
             ? EXIT_DONE
             : desk_fail(EXIT_USAGE, "--auth \"%.40s\": is not none, client_secret_basic or client_secret_post", typed);
}

static int set_claim(const char *typed, struct connection *connection)
{
  return desk_text("--email-claim", typed, connection->email_claim, sizeof connection->email_claim);
}

static int set_named(const struct desk *desk, struct connection *connection)
{
  static const struct {
    enum option option;
    int (*set)(const char *typed, struct connection *connection);
  } SETTERS[] = {
      {OPTION_CLIENT_ID, set_client_id}, {OPTION_SCOPES, set_scopes}, {OPTION_CLIENT_SECRET_FILE, set_secret},
      {OPTION_CA_FILE, set_ca},          {OPTION_AUTH, set_auth},     {OPTION_EMAIL_CLAIM, set_claim},
  };
  const struct invocation *in = desk->in;
  int code = in->options[OPTION_ISSUER] != NULL ? set_issuer(desk, in->options[OPTION_ISSUER], connection) : EXIT_DONE;
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(SETTERS); i++) {
    const char *typed = in->options[SETTERS[i].option];
    code = typed != NULL ? SETTERS[i].set(typed, connection) : EXIT_DONE;
  }
  return code;
}

static int check_whole(struct connection *connection, bool auth_named)
{
  if (connection->issuer[0] == '\0' || connection->client_id[0] == '\0') {
    return desk_fail(EXIT_USAGE, "idp set: a new connection needs --issuer URL and --client-id ID");
  }
  bool has_secret = connection->client_secret.length > 0;
  if (has_secret && connection->client_auth == CLIENT_AUTH_NONE && !auth_named) {
    connection->client_auth = CLIENT_AUTH_BASIC;
  }
  if (!has_secret && connection->client_auth != CLIENT_AUTH_NONE) {
    return desk_fail(EXIT_USAGE, "idp set: --auth %s needs --client-secret-file FILE",
                     client_auth_word(connection->client_auth));
  }
  if (connection->client_auth == CLIENT_AUTH_NONE) {
    bytes_done(&connection->client_secret);
  }
  return EXIT_DONE;
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
    return EXIT_DONE;
  }
  return status == STATUS_OK ? EXIT_DONE : desk_fail(EXIT_FAILED, "store: the connection cannot be read");
}

int cmd_idp_set(const struct invocation *in)
{
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
  if (code == EXIT_DONE) {
    code = set_named(&desk, &connection);
  }
  if (code == EXIT_DONE) {
    code = check_whole(&connection, in->options[OPTION_AUTH] != NULL);
  }
  op.connection = &connection;
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk,
              "org %s: connection to %s stored; next: ssoctl idp test %s (while the org enforces, a changed "
              "issuer, client or secret takes effect only then)",
              op.org, connection.issuer, op.org);
  }
  return code;
}

int cmd_idp_show(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"org", COLUMN_TEXT},
      {"issuer", COLUMN_TEXT},
      {"client_id", COLUMN_TEXT},
      {"auth", COLUMN_TEXT},
      {"secret_set", COLUMN_BOOL},
      {"scopes", COLUMN_TEXT},
      {"email_claim", COLUMN_TEXT},
      {"own_ca", COLUMN_BOOL},
      {"tried", COLUMN_BOOL},
      {"tried_at", COLUMN_DATE},
      {"set_at", COLUMN_DATE},
      {"waiting_issuer", COLUMN_TEXT},
      {"waiting_client_id", COLUMN_TEXT},
  };
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct connection c CLEANUP(cleanup_connection) = {.org_id = 0};
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  struct sheet sheet CLEANUP(sheet_done) = sheet_init(COLUMNS, COUNT_OF(COLUMNS));
  struct org org;
  int code = desk_open_org(in, &desk, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = connection_get(desk.txn, org.id, CONNECTION_ACTIVE, &c);
  if (status != STATUS_OK) {
    return desk_fail(desk_exit_code(status), "org \"%s\": has no connection; 'ssoctl idp set' makes one", org.slug);
  }
  status = connection_get(desk.txn, org.id, CONNECTION_STAGED, &waiting);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return desk_fail(EXIT_FAILED, "store: the waiting connection cannot be read");
  }
  bool waits = status == STATUS_OK;
  sheet_add(&sheet, (const struct cell[]){{org.slug, 0},
                                          {c.issuer, 0},
                                          {c.client_id, 0},
                                          {client_auth_word(c.client_auth), 0},
                                          {NULL, c.client_secret.length > 0},
                                          {c.scopes, 0},
                                          {c.email_claim, 0},
                                          {NULL, c.ca_pem.length > 0},
                                          {NULL, c.tried},
                                          {NULL, c.tried_at_s},
                                          {NULL, c.set_at_s},
                                          {waits ? waiting.issuer : NULL, 0},
                                          {waits ? waiting.client_id : NULL, 0}});
  return desk_print_one(&desk, &sheet);
}

int cmd_idp_remove(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation_result result;
  int code = desk_open(in, &desk);
  struct operation op = desk_operation(&desk, OPERATION_IDP_REMOVE);
  if (code == EXIT_DONE) {
    code = desk_text("slug", in->arguments[0], op.org, sizeof op.org);
  }
  if (code == EXIT_DONE) {
    code = desk_confirm(&desk, "Nobody will sign in through this connection any more. Go on?");
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code == EXIT_DONE) {
    desk_done(&desk, "org %s: connection removed", op.org);
  }
  return code;
}
