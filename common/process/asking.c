// SPDX-License-Identifier: Apache-2.0
#include "process/asking.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum { STEP_MS = 10 };

struct asking asking_new(void)
{
  return (struct asking){.oidc = OIDC_NONE};
}

void asking_done(struct asking *asking)
{
  oidc_end(&asking->oidc);
  bytes_done(&asking->rotated.refresh_token);
  channel_free_message(asking->type, asking->value);
  asking->value = NULL;
  refresh_asked_done(&asking->asked);
}

static void nap(void)
{
  const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
  (void)nanosleep(&step, NULL);
}

enum status asking_lock(const char *path, int64_t account_id, int64_t deadline_ms, int *ret_fd)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = account_id, .l_len = 1};
  if (fd < 0) {
    return STATUS_IO;
  }
  while (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      return STATUS_IO;
    }
    if (clock_left_ms(deadline_ms) <= 0) {
      return STATUS_BUSY;
    }
    nap();
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

enum status asking_start(struct asking *asking, const struct asking_how *how, struct error *error)
{
  const struct refresh_asked *asked = &asking->asked;
  const struct oidc_request request = {.type = MESSAGE_REFRESH,
                                       .connection = &asked->connection,
                                       .timeout_s = how->timeout_s,
                                       .allow_loopback_http = how->allow_loopback_http,
                                       .org = &asked->org,
                                       .wants_groups = asked->wants_groups,
                                       .confinement = how->confinement,
                                       .refresh = &asked->refresh};
  return oidc_start(how->path, &request, error, &asking->oidc);
}

static void take_rotated(struct asking *asking, void *value)
{
  struct message_rotated *rotated = value;
  asking->has_rotated = oidc_token_is_sound(&rotated->refresh_token, &asking->asked.connection);
  asking->unsound = !asking->has_rotated;
  if (asking->has_rotated) {
    bytes_take(&asking->rotated.refresh_token, &rotated->refresh_token);
  }
}

bool asking_take(struct asking *asking, int64_t deadline_ms)
{
  enum message_type type;
  void *value = NULL;
  if (asking->oidc.process.fd < 0 || channel_receive(&asking->oidc.channel, deadline_ms, &type, &value) != STATUS_OK) {
    return false;
  }
  if (type == MESSAGE_ROTATED) {
    take_rotated(asking, value);
    channel_free_message(type, value);
    return true;
  }
  asking->type = type;
  asking->value = value;
  return false;
}

void asking_end(struct asking *asking)
{
  const struct refresh_asked *asked = &asking->asked;
  oidc_end(&asking->oidc);
  if (asking->type == MESSAGE_AUTHORIZED && asking->value != NULL) {
    const struct message_authorized *authorized = asking->value;
    asking->unsound = asking->unsound || !oidc_identity_is_sound(authorized, &asked->connection) ||
                      authorized->refresh_token.length > 0 || strcmp(authorized->subject, asked->refresh.subject) != 0;
  }
}

void asking_finish(struct asking *asking, int64_t deadline_ms)
{
  while (asking_take(asking, deadline_ms)) {
  }
  asking_end(asking);
}

static const struct message_failed *failure_of(const struct asking *asking)
{
  return asking->type == MESSAGE_FAILED ? asking->value : NULL;
}

bool asking_was_silent(const struct asking *asking)
{
  const struct message_failed *failed = failure_of(asking);
  return asking->value == NULL ||
         (failed != NULL && (failed->reason == FAILURE_UNREACHABLE || failed->reason == FAILURE_TLS));
}

static enum refresh_result result_of_failure(uint32_t reason)
{
  switch ((enum failure_reason)reason) {
  case FAILURE_GRANT: return REFRESH_NO_GRANT;
  case FAILURE_TOKEN: return REFRESH_UNSOUND;
  case FAILURE_INTERNAL:
  case FAILURE_UNREACHABLE:
  case FAILURE_TLS:
  case FAILURE_MISCONFIGURED:
  case FAILURE_DECLINED:
  case FAILURE_EXPIRED:
  case FAILURE_REQUEST:
  case FAILURE_STRENGTH:
  case FAILURE_BUSY:
  case FAILURE_CLIENT:
  case FAILURE_MAIL:
  case FAILURE_CONFINEMENT: break;
  }
  return REFRESH_UNREACHABLE;
}

static void take_failure(const struct asking *asking, struct refresh_end *end)
{
  const struct message_failed *failed = asking->value;
  end->result = result_of_failure(failed->reason);
  end->unanswered = failed->unanswered == 1;
  end->detail = failed->detail;
}

// Whoever is in too many groups for their token has not had them said (K9 "overage").
static void take_answer(const struct asking *asking, struct refresh_end *end)
{
  const struct message_authorized *authorized = asking->value;
  bool overage = asking->asked.wants_groups && authorized->groups_state == GROUPS_OVERAGE;
  end->result = overage ? REFRESH_UNREACHABLE : REFRESH_ANSWERED;
  end->authorized = overage ? NULL : authorized;
  end->detail = overage ? "too many groups to be said" : "";
}

bool asking_was_too_much(const struct asking *asking, int64_t *ret_retry_after_s)
{
  const struct message_failed *failed = failure_of(asking);
  if (failed == NULL) {
    return false;
  }
  *ret_retry_after_s = failed->retry_after_s;
  return failed->reason == FAILURE_BUSY || failed->retry_after_s > 0;
}

struct refresh_end asking_result(const struct asking *asking, const char *login)
{
  struct refresh_end end = {.login = login,
                            .asked = &asking->asked,
                            .result = REFRESH_UNREACHABLE,
                            .unanswered = true,
                            .rotated = asking->has_rotated ? &asking->rotated.refresh_token : NULL,
                            .detail = "no answer in time"};
  if (asking->unsound) {
    end.result = REFRESH_UNSOUND;
    end.detail = "the helper said what it must never say";
  } else if (asking->value != NULL && asking->type == MESSAGE_FAILED) {
    take_failure(asking, &end);
  } else if (asking->value != NULL && asking->type == MESSAGE_AUTHORIZED) {
    end.unanswered = false;
    take_answer(asking, &end);
  }
  return end;
}
