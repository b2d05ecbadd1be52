// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "context.h"
#include "fleet/link.h"
#include "paths.h"

// Where changes are made, who makes them, and the fleet that is told of them.
struct changing {
  struct change_by by;
  struct change_host host;
  struct fleet_link link;
};

static void changing_begin(struct changing *changing, const struct context *ctx)
{
  changing->by = context_by(ctx);
  changing->host = context_host(ctx);
  fleet_link_begin(&changing->link, PATH_FLEET, &changing->host, &changing->by);
}

static void changing_end(struct changing *changing)
{
  fleet_link_end(&changing->link);
}

enum status context_run(const struct context *ctx, struct change change, struct error *error)
{
  struct changing changing CLEANUP(changing_end);
  changing_begin(&changing, ctx);
  return change_run(&changing.host, &changing.by, change, error);
}

enum status context_try(const struct context *ctx, struct change change, struct error *error)
{
  struct changing changing CLEANUP(changing_end);
  changing_begin(&changing, ctx);
  changing.host.dry_run = true;
  return change_run(&changing.host, &changing.by, change, error);
}

enum status context_run_all(const struct context *ctx, bool dry_run, const struct changes *all, struct error *error,
                            uint64_t *ret_index)
{
  struct changing changing CLEANUP(changing_end);
  changing_begin(&changing, ctx);
  changing.host.dry_run = dry_run;
  return change_run_all(&changing.host, &changing.by, all, error, ret_index);
}

int context_change(struct context *ctx, struct change change)
{
  struct error error = {.text = ""};
  enum status status = context_run(ctx, change, &error);
  if (status == STATUS_REFUSED) {
    actor_log_refusal(ctx->in, error.text);
  }
  if (status != STATUS_OK) {
    return fail(exit_code(status), "%s", error.text);
  }
  // Which orgs there are, what they are called and what their admins may is in sudo's rules as well.
  bool of_orgs = strncmp(change.kind->event, "org.", 4) == 0 || strcmp(change.kind->event, "store.restore") == 0;
  if (of_orgs) {
    context_renew_sudo_rules(ctx);
  }
  return EXIT_DONE;
}

int context_change_confirmed(struct context *ctx, struct change change, const char *question)
{
  int code = question != NULL ? context_confirm(ctx, question) : EXIT_DONE;
  return code == EXIT_DONE ? context_change(ctx, change) : code;
}
