// SPDX-License-Identifier: Apache-2.0
#include "fleet/engine_context.h"

#include <unistd.h>

#include "base/clock.h"
#include "paths.h"

int engine_context_join(struct context *ctx, struct fleet_join *ret_join)
{
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = fleet_join_get(ctx->txn, ret_join);
  context_end_read(ctx);
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_REFUSED, "this host is in no fleet; 'ssoctl fleet init' makes one, 'ssoctl fleet join' joins one");
  }
  return status == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_FAILED, "store: what this host joined its fleet with cannot be read: %s", status_text(status));
}

int engine_context_alone(struct context *ctx)
{
  bool member = false;
  bool admin = false;
  int code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = fleet_role(ctx->txn, &member, &admin);
  context_end_read(ctx);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  return !member ? EXIT_DONE : fail(EXIT_REFUSED, "this host is in a fleet already; 'ssoctl fleet leave' comes first");
}

int engine_context_open(const struct context *ctx, const struct fleet_join *join, struct engine **ret_engine)
{
  struct error error = {.text = ""};
  if (access(PATH_FLEET, F_OK) != 0) {
    return fail(EXIT_FAILED, "%s: is not there; it is in the package ssoorg-fleet", PATH_FLEET);
  }
  enum status status = fleet_connect(PATH_FLEET, join, ctx->config.confinement,
                                     clock_monotonic_ms() + ENGINE_CONNECT_MS, &error, ret_engine);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

int engine_context_admin(struct context *ctx, struct fleet_join *ret_join, struct engine **ret_engine)
{
  int code = engine_context_join(ctx, ret_join);
  if (code == EXIT_DONE && ret_join->admin == 0) {
    return fail(EXIT_REFUSED, "this is done on an admin host of the fleet: %s", ret_join->admins);
  }
  return code != EXIT_DONE ? code : engine_context_open(ctx, ret_join, ret_engine);
}
