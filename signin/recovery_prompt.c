// SPDX-License-Identifier: Apache-2.0
#include "recovery_prompt.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "change/code.h"
#include "change/password_hash.h"
#include "store/recovery.h"

// At most one code begins as what was typed.
static enum status load(struct session *s, const struct facts *facts, const char *prefix,
                        struct recovery_code *ret_code)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = session_read(&s->error, &store, &txn);
  return status != STATUS_OK ? status : recovery_get(txn, facts->account.id, prefix, ret_code);
}

bool recovery_prompt_matches(struct session *s, const struct facts *facts, const struct bytes *typed,
                             struct typed_recovery *ret_code)
{
  struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
  struct recovery_code code = {.hash = ""};
  char prefix[RECOVERY_PREFIX_SIZE];
  if (code_fold(typed, &folded) != STATUS_OK) {
    return false;
  }
  (void)snprintf(prefix, sizeof prefix, "%s", bytes_text(&folded));
  bool there = facts->person.known && load(s, facts, prefix, &code) == STATUS_OK;
  bool matches = password_matches(&folded, there ? code.hash : "");
  if (matches) {
    memcpy(ret_code->prefix, prefix, sizeof ret_code->prefix);
    memcpy(ret_code->hash, code.hash, sizeof ret_code->hash);
  }
  return matches;
}

void recovery_prompt_tell(struct session *s, const struct signed_in *result)
{
  char line[SLUG_SIZE + 128];
  session_log(LOG_ALERT, "a recovery code was used: login=%s org=%s service=%s rhost=%s left=%zu",
              result->account.login, result->org, s->request->service, s->request->rhost, result->codes_left);
  (void)snprintf(line, sizeof line, "Recovery code of org %s used: %zu %s left. This was logged.", result->org,
                 result->codes_left, result->codes_left == 1 ? "is" : "are");
  session_tell(s, MESSAGE_INFO, line);
}
