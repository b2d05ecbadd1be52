// SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include <string.h>

#include "base/text.h"
#include "document.h"

static bool is_address(const struct cJSON *claims, const char *name, const char *folded)
{
  char found[EMAIL_SIZE];
  const char *email = claims != NULL ? document_string(claims, name) : NULL;
  return email != NULL && name_fold_email(email, found) == STATUS_OK && strcmp(found, folded) == 0;
}

// Which address the email_verified of CLAIMS speaks of: that of "email" (OIDC Core 5.1), beside it or in the OTHER
// document if CLAIMS has none, and not of whatever else an address is taken from.
static bool speaks_of(const struct cJSON *claims, const struct cJSON *other, const char *folded)
{
  return is_address(document_value(claims, "email") != NULL ? claims : other, "email", folded);
}

static enum email_state word_of(const struct cJSON *claims, const struct cJSON *other, const char *email_claim,
                                const char *folded)
{
  const struct cJSON *word = claims != NULL ? document_member(claims, "email_verified") : NULL;
  bool speaks = speaks_of(claims, other, folded);
  if (word == NULL) {
    return EMAIL_UNSTATED;
  }
  if (document_is_true(word)) {
    // A true word needs its address beside it.
    return speaks && is_address(claims, "email", folded) ? EMAIL_VERIFIED : EMAIL_UNSTATED;
  }
  return speaks || strcmp(email_claim, "email") == 0 ? EMAIL_UNVERIFIED : EMAIL_UNSTATED;
}

bool identity_needs_userinfo(const struct cJSON *token, const char *email_claim, bool verified)
{
  char folded[EMAIL_SIZE];
  const char *email = document_string(token, email_claim);
  if (document_value(token, email_claim) == NULL) {
    return true;
  }
  return verified && email != NULL && name_fold_email(email, folded) == STATUS_OK &&
         word_of(token, NULL, email_claim, folded) == EMAIL_UNSTATED;
}

// The strictest word counts.
static enum email_state state_of(const struct cJSON *token, const struct cJSON *userinfo, const char *email_claim,
                                 const char *folded)
{
  enum email_state first = word_of(token, userinfo, email_claim, folded);
  enum email_state second = word_of(userinfo, token, email_claim, folded);
  if (first == EMAIL_UNVERIFIED || second == EMAIL_UNVERIFIED) {
    return EMAIL_UNVERIFIED;
  }
  return first == EMAIL_VERIFIED || second == EMAIL_VERIFIED ? EMAIL_VERIFIED : EMAIL_UNSTATED;
}

static void fill_email(const struct cJSON *source, const struct cJSON *other, const char *email_claim,
                       struct message_authorized *ret_identity)
{
  const char *email = document_string(source, email_claim);
  if (email == NULL || name_fold_email(email, ret_identity->email) != STATUS_OK) {
    ret_identity->email_state = EMAIL_ILLEGAL;
    return;
  }
  ret_identity->email_state = (uint8_t)state_of(source, other, email_claim, ret_identity->email);
}

void identity_done(struct message_authorized *identity)
{
  record_done(protocol_record(MESSAGE_AUTHORIZED), identity);
}

void identity_fill(const struct cJSON *token, const struct cJSON *userinfo, const char *email_claim,
                   struct message_authorized *ret_identity)
{
  ret_identity->email[0] = '\0';
  ret_identity->email_state = EMAIL_ABSENT;
  ret_identity->name[0] = '\0';
  if (document_value(token, email_claim) != NULL) {
    fill_email(token, userinfo, email_claim, ret_identity);
  } else if (document_value(userinfo, email_claim) != NULL) {
    fill_email(userinfo, token, email_claim, ret_identity);
  }
  const struct cJSON *claim = document_value(token, "name");
  const char *name = document_text(claim != NULL ? claim : document_value(userinfo, "name"));
  if (name != NULL && text_copy_clean(name, strlen(name), ret_identity->name, sizeof ret_identity->name) != STATUS_OK) {
    ret_identity->name[0] = '\0';
  }
}

void identity_take_edov(const struct cJSON *token, struct message_authorized *identity)
{
  const struct cJSON *word = document_member(token, "xms_edov");
  bool stated = identity->email_state == EMAIL_UNSTATED || identity->email_state == EMAIL_VERIFIED;
  bool beside = is_address(token, "email", identity->email); // it speaks of this one
  if (word == NULL || !stated || !beside) {
    return;
  }
  identity->email_state = document_is_true(word) ? EMAIL_VERIFIED : EMAIL_UNVERIFIED;
}
