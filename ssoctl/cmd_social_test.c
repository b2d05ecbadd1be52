// SPDX-License-Identifier: Apache-2.0
// ssoctl social test.
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/social.h"
#include "device_flow.h"
#include "idp_answer.h"
#include "store/socials.h"

// Which way of authentication worked where it was left to the test.
static int note_auth(const struct device_flow *f, uint8_t method)
{
  const struct social_found found = {f->ctx->in->arguments[0], method};
  struct change_done result;
  if (f->connection.client_auth != CLIENT_AUTH_AUTO || f->connection.client_secret.length == 0 ||
      f->connection.auth_found == method + 1) {
    return EXIT_DONE;
  }
  return context_change(f->ctx, change_social_found(&found, &result));
}

static int print_authorized(const struct device_flow *f, const struct message_authorized *a)
{
  static const struct column ANSWER[] = {
      {"issuer", COLUMN_TEXT},      {"client_id", COLUMN_TEXT}, {"subject", COLUMN_TEXT}, {"email", COLUMN_TEXT},
      {"email_state", COLUMN_TEXT}, {"name", COLUMN_TEXT},      {"auth", COLUMN_TEXT},    {"requests", COLUMN_NUMBER},
      {"code_ms", COLUMN_NUMBER},   {"seconds", COLUMN_NUMBER},
  };
  struct table table CLEANUP(table_done) = table_init(ANSWER, COUNT_OF(ANSWER));
  table_add(&table, ANSWER,
            {{a->issuer, 0},
             {a->client_id, 0},
             {a->subject, 0},
             {a->email, 0},
             {idp_answer_email(a->email_state), 0},
             {a->name, 0},
             {client_auth_word(a->client_auth), 0},
             {NULL, a->requests},
             {NULL, f->code_ms},
             {NULL, (clock_monotonic_ms() - f->started_ms) / 1000}});
  return context_print_one(f->ctx, &table);
}

static int answered(void *context, enum message_type type, const void *value)
{
  const struct device_flow *f = context;
  const struct message_authorized *authorized = value;
  if (type == MESSAGE_FOUND) {
    return idp_answer_print_found(f, value);
  }
  int code = note_auth(f, authorized->client_auth);
  if (code != EXIT_DONE) {
    return code;
  }
  code = print_authorized(f, authorized);
  if (code == EXIT_DONE &&
      social_email_state(&f->connection, (enum email_state)authorized->email_state) != EMAIL_VERIFIED) {
    return fail(EXIT_REFUSED,
                "social test %s: the provider does not say that it has verified this address, so that it "
                "proves nothing here (POLICY V1)",
                f->org.slug);
  }
  return code;
}

int cmd_social_test(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct device_flow f CLEANUP(device_flow_done) = {.ctx = &ctx, .what = "social test", .oidc = OIDC_NONE};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = device_flow_load_social(&f, in->arguments[0]);
  enum message_type asks = in->options[OPTION_NO_SIGNIN] != NULL ? MESSAGE_DISCOVER : MESSAGE_SIGN_IN;
  return code == EXIT_DONE ? device_flow_run(&f, asks, answered, &f) : code;
}
