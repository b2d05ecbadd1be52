// SPDX-License-Identifier: Apache-2.0
#include "change/setting_times.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const char NEVER[] = "never";

enum status setting_set_duration(const struct org_setting *setting, struct org *org, const char *value)
{
  int64_t seconds = 0;
  if (text_to_duration(value, setting->least, setting->most, &seconds) != STATUS_OK) {
    return STATUS_INVALID;
  }
  memcpy((char *)org + setting->offset, &seconds, sizeof seconds);
  return STATUS_OK;
}

void setting_read_duration(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  int64_t seconds = 0;
  memcpy(&seconds, (const char *)org + setting->offset, sizeof seconds);
  ret_value->number = seconds > 0 ? seconds : setting->unset;
}

static const char *const KEYS[] = {[KEYS_BY_DEFAULT] = "default",
                                   [KEYS_DENY] = "deny",
                                   [KEYS_ALLOW] = "allow",
                                   [KEYS_REQUIRED] = "required",
                                   [KEYS_LIVE] = NULL};
static const char RECENT[] = "recent:";
static const char LIVE[] = "live";

// "recent:" or "live:" and a duration.
static bool has_duration(const char *value, const char *prefix, int64_t *ret_s)
{
  size_t length = strlen(prefix);
  return strncmp(value, prefix, length) == 0 &&
         text_to_duration(value + length, KEYS_RECENT_MIN_S, KEYS_RECENT_MAX_S, ret_s) == STATUS_OK;
}

enum status setting_set_keys(const struct org_setting *setting, struct org *org, const char *value)
{
  int64_t recent_s = 0;
  (void)setting;
  for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
    if (KEYS[i] != NULL && strcmp(KEYS[i], value) == 0) {
      org->keys = (uint8_t)i;
      org->keys_recent_s = 0;
      return STATUS_OK;
    }
  }
  bool live = strcmp(value, LIVE) == 0 || has_duration(value, "live:", &recent_s);
  if (!live && !has_duration(value, RECENT, &recent_s)) {
    return STATUS_INVALID;
  }
  org->keys = live ? KEYS_LIVE : KEYS_RECENT;
  org->keys_recent_s = recent_s;
  return STATUS_OK;
}

void setting_read_keys(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  char duration[32];
  (void)setting;
  if (org->keys == KEYS_RECENT || (org->keys == KEYS_LIVE && org->keys_recent_s > 0)) {
    text_of_duration(org->keys_recent_s, duration, sizeof duration);
    (void)snprintf(ret_value->text, sizeof ret_value->text, "%s%s", org->keys == KEYS_LIVE ? "live:" : RECENT,
                   duration);
    return;
  }
  const char *word = org->keys == KEYS_LIVE ? LIVE : org->keys < COUNT_OF(KEYS) ? KEYS[org->keys] : NULL;
  (void)snprintf(ret_value->text, sizeof ret_value->text, "%s", word != NULL ? word : "?");
}

enum status setting_set_gone_after(const struct org_setting *setting, struct org *org, const char *value)
{
  int64_t seconds = 0;
  (void)setting;
  if (strcmp(value, NEVER) != 0 && text_to_duration(value, GONE_AFTER_MIN_S, GONE_AFTER_MAX_S, &seconds) != STATUS_OK) {
    return STATUS_INVALID;
  }
  org->gone_after_s = seconds;
  return STATUS_OK;
}

void setting_read_gone_after(const struct org_setting *setting, const struct org *org, struct setting_value *ret_value)
{
  (void)setting;
  if (org->gone_after_s > 0) {
    text_of_duration(org->gone_after_s, ret_value->text, sizeof ret_value->text);
  } else {
    (void)snprintf(ret_value->text, sizeof ret_value->text, "%s", NEVER);
  }
}
