// SPDX-License-Identifier: Apache-2.0
#include "change/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/domain_list.h"
#include "base/network.h"
#include "base/suggest.h"
#include "base/text.h"
#include "change/setting_times.h"
#include "store/allowed.h"

#define NETWORKS                                                                                                       \
  "networks such as 192.0.2.0/24 or 2001:db8::/32 or the word console, separated by single spaces, or nothing"

// Where a setting is kept in struct org, for the functions of its kind.
#define AT(member) .offset = offsetof(struct org, member), .size = sizeof((struct org *)0)->member

// One word of several, kept as a number.
#define WORD_OF(member, from_word, to_word)                                                                            \
  AT(member), .set = set_word, .read = read_word, .from = (from_word), .word = (to_word)

// A text; IS_LEGAL has no say in its length.
#define TEXT_OF(member, legal_text) AT(member), .set = set_text, .read = read_text, .is_legal = (legal_text)

// A number from LEAST on; where 0 is kept, OTHERWISE holds.
#define COUNT_IN(member, low, otherwise)                                                                               \
  AT(member), .set = set_count, .read = read_count, .least = (low), .unset = (otherwise), .is_number = true
#define DURATION_IN(member, low, high, otherwise)                                                                      \
  AT(member), .set = setting_set_duration, .read = setting_read_duration, .least = (low), .most = (high),              \
              .unset = (otherwise), .is_number = true

static enum status set_word(const struct org_setting *setting, struct org *org, const char *value)
{
  return setting->from(value, (uint8_t *)org + setting->offset);
}

static void read_word(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  const uint8_t *at = (const uint8_t *)org + setting->offset;
  (void)snprintf(ret_value->text, sizeof ret_value->text, "%s", setting->word(*at));
}

static enum status set_text(const struct org_setting *setting, struct org *org, const char *value)
{
  if (!setting->is_legal(value)) {
    return STATUS_INVALID;
  }
  return text_copy_clean(value, strlen(value), (char *)org + setting->offset, setting->size) == STATUS_OK
             ? STATUS_OK
             : STATUS_INVALID;
}

static void read_text(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  (void)snprintf(ret_value->text, sizeof ret_value->text, "%s", (const char *)org + setting->offset);
}

static enum status set_count(const struct org_setting *setting, struct org *org, const char *value)
{
  int64_t number = 0;
  if (text_to_i64(value, setting->least, UINT32_MAX, &number) != STATUS_OK) {
    return STATUS_INVALID;
  }
  memcpy((char *)org + setting->offset, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
  return STATUS_OK;
}

static void read_count(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  uint32_t number = 0;
  memcpy(&number, (const char *)org + setting->offset, sizeof number);
  ret_value->number = number > 0 ? number : setting->unset;
}

// Whoever makes an org makes it one of these; it is not made one later.
static enum status set_self_made(const struct org_setting *setting, struct org *org, const char *value)
{
  (void)setting;
  bool same = org->self_made == 1 && strcmp(value, "yes") == 0;
  if (!same && strcmp(value, "no") != 0) {
    return STATUS_INVALID;
  }
  org->self_made = same ? 1 : 0;
  return STATUS_OK;
}

static void read_self_made(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  (void)setting;
  (void)snprintf(ret_value->text, sizeof ret_value->text, "%s", org->self_made == 1 ? "yes" : "no");
}

// The owner's role is not given by default.
static enum status member_role_from(const char *word, uint8_t *ret_value)
{
  uint8_t role = ROLE_VIEWER;
  if (role_from(word, &role) != STATUS_OK || role == ROLE_OWNER) {
    return STATUS_INVALID;
  }
  *ret_value = role;
  return STATUS_OK;
}

// acr and amr values are URIs or short names (OIDC Core 2, RFC 8176): visible ASCII, separated by single spaces.
static bool is_words(const char *value)
{
  size_t length = strlen(value);
  if (value[0] == ' ' || strstr(value, "  ") != NULL || (length > 0 && value[length - 1] == ' ')) {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    if (value[i] < 0x20 || value[i] >= 0x7f || value[i] == '"' || value[i] == '\\') {
      return false;
    }
  }
  return true;
}

static enum status set_groups(const struct org_setting *setting, struct org *org, const char *value)
{
  char words[GROUP_WORDS_SIZE] = "";
  bool none = strcmp(value, GROUP_WORDS_NONE) == 0;
  if (!none && group_words_read(value, words) != STATUS_OK) {
    return STATUS_INVALID;
  }
  memcpy((char *)org + setting->offset, words, sizeof words);
  return STATUS_OK;
}

static void read_groups(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  const char *words = (const char *)org + setting->offset;
  (void)snprintf(ret_value->text, sizeof ret_value->text, "%s", words[0] != '\0' ? words : GROUP_WORDS_NONE);
}

static bool is_networks(const char *value)
{
  return value[0] == '\0' || network_list_is_legal(value);
}

static bool is_anything(const char *value)
{
  (void)value;
  return true;
}

static bool is_something(const char *value)
{
  return value[0] != '\0';
}

static const struct org_setting SETTINGS[] = {
    {.key = "name",
     .column = "name",
     .legal = "1 to 127 bytes of UTF-8 without control characters",
     .meaning = "the org's name as people see it",
     .right = RIGHT_ORG,
     TEXT_OF(name, is_something)},
    {.key = "provisioning",
     .column = "provisioning",
     .legal = "invite-only or jit",
     .initial = "invite-only",
     .meaning = "how accounts come to exist",
     .right = RIGHT_SETTINGS,
     WORD_OF(provisioning, provisioning_from, provisioning_word)},
    {.key = "default-role",
     .column = "default_role",
     .legal = "viewer or admin",
     .initial = "viewer",
     .meaning = "of those whom the first sign-in makes members",
     .right = RIGHT_SETTINGS,
     WORD_OF(default_role, member_role_from, role_word)},
    {.key = "trust",
     .column = "trust",
     .legal = "linked, domain or any",
     .initial = "domain",
     .meaning = "which addresses the provider's word counts for",
     .right = RIGHT_ORG,
     .host_value = "any",
     .waits = true,
     WORD_OF(requirements.trust, trust_from, trust_word)},
    {.key = "on-link",
     .column = "on_link",
     .legal = "keep or sso-only",
     .initial = "keep",
     .meaning = "whether the password goes when an identity is linked",
     .right = RIGHT_ORG,
     WORD_OF(on_link, on_link_from, on_link_word)},
    {.key = "keys",
     .column = "keys",
     .legal = "deny, recent:DURATION or live:DURATION of 60s to 90d, live, allow, required or default",
     .initial = "default",
     .meaning = "whether an ssh key alone is enough",
     .right = RIGHT_SETTINGS,
     .set = setting_set_keys,
     .read = setting_read_keys},
    {.key = "allowed-domains",
     .column = "allowed_domains",
     .legal = "email domains separated by single spaces, each once and none a public one, or nothing",
     .initial = "",
     .meaning = "whose people may join by themselves, after a social sign-in or a code by email",
     .right = RIGHT_SETTINGS,
     .is_domains = true,
     TEXT_OF(allowed_domains, domain_list_is_legal)},
    {.key = "signin-from",
     .column = "signin_from",
     .legal = NETWORKS,
     .initial = "",
     .meaning = "from where a sign-in may be started",
     .right = RIGHT_ORG,
     .waits = true,
     TEXT_OF(requirements.signin_from, is_networks)},
    {.key = "password-from",
     .column = "password_from",
     .legal = NETWORKS,
     .initial = "",
     .meaning = "from where passwords and invitation codes count",
     .right = RIGHT_ORG,
     TEXT_OF(password_from, is_networks)},
    {.key = "device-link",
     .column = "device_link",
     .legal = "full or code",
     .initial = "full",
     .meaning = "whether a sign-in shows all that the provider gave, or address and code alone",
     .right = RIGHT_ORG,
     WORD_OF(device_link, device_link_from, device_link_word)},
    {.key = "max-members",
     .column = "max_members",
     .legal = "1 to 4294967295",
     .initial = "100000",
     .meaning = "how many members the org may have",
     .right = RIGHT_HOST,
     COUNT_IN(max_members, 1, MAX_MEMBERS_DEFAULT)},
    {.key = "admins-sudo",
     .column = "admins_sudo",
     .legal = "yes or no",
     .initial = "no",
     .meaning = "whether its admins have all of sudo on this host, where sudo is wired",
     .right = RIGHT_HOST,
     WORD_OF(admins_sudo, yes_from, yes_word)},
    {.key = "login-form",
     .column = "login_form",
     .legal = "email or local-part",
     .initial = "email",
     .meaning = "whether somebody new may also come as alice for alice@example.org, where default-org means this org",
     .right = RIGHT_HOST,
     WORD_OF(login_form, login_form_from, login_form_word)},
    {.key = "self-made",
     .column = "self_made",
     .legal = "no",
     .initial = "no",
     .meaning = "whether it has the limits of an org that its owner made; no lifts them",
     .right = RIGHT_HOST,
     .set = set_self_made,
     .read = read_self_made},
    {.key = "required-acr",
     .column = "required_acr",
     .legal = "words separated by single spaces, or nothing",
     .initial = "",
     .meaning = "the acr claim must be one of these",
     .right = RIGHT_ORG,
     .waits = true,
     TEXT_OF(requirements.required_acr, is_words)},
    {.key = "required-amr",
     .column = "required_amr",
     .legal = "words separated by single spaces, or nothing",
     .initial = "",
     .meaning = "the amr claim must hold all of these",
     .right = RIGHT_ORG,
     .waits = true,
     TEXT_OF(requirements.required_amr, is_words)},
    {.key = "required-groups",
     .column = "required_groups",
     .legal = "names of groups at the provider separated by commas (\\, is a comma of a name), at most 1023 bytes, or "
              "none",
     .initial = "none",
     .meaning = "whoever signs in through the provider must be in one of these there",
     .right = RIGHT_ORG,
     .waits = true,
     .is_groups = true,
     AT(requirements.required_groups),
     .set = set_groups,
     .read = read_groups},
    {.key = "gone-after",
     .column = "gone_after",
     .legal = "a duration of 1d to 3650d, or never",
     .initial = "never",
     .meaning = "who is not known at the provider any more is removed after so long",
     .right = RIGHT_ORG,
     .set = setting_set_gone_after,
     .read = setting_read_gone_after},
    {.key = "invite-lifetime",
     .column = "invite_lifetime_s",
     .legal = "60s to 90d",
     .initial = "7d",
     .meaning = "how long an invite is open",
     .right = RIGHT_SETTINGS,
     DURATION_IN(invite_lifetime_s, INVITE_LIFETIME_MIN_S, INVITE_LIFETIME_MAX_S, INVITE_LIFETIME_S)},
    {.key = "help",
     .column = "help",
     .legal = "at most 255 bytes of UTF-8 without control characters, or nothing",
     .initial = "",
     .meaning = "a line that is added to refusals",
     .right = RIGHT_SETTINGS,
     TEXT_OF(help, is_anything)},
};

_Static_assert(COUNT_OF(SETTINGS) <= ORG_SETTINGS_MAX, "lists of settings have room for all");

const struct org_setting *org_settings(size_t *ret_count)
{
  *ret_count = COUNT_OF(SETTINGS);
  return SETTINGS;
}

const struct org_setting *org_setting_find(const char *key, size_t length)
{
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    if (strlen(SETTINGS[i].key) == length && memcmp(SETTINGS[i].key, key, length) == 0) {
      return &SETTINGS[i];
    }
  }
  return NULL;
}

void org_setting_read(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  *ret_value = (struct setting_value){.text = ""};
  setting->read(setting, org, ret_value);
}

void org_setting_typed(const struct org_setting *setting, const struct org *org, char text[static SETTING_TEXT_SIZE])
{
  struct setting_value value;
  org_setting_read(setting, org, &value);
  if (setting->set == setting_set_duration) {
    text_of_duration(value.number, text, SETTING_TEXT_SIZE);
  } else if (setting->is_number) {
    (void)snprintf(text, SETTING_TEXT_SIZE, "%lld", (long long)value.number);
  } else {
    (void)snprintf(text, SETTING_TEXT_SIZE, "%s", value.text);
  }
}

bool org_setting_is_same(const struct org_setting *setting, const struct org *a, const struct org *b)
{
  struct setting_value one;
  struct setting_value other;
  org_setting_read(setting, a, &one);
  org_setting_read(setting, b, &other);
  return one.number == other.number && strcmp(one.text, other.text) == 0;
}

static enum status refuse_key(const char *key, struct error *error)
{
  struct suggestion near = {.typed = key};
  char keys[512] = "";
  char meant[80];
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    (void)snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s%s", i > 0 ? ", " : "", SETTINGS[i].key);
    suggest_try(&near, SETTINGS[i].key);
  }
  error_set(error, "\"%.60s\": is not a setting that can be changed here%s; legal are %s", key,
            suggest_words(&near, meant, sizeof meant), keys);
  return STATUS_INVALID;
}

static enum status set_one(struct org *org, const struct org_value *value, struct error *error)
{
  const struct org_setting *setting = org_setting_find(value->key, strlen(value->key));
  if (setting == NULL) {
    return refuse_key(value->key, error);
  }
  if (setting->set(setting, org, value->value) != STATUS_OK) {
    error_set(error, "%s: \"%.100s\" is not %s", value->key, value->value, setting->legal);
    return STATUS_INVALID;
  }
  return STATUS_OK;
}

enum status settings_set(struct org *org, const struct org_values *values, struct error *error)
{
  for (size_t i = 0; i < values->count; i++) {
    enum status status = set_one(org, &values->list[i], error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

int64_t setting_invite_lifetime_s(const struct org *org)
{
  return org->invite_lifetime_s > 0 ? org->invite_lifetime_s : INVITE_LIFETIME_S;
}
