// SPDX-License-Identifier: Apache-2.0
// ssoctl fleet join, leave and status: this host in a fleet.
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/id_list.h"
#include "base/machine_id.h"
#include "change/fleet.h"
#include "change/fleet_host.h"
#include "fleet/asking.h"
#include "fleet/bundle.h"
#include "fleet/contact.h"
#include "fleet/engine_context.h"
#include "fleet/pull.h"
#include "paths.h"

// What went wrong is said: the host is in the fleet by now, and ssoorg-sync goes on.
static struct fleet_caught_up take_over(const struct context *ctx, struct engine *engine)
{
  struct fleet_caught_up caught_up = {.orgs = 0};
  struct error error = {.text = ""};
  const struct change_host host = context_host(ctx);
  const struct change_by by = context_by(ctx);
  int64_t deadline_ms = clock_monotonic_ms() + ENGINE_COMMAND_MS;
  enum status status = fleet_contact(engine, &host, &by, deadline_ms, &error);
  status = status != STATUS_OK ? status : fleet_catch_up(engine, &host, &by, deadline_ms, &error, &caught_up);
  if (status != STATUS_OK) {
    (void)fail(EXIT_DONE, "this host has joined, and has not taken over all of it yet: %s", error.text);
  }
  return caught_up;
}

// Without it nothing would be taken over.
static int must_have_machine_id(void)
{
  char machine[MACHINE_ID_SIZE];
  return machine_id_read(machine) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_FAILED,
                    "/etc/machine-id: has no machine-id(5), by which the fleet knows this host from a copy of "
                    "it; 'systemd-machine-id-setup' makes one");
}

// A credential that logs in may be that of a host that was taken out.
static int must_be_known(struct engine *engine)
{
  struct fleet_cursor head;
  struct error error = {.text = ""};
  enum status status = asking_head(engine, clock_monotonic_ms() + ENGINE_COMMAND_MS, &error, &head);
  return status == STATUS_OK ? EXIT_DONE : fail(exit_code(status), "%s", error.text);
}

int cmd_fleet_join(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.joined_at_s = clock_now_s()};
  struct engine *engine CLEANUP(engine_end) = NULL;
  struct fleet_caught_up caught_up = {.orgs = 0};
  struct change_done done;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_alone(&ctx);
  code = code != EXIT_DONE ? code : bundle_read(in->options[OPTION_BUNDLE], &join);
  code = code != EXIT_DONE ? code : must_have_machine_id();
  code = code != EXIT_DONE ? code : engine_context_open(&ctx, &join, &engine);
  code = code != EXIT_DONE ? code : must_be_known(engine);
  code = code != EXIT_DONE ? code : context_change(&ctx, change_fleet_join(&join, &done));
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_DRY_RUN] == NULL) {
    caught_up = take_over(&ctx, engine);
    context_renew_sudo_rules(&ctx);
  }
  context_done(&ctx, "%s: in the fleet of %s, with %zu of its orgs", join.host, join.engines, caught_up.orgs);
  return context_result(&ctx, done.changed, RESULT_TEXT("host", join.host), RESULT_BOOL("admin", join.admin == 1),
                        RESULT_TEXT("engines", join.engines), RESULT_NUMBER("orgs", (int64_t)caught_up.orgs),
                        RESULT_NUMBER("clashes", (int64_t)caught_up.clashes));
}

int cmd_fleet_leave(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  const struct fleet_leave leave = {in->options[OPTION_KEEP] != NULL};
  struct fleet_left left = {.orgs = 0};
  const char *question = leave.keep ? "Leave the fleet and keep its orgs as they are, as this host's own?"
                                    : "Leave the fleet? Its orgs go from this host, and whoever is in no other.";
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_join(&ctx, &join);
  code = code != EXIT_DONE ? code : context_confirm(&ctx, question);
  code = code != EXIT_DONE ? code : context_change(&ctx, change_fleet_leave(&leave, &left));
  if (code != EXIT_DONE) {
    return code;
  }
  context_renew_sudo_rules(&ctx);
  context_done(&ctx, "%s: in no fleet any more; 'ssoctl fleet remove %s' on an admin host takes its credential away",
               join.host, join.host);
  return context_result(&ctx, left.changed, RESULT_TEXT("host", join.host), RESULT_NUMBER("orgs", (int64_t)left.orgs),
                        RESULT_BOOL("kept", leave.keep));
}

// What the store says of the fleet.
struct here {
  struct fleet_join join;
  struct fleet_state state;
  struct id_list orgs;
  struct table clashes;
};

static const struct column CLASH_COLUMNS[] = {{"what", COLUMN_TEXT}, {"at", COLUMN_DATE}};

static void here_done(struct here *here)
{
  cleanup_fleet_join(&here->join);
  id_list_done(&here->orgs);
  table_done(&here->clashes);
}

static enum status add_clash(void *context, const struct fleet_clash *clash)
{
  struct table *clashes = context;
  table_add(clashes, CLASH_COLUMNS, {{clash->what, 0}, {NULL, clash->at_s}});
  return table_status(clashes);
}

static int read_here(struct context *ctx, struct here *here)
{
  int code = engine_context_join(ctx, &here->join);
  code = code != EXIT_DONE ? code : context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = fleet_state_get(ctx->txn, &here->state);
  status = status != STATUS_OK ? status : fleet_org_list(ctx->txn, &here->orgs);
  status = status != STATUS_OK ? status : fleet_clash_each(ctx->txn, add_clash, &here->clashes);
  context_end_read(ctx);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: %s", status_text(status));
}

int cmd_fleet_status(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct here here CLEANUP(here_done) = {.clashes = table_init(CLASH_COLUMNS, COUNT_OF(CLASH_COLUMNS))};
  struct engine *engine CLEANUP(engine_end) = NULL;
  struct fleet_cursor head = {.revision = 0};
  struct error error = {.text = ""};
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : read_here(&ctx, &here);
  if (code != EXIT_DONE) {
    return code;
  }
  int64_t deadline_ms = clock_monotonic_ms() + ENGINE_CONNECT_MS;
  enum status status = fleet_connect(PATH_FLEET, &here.join, ctx.config.confinement, deadline_ms, &error, &engine);
  status = status != STATUS_OK ? status : asking_head(engine, deadline_ms, &error, &head);
  bool answers = status == STATUS_OK;
  const struct fleet_state *state = &here.state;
  const struct result_field fields[] = {
      RESULT_TEXT("host", here.join.host),
      RESULT_BOOL("admin", here.join.admin == 1),
      RESULT_TEXT("engines", here.join.engines),
      RESULT_TEXT("database", here.join.database),
      RESULT_TEXT("engine", answers ? "answers" : error.text),
      RESULT_NUMBER("revision", state->revision),
      RESULT_NUMBER("behind", answers && head.revision > state->revision ? head.revision - state->revision : 0),
      RESULT_DATE("caught_up_at", state->caught_up_at_s),
      RESULT_DATE("contact_at", state->contact_at_s),
      RESULT_TEXT("stopped", table_text_or_null(state->stopped)),
      RESULT_NUMBER("orgs", (int64_t)here.orgs.count),
      RESULT_ROWS("clashes", &here.clashes)};
  bool json = in->options[OPTION_JSON] != NULL;
  status = table_print_fields(fields, COUNT_OF(fields), json);
  status =
      status != STATUS_OK || json || here.clashes.cell_count == 0 ? status : table_print_list(&here.clashes, false);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "printing: %s", status_text(status));
}
