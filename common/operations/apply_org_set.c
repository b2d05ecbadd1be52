// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "operations/apply.h"

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

// Every setting of an org that `org set` changes, with what is legal.
static const struct {
  const char *key;
  const char *legal;
  enum status (*set)(struct org *org, const char *value);
} SETTINGS[] = {
    {"name", "1 to 127 bytes of UTF-8 without control characters", set_name},
    {"provisioning", "invite-only or jit", set_provisioning},
    {"default-role", "viewer or admin", set_default_role},
    {"help", "at most 255 bytes of UTF-8 without control characters, or nothing", set_help},
    {"required-acr", "words separated by single spaces, or nothing", set_required_acr},
    {"required-amr", "words separated by single spaces, or nothing", set_required_amr},
};

static enum status set_one(struct application *a, struct org *org, const struct org_value *value)
{
  for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
    if (strcmp(SETTINGS[i].key, value->key) != 0) {
      continue;
    }
    enum status status = SETTINGS[i].set(org, value->value);
    if (status != STATUS_OK) {
      report_set(a->report, "%s: \"%.100s\" is not %s", value->key, value->value, SETTINGS[i].legal);
    }
    return status;
  }
  report_set(a->report,
             "\"%.60s\": is not a setting that can be changed here; legal are name, provisioning, "
             "default-role, help, required-acr and required-amr",
             value->key);
  return STATUS_INVALID;
}

static void note(struct audit_event *event, const struct org_value *value)
{
  size_t used = strlen(event->detail);
  (void)snprintf(event->detail + used, sizeof event->detail - used, "%s%s=%s", used > 0 ? ", " : "", value->key,
                 value->value);
}

enum status apply_org_set(struct application *a)
{
  struct org org;
  enum status status = apply_find_org(a, &org);
  if (status != STATUS_OK) {
    return status;
  }
  const struct org before = org;
  for (size_t i = 0; status == STATUS_OK && i < a->op->value_count; i++) {
    status = set_one(a, &org, &a->op->values[i]);
    note(&a->event, &a->op->values[i]);
  }
  a->result->changed = memcmp(&before, &org, sizeof org) != 0;
  return status != STATUS_OK ? status : org_update(a->txn, &org);
}
