// SPDX-License-Identifier: Apache-2.0
#include "assertion.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "client_key.h"
#include "document.h"
#include "memory.h"

enum { ID_LENGTH = 16 };

static void cleanup_text(char **text)
{
  memory_free(*text);
}

static enum status make_id(char id[static 2 * ID_LENGTH + 1])
{
  unsigned char random[ID_LENGTH];
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
    return STATUS_IO;
  }
  for (size_t i = 0; i < sizeof random; i++) {
    (void)snprintf(id + 2 * i, 3, "%02x", random[i]);
  }
  return STATUS_OK;
}

// iss and sub are both the client; jti is what makes it good only once.
static char *write_claims(const char *client_id, const char *audience, const char *id)
{
  struct cJSON *claims CLEANUP(document_done) = cJSON_CreateObject();
  double now_s = (double)clock_now_s();
  bool filled = claims != NULL && cJSON_AddStringToObject(claims, "iss", client_id) != NULL &&
                cJSON_AddStringToObject(claims, "sub", client_id) != NULL &&
                cJSON_AddStringToObject(claims, "aud", audience) != NULL &&
                cJSON_AddStringToObject(claims, "jti", id) != NULL &&
                cJSON_AddNumberToObject(claims, "iat", now_s) != NULL &&
                cJSON_AddNumberToObject(claims, "exp", now_s + (double)ASSERTION_LIFETIME_S) != NULL;
  return filled ? cJSON_PrintUnformatted(claims) : NULL;
}

static enum status read_key(const struct message_sign_in *request, struct failure *r, struct client_key **ret_key)
{
  return request->client_auth == CLIENT_AUTH_PRIVATE_KEY_JWT ? client_key_read(&request->client_secret, r, ret_key)
                                                             : client_key_of_secret(&request->client_secret, ret_key);
}

enum status assertion_make(const struct message_sign_in *request, const char *audience, struct failure *r,
                           struct bytes *ret_assertion)
{
  char id[2 * ID_LENGTH + 1];
  struct client_key *key CLEANUP(client_key_done) = NULL;
  enum status status = make_id(id);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_key(request, r, &key);
  if (status != STATUS_OK) {
    return status;
  }
  char *claims CLEANUP(cleanup_text) = write_claims(request->client_id, audience, id);
  return claims == NULL ? STATUS_NO_MEMORY : client_key_sign(key, claims, ret_assertion);
}
