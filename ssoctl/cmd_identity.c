// SPDX-License-Identifier: Apache-2.0
// ssoctl identity.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "flow.h"
#include "people.h"
#include "store/accounts.h"

// The org of --org and the account of the first argument.
static int start(struct desk *desk, const struct invocation *in, enum operation_kind kind, struct operation *ret_op)
{
  if (in->options[OPTION_ORG] == NULL) {
    return desk_fail(EXIT_USAGE, "identity %s: --org SLUG is needed", in->command->verb);
  }
  int code = desk_open(in, desk);
  *ret_op = desk_operation(desk, kind);
  if (code == EXIT_DONE) {
    code = people_slug(in->options[OPTION_ORG], ret_op);
  }
  return code == EXIT_DONE ? desk_email(in->arguments[0], ret_op->email) : code;
}

// OIDC Core 2: at most 255 characters; what is compared is every byte.
static int set_identity(const struct invocation *in, struct operation *op)
{
  const char *subject = in->options[OPTION_SUBJECT];
  const char *email = in->options[OPTION_IDP_EMAIL];
  if ((subject == NULL) == (email == NULL)) {
    return desk_fail(EXIT_USAGE, "identity link: one of --subject SUB and --idp-email EMAIL is needed");
  }
  return subject != NULL ? desk_text("--subject", subject, op->subject, sizeof op->subject)
                         : desk_email(email, op->idp_email);
}

int cmd_identity_link(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op = {.kind = OPERATION_IDENTITY_LINK};
  struct operation_result result;
  char until[CLOCK_TEXT_SIZE];
  int code = start(&desk, in, OPERATION_IDENTITY_LINK, &op);
  if (code == EXIT_DONE) {
    code = set_identity(in, &op);
  }
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  if (op.subject[0] != '\0') {
    desk_done(&desk, "%s is linked to \"%s\" at the provider of org %s%s", op.email, op.subject, op.org,
              result.changed ? "" : " already");
    return EXIT_DONE;
  }
  clock_text(result.expires_at_s, until);
  desk_done(&desk, "%s is linked by the first sign-in as %s at the provider of org %s, until %s", op.email,
            op.idp_email, op.org, until);
  return EXIT_DONE;
}

int cmd_identity_unlink(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct operation op = {.kind = OPERATION_IDENTITY_UNLINK};
  struct operation_result result;
  int code = start(&desk, in, OPERATION_IDENTITY_UNLINK, &op);
  if (code == EXIT_DONE) {
    code = desk_operate(&desk, &op, &result);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  desk_done(&desk, "%s has no identity at the provider of org %s%s", op.email, op.org,
            result.changed ? " any more" : "");
  if (result.no_way) {
    desk_done(&desk,
              "%s has no way to sign in now: no password, no other identity, and no org's provider that vouches "
              "for the address",
              op.email);
  }
  return EXIT_DONE;
}

// Whose account it is that runs this.
static int find_self(struct desk *desk, struct account *ret_account)
{
  int code = desk_read(desk);
  if (code == EXIT_DONE && account_get(desk->txn, desk->in->actor->delegate.account_id, ret_account) != STATUS_OK) {
    code = desk_fail(EXIT_FAILED, "store: your account cannot be read");
  }
  desk_end_read(desk);
  return code;
}

struct adding {
  struct flow *flow;
  const struct account *account;
};

static int answered(void *context, enum message_type type, const void *value)
{
  const struct adding *adding = context;
  const struct flow *f = adding->flow;
  const struct message_authorized *authorized = value;
  struct operation op = desk_operation(f->desk, OPERATION_IDENTITY_LINK);
  struct operation_result result;
  if (type != MESSAGE_AUTHORIZED) {
    return desk_fail(EXIT_FAILED, "identity add: no answer that was asked for");
  }
  memcpy(op.org, f->org.slug, sizeof op.org);
  memcpy(op.email, adding->account->email, sizeof op.email);
  memcpy(op.fingerprint, f->fingerprint, sizeof op.fingerprint);
  op.connection = &f->connection;
  op.authorized = authorized;
  int code = desk_operate(f->desk, &op, &result);
  if (code == EXIT_DONE) {
    desk_done(f->desk, "%s is linked to the identity \"%s\" (%s) at the provider of org %s%s", adding->account->login,
              authorized->subject, authorized->email, f->org.slug, result.changed ? "" : " already");
  }
  return code;
}

int cmd_identity_add(const struct invocation *in)
{
  struct desk desk CLEANUP(desk_close) = DESK_EMPTY;
  struct flow f CLEANUP(flow_done) = {.desk = &desk, .what = "identity add", .oidc = OIDC_NONE};
  struct account account;
  struct adding adding = {&f, &account};
  int code = desk_open(in, &desk);
  if (code == EXIT_DONE) {
    code = find_self(&desk, &account);
  }
  if (code == EXIT_DONE) {
    code = flow_load(&f, in->arguments[0], false);
  }
  if (code == EXIT_DONE && f.org.trust == TRUST_LINKED) {
    code = desk_fail(EXIT_REFUSED, "org \"%s\": only an admin links identities of it (trust linked)", f.org.slug);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  (void)fprintf(stderr, "Sign in at the provider of org %s as the identity that shall sign %s in from now on.\n",
                f.org.slug, account.login);
  code = flow_run(&f, MESSAGE_SIGN_IN, answered, &adding);
  record_done(&ACCOUNT_RECORD, &account);
  return code;
}
