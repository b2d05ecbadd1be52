// SPDX-License-Identifier: Apache-2.0
#include "new_password.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/password_hash.h"
#include "quality.h"

enum { TRIES = 3, TYPING_MS = 300000 };

static bool is_same(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length && bytes_equal_constant_time(bytes_text(a), bytes_text(b), a->length);
}

// STATUS_INVALID: once more.
static enum status try_once(struct session *s, const struct bytes *old, char ret_hash[static PASSWORD_HASH_SIZE])
{
  struct bytes first CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes again CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  int64_t deadline_ms = clock_monotonic_ms() + TYPING_MS;
  enum status status = session_ask(s, false, "New password: ", deadline_ms, &first);
  if (status != STATUS_OK) {
    return status;
  }
  status = quality_check(&first, old, s->request->login, &error);
  if (status == STATUS_REFUSED) {
    session_tell(s, MESSAGE_ERROR, error.text);
    return STATUS_INVALID;
  }
  if (status == STATUS_OK) {
    status = session_ask(s, false, "New password again: ", deadline_ms, &again);
  }
  if (status == STATUS_OK && !is_same(&first, &again)) {
    session_tell(s, MESSAGE_ERROR, "The two are not the same.");
    return STATUS_INVALID;
  }
  return status != STATUS_OK ? status : password_hash(&first, ret_hash);
}

enum status new_password_ask(struct session *s, const struct bytes *old, char ret_hash[static PASSWORD_HASH_SIZE])
{
  enum status status = STATUS_INVALID;
  for (int i = 0; status == STATUS_INVALID && i < TRIES; i++) {
    status = try_once(s, old, ret_hash);
  }
  return status == STATUS_INVALID ? STATUS_TOLD : status;
}
