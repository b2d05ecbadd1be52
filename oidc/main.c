// SPDX-License-Identifier: Apache-2.0
// ssoorg-oidc: one request on descriptor 0, one exchange with a provider or a mail server or one
// look-up of a name, its result on descriptor 0. It logs nothing.
// Exit 0: the last message was sent; 1: it was not; 2: started by somebody who may not.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/version_mark.h"
#include "confined.h"
#include "document.h"
#include "exchange.h"
#include "helper/parent.h"
#include "http.h"
#include "identity.h"
#include "jose.h"
#include "mail.h"
#include "paths.h"
#include "protocol/channel.h"
#include "refresh.h"
#include "request.h"
#include "sign_in.h"
#include "txt.h"

VERSION_MARK(SSOORG_VERSION);

enum {
  EXIT_SENT = 0,
  EXIT_UNSENT = 1,
  EXIT_NOT_ALLOWED = 2,
  REQUEST_WAIT_MS = 10 * 1000,
  SEND_WAIT_MS = 5 * 1000,
};

static const char *explain(enum status status)
{
  return status == STATUS_NO_MEMORY ? "out of memory" : status_text(status);
}

static enum status send_failed(struct channel *c, struct exchange *x, enum status status)
{
  struct message_failed failed = {
      .reason = FAILURE_INTERNAL, .lacks_landlock = (uint32_t)x->lacks_landlock, .unanswered = x->unanswered ? 1 : 0};
  bool explained = x->failure.detail[0] != '\0' && status != STATUS_NO_MEMORY;
  if (!explained) {
    (void)failure_set(&x->failure, FAILURE_INTERNAL, "%s", explain(status));
  }
  failure_blot_out(&x->failure, &x->request->client_secret);
  failure_blot_out(&x->failure, &x->credential);
  for (size_t i = 0; i < EXCHANGE_EARLIER; i++) {
    failure_blot_out(&x->failure, &x->earlier[i]);
  }
  failed.reason = x->failure.reason;
  failed.retry_after_s = x->failure.retry_after_s;
  memcpy(failed.detail, x->failure.detail, sizeof failed.detail);
  return channel_send(c, MESSAGE_FAILED, &failed, clock_monotonic_ms() + SEND_WAIT_MS);
}

static enum status work(struct channel *c, struct exchange *x, enum message_type type)
{
  struct message_authorized identity CLEANUP(identity_done) = {.email_state = EMAIL_ABSENT};
  enum status status = type == MESSAGE_SIGN_IN   ? sign_in(x, c, &identity)
                       : type == MESSAGE_REFRESH ? refresh(x, c, &identity)
                                                 : discover(x);
  if (status == STATUS_CLOSED || status == STATUS_PROTOCOL) {
    return status;
  }
  if (status != STATUS_OK) {
    return send_failed(c, x, status);
  }
  int64_t deadline_ms = clock_monotonic_ms() + SEND_WAIT_MS;
  if (type != MESSAGE_DISCOVER) {
    return channel_send(c, MESSAGE_AUTHORIZED, &identity, deadline_ms);
  }
  return channel_send(c, MESSAGE_FOUND, &x->found, deadline_ms);
}

static enum status serve(struct channel *c, enum message_type type, const struct message_sign_in *request, int lacks)
{
  struct http *http CLEANUP(http_done) = NULL;
  struct exchange x CLEANUP(exchange_done) = {.request = request, .lacks_landlock = lacks};
  enum status status = request_check(request, &x.failure);
  const struct http_settings settings = {.ca_pem = &request->ca_pem,
                                         .allow_loopback_http = request->allow_loopback_http != 0,
                                         .parent_fd = c->fd,
                                         .deadline_ms = clock_monotonic_ms() + (int64_t)request->timeout_s * 1000,
                                         .wants_certificate = type == MESSAGE_DISCOVER};
  status = status != STATUS_OK ? status : http_new(&settings, &http);
  if (status != STATUS_OK) {
    return send_failed(c, &x, status);
  }
  x.http = http;
  return work(c, &x, type);
}

// Whether whoever sent REQUEST takes a helper that has no Landlock.
static bool may_lack(enum message_type type, const void *request)
{
  uint8_t confinement = CONFINEMENT_STRICT;
  if (type == MESSAGE_TXT) {
    confinement = ((const struct message_txt *)request)->confinement;
  } else if (type == MESSAGE_MAIL) {
    confinement = ((const struct message_mail *)request)->confinement;
  } else if (type == MESSAGE_SIGN_IN || type == MESSAGE_DISCOVER || type == MESSAGE_REFRESH) {
    confinement = ((const struct message_sign_in *)request)->confinement;
  }
  return confinement == CONFINEMENT_AVAILABLE;
}

static enum status refuse(struct channel *c, int lacks)
{
  struct message_failed failed = {.reason = FAILURE_CONFINEMENT};
  (void)snprintf(failed.detail, sizeof failed.detail, "%s; %s, or set confinement = available in ssoorg.conf(5)",
                 confinement_lack(lacks), confinement_mend(lacks));
  return channel_send(c, MESSAGE_FAILED, &failed, clock_monotonic_ms() + SEND_WAIT_MS);
}

// Whatever is done for REQUEST is done here.
static enum status answer(struct channel *c, enum message_type type, const void *request, int lacks)
{
  if (lacks != 0 && !may_lack(type, request)) {
    return refuse(c, lacks);
  }
  if (type == MESSAGE_TXT) {
    return txt_serve(c, request);
  }
  return type == MESSAGE_MAIL ? mail_serve(c, request, lacks) : serve(c, type, request, lacks);
}

static enum status prepare(int *ret_lacks)
{
  enum status status = sandbox_begin(&CONFINED);
  if (status != STATUS_OK) {
    return status;
  }
  status = http_start_up();
  if (status != STATUS_OK) {
    return status;
  }
  status = jose_start_up();
  document_start_up();
  return status != STATUS_OK ? status : sandbox_end(&CONFINED, ret_lacks);
}

int main(void)
{
  enum message_type type = MESSAGE_SIGN_IN;
  void *request = NULL;
  int lacks = 0;
  if (!parent_is_allowed(STDIN_FILENO)) {
    return EXIT_NOT_ALLOWED;
  }
  enum status status = prepare(&lacks);
  if (status != STATUS_OK) {
    return status == STATUS_PERMISSION ? EXIT_NOT_ALLOWED : EXIT_UNSENT;
  }
  struct channel c = channel_init(STDIN_FILENO, LINK_SIGNIN_OIDC, PARTY_OIDC);
  status = channel_receive(&c, clock_monotonic_ms() + REQUEST_WAIT_MS, &type, &request);
  if (status != STATUS_OK) {
    return EXIT_UNSENT;
  }
  status = answer(&c, type, request, lacks);
  channel_free_message(type, request);
  return status == STATUS_OK ? EXIT_SENT : EXIT_UNSENT;
}
