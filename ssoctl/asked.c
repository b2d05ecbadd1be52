// SPDX-License-Identifier: Apache-2.0
#include "asked.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "store/refresh.h"

enum status asked_load(struct store_txn *txn, const struct membership *membership, struct asked *ret_asked)
{
  static const char *const RESULTS[REFRESH_RESULT_COUNT] = {[REFRESH_NEVER] = "never",
                                                            [REFRESH_ANSWERED] = "answered",
                                                            [REFRESH_NO_GRANT] = "refused",
                                                            [REFRESH_UNREACHABLE] = "no-answer",
                                                            [REFRESH_UNSOUND] = "unsound"};
  struct refresh refresh CLEANUP(cleanup_refresh) = {.org_id = 0};
  *ret_asked = (struct asked){NULL, 0};
  enum status status = refresh_get(txn, membership->org_id, membership->account_id, &refresh);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  bool refused = refresh.state == REFRESH_REFUSED;
  bool gone = membership->role != ROLE_OWNER && refresh_is_gone(&refresh, clock_now_s());
  const char *word = refresh.result < REFRESH_RESULT_COUNT ? RESULTS[refresh.result] : "?";
  word = gone ? "gone" : refused ? "refused" : refresh.state == REFRESH_LOST ? "sign-in-again" : word;
  *ret_asked = (struct asked){word, gone || refused ? refresh.refused_at_s : refresh.result_at_s};
  return STATUS_OK;
}
