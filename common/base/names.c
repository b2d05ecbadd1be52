// SPDX-License-Identifier: Apache-2.0
#include "base/names.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/system_names.h"
#include "base/text.h"

enum { LOCAL_PART_MAX = 64, LABEL_MAX = 63, SHORT_LOGIN_MAX = 31 };

static bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_local_part(const char *text, size_t length)
{
  if (length == 0 || length > LOCAL_PART_MAX || text[0] == '-' || text[0] == '.') {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    bool mark = text[i] == '.' || text[i] == '_' || text[i] == '+' || text[i] == '-';
    if (!is_lower(text[i]) && !is_digit(text[i]) && !mark) {
      return false;
    }
  }
  return true;
}

static bool is_label(const char *text, size_t length)
{
  if (length == 0 || length > LABEL_MAX || text[0] == '-' || text[length - 1] == '-') {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    if (!is_lower(text[i]) && !is_digit(text[i]) && text[i] != '-') {
      return false;
    }
  }
  return true;
}

static bool is_all_digits(const char *text)
{
  return text[strspn(text, "0123456789")] == '\0';
}

bool name_is_domain(const char *domain)
{
  if (strnlen(domain, DOMAIN_SIZE) == DOMAIN_SIZE) {
    return false;
  }
  size_t labels = 0;
  const char *label = domain;
  for (;;) {
    size_t length = strcspn(label, ".");
    if (!is_label(label, length)) {
      return false;
    }
    labels++;
    if (label[length] == '\0') {
      return labels >= 2 && !is_all_digits(label);
    }
    label += length + 1;
  }
}

bool name_is_email(const char *email)
{
  const char *at = strchr(email, '@');
  if (at == NULL || strnlen(email, EMAIL_SIZE) == EMAIL_SIZE) {
    return false;
  }
  return is_local_part(email, (size_t)(at - email)) && name_is_domain(at + 1);
}

bool name_is_login(const char *login)
{
  if (strchr(login, '@') != NULL) {
    return name_is_email(login);
  }
  size_t length = strnlen(login, SHORT_LOGIN_MAX + 1);
  return is_lower(login[0]) && length <= SHORT_LOGIN_MAX && is_local_part(login, length) && !name_is_reserved(login);
}

bool name_is_new_short(const char *login)
{
  return strchr(login, '@') == NULL && name_is_login(login) && !name_is_usual(login);
}

static bool ends_with(const char *text, const char *end)
{
  size_t length = strlen(text);
  size_t end_length = strlen(end);
  return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

bool name_is_slug(const char *slug)
{
  size_t length = strnlen(slug, SLUG_SIZE);
  if (length < 2 || length >= SLUG_SIZE || !is_lower(slug[0])) {
    return false;
  }
  for (size_t i = 0; i < length; i++) {
    if (!is_lower(slug[i]) && !is_digit(slug[i]) && slug[i] != '-') {
      return false;
    }
  }
  return !ends_with(slug, "-admins") && !name_is_reserved(slug);
}

enum status name_fold_email(const char *email, char folded[static EMAIL_SIZE])
{
  char lower[EMAIL_SIZE];
  enum status status = text_fold_ascii(email, lower, sizeof lower);
  if (status != STATUS_OK) {
    return status;
  }
  if (!name_is_email(lower)) {
    return STATUS_INVALID;
  }
  memcpy(folded, lower, strlen(lower) + 1);
  return STATUS_OK;
}

const char *name_email_domain(const char *email)
{
  const char *at = strchr(email, '@');
  return at != NULL ? at + 1 : "";
}
