// SPDX-License-Identifier: Apache-2.0
#include "access_state.h"

#include <string.h>

#include "base/clock.h"
#include "base/when.h"

int access_state_moment(const char *what, const char *typed, int64_t *ret_at_s)
{
  int64_t now_s = clock_now_s();
  int64_t at_s = now_s;
  if (strcmp(typed, "now") != 0 && when_parse(typed, now_s, &at_s) != STATUS_OK) {
    return fail(EXIT_USAGE,
                "%s \"%.40s\": is not a duration ago such as 12h or 1w, now, today, yesterday, a day such as "
                "2026-11-01 or a date such as 2026-11-01T08:00:00Z",
                what, typed);
  }
  if (at_s > now_s || at_s <= 0) {
    return fail(EXIT_USAGE, "%s \"%.40s\": is not in the past", what, typed);
  }
  *ret_at_s = at_s < now_s ? at_s : 0;
  return EXIT_DONE;
}

int access_state_check_known(struct context *ctx, int64_t at_s)
{
  char at[CLOCK_TEXT_SIZE];
  char from[CLOCK_TEXT_SIZE];
  char until[CLOCK_TEXT_SIZE];
  int64_t from_s = 0;
  int64_t until_s = 0;
  bool unknown = false;
  if (at_s == 0) {
    return EXIT_DONE;
  }
  enum status status = access_is_unknown(ctx->txn, at_s, &unknown, &from_s, &until_s);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: who could get in cannot be read: %s", status_text(status));
  }
  clock_text(at_s, at);
  clock_text(from_s, from);
  clock_text(until_s, until);
  if (unknown && from_s == 0) {
    return fail(EXIT_NO_SUCH, "%s: nothing is known before %s", at, until);
  }
  return unknown ? fail(EXIT_NO_SUCH, "%s: nothing is known between %s, of a backup, and %s, when it was restored", at,
                        from, until)
                 : EXIT_DONE;
}

enum status access_state_load(struct store_txn *txn, int64_t account_id, int64_t org_id, int64_t at_s,
                              struct access_state *ret_state)
{
  struct access_state state = {.in = false};
  enum status status = access_member_at(txn, account_id, org_id, at_s, &state.membership);
  status = status != STATUS_OK ? status : access_account_at(txn, account_id, at_s, &state.account);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return status;
  }
  state.in = status == STATUS_OK && state.membership.status == MEMBER_ACTIVE && state.account.status == ACCOUNT_ACTIVE;
  *ret_state = state;
  return STATUS_OK;
}
