// SPDX-License-Identifier: Apache-2.0
#include "change/mail_server.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/url.h"
#include "change/context.h"
#include "store/mail_server.h"

static bool same_bytes(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && bytes_equal_constant_time(bytes_text(a), bytes_text(b), a->length);
}

static enum status is_same(struct change_context *c, const struct mail_server *server, bool *ret_changed)
{
  struct mail_server before CLEANUP(cleanup_mail_server) = {.set_at_s = 0};
  enum status status = mail_server_get(c->txn, &before);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  *ret_changed = strcmp(before.server, server->server) != 0 || strcmp(before.from, server->from) != 0 ||
                 strcmp(before.user, server->user) != 0 || !same_bytes(&before.password, &server->password) ||
                 !same_bytes(&before.ca_pem, &server->ca_pem);
  return STATUS_OK;
}

static enum status set(struct change_context *c, const void *input, void *ret_result)
{
  const struct mail_server_set *in = input;
  struct mail_server server = *in->server; // what it owns is borrowed
  struct change_done *result = ret_result;
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
  enum status status = is_same(c, &server, &result->changed);
  if (status != STATUS_OK || !result->changed) {
    return status;
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
