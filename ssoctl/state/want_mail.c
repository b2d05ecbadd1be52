// SPDX-License-Identifier: Apache-2.0
// The mail server in the wanted state.
#include "mail_values.h"
#include "state/typed_connection.h"
#include "state/want.h"
#include "store/mail_server.h"

enum { MAIL_SERVER, MAIL_FROM, MAIL_USER, MAIL_PASSWORD_FILE, MAIL_CA, MAIL_CA_FILE, MAIL_KEYS };

static const struct json_key MAIL_KEY[MAIL_KEYS] = {{"server", JSON_TEXT},
                                                    {"from", JSON_TEXT},
                                                    {"user", JSON_TEXT | JSON_NULL},
                                                    {"password_file", JSON_TEXT | JSON_NULL},
                                                    {"ca", JSON_TEXT | JSON_LINES | JSON_NULL},
                                                    {"ca_file", JSON_TEXT}};

static int remove_mail(struct plan *plan, const struct json_place *at, bool there)
{
  bool removes = plan->prunes && there;
  return !removes || plan_step(plan, STEP_MAIL_REMOVE, at->path, "", "") != NULL ? EXIT_DONE : EXIT_FAILED;
}

int want_mail(struct plan *plan, const struct json_place *at)
{
  const cJSON *values[MAIL_KEYS];
  struct invocation typed = typed_for(plan, "mail", "set");
  enum status status = mail_server_get(plan->ctx->txn, &plan->server);
  bool there = status == STATUS_OK;
  if (!there && status != STATUS_NOT_FOUND) {
    return plan_unreadable(status);
  }
  if (cJSON_IsNull(at->value)) {
    return remove_mail(plan, at, there);
  }
  int code = json_object(at, MAIL_KEY, MAIL_KEYS, values);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *before = there ? plan_text(plan, plan->server.server) : NULL;
  typed.options[OPTION_SERVER] = json_text(values[MAIL_SERVER]);
  typed.options[OPTION_FROM] = json_text(values[MAIL_FROM]);
  typed.options[OPTION_USER] = cJSON_IsNull(values[MAIL_USER]) ? "" : json_text(values[MAIL_USER]);
  typed.options[OPTION_PASSWORD_FILE] = json_text(values[MAIL_PASSWORD_FILE]);
  typed.options[OPTION_CA_FILE] = json_text(values[MAIL_CA_FILE]);
  code = typed_said(at, mail_values_set(&typed, &plan->server));
  code = code == EXIT_DONE ? typed_take_ca(at, values[MAIL_CA], &plan->server.ca_pem) : code;
  struct step *step = code == EXIT_DONE ? plan_step(plan, STEP_MAIL, at->path, "", "") : NULL;
  if (step == NULL) {
    return code != EXIT_DONE ? code : EXIT_FAILED;
  }
  step->in.mail = (struct mail_server_set){&plan->server};
  step->before = before;
  step->after = plan->server.server;
  return EXIT_DONE;
}
