// SPDX-License-Identifier: Apache-2.0
#include "idp_change.h"

#include <stdio.h>
#include <string.h>

#include "actor.h"
#include "base/cleanup.h"
#include "base/url.h"
#include "idp_values.h"
#include "presets.h"
#include "protocol/oauth.h"

static int check_credential(const struct invocation *in, uint8_t method_before, const struct connection *connection)
{
  bool by_key = connection->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT;
  enum option needed = by_key ? OPTION_PRIVATE_KEY_FILE : OPTION_CLIENT_SECRET_FILE;
  enum option other = by_key ? OPTION_CLIENT_SECRET_FILE : OPTION_PRIVATE_KEY_FILE;
  const char *method = client_auth_word(connection->client_auth);
  if (in->options[other] != NULL) {
    return fail(EXIT_USAGE, "%s %s: --auth %s has no use for %s", in->command->noun, in->command->verb, method,
                option_usage(other));
  }
  // A stored key is no secret, and the other way round.
  bool other_kind = by_key != (method_before == CLIENT_AUTH_PRIVATE_KEY_JWT);
  if (connection->client_secret.length == 0 || (other_kind && in->options[needed] == NULL)) {
    return fail(EXIT_USAGE, "%s %s: --auth %s needs %s", in->command->noun, in->command->verb, method,
                option_usage(needed));
  }
  if (connection->client_auth == CLIENT_AUTH_SECRET_JWT && connection->client_secret.length < OAUTH_HS256_SECRET_MIN) {
    return fail(EXIT_USAGE, "%s %s: --auth %s needs a secret of at least %d bytes (RFC 7518 3.2)", in->command->noun,
                in->command->verb, method, OAUTH_HS256_SECRET_MIN);
  }
  return EXIT_DONE;
}

// What was stored of it before.
struct stored {
  uint8_t client_auth;
  char issuer[PROTOCOL_URL_SIZE];
  char device_endpoint[PROTOCOL_URL_SIZE];
};

// Whether what is stored to show who we are would be sent to somebody whom it was not given for.
static bool goes_elsewhere(const struct invocation *in, const struct stored *before,
                           const struct connection *connection)
{
  if (before->issuer[0] == '\0') {
    return false;
  }
  // A delegate who says whom to believe on the way could stand there.
  bool other_ca = in->actor->is_delegate && in->options[OPTION_CA_FILE] != NULL;
  bool other_endpoint = connection->device_endpoint[0] != '\0' &&
                        strcmp(before->device_endpoint, connection->device_endpoint) != 0 &&
                        !url_is_same_origin(connection->device_endpoint, before->issuer);
  return strcmp(before->issuer, connection->issuer) != 0 || other_endpoint || other_ca;
}

// The way of authentication that nobody has typed now: the preset's where there is a secret, and none that fits no
// secret.
static void choose_auth(const struct invocation *in, struct connection *connection)
{
  const struct preset *preset = preset_find(connection->preset);
  const char *theirs = preset != NULL ? preset->values[PRESET_AUTH] : NULL;
  bool given = in->options[OPTION_CLIENT_SECRET_FILE] != NULL;
  bool by_preset = (connection->by_preset & 1U << PRESET_AUTH) != 0;
  bool fits_none =
      connection->client_auth == CLIENT_AUTH_NONE || connection->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT;
  if ((given && fits_none) || (by_preset && connection->client_secret.length == 0)) {
    connection->client_auth = CLIENT_AUTH_AUTO;
    connection->by_preset &= ~(1U << PRESET_AUTH);
  }
  bool left_to_us = given && connection->client_auth == CLIENT_AUTH_AUTO;
  if (left_to_us && theirs != NULL && client_auth_from(theirs, &connection->client_auth) == STATUS_OK) {
    connection->by_preset |= 1U << PRESET_AUTH;
  }
}

static int check_whole(const struct invocation *in, const struct stored *before, struct connection *connection)
{
  if (connection->issuer[0] == '\0' || connection->client_id[0] == '\0') {
    return fail(EXIT_USAGE, "%s %s: a new connection needs --preset NAME or --issuer URL, and --client-id ID",
                in->command->noun, in->command->verb);
  }
  if (in->options[OPTION_AUTH] == NULL && in->options[OPTION_PRIVATE_KEY_FILE] != NULL) {
    connection->client_auth = CLIENT_AUTH_PRIVATE_KEY_JWT;
  } else if (in->options[OPTION_AUTH] == NULL) {
    choose_auth(in, connection);
  }
  bool given = in->options[OPTION_CLIENT_SECRET_FILE] != NULL || in->options[OPTION_PRIVATE_KEY_FILE] != NULL;
  if (connection->client_auth == CLIENT_AUTH_AUTO && connection->client_secret.length == 0) {
    return EXIT_DONE; // a public client
  }
  if (connection->client_auth == CLIENT_AUTH_NONE) {
    bytes_done(&connection->client_secret);
    return given ? fail(EXIT_USAGE, "%s %s: --auth none has no use for a secret or key", in->command->noun,
                        in->command->verb)
                 : EXIT_DONE;
  }
  if (!given && goes_elsewhere(in, before, connection)) {
    return fail(EXIT_USAGE,
                "%s %s: the stored secret or key is for %s and is not sent to another issuer or device "
                "endpoint, or past another CA of a delegate's; give %s too",
                in->command->noun, in->command->verb, before->issuer,
                option_usage(connection->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT ? OPTION_PRIVATE_KEY_FILE
                                                                                    : OPTION_CLIENT_SECRET_FILE));
  }
  return check_credential(in, before->client_auth, connection);
}

// The date is that of a secret: another one has another.
static int check_expiry(const struct invocation *in, const struct bytes *secret_before, struct connection *connection)
{
  const struct bytes *now = &connection->client_secret;
  bool same = now->length == secret_before->length &&
              bytes_equal_constant_time(bytes_text(now), bytes_text(secret_before), now->length);
  bool typed = in->options[OPTION_SECRET_EXPIRES] != NULL;
  if (typed && now->length == 0 && connection->secret_expires_at_s != 0) {
    return fail(EXIT_USAGE, "%s %s: --secret-expires has no meaning without a secret or key", in->command->noun,
                in->command->verb);
  }
  if (!typed && !same) {
    connection->secret_expires_at_s = 0;
  }
  return EXIT_DONE;
}

// What is asked for with it must fit.
static int check_offline(const struct connection *connection)
{
  char scopes[OAUTH_SCOPES_SIZE];
  return connection->offline == 0 || oauth_add_scope(connection->scopes, OAUTH_OFFLINE, scopes) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE,
                    "--offline yes: adds the scope " OAUTH_OFFLINE "; scopes of at most %zu bytes are legal",
                    sizeof scopes - sizeof OAUTH_OFFLINE - 1);
}

int idp_change(struct context *ctx, struct connection *connection)
{
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  struct stored before = {.client_auth = connection->client_auth};
  memcpy(before.issuer, connection->issuer, sizeof before.issuer);
  memcpy(before.device_endpoint, connection->device_endpoint, sizeof before.device_endpoint);
  if (bytes_append(&secret, bytes_text(&connection->client_secret), connection->client_secret.length) != STATUS_OK) {
    return fail(EXIT_FAILED, "out of memory");
  }
  int code = idp_values_set(ctx, connection);
  code = code == EXIT_DONE ? check_whole(ctx->in, &before, connection) : code;
  code = code == EXIT_DONE ? check_expiry(ctx->in, &secret, connection) : code;
  return code == EXIT_DONE ? check_offline(connection) : code;
}
