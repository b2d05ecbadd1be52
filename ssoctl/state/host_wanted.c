// SPDX-License-Identifier: Apache-2.0
#include "state/host_wanted.h"

#include "base/cleanup.h"

int host_wanted_add(const char *where, const char *name, struct host_wanted *wanted)
{
  host_rows rows = 0;
  const struct invocation typed = {.arguments = {name}};
  int code = host_rows_typed(&typed, true, &rows);
  wanted->wired |= code == EXIT_DONE ? rows : 0;
  return code == EXIT_DONE ? code : fail(code, "%s: is not legal; nothing was changed", where);
}

static bool is_ours(const struct wiring_plan *plan)
{
  return plan->state == WIRING_WIRED || plan->state == WIRING_OUTDATED;
}

// How each row is now.
static int look(const struct context *ctx, struct host_result *ret_now)
{
  struct wiring_values values CLEANUP(wiring_values_done) = {.sudo_rules = BYTES_EMPTY};
  size_t count = 0;
  (void)wiring_table(&count);
  int code = host_wiring_values(ctx, &values);
  return code != EXIT_DONE ? code : host_plan(((host_rows)1 << count) - 1, &values, false, ret_now);
}

int host_wanted_prune(const struct context *ctx, struct host_wanted *wanted)
{
  struct host_result now CLEANUP(host_result_done) = {.changed = 0};
  size_t count = 0;
  (void)wiring_table(&count);
  int code = look(ctx, &now);
  for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
    host_rows row = (host_rows)1 << i;
    wanted->unwired |= is_ours(&now.plans[i]) && (wanted->wired & row) == 0 ? row : 0;
  }
  return code;
}

int host_wanted_plan(const struct context *ctx, const struct host_wanted *wanted, struct host_result *ret_wires,
                     struct host_result *ret_unwires)
{
  struct wiring_values values CLEANUP(wiring_values_done) = {.sudo_rules = BYTES_EMPTY};
  int code = wanted->wired != 0 ? host_check_product() : EXIT_DONE;
  code = code == EXIT_DONE ? host_wiring_values(ctx, &values) : code;
  code = code == EXIT_DONE ? host_plan(wanted->wired, &values, true, ret_wires) : code;
  code = code == EXIT_DONE ? host_plan(wanted->unwired, &values, false, ret_unwires) : code;
  return code;
}

int host_wanted_write(const struct context *ctx, const struct host_wanted *wanted)
{
  struct host_result wires CLEANUP(host_result_done) = {.changed = 0};
  struct host_result unwires CLEANUP(host_result_done) = {.changed = 0};
  int turn CLEANUP(cleanup_fd) = -1;
  int code = host_take_turn(false, &turn);
  code = code == EXIT_DONE ? host_wanted_plan(ctx, wanted, &wires, &unwires) : code;
  code = code == EXIT_DONE ? host_forget_pending(wires.looked_at | unwires.looked_at) : code;
  code = code == EXIT_DONE ? host_write(&wires, true) : code;
  if (code == EXIT_DONE) {
    context_renew_sudo_rules(ctx); // an org may have been changed since they were read
  }
  return code == EXIT_DONE ? host_write(&unwires, false) : code;
}

int host_wired_each(const struct context *ctx, host_wired_visit *visit, void *context)
{
  struct host_result now CLEANUP(host_result_done) = {.changed = 0};
  size_t count = 0;
  const struct wiring *table = wiring_table(&count);
  int code = look(ctx, &now);
  for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
    if (is_ours(&now.plans[i])) {
      visit(context, table[i].name);
    }
  }
  return code;
}
