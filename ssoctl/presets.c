// SPDX-License-Identifier: Apache-2.0
#include "presets.h"

#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/text.h"

// Where a provider has no groups of its own, the claim's name is that of most.
static const struct preset PRESETS[] = {
    {.name = "google",
     .needs = "--client-id ID --client-secret-file FILE",
     .values = {[PRESET_ISSUER] = "https://accounts.google.com", [PRESET_AUTH] = "client_secret_post"},
     .groups = "none: Google says no groups"},
    {.name = "entra",
     .needs = "--tenant ID --client-id ID",
     .needs_tenant = true,
     .values = {[PRESET_ISSUER] = "https://login.microsoftonline.com/{tenant}/v2.0",
                // With the client's id it also lists the keys of an app with claims mapping.
                [PRESET_KEY_SET] = "https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys?appid={client}",
                [PRESET_USERINFO] = "missing"},
     .groups = "object IDs, up to 200; app roles with --groups-claim roles"},
    {.name = "okta",
     .needs = "--host NAME [--realm SERVER] --client-id ID",
     .needs_host = true,
     .realm_issuer = "https://{host}/oauth2/{realm}",
     .values = {[PRESET_ISSUER] = "https://{host}"},
     .groups = "names; the scope groups, or a groups claim, is needed for them"},
    {.name = "auth0",
     .needs = "--host NAME --client-id ID",
     .needs_host = true,
     .values = {[PRESET_ISSUER] = "https://{host}/"},
     .groups = "none but what an Action adds; name that claim with --groups-claim"},
    {.name = "keycloak",
     .needs = "--host NAME --realm NAME --client-id ID [--client-secret-file FILE]",
     .needs_host = true,
     .needs_realm = true,
     .values = {[PRESET_ISSUER] = "https://{host}/realms/{realm}", [PRESET_GROUPS_CLAIM] = "realm_access.roles"},
     .groups = "realm roles; groups with a mapper and --groups-claim groups"},
    {.name = "gitlab",
     .needs = "[--host NAME] --client-id ID",
     .host = "gitlab.com",
     .values = {[PRESET_ISSUER] = "https://{host}", [PRESET_DEVICE_ENDPOINT] = "https://{host}/oauth/authorize_device"},
     .groups = "full paths such as acme/hosts"},
    {.name = "authentik",
     .needs = "--host NAME --realm APPLICATION --client-id ID [--client-secret-file FILE]",
     .needs_host = true,
     .needs_realm = true,
     .values = {[PRESET_ISSUER] = "https://{host}/application/o/{realm}/"},
     .groups = "names"},
    {.name = "zitadel",
     .needs = "--host NAME --audience PROJECT-ID --client-id ID",
     .needs_host = true,
     .values = {[PRESET_ISSUER] = "https://{host}", [PRESET_GROUPS_CLAIM] = "urn:zitadel:iam:org:project:roles"},
     .groups = "keys of the project's roles"},
    {.name = "dex",
     .needs = "--host NAME[/PATH] --client-id ID [--client-secret-file FILE]",
     .needs_host = true,
     .values = {[PRESET_ISSUER] = "https://{host}", [PRESET_AUTH] = "client_secret_post"},
     .groups = "as the connector names them; the scope groups is needed for them"},
    {.name = "authelia",
     .needs = "--host NAME --client-id ID [--client-secret-file FILE]",
     .needs_host = true,
     // It lists every way, and takes the one that a client is registered with: this one unless that says otherwise.
     .values = {[PRESET_ISSUER] = "https://{host}", [PRESET_AUTH] = "client_secret_basic"},
     .groups = "names; the scope groups is needed for them"},
    {.name = "casdoor",
     .needs = "--host NAME --client-id ID --client-secret-file FILE",
     .needs_host = true,
     .values = {[PRESET_ISSUER] = "https://{host}", [PRESET_AUTH] = "client_secret_post"},
     .groups = "organization/name"},
    {.name = "kanidm",
     .needs = "--host NAME [--realm CLIENT] --client-id ID [--client-secret-file FILE]",
     .needs_host = true,
     .realm_issuer = "https://{host}/oauth2/openid/{realm}",
     .values = {[PRESET_ISSUER] = "https://{host}/oauth2/openid/{client}",
                [PRESET_DEVICE_ENDPOINT] = "https://{host}/oauth2/device"},
     .groups = "name@host; the scope groups is needed for them"},
    {.name = "adfs",
     .needs = "--host NAME --client-id ID",
     .needs_host = true,
     .values = {[PRESET_ISSUER] = "https://{host}/adfs",
                [PRESET_EMAIL_CLAIM] = "upn",
                [PRESET_GROUPS_CLAIM] = "group",
                [PRESET_USERINFO] = "missing"},
     .groups = "as an issuance rule writes them into the claim group"},
};

static const char *const VALUE_NAMES[PRESET_VALUE_COUNT] = {
    [PRESET_ISSUER] = "issuer",
    [PRESET_SCOPES] = "scopes",
    [PRESET_AUTH] = "auth",
    [PRESET_DEVICE_ENDPOINT] = "device_endpoint",
    [PRESET_KEY_SET] = "key_set",
    [PRESET_EMAIL_CLAIM] = "email_claim",
    [PRESET_GROUPS_CLAIM] = "groups_claim",
    [PRESET_USERINFO] = "userinfo",
};

const struct preset *preset_table(size_t *ret_count)
{
  *ret_count = COUNT_OF(PRESETS);
  return PRESETS;
}

const struct preset *preset_find(const char *name)
{
  for (size_t i = 0; i < COUNT_OF(PRESETS); i++) {
    if (strcmp(PRESETS[i].name, name) == 0) {
      return &PRESETS[i];
    }
  }
  return NULL;
}

const char *preset_value_name(enum preset_value value)
{
  return VALUE_NAMES[value];
}

bool preset_names_client(const struct preset *preset, uint32_t by_preset)
{
  for (size_t i = 0; i < PRESET_VALUE_COUNT; i++) {
    bool theirs = (by_preset & 1U << i) != 0 && preset->values[i] != NULL;
    if (theirs && strstr(preset->values[i], "{client}") != NULL) {
      return true;
    }
  }
  return false;
}

// What stands for the "{word}" at AT; *RET_LENGTH is how long that is.
static const char *stands_for(const char *at, const struct preset *preset, const struct preset_words *words,
                              size_t *ret_length)
{
  const struct {
    const char *name;
    const char *value;
  } WORDS[] = {{"{host}", words->host != NULL ? words->host : preset->host},
               {"{tenant}", words->tenant},
               {"{realm}", words->realm},
               {"{client}", words->client_id}};
  for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
    if (strncmp(at, WORDS[i].name, strlen(WORDS[i].name)) == 0) {
      *ret_length = strlen(WORDS[i].name);
      return WORDS[i].value != NULL ? WORDS[i].value : "";
    }
  }
  return NULL;
}

enum status preset_write(const struct preset *preset, enum preset_value value, const struct preset_words *words,
                         char *text, size_t size)
{
  struct bytes written CLEANUP(bytes_done) = BYTES_EMPTY;
  bool in_realm = value == PRESET_ISSUER && preset->realm_issuer != NULL && words->realm != NULL;
  const char *template = in_realm ? preset->realm_issuer : preset->values[value];
  enum status status = STATUS_OK;
  for (const char *at = template; status == STATUS_OK && at != NULL && *at != '\0';) {
    size_t length = 1;
    const char *word = stands_for(at, preset, words, &length);
    status = word != NULL ? bytes_append_text(&written, word) : bytes_append(&written, at, 1);
    at += length;
  }
  return status != STATUS_OK ? status : text_copy(bytes_text(&written), text, size);
}
