// SPDX-License-Identifier: Apache-2.0
#include "transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "helper/parent.h"

// How long a parent that went away may remain unnoticed if its descriptor does not wake the poll.
enum { WATCH_MS = 500 };

static bool find_result(CURLM *multi, CURLcode *ret_code)
{
  int left = 0;
  const CURLMsg *message = curl_multi_info_read(multi, &left);
  if (message == NULL || message->msg != CURLMSG_DONE) {
    return false;
  }
  *ret_code = message->data.result;
  return true;
}

enum status transfer_run(CURLM *multi, int parent_fd, int64_t deadline_ms, CURLcode *ret_code)
{
  struct curl_waitfd parent = {.fd = parent_fd, .events = CURL_WAIT_POLLIN};
  for (;;) {
    int running = 0;
    if (curl_multi_perform(multi, &running) != CURLM_OK) {
      return STATUS_NO_MEMORY;
    }
    if (find_result(multi, ret_code)) {
      return STATUS_OK;
    }
    int left = clock_left_ms(deadline_ms);
    if (left == 0) {
      return STATUS_TIMEOUT;
    }
    if (curl_multi_poll(multi, &parent, 1, left < WATCH_MS ? left : WATCH_MS, NULL) != CURLM_OK) {
      return STATUS_NO_MEMORY;
    }
    if (parent_is_gone(parent_fd)) {
      return STATUS_CLOSED;
    }
  }
}

static bool is_loopback_address(const struct sockaddr *address)
{
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *v4 = (const void *)address;
    return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  const struct sockaddr_in6 *v6 = (const void *)address;
  return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

curl_socket_t transfer_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
  const bool *own = context;
  (void)purpose;
  if (*own && !is_loopback_address(&address->addr)) {
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
