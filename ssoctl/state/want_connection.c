// SPDX-License-Identifier: Apache-2.0
// The connections of orgs in the wanted state.
#include "change/staged.h"
#include "idp_change.h"
#include "idp_values.h"
#include "state/typed_connection.h"
#include "state/want.h"

// As idp_change(), for what stands in the document instead of on a command line.
static int change_by(struct plan *plan, const struct json_place *at, const struct typed_connection *r,
                     struct connection *wanted)
{
  const struct invocation *in = plan->ctx->in;
  int code = typed_take_ca(at, r->ca, &wanted->ca_pem);
  if (code != EXIT_DONE) {
    return code;
  }
  code = typed_check_secret(at, r, wanted);
  if (code != EXIT_DONE) {
    return code;
  }
  plan->ctx->in = &r->typed;
  code = idp_change(plan->ctx, wanted);
  plan->ctx->in = in;
  return typed_said(at, code);
}

static int remove_connection(struct plan *plan, const struct json_place *at, const struct org *org, bool there)
{
  if (!plan->prunes || !there) {
    return EXIT_DONE;
  }
  struct step *step = plan_step(plan, STEP_CONNECTION_REMOVE, at->path, org->slug, "");
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.connection_remove = (struct connection_remove){org->slug, false};
  return EXIT_DONE;
}

// The one that is stored, a waiting one first.
static enum status load(struct plan *plan, int64_t id, struct connection *stored)
{
  enum status status = id != 0 ? connection_get(plan->ctx->txn, id, CONNECTION_STAGED, stored) : STATUS_NOT_FOUND;
  return status == STATUS_NOT_FOUND && id != 0 ? connection_get(plan->ctx->txn, id, CONNECTION_ACTIVE, stored) : status;
}

int want_connection(struct plan *plan, const struct json_place *at, const struct org *org)
{
  struct connection *stored = plan_connection(plan);
  struct connection *wanted = plan_connection(plan);
  struct typed_connection r = {.typed = typed_for(plan, "idp", "set")};
  if (stored == NULL || wanted == NULL) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  enum status status = load(plan, org->id, stored);
  bool there = status == STATUS_OK;
  status = there ? staged_copy(stored, wanted) : status;
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return plan_unreadable(status);
  }
  if (cJSON_IsNull(at->value)) {
    return remove_connection(plan, at, org, there);
  }
  int code = typed_connection_read(at, there ? stored : NULL, &r);
  code = code == EXIT_DONE && !there ? idp_values_default(plan->ctx, wanted) : code;
  code = code == EXIT_DONE ? change_by(plan, at, &r, wanted) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  struct step *step = plan_step(plan, STEP_CONNECTION, at->path, org->slug, "");
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.connection = (struct connection_set){.org = org->slug,
                                                .connection = wanted,
                                                .secret_given = r.typed.options[OPTION_CLIENT_SECRET_FILE] != NULL ||
                                                                r.typed.options[OPTION_PRIVATE_KEY_FILE] != NULL};
  step->replaced = there ? stored : NULL;
  return EXIT_DONE;
}
