// SPDX-License-Identifier: Apache-2.0
#include "idp_answer.h"

#include "base/cleanup.h"

int idp_answer_print_found(const struct device_flow *f, const struct message_found *found)
{
  static const struct column COLUMNS[] = {
      {"issuer", COLUMN_TEXT},
      {"device_authorization_endpoint", COLUMN_TEXT},
      {"token_endpoint", COLUMN_TEXT},
      {"jwks_uri", COLUMN_TEXT},
      {"userinfo_endpoint", COLUMN_TEXT},
      {"keys", COLUMN_NUMBER},
      {"auth", COLUMN_TEXT},
      {"certificate_ends", COLUMN_DATE},
  };
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table_add(&table, COLUMNS,
            {{found->issuer, 0},
             {found->device_authorization_endpoint, 0},
             {found->token_endpoint, 0},
             {found->jwks_uri, 0},
             {found->userinfo_endpoint, 0},
             {NULL, found->keys},
             {client_auth_word(found->client_auth), 0},
             {NULL, found->certificate_ends_at_s}});
  return context_print_one(f->ctx, &table);
}

const char *idp_answer_email(uint8_t state)
{
  switch ((enum email_state)state) {
  case EMAIL_ABSENT: return "no email";
  case EMAIL_UNSTATED: return "email_verified is not stated";
  case EMAIL_VERIFIED: return "verified";
  case EMAIL_UNVERIFIED: return "not verified";
  case EMAIL_ILLEGAL: return "not legal here";
  }
  return "?";
}
