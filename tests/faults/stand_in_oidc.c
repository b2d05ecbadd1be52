// SPDX-License-Identifier: Apache-2.0
// Stands in for ssoorg-oidc: gives codes at once, then the answer that stands in ANSWER_FILE: "declines", or the email
// of whom it authorizes.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "protocol/channel.h"

enum { WAIT_MS = 10000 };

static int64_t soon(void)
{
  return clock_monotonic_ms() + WAIT_MS;
}

static bool read_answer(char *text, size_t size)
{
  int fd CLEANUP(cleanup_fd) = open(ANSWER_FILE, O_RDONLY | O_CLOEXEC);
  ssize_t got = fd >= 0 ? read(fd, text, size - 1) : -1;
  text[got > 0 ? got : 0] = '\0';
  return got > 0;
}

static enum status send_outcome(struct channel *c, const struct message_sign_in *request, const char *who)
{
  if (strcmp(who, "declines") == 0) {
    const struct message_failed failed = {.reason = FAILURE_DECLINED, .detail = "declined"};
    return channel_send(c, MESSAGE_FAILED, &failed, soon());
  }
  struct message_authorized identity = {.email_state = EMAIL_VERIFIED, .name = "Some Name", .algorithm = "ES256"};
  memcpy(identity.issuer, request->issuer, sizeof identity.issuer);
  memcpy(identity.client_id, request->client_id, sizeof identity.client_id);
  (void)snprintf(identity.email, sizeof identity.email, "%s", who);
  (void)snprintf(identity.subject, sizeof identity.subject, "s-%.200s", who);
  return channel_send(c, MESSAGE_AUTHORIZED, &identity, soon());
}

int main(void)
{
  char who[EMAIL_SIZE];
  struct channel c = channel_init(STDIN_FILENO, LINK_SIGNIN_OIDC, PARTY_OIDC);
  const struct message_code code = {
      .verification_uri = "https://idp.test/device", .user_code = "AB-CD", .expires_in_s = 300};
  enum message_type type;
  void *request = NULL;
  if (!read_answer(who, sizeof who) || channel_receive(&c, soon(), &type, &request) != STATUS_OK) {
    return 1;
  }
  enum status status = channel_send(&c, MESSAGE_CODE, &code, soon());
  if (status == STATUS_OK) {
    status = send_outcome(&c, request, who);
  }
  channel_free_message(type, request);
  return status == STATUS_OK ? 0 : 1;
}
