// SPDX-License-Identifier: Apache-2.0
#include "change/mail_server.h"

#include <stdio.h>

#include "base/url.h"
#include "change/context.h"
#include "store/mail_server.h"

static enum status set(struct change_context *c, const void *input, void *ret_result)
{
  const struct mail_server_set *in = input;
  struct mail_server server = *in->server; // what it owns is borrowed
  (void)ret_result;
  if (!url_is_mail_server(server.server)) {
    error_set(c->error, "mail server \"%.200s\": smtps://HOST[:PORT] and smtp://HOST[:PORT] are legal", server.server);
    return STATUS_INVALID;
  }
  if (!name_is_email(server.from)) {
    error_set(c->error, "mail server: the sender \"%.200s\" is no email address", server.from);
    return STATUS_INVALID;
  }
  if ((server.user[0] != '\0') != (server.password.length > 0)) {
    error_set(c->error, "mail server: a user and a password go together");
    return STATUS_INVALID;
  }
  server.set_at_s = c->now_s;
  (void)snprintf(c->event.detail, sizeof c->event.detail, "%.200s", server.server);
  return mail_server_put(c->txn, &server);
}

static enum status forget(struct change_context *c, const void *input, void *ret_result)
{
  (void)input;
  (void)ret_result;
  enum status status = mail_server_remove(c->txn);
  if (status == STATUS_NOT_FOUND) {
    error_set(c->error, "mail server: there is none; 'ssoctl mail set' makes one");
  }
  return status;
}

static const struct change_kind SET = {"mail.set", CHANGE_HOST, CHANGE_OF_ORG, set, sizeof(struct change_done), false};
static const struct change_kind REMOVE = {"mail.remove", CHANGE_HOST, CHANGE_OF_ORG, forget, sizeof(struct change_done),
                                          false};

struct change change_mail_server_set(const struct mail_server_set *in, struct change_done *ret_result)
{
  return (struct change){&SET, in, ret_result, &ret_result->changed, "", ""};
}

struct change change_mail_server_remove(struct change_done *ret_result)
{
  return (struct change){&REMOVE, NULL, ret_result, &ret_result->changed, "", ""};
}
