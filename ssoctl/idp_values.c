// SPDX-License-Identifier: Apache-2.0
#include "idp_values.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "base/when.h"
#include "ca_file.h"
#include "presets.h"
#include "protocol/oauth.h"

// OIDC Discovery 3: an https URL without query and fragment.
static int set_issuer(const struct context *ctx, const char *typed, struct connection *connection)
{
  bool own_accounts = strcmp(ctx->in->command->noun, "social") == 0 && url_is_microsoft_personal(typed);
  if (url_is_tenant_independent(typed) && !own_accounts) {
    return fail(EXIT_USAGE, "--issuer \"%.200s\": speaks for every tenant; the issuer of your own tenant is legal",
                typed);
  }
  if (!url_is_issuer(typed, ctx->config.allow_loopback_http) ||
      text_copy(typed, connection->issuer, sizeof connection->issuer) != STATUS_OK) {
    return fail(EXIT_USAGE, "--issuer \"%.200s\": is not an https URL without user, query and fragment", typed);
  }
  return EXIT_DONE;
}

static int set_client_id(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  size_t length = strlen(typed);
  bool legal = length > 0 && length < sizeof connection->client_id && text_is_clean(typed, length);
  for (const char *at = typed; *at != '\0'; at++) {
    legal = legal && *at >= 0x20 && *at < 0x7f;
  }
  if (!legal) {
    return fail(EXIT_USAGE, "--client-id \"%.100s\": is not 1 to %zu printable ASCII characters", typed,
                sizeof connection->client_id - 1);
  }
  memcpy(connection->client_id, typed, length + 1);
  return EXIT_DONE;
}

static int set_scopes(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  if (!oauth_is_scope_list(typed) || text_copy(typed, connection->scopes, sizeof connection->scopes) != STATUS_OK) {
    return fail(EXIT_USAGE, "--scopes \"%.100s\": is not a list with single spaces and openid in it", typed);
  }
  return EXIT_DONE;
}

static int set_secret(const struct context *ctx, const char *path, struct connection *connection)
{
  (void)ctx;
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = context_read_file(path, PROTOCOL_SECRET_MAX, &secret);
  if (code != EXIT_DONE) {
    return code;
  }
  while (secret.length > 0 && strchr("\r\n", secret.data[secret.length - 1]) != NULL) {
    secret.data[--secret.length] = '\0';
  }
  if (!oauth_is_visible(bytes_text(&secret), secret.length)) {
    return fail(EXIT_USAGE, "--client-secret-file: is empty, or holds more than printable ASCII");
  }
  bytes_done(&connection->client_secret);
  bytes_take(&connection->client_secret, &secret);
  return EXIT_DONE;
}

// Its numbers are looked at where keys are used: 'idp test' tells of those that cannot be.
static int set_key(const struct context *ctx, const char *path, struct connection *connection)
{
  (void)ctx;
  struct bytes key CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = context_read_file(path, PROTOCOL_SECRET_MAX, &key);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *text = bytes_text(&key);
  bool is_text = key.length > 0 && memchr(key.data, '\0', key.length) == NULL;
  bool is_pem = is_text && strstr(text, "-----BEGIN ") != NULL && strstr(text, "PRIVATE KEY-----") != NULL;
  bool is_jwk = is_text && text[strspn(text, " \t\r\n")] == '{' && strstr(text, "\"kty\"") != NULL;
  if (!is_pem && !is_jwk) {
    return fail(EXIT_USAGE, "--private-key-file: holds no private key in PEM form and no JWK");
  }
  if (strstr(text, "ENCRYPTED") != NULL) {
    return fail(EXIT_USAGE, "--private-key-file: the key is encrypted; it is legal only without a passphrase");
  }
  bytes_done(&connection->client_secret);
  bytes_take(&connection->client_secret, &key);
  return EXIT_DONE;
}

static int set_ca(const struct context *ctx, const char *path, struct connection *connection)
{
  (void)ctx;
  return ca_file_read(path, &connection->ca_pem);
}

static int set_auth(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  return client_auth_from(typed, &connection->client_auth) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE,
                    "--auth \"%.40s\": is not none, client_secret_basic, client_secret_post, client_secret_jwt, "
                    "private_key_jwt or auto",
                    typed);
}

static int set_claim(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  return oauth_is_visible(typed, strlen(typed))
             ? context_text("--email-claim", typed, connection->email_claim, sizeof connection->email_claim)
             : fail(EXIT_USAGE, "--email-claim \"%.60s\": is not printable ASCII", typed);
}

static int set_groups_claim(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  return oauth_is_visible(typed, strlen(typed))
             ? context_text("--groups-claim", typed, connection->groups_claim, sizeof connection->groups_claim)
             : fail(EXIT_USAGE, "--groups-claim \"%.60s\": is not printable ASCII", typed);
}

// One that the provider does not publish, or not this way.
static int set_endpoint(const struct context *ctx, const char *option, const char *typed, char *url)
{
  if (typed[0] != '\0' && !url_is_endpoint(typed, ctx->config.allow_loopback_http)) {
    return fail(EXIT_USAGE, "%s \"%.200s\": is not an https URL without user and fragment; empty is legal, too", option,
                typed);
  }
  return text_copy(typed, url, PROTOCOL_URL_SIZE) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "%s: longer than %d bytes", option, PROTOCOL_URL_SIZE - 1);
}

static int set_device_endpoint(const struct context *ctx, const char *typed, struct connection *connection)
{
  return set_endpoint(ctx, "--device-endpoint", typed, connection->device_endpoint);
}

static int set_key_set(const struct context *ctx, const char *typed, struct connection *connection)
{
  return set_endpoint(ctx, "--key-set", typed, connection->key_set);
}

// RFC 7519 4.1.3: each is a string or a URI. Empty: none.
static int set_audiences(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  bool legal = typed[0] == '\0' || (oauth_is_visible(typed, strlen(typed)) && strstr(typed, "  ") == NULL &&
                                    typed[0] != ' ' && typed[strlen(typed) - 1] != ' ');
  if (!legal || text_copy(typed, connection->audiences, sizeof connection->audiences) != STATUS_OK) {
    return fail(EXIT_USAGE, "--audience \"%.100s\": is not a list with single spaces of at most %zu bytes", typed,
                sizeof connection->audiences - 1);
  }
  return EXIT_DONE;
}

static int set_unverified_mail(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  return unverified_mail_from(typed, &connection->unverified_mail) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--unverified-mail \"%.40s\": is not refuse or accept", typed);
}

static int set_userinfo(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  return userinfo_for_from(typed, &connection->userinfo_for) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--userinfo \"%.40s\": is not verified or missing", typed);
}

// A duration is one from now on: secrets are made for so long.
static int set_secret_expires(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  int64_t ahead_s = 0;
  if (typed[0] == '\0' || strcmp(typed, "-") == 0) {
    connection->secret_expires_at_s = 0;
    return EXIT_DONE;
  }
  if (text_to_duration(typed, 1, INT32_MAX, &ahead_s) == STATUS_OK) {
    connection->secret_expires_at_s = clock_now_s() + ahead_s;
    return EXIT_DONE;
  }
  return when_parse(typed, clock_now_s(), &connection->secret_expires_at_s) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE,
                    "--secret-expires \"%.40s\": is not a date such as 2026-11-30 or 2026-11-30T08:00:00Z, a duration "
                    "such as 26w, or - for not known",
                    typed);
}

// With the scope that it adds the list must still fit.
static int set_offline(const struct context *ctx, const char *typed, struct connection *connection)
{
  (void)ctx;
  return yes_from(typed, &connection->offline) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--offline \"%.40s\": is not yes or no", typed);
}

typedef int setter(const struct context *ctx, const char *typed, struct connection *connection);

// What a preset may say goes through the same hands as what is typed.
static const struct {
  enum option option;
  setter *set;
  enum preset_value preset; // PRESET_VALUE_COUNT: it says nothing of that
} VALUES[] = {
    {OPTION_ISSUER, set_issuer, PRESET_ISSUER},
    {OPTION_CLIENT_ID, set_client_id, PRESET_VALUE_COUNT},
    {OPTION_SCOPES, set_scopes, PRESET_SCOPES},
    {OPTION_CLIENT_SECRET_FILE, set_secret, PRESET_VALUE_COUNT},
    {OPTION_PRIVATE_KEY_FILE, set_key, PRESET_VALUE_COUNT},
    {OPTION_CA_FILE, set_ca, PRESET_VALUE_COUNT},
    {OPTION_AUTH, set_auth, PRESET_AUTH},
    {OPTION_EMAIL_CLAIM, set_claim, PRESET_EMAIL_CLAIM},
    {OPTION_GROUPS_CLAIM, set_groups_claim, PRESET_GROUPS_CLAIM},
    {OPTION_DEVICE_ENDPOINT, set_device_endpoint, PRESET_DEVICE_ENDPOINT},
    {OPTION_KEY_SET, set_key_set, PRESET_KEY_SET},
    {OPTION_AUDIENCE, set_audiences, PRESET_VALUE_COUNT},
    {OPTION_UNVERIFIED_MAIL, set_unverified_mail, PRESET_VALUE_COUNT},
    {OPTION_USERINFO, set_userinfo, PRESET_USERINFO},
    {OPTION_SECRET_EXPIRES, set_secret_expires, PRESET_VALUE_COUNT},
    {OPTION_KEEP_OFFLINE, set_offline, PRESET_VALUE_COUNT},
};

// Tells of what is typed beside --preset and must not be, or is missing.
static int check_words(const struct invocation *in, const struct preset *preset)
{
  const struct {
    enum option option;
    bool needed;
    bool taken;
  } WORDS[] = {
      {OPTION_HOST, preset != NULL && preset->needs_host,
       preset != NULL && (preset->needs_host || preset->host != NULL)},
      {OPTION_TENANT, preset != NULL && preset->needs_tenant, preset != NULL && preset->needs_tenant},
      {OPTION_REALM, preset != NULL && preset->needs_realm,
       preset != NULL && (preset->needs_realm || preset->realm_issuer != NULL)},
  };
  for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
    const char *typed = in->options[WORDS[i].option];
    if (typed != NULL && !WORDS[i].taken) {
      return fail(EXIT_USAGE, "idp set: %s has no meaning %s%s", option_usage(WORDS[i].option),
                  preset != NULL ? "for --preset " : "without --preset NAME", preset != NULL ? preset->name : "");
    }
    if (WORDS[i].needed && (typed == NULL || typed[0] == '\0')) {
      return fail(EXIT_USAGE, "idp set: --preset %s needs %s: %s", preset->name, option_usage(WORDS[i].option),
                  preset->needs);
    }
  }
  return EXIT_DONE;
}

static int find_preset(const char *typed, const struct preset **ret_preset)
{
  char names[512] = "";
  size_t count = 0;
  const struct preset *table = preset_table(&count);
  *ret_preset = preset_find(typed);
  for (size_t i = 0; i < count; i++) {
    size_t used = strlen(names);
    (void)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", table[i].name);
  }
  return *ret_preset != NULL ? EXIT_DONE : fail(EXIT_USAGE, "--preset \"%.40s\": is not none, %s", typed, names);
}

// What a value is where nobody says anything; "" if it is nothing then.
static const char *default_of(enum preset_value value)
{
  static const char *const DEFAULTS[PRESET_VALUE_COUNT] = {
      [PRESET_SCOPES] = "openid email profile", [PRESET_AUTH] = "auto",         [PRESET_EMAIL_CLAIM] = "email",
      [PRESET_GROUPS_CLAIM] = "groups",         [PRESET_USERINFO] = "verified",
  };
  return DEFAULTS[value] != NULL ? DEFAULTS[value] : "";
}

// What the preset says and nobody has typed. What it says nothing of is as for any provider again.
static int apply_preset(const struct context *ctx, const struct preset *preset, struct connection *connection)
{
  const struct invocation *in = ctx->in;
  const struct preset_words words = {in->options[OPTION_HOST], in->options[OPTION_TENANT], in->options[OPTION_REALM],
                                     connection->client_id};
  char text[PROTOCOL_URL_SIZE];
  int code =
      text_copy(preset->name, connection->preset, sizeof connection->preset) == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
  connection->by_preset = 0;
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(VALUES); i++) {
    if (VALUES[i].preset == PRESET_VALUE_COUNT || in->options[VALUES[i].option] != NULL) {
      continue;
    }
    if (preset_write(preset, VALUES[i].preset, &words, text, sizeof text) != STATUS_OK) {
      return fail(EXIT_USAGE, "idp set: --preset %s: what is typed with it is too long", preset->name);
    }
    const char *value = text[0] != '\0' ? text : default_of(VALUES[i].preset);
    code = VALUES[i].set(ctx, value, connection);
    connection->by_preset |= text[0] != '\0' ? 1U << VALUES[i].preset : 0;
  }
  return code;
}

int idp_values_default(const struct context *ctx, struct connection *connection)
{
  int code = EXIT_DONE;
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(VALUES); i++) {
    bool has = VALUES[i].preset != PRESET_VALUE_COUNT && default_of(VALUES[i].preset)[0] != '\0';
    code = has ? VALUES[i].set(ctx, default_of(VALUES[i].preset), connection) : EXIT_DONE;
  }
  return code;
}

// Values that were made with another client's id would be somebody else's.
static int check_client(const struct context *ctx, const char *before, const struct connection *connection)
{
  const struct preset *preset = preset_find(connection->preset);
  if (ctx->in->options[OPTION_PRESET] != NULL || preset == NULL || strcmp(before, connection->client_id) == 0 ||
      !preset_names_client(preset, connection->by_preset)) {
    return EXIT_DONE;
  }
  return fail(EXIT_USAGE,
              "--client-id: what --preset %s made has the earlier client in it; give the preset again, "
              "with %s",
              preset->name, preset->needs);
}

int idp_values_set(const struct context *ctx, struct connection *connection)
{
  char client[PROTOCOL_CLIENT_SIZE];
  memcpy(client, connection->client_id, sizeof client);
  const struct invocation *in = ctx->in;
  const char *typed = in->options[OPTION_PRESET];
  const struct preset *preset = NULL;
  bool none = typed != NULL && strcmp(typed, "none") == 0;
  int code = typed != NULL && !none ? find_preset(typed, &preset) : EXIT_DONE;
  if (code != EXIT_DONE) {
    return code;
  }
  code = check_words(in, preset);
  if (code != EXIT_DONE) {
    return code;
  }
  if (none) { // the values stay, and are nobody's but the admin's
    connection->preset[0] = '\0';
    connection->by_preset = 0;
  }
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(VALUES); i++) {
    const char *value = in->options[VALUES[i].option];
    code = value != NULL ? VALUES[i].set(ctx, value, connection) : EXIT_DONE;
    if (value != NULL && VALUES[i].preset != PRESET_VALUE_COUNT) {
      connection->by_preset &= ~(1U << VALUES[i].preset);
    }
  }
  if (code != EXIT_DONE) {
    return code;
  }
  code = check_client(ctx, client, connection);
  return code == EXIT_DONE && preset != NULL ? apply_preset(ctx, preset, connection) : code;
}
