// SPDX-License-Identifier: Apache-2.0
#include "change/settings.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/network.h"
#include "base/text.h"

// acr and amr values are URIs or short names (OIDC Core 2, RFC 8176): visible ASCII, separated by single spaces.
static enum status set_words(const char *value, char to[static PROTOCOL_STRENGTH_SIZE])
{
  bool legal = value[0] != ' ' && strstr(value, "  ") == NULL;
  size_t length = strlen(value);
  for (size_t i = 0; i < length; i++) {
    legal = legal && value[i] >= 0x20 && value[i] < 0x7f && value[i] != '"' && value[i] != '\\';
  }
  legal = legal && (length == 0 || value[length - 1] != ' ');
  return legal && text_copy(value, to, PROTOCOL_STRENGTH_SIZE) == STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

static enum status set_required_acr(struct org *org, const char *value)
{
  return set_words(value, org->required_acr);
}

static enum status set_required_amr(struct org *org, const char *value)
{
  return set_words(value, org->required_amr);
}

static enum status set_provisioning(struct org *org, const char *value)
{
  return provisioning_from(value, &org->provisioning);
}

static enum status set_default_role(struct org *org, const char *value)
{
  uint8_t role = ROLE_VIEWER;
  enum status status = role_from(value, &role);
  if (status != STATUS_OK || role == ROLE_OWNER) {
    return STATUS_INVALID;
  }
  org->default_role = role;
  return STATUS_OK;
}

static enum status set_trust(struct org *org, const char *value)
{
  return trust_from(value, &org->trust);
}

static enum status set_on_link(struct org *org, const char *value)
{
  return on_link_from(value, &org->on_link);
}

static const char RECENT[] = "recent:";

static enum status set_keys(struct org *org, const char *value)
{
  static const struct {
    const char *word;
    enum keys keys;
  } WORDS[] = {{"default", KEYS_BY_DEFAULT}, {"deny", KEYS_DENY}, {"allow", KEYS_ALLOW}, {"required", KEYS_REQUIRED}};
  int64_t recent_s = 0;
  for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
    if (strcmp(WORDS[i].word, value) == 0) {
      org->keys = (uint8_t)WORDS[i].keys;
      org->keys_recent_s = 0;
      return STATUS_OK;
    }
  }
  if (strncmp(value, RECENT, sizeof RECENT - 1) != 0 ||
      text_to_duration(value + sizeof RECENT - 1, KEYS_RECENT_MIN_S, KEYS_RECENT_MAX_S, &recent_s) != STATUS_OK) {
    return STATUS_INVALID;
  }
  org->keys = KEYS_RECENT;
  org->keys_recent_s = recent_s;
  return STATUS_OK;
}

static enum status set_signin_from(struct org *org, const char *value)
{
  bool legal = value[0] == '\0' || network_list_is_legal(value);
  return legal && text_copy(value, org->signin_from, sizeof org->signin_from) == STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

static enum status set_password_from(struct org *org, const char *value)
{
  bool legal = value[0] == '\0' || network_list_is_legal(value);
  return legal && text_copy(value, org->password_from, sizeof org->password_from) == STATUS_OK ? STATUS_OK
                                                                                               : STATUS_INVALID;
}

static enum status set_device_link(struct org *org, const char *value)
{
  return device_link_from(value, &org->device_link);
}

static enum status set_max_members(struct org *org, const char *value)
{
  int64_t number = 0;
  enum status status = text_to_i64(value, 1, UINT32_MAX, &number);
  if (status == STATUS_OK) {
    org->max_members = (uint32_t)number;
  }
  return status;
}

static enum status set_invite_lifetime(struct org *org, const char *value)
{
  return text_to_duration(value, INVITE_LIFETIME_MIN_S, INVITE_LIFETIME_MAX_S, &org->invite_lifetime_s);
}

static enum status set_help(struct org *org, const char *value)
{
  return text_copy_clean(value, strlen(value), org->help, sizeof org->help);
}

static enum status set_name(struct org *org, const char *value)
{
  return value[0] != '\0' && text_copy_clean(value, strlen(value), org->name, sizeof org->name) == STATUS_OK
             ? STATUS_OK
             : STATUS_INVALID;
}

static const struct {
  const char *key;
  const char *legal;
  enum status (*set)(struct org *org, const char *value); // leaves it untouched unless STATUS_OK
} SETTINGS[] = {
    {"name", "1 to 127 bytes of UTF-8 without control characters", set_name},
    {"provisioning", "invite-only or jit", set_provisioning},
    {"default-role", "viewer or admin", set_default_role},
    {"trust", "linked, domain or any", set_trust},
    {"on-link", "keep or sso-only", set_on_link},
    {"keys", "deny, recent:DURATION of 60s to 90d, allow, required or default", set_keys},
    {"signin-from",
     "networks such as 192.0.2.0/24 or 2001:db8::/32 or the word console, separated by single spaces, "
     "or nothing",
     set_signin_from},
    {"password-from",
     "networks such as 192.0.2.0/24 or 2001:db8::/32 or the word console, separated by single spaces, "
     "or nothing",
     set_password_from},
    {"device-link", "full or code", set_device_link},
    {"max-members", "1 to 4294967295", set_max_members},
    {"required-acr", "words separated by single spaces, or nothing", set_required_acr},
    {"required-amr", "words separated by single spaces, or nothing", set_required_amr},
    {"invite-lifetime", "60s to 90d", set_invite_lifetime},
    {"help", "at most 255 bytes of UTF-8 without control characters, or nothing", set_help},
};

static void list_keys(char *text, size_t size)
{
  size_t used = 0;
  for (size_t i = 0; i < COUNT_OF(SETTINGS) && used < size; i++) {
    int length = snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", SETTINGS[i].key);
    used += length > 0 ? (size_t)length : 0;
  }
}

enum status setting_set(struct org *org, const char *key, const char *value, struct error *error)
{
  char keys[256];
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    if (strcmp(SETTINGS[i].key, key) != 0) {
      continue;
    }
    if (SETTINGS[i].set(org, value) == STATUS_OK) {
      return STATUS_OK;
    }
    error_set(error, "%s: \"%.100s\" is not %s", key, value, SETTINGS[i].legal);
    return STATUS_INVALID;
  }
  list_keys(keys, sizeof keys);
  error_set(error, "\"%.60s\": is not a setting that can be changed here; legal are %s", key, keys);
  return STATUS_INVALID;
}

enum status settings_set(struct org *org, const struct org_values *values, struct error *error)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < values->count; i++) {
    status = setting_set(org, values->list[i].key, values->list[i].value, error);
  }
  return status;
}

int64_t setting_invite_lifetime_s(const struct org *org)
{
  return org->invite_lifetime_s > 0 ? org->invite_lifetime_s : INVITE_LIFETIME_S;
}

static void duration_text(int64_t seconds, char *text, size_t size)
{
  static const struct {
    int64_t unit_s;
    char letter;
  } UNITS[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
  size_t i = 0;
  while (seconds % UNITS[i].unit_s != 0) {
    i++;
  }
  (void)snprintf(text, size, "%lld%c", (long long)(seconds / UNITS[i].unit_s), UNITS[i].letter);
}

void setting_keys_text(const struct org *org, char text[static SETTING_TEXT_SIZE])
{
  static const char *const WORDS[] = {
      [KEYS_BY_DEFAULT] = "default", [KEYS_DENY] = "deny", [KEYS_ALLOW] = "allow", [KEYS_REQUIRED] = "required"};
  char duration[32];
  if (org->keys == KEYS_RECENT) {
    duration_text(org->keys_recent_s, duration, sizeof duration);
    (void)snprintf(text, SETTING_TEXT_SIZE, "%s%s", RECENT, duration);
  } else {
    (void)snprintf(text, SETTING_TEXT_SIZE, "%s", org->keys < COUNT_OF(WORDS) ? WORDS[org->keys] : "?");
  }
}
