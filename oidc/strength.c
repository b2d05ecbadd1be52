// SPDX-License-Identifier: Apache-2.0
#include "strength.h"

#include <string.h>

#include "base/text.h"
#include "document.h"
#include "protocol/protocol.h"

// Takes the next word of *REST into WORD; false at the end and for a word that is too long.
static bool next_word(const char **rest, char word[static PROTOCOL_STRENGTH_SIZE])
{
  size_t length = strcspn(*rest, " ");
  if (length == 0 || length >= PROTOCOL_STRENGTH_SIZE) {
    return false;
  }
  memcpy(word, *rest, length);
  word[length] = '\0';
  *rest += length + ((*rest)[length] == ' ' ? 1 : 0);
  return true;
}

static bool is_one_of(const char *value, const char *words)
{
  char word[PROTOCOL_STRENGTH_SIZE];
  while (next_word(&words, word)) {
    if (strcmp(word, value) == 0) {
      return true;
    }
  }
  return false;
}

static bool holds_all(const struct cJSON *array, const char *words)
{
  char word[PROTOCOL_STRENGTH_SIZE];
  bool all = words[0] != '\0';
  while (next_word(&words, word)) {
    all = all && document_holds(array, word);
  }
  return all && words[0] == '\0';
}

enum status strength_check(const struct cJSON *claims, const char *required_acr, const char *required_amr,
                           struct failure *r)
{
  const char *acr = document_string(claims, "acr");
  if (required_acr[0] != '\0' && (acr == NULL || !is_one_of(acr, required_acr))) {
    return failure_set(r, FAILURE_STRENGTH, "OIDC Core 2: acr: is missing or not one of \"%s\"", required_acr);
  }
  if (required_amr[0] != '\0' && !holds_all(document_member(claims, "amr"), required_amr)) {
    return failure_set(r, FAILURE_STRENGTH, "OIDC Core 2: amr: is missing or does not hold all of \"%s\"",
                       required_amr);
  }
  return STATUS_OK;
}

static void append(char *text, size_t size, const char *value)
{
  size_t length = strlen(text);
  if (length + 16 < size) {
    text[length] = ' ';
    size_t behind = length > 0 ? length + 1 : 0;
    text_escape(value, strlen(value), text + behind, size - behind);
  }
}

void strength_show(const struct cJSON *claims, struct message_authorized *ret_identity)
{
  const char *acr = document_string(claims, "acr");
  const struct cJSON *amr = document_member(claims, "amr");
  ret_identity->acr[0] = ret_identity->amr[0] = '\0';
  if (acr != NULL) {
    append(ret_identity->acr, sizeof ret_identity->acr, acr);
  }
  for (const struct cJSON *item = document_first(amr); item != NULL; item = document_next(item)) {
    const char *value = document_text(item);
    if (value != NULL) {
      append(ret_identity->amr, sizeof ret_identity->amr, value);
    }
  }
}
