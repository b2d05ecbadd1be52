// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "check/check.h"
#include "paths.h"
#include "store/fleet.h"

enum { LATE_S = 10 * 60, MINUTE_S = 60 };

static void look_at_lag(const struct fleet_state *state, struct findings *findings)
{
  int64_t late_s = clock_now_s() - state->caught_up_at_s;
  if (state->stopped[0] != '\0') {
    findings_add(findings, SEVERITY_CRITICAL, "fleet", "ssoorg-fleet(7) has what to do",
                 "nothing is taken over any more: %s", state->stopped);
  } else if (late_s > LATE_S) {
    findings_add(findings, SEVERITY_WARNING, "fleet",
                 "look at 'ssoctl fleet status' and 'systemctl status ssoorg-sync'",
                 "nothing has been taken over for %lld minutes: who was suspended elsewhere still comes in",
                 (long long)(late_s / MINUTE_S));
  } else {
    findings_add(findings, SEVERITY_OK, "fleet", NULL, "revision %lld", (long long)state->revision);
  }
}

void check_fleet(struct context *ctx, struct findings *findings)
{
  struct fleet_state state;
  bool member = false;
  bool admin = false;
  size_t clashes = 0;
  enum status status = fleet_role(ctx->txn, &member, &admin);
  if (status == STATUS_OK && !member) {
    return;
  }
  status = status != STATUS_OK ? status : fleet_state_get(ctx->txn, &state);
  status = status != STATUS_OK ? status : fleet_clash_count(ctx->txn, &clashes);
  if (status != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "fleet", "restore a backup", "it cannot be read: %s",
                 status_text(status));
    return;
  }
  if (access(PATH_FLEET, X_OK) != 0) {
    findings_add(findings, SEVERITY_CRITICAL, "fleet", "apt install ssoorg-fleet", "%s: is not there", PATH_FLEET);
  }
  look_at_lag(&state, findings);
  if (clashes > 0) {
    findings_add(findings, SEVERITY_WARNING, "fleet",
                 "'ssoctl fleet status' says which; rename or remove this host's own",
                 "%zu things of the fleet clash with what is this host's own, and are not here", clashes);
  }
}
