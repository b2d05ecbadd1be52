// SPDX-License-Identifier: Apache-2.0
#include "claims.h"

#include <string.h>

#include "base/text.h"
#include "document.h"

// The year 9999: dates beyond are mistakes, such as milliseconds.
static const int64_t DATE_MAX_S = INT64_C(253402300799);

static enum status refuse(struct failure *r, const char *clause, const char *why)
{
  return failure_set(r, FAILURE_TOKEN, "%s %s", clause, why);
}

static bool is_text(const struct cJSON *value, const char *text)
{
  const char *found = document_text(value);
  return found != NULL && strcmp(found, text) == 0;
}

static enum status check_issuer(const struct cJSON *claims, const char *issuer, struct failure *r)
{
  if (!is_text(document_member(claims, "iss"), issuer)) {
    return refuse(r, "OIDC Core 3.1.3.7: iss:", "not the configured issuer");
  }
  return STATUS_OK;
}

static bool are_all_texts(const struct cJSON *array)
{
  for (const struct cJSON *item = document_first(array); item != NULL; item = document_next(item)) {
    if (document_text(item) == NULL) {
      return false;
    }
  }
  return true;
}

// LIST has words with single spaces between them.
static bool is_word_of(const char *list, const char *word)
{
  size_t length = strlen(word);
  while (length > 0 && *list != '\0') {
    size_t end = strcspn(list, " ");
    if (end == length && strncmp(list, word, length) == 0) {
      return true;
    }
    list += end + (list[end] == ' ');
  }
  return false;
}

// OIDC Core 3.1.3.7 (3): a token that is also for somebody who is not known here could have been obtained by them.
static enum status check_others(const struct cJSON *audience, const struct claims_expected *expected, struct failure *r)
{
  for (const struct cJSON *item = document_first(audience); item != NULL; item = document_next(item)) {
    const char *name = document_text(item);
    if (strcmp(name, expected->client_id) != 0 && !is_word_of(expected->audiences, name)) {
      struct shown shown = failure_show(name, strlen(name));
      return failure_set(r, FAILURE_TOKEN, "OIDC Core 3.1.3.7: aud: also for \"%s\", which is not among the audiences",
                         shown.text);
    }
  }
  return STATUS_OK;
}

static enum status check_audience(const struct cJSON *claims, const struct claims_expected *expected, struct failure *r)
{
  const struct cJSON *audience = document_member(claims, "aud");
  const struct cJSON *party = document_member(claims, "azp");
  bool listed = are_all_texts(audience) && document_holds(audience, expected->client_id);
  if (!is_text(audience, expected->client_id) && !listed) {
    return refuse(r, "OIDC Core 3.1.3.7: aud:", "not this client");
  }
  if (party != NULL && !is_text(party, expected->client_id)) {
    return refuse(r, "OIDC Core 3.1.3.7: azp:", "not this client");
  }
  return check_others(audience, expected, r);
}

// Compared with their fractions, so that none moves a date past its limit.
static enum status check_times(const struct cJSON *claims, int64_t now_s, struct failure *r)
{
  double expires_at_s = 0;
  double issued_at_s = 0;
  double not_before_s = 0;
  double latest_s = (double)(now_s + CLAIMS_CLOCK_SKEW_S);
  if (document_date(claims, "exp", DATE_MAX_S, &expires_at_s) != STATUS_OK) {
    return refuse(r, "OIDC Core 2: exp:", "missing or not a date");
  }
  if (expires_at_s < (double)now_s + 1) {
    return refuse(r, "OIDC Core 3.1.3.7: exp:", "the token has expired, or this host's clock is ahead");
  }
  if (document_date(claims, "iat", DATE_MAX_S, &issued_at_s) != STATUS_OK) {
    return refuse(r, "OIDC Core 2: iat:", "missing or not a date");
  }
  if (issued_at_s > latest_s) {
    return refuse(r, "OIDC Core 3.1.3.7: iat:", "in the future, or this host's clock is behind");
  }
  if (document_date(claims, "nbf", DATE_MAX_S, &not_before_s) == STATUS_INVALID) {
    return refuse(r, "RFC 7519 4.1.5: nbf:", "not a date");
  }
  if (not_before_s > latest_s) {
    return refuse(r, "RFC 7519 4.1.5: nbf:", "in the future, or this host's clock is behind");
  }
  return STATUS_OK;
}

static enum status check_subject(const struct cJSON *claims, struct failure *r, char *ret_subject)
{
  const char *subject = document_string(claims, "sub");
  if (subject == NULL || subject[0] == '\0') {
    return refuse(r, "OIDC Core 2: sub:", "missing, empty or not a string");
  }
  if (text_copy_clean(subject, strlen(subject), ret_subject, PROTOCOL_SUBJECT_SIZE) != STATUS_OK) {
    return refuse(r, "OIDC Core 2: sub:", "longer than 255 bytes, or with control characters");
  }
  return STATUS_OK;
}

enum status claims_check(const struct cJSON *claims, const struct claims_expected *expected, struct failure *r,
                         char ret_subject[static PROTOCOL_SUBJECT_SIZE])
{
  enum status status = check_issuer(claims, expected->issuer, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_audience(claims, expected, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_times(claims, expected->now_s, r);
  return status != STATUS_OK ? status : check_subject(claims, r, ret_subject);
}
