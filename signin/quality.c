// SPDX-License-Identifier: Apache-2.0
#include "quality.h"

#include <pwquality.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "change/password_hash.h"

static const char DICTIONARY[] = "/var/cache/cracklib/cracklib_dict.pwd";

static void free_settings(pwquality_settings_t **settings)
{
  if (*settings != NULL) {
    pwquality_free_settings(*settings);
  }
}

static enum status refuse(struct error *error, const char *why)
{
  error_set(error, "This password is not accepted: %s.", why);
  return STATUS_REFUSED;
}

enum status quality_check(const struct bytes *password, const struct bytes *old, const char *login, struct error *error)
{
  pwquality_settings_t *settings CLEANUP(free_settings) = pwquality_default_settings();
  char why[PWQ_MAX_ERROR_MESSAGE_LEN];
  void *more = NULL;
  if (settings == NULL) {
    return STATUS_NO_MEMORY;
  }
  if (password->length < PASSWORD_MIN || password->length > PASSWORD_MAX ||
      strlen(bytes_text(password)) != password->length) {
    error_set(error, "A password has %d to %d bytes.", PASSWORD_MIN, PASSWORD_MAX);
    return STATUS_REFUSED;
  }
  (void)pwquality_read_config(settings, NULL, &more); // the defaults where it cannot be read
  if (access(DICTIONARY, R_OK) != 0) {
    (void)pwquality_set_int_value(settings, PWQ_SETTING_DICT_CHECK, 0);
  }
  more = NULL;
  int score = pwquality_check(settings, bytes_text(password), old->length > 0 ? bytes_text(old) : NULL, login, &more);
  return score >= 0 ? STATUS_OK : refuse(error, pwquality_strerror(why, sizeof why, score, more));
}
