// SPDX-License-Identifier: Apache-2.0
#include "mailer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/throttle.h"
#include "paths.h"
#include "process/oidc.h"
#include "store/mail_server.h"

enum { MARGIN_MS = 5000 };

int mailer_open(struct context *ctx, struct mailer *mailer)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = mail_server_get(ctx->txn, &mailer->server);
  context_end_read(ctx);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_NO_SUCH, "mail server: there is none; 'ssoctl mail set' makes one");
  }
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: the mail server cannot be read: %s", status_text(status));
  }
  mailer->ctx = ctx;
  if (gethostname(mailer->host, sizeof mailer->host - 1) != 0) {
    (void)snprintf(mailer->host, sizeof mailer->host, "localhost");
  }
  return EXIT_DONE;
}

void mailer_done(struct mailer *mailer)
{
  cleanup_mail_server(&mailer->server);
}

int mailer_org(const struct mailer *mailer, const char *slug, char *text, size_t size)
{
  struct org org;
  int code = context_read(mailer->ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_org(mailer->ctx, slug, &org);
  context_end_read(mailer->ctx);
  if (code == EXIT_DONE && org.self_made == 1 && mailer->ctx->in->actor->is_delegate) {
    return fail(
        EXIT_REFUSED,
        "org \"%s\": was made by its owner, and may not send mail (POLICY V6); an operator lifts that with 'org "
        "set %s self-made=no'",
        org.slug, org.slug);
  }
  if (code == EXIT_DONE) {
    (void)snprintf(text, size, "%s (%s)", org.name, org.slug);
  }
  return code;
}

// Counted, where mails are.
static enum status count(const struct mailer *mailer, const char *to, struct error *error)
{
  struct context *ctx = mailer->ctx;
  const struct try_count try = {TRY_MAIL, to, ""};
  const struct change_host host = {.store = ctx->store, .config = &ctx->config, .map_path = ctx->map_path};
  struct change_by by = context_by(ctx);
  struct try_counted result = {.changed = false};
  by.delegate = NULL; // the host counts, whoever may send
  enum status status = mailer->counted ? change_run(&host, &by, change_try_count(&try, &result), error) : STATUS_OK;
  bool too_many = status == STATUS_REFUSED && result.decision.notice == NOTICE_MAILS;
  return status == STATUS_REFUSED && !too_many ? STATUS_IO : status;
}

static int count_or_fail(const struct mailer *mailer, const char *to)
{
  struct error error = {.text = ""};
  if (mailer->ctx->store == NULL) {
    return fail(EXIT_FAILED, "mail to %s: the store is not open any more", to);
  }
  enum status status = count(mailer, to, &error);
  while (status == STATUS_REFUSED && mailer->pause != NULL) {
    mailer->pause(mailer->context);
    status = count(mailer, to, &error);
  }
  if (status == STATUS_REFUSED) {
    return fail(EXIT_REFUSED,
                "mail to %s: no more mails may be sent for now; mails-per-address and mails-per-host of "
                "ssoorg.conf(5) say how many",
                to);
  }
  return status == STATUS_OK ? EXIT_DONE : fail(exit_code(status), "mail to %s: %s", to, error.text);
}

static const char *advice(uint32_t reason)
{
  switch ((enum failure_reason)reason) {
  case FAILURE_UNREACHABLE: return "it cannot be reached; look at its name, port and firewall";
  case FAILURE_TLS: return "it cannot be trusted; look at its certificate, its name, and --ca-file";
  case FAILURE_BUSY: return "it takes no mail for now; try again in some minutes";
  case FAILURE_CLIENT: return "it does not take --user and --password-file";
  case FAILURE_MAIL: return "it refuses this mail; look at --from, at the address, and whether it wants --user";
  case FAILURE_CONFINEMENT: return "it was not asked";
  case FAILURE_MISCONFIGURED:
  case FAILURE_INTERNAL:
  case FAILURE_REQUEST:
  case FAILURE_DECLINED:
  case FAILURE_EXPIRED:
  case FAILURE_TOKEN:
  case FAILURE_GRANT:
  case FAILURE_STRENGTH: break;
  }
  return "it cannot be used";
}

static int take_answer(struct mailer *mailer, const char *to, enum message_type type, const void *value)
{
  if (type == MESSAGE_SENT) {
    (void)snprintf(mailer->reply, sizeof mailer->reply, "%s", ((const struct message_sent *)value)->reply);
    return EXIT_DONE;
  }
  const struct message_failed *failed = value;
  return fail(EXIT_FAILED, "mail to %s: the mail server: %s: %s", to, advice(failed->reason), failed->detail);
}

static int await(struct mailer *mailer, struct oidc *oidc, const char *to)
{
  enum message_type type;
  void *value = NULL;
  int64_t deadline_ms = clock_monotonic_ms() + OIDC_MAIL_S * 1000 + MARGIN_MS;
  enum status status = channel_receive(&oidc->channel, deadline_ms, &type, &value);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "%s: %s", PATH_OIDC, status_text(status));
  }
  int code = take_answer(mailer, to, type, value);
  channel_free_message(type, value);
  return code;
}

static int compose(const struct mailer *mailer, const struct mailing *mailing, struct mail_text *text)
{
  struct error error = {.text = ""};
  struct mail_said said = mailing->said;
  said.host = mailer->host;
  enum status status = mail_text_fill(PATH_MAIL_TEMPLATE, mailing->part, &said, &error, text);
  if (status == STATUS_NO_MEMORY) {
    return fail(EXIT_FAILED, "mail to %s: %s", mailing->to, status_text(status));
  }
  if (status != STATUS_OK) {
    (void)fail(EXIT_DONE, "warning: %s; the text that came with the program is sent instead", error.text);
  }
  return EXIT_DONE;
}

int mailer_send(struct mailer *mailer, const struct mailing *mailing)
{
  struct context *ctx = mailer->ctx;
  struct mail_text text CLEANUP(mail_text_done) = {.subject = ""};
  struct oidc oidc CLEANUP(oidc_end) = OIDC_NONE;
  struct error error = {.text = ""};
  const char *secret = mailing->said.code != NULL ? mailing->said.code : "";
  const struct mail_out out = {&mailer->server, ctx->config.allow_loopback_smtp, mailer->host, mailing->to, &text,
                               secret,          ctx->config.confinement};
  int code = count_or_fail(mailer, mailing->to);
  if (code != EXIT_DONE) {
    return code;
  }
  code = compose(mailer, mailing, &text);
  if (code != EXIT_DONE) {
    return code;
  }
  store_close(&ctx->store); // before anything is started
  enum status status = oidc_start_mail(PATH_OIDC, &out, &error, &oidc);
  enum status opened = store_open(ctx->store_dir, STORE_READ_WRITE, status == STATUS_OK ? &error : NULL, &ctx->store);
  if (status != STATUS_OK || opened != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  return await(mailer, &oidc, mailing->to);
}
