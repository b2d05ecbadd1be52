// SPDX-License-Identifier: Apache-2.0
#include "parsed.h"

const struct message_sign_in REQUEST = {
    .issuer = "https://idp.test/acme", .client_id = "hosts", .scopes = "openid email", .timeout_s = 60};

struct cJSON *parsed(const char *text)
{
  struct cJSON *document = NULL;
  if (document_parse(text, strlen(text), &document) != STATUS_OK) {
    fail_msg("not strict JSON: %s", text);
  }
  return document;
}
