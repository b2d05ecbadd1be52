// SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include <string.h>

#include "base/text.h"
#include "document.h"

static const struct cJSON *claim_of(const struct cJSON *claims, const char *name)
{
  const struct cJSON *claim = claims != NULL ? document_member(claims, name) : NULL;
  return document_is_null(claim) ? NULL : claim;
}

bool identity_has_email(const struct cJSON *token, const char *email_claim)
{
  return claim_of(token, email_claim) != NULL;
}

// email_verified speaks of the claim "email" (OIDC Core 5.1), not of whatever else an address is taken from.
static bool speaks_of(const struct cJSON *claims, const char *email_claim, const char *folded)
{
  char standard[EMAIL_SIZE];
  const char *email = document_string(claims, "email");
  if (strcmp(email_claim, "email") == 0) {
    return true;
  }
  return email != NULL && name_fold_email(email, standard) == STATUS_OK && strcmp(standard, folded) == 0;
}

static enum email_state state_of(const struct cJSON *source, const struct cJSON *other, const char *email_claim,
                                 const char *folded)
{
  const struct cJSON *beside = document_member(source, "email_verified");
  const struct cJSON *elsewhere = document_member(other, "email_verified");
  if ((beside != NULL && !document_is_true(beside)) || (elsewhere != NULL && !document_is_true(elsewhere))) {
    return EMAIL_UNVERIFIED;
  }
  bool verified = beside != NULL && speaks_of(source, email_claim, folded);
  return verified ? EMAIL_VERIFIED : EMAIL_UNSTATED;
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
  if (claim_of(token, email_claim) != NULL) {
    fill_email(token, userinfo, email_claim, ret_identity);
  } else if (claim_of(userinfo, email_claim) != NULL) {
    fill_email(userinfo, token, email_claim, ret_identity);
  }
  const struct cJSON *claim = claim_of(token, "name");
  const char *name = document_text(claim != NULL ? claim : claim_of(userinfo, "name"));
  if (name != NULL && text_copy_clean(name, strlen(name), ret_identity->name, sizeof ret_identity->name) != STATUS_OK) {
    ret_identity->name[0] = '\0';
  }
}
