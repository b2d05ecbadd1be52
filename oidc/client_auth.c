// SPDX-License-Identifier: Apache-2.0
#include "client_auth.h"

#include <string.h>

#include "form.h"

void client_auth_done(struct client_auth_parts *parts)
{
  bytes_done(&parts->user);
  bytes_done(&parts->password);
}

static enum status add_basic(const struct message_sign_in *request, struct client_auth_parts *parts,
                             struct http_request *http_request)
{
  enum status status = form_encode(&parts->user, request->client_id, strlen(request->client_id));
  if (status == STATUS_OK) {
    status = form_encode(&parts->password, bytes_text(&request->client_secret), request->client_secret.length);
  }
  if (status == STATUS_OK) {
    http_request->user = &parts->user;
    http_request->password = &parts->password;
  }
  return status;
}

static enum status add_post(const struct message_sign_in *request, struct bytes *form)
{
  enum status status = form_add(form, "client_id", request->client_id);
  return status != STATUS_OK ? status : form_add(form, "client_secret", bytes_text(&request->client_secret));
}

enum status client_auth_add(const struct message_sign_in *request, struct bytes *form, struct client_auth_parts *parts,
                            struct http_request *http_request)
{
  switch ((enum client_auth)request->client_auth) {
  case CLIENT_AUTH_NONE: return form_add(form, "client_id", request->client_id);
  case CLIENT_AUTH_BASIC: return add_basic(request, parts, http_request);
  case CLIENT_AUTH_POST: return add_post(request, form);
  }
  return STATUS_INVALID;
}
