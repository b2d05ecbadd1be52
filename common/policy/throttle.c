// SPDX-License-Identifier: Apache-2.0
#include "policy/throttle.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint32_t FREE[] = {
    [THROTTLE_ACCOUNT] = 10,   [THROTTLE_ADDRESS] = 30, [THROTTLE_OWNER] = 10,     [THROTTLE_FLOW] = 20,
    [THROTTLE_STRANGERS] = 60, [THROTTLE_LOGIN] = 60,   [THROTTLE_FAILURES] = 100,
};

int64_t throttle_window_s(enum throttle_kind kind)
{
  return throttle_is_hourly(kind) ? THROTTLE_HOUR_S : THROTTLE_WINDOW_S;
}

bool throttle_is_of_mail(enum throttle_kind kind)
{
  return kind >= THROTTLE_MAIL_TO && kind <= THROTTLE_MAIL_NEW;
}

uint32_t throttle_free(enum throttle_kind kind)
{
  return (size_t)kind < sizeof FREE / sizeof FREE[0] ? FREE[kind] : 0;
}

// A clock that was set back must not stop anybody for long: what lies in the future is over.
static bool is_over(const struct throttle *throttle, int64_t now_s)
{
  return now_s - throttle->started_at_s >= throttle_window_s((enum throttle_kind)throttle->kind) ||
         throttle->started_at_s > now_s;
}

bool throttle_allows(const struct throttle *throttle, int64_t now_s)
{
  bool is_free = throttle->count < throttle_free((enum throttle_kind)throttle->kind);
  bool rested = now_s - throttle->last_at_s >= THROTTLE_PAUSE_S;
  return throttle->count == 0 || is_over(throttle, now_s) || is_free || rested;
}

bool throttle_allows_mail(const struct throttle *throttle, uint32_t most, int64_t now_s)
{
  return throttle->count < most || is_over(throttle, now_s);
}

// A guess from one of many addresses takes longer the more there were; nobody is refused for it.
int64_t throttle_delay_s(const struct throttle *throttle, int64_t now_s)
{
  uint32_t most = throttle_free((enum throttle_kind)throttle->kind);
  if (throttle->count < most || is_over(throttle, now_s)) {
    return 0;
  }
  int64_t delay_s = THROTTLE_DELAY_S + (throttle->count - most) / 10;
  return delay_s < THROTTLE_DELAY_MAX_S ? delay_s : THROTTLE_DELAY_MAX_S;
}

// Who goes on trying beyond the free tries does not get them anew: the time begins again with each.
void throttle_count(struct throttle *throttle, int64_t now_s)
{
  bool beyond = throttle->count >= throttle_free((enum throttle_kind)throttle->kind);
  if (throttle->count == 0 || is_over(throttle, now_s)) {
    throttle->count = 0;
    throttle->started_at_s = now_s;
  } else if (beyond && throttle->kind != THROTTLE_FAILURES && throttle->kind != THROTTLE_LOGIN &&
             !throttle_is_of_mail((enum throttle_kind)throttle->kind)) {
    throttle->started_at_s = now_s;
  }
  throttle->count += throttle->count < UINT32_MAX;
  throttle->last_at_s = now_s;
}

void throttle_address(const char *rhost, char text[static THROTTLE_ADDRESS_SIZE])
{
  struct in6_addr v6;
  char plain[THROTTLE_ADDRESS_SIZE];
  (void)snprintf(plain, sizeof plain, "%.*s", (int)strcspn(rhost, "%"), rhost); // without a scope
  if (rhost[0] == '\0') {
    (void)snprintf(text, THROTTLE_ADDRESS_SIZE, "console");
    return;
  }
  if (inet_pton(AF_INET6, plain, &v6) != 1) {
    (void)snprintf(text, THROTTLE_ADDRESS_SIZE, "%.63s", rhost);
    return;
  }
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    (void)inet_ntop(AF_INET, &v6.s6_addr[12], text, THROTTLE_ADDRESS_SIZE);
    return;
  }
  memset(&v6.s6_addr[8], 0, 8);
  (void)inet_ntop(AF_INET6, &v6, text, THROTTLE_ADDRESS_SIZE - 4);
  (void)strncat(text, "/64", 4);
}
