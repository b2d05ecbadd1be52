// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-oidc: which sockets there are and what they do, and that a sign-in has what it needs.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "base/clock.h"
#include "escape.h"
#include "helper/resolver.h"

static bool speak_to_the_wire(void)
{
  return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool is_spoken(int family, int type, int protocol)
{
  bool stream = type == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP);
  bool datagram = type == SOCK_DGRAM && (protocol == 0 || protocol == IPPROTO_UDP);
  return (family == AF_INET || family == AF_INET6) && (stream || datagram);
}

// A file descriptor where there should be none.
static bool is_open(long fd)
{
  return fd >= 0 && (close((int)fd) == 0 || true);
}

// Every family, type and protocol that is not spoken, and pairs of every type but one. By number: libraries may know
// better than to ask the kernel.
static bool H66_make_an_unspoken_socket(void)
{
  static const int PROTOCOLS[] = {0, IPPROTO_ICMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_RAW, IPPROTO_ICMPV6, 132, 262};
  bool made = false;
  for (int family = 0; family < 64; family++) {
    for (int type = 0; type <= 10; type++) {
      for (size_t i = 0; i < COUNT_OF(PROTOCOLS); i++) {
        bool spoken = is_spoken(family, type, PROTOCOLS[i]);
        made = made || (!spoken && is_open(syscall(SYS_socket, family, type, PROTOCOLS[i])));
      }
      int pair[2];
      bool stream = family == AF_UNIX && type == SOCK_STREAM;
      made = made || (!stream && syscall(SYS_socketpair, family, type, 0, pair) == 0);
    }
  }
  errno = EPERM;
  return made;
}

// HOLES H66: a pair of datagram sockets reached /dev/log. By path, by abstract name, and with descriptors along.
static bool H66_send_to_an_address(void)
{
  struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
  struct sockaddr_un abstract = {.sun_family = AF_UNIX, .sun_path = "\0ssoorg-escape"};
  const struct sockaddr_un *const names[] = {&log, &abstract};
  struct iovec text = {(char[]){"<86>sudo: forged"}, 16};
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
    return true;
  }
  int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int fds[] = {pair[0], pair[1], udp};
  for (size_t i = 0; i < COUNT_OF(fds); i++) {
    for (size_t k = 0; k < COUNT_OF(names); k++) {
      struct msghdr message = {
          .msg_name = (void *)(uintptr_t)names[k], .msg_namelen = sizeof *names[k], .msg_iov = &text, .msg_iovlen = 1};
      struct mmsghdr messages = {.msg_hdr = message};
      bool sent = sendto(fds[i], text.iov_base, text.iov_len, 0, (const void *)names[k], sizeof *names[k]) >= 0 ||
                  sendmsg(fds[i], &message, 0) >= 0 || sendmmsg(fds[i], &messages, 1, 0) >= 0 ||
                  connect(fds[i], (const void *)names[k], sizeof *names[k]) == 0 ||
                  bind(fds[i], (const void *)names[k], sizeof *names[k]) == 0;
      if (sent) {
        return true;
      }
    }
  }
  errno = EPERM;
  return false;
}

static bool H66_pass_a_descriptor(void)
{
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {.head = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))}};
  struct iovec text = {(char[]){"x"}, 1};
  struct msghdr message = {
      .msg_iov = &text, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  int pair[2];
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 || sendmsg(pair[0], &message, 0) >= 0 ||
         recvmsg(pair[1], &message, MSG_DONTWAIT) >= 0;
}

static bool set_what_a_socket_does(void)
{
  const int one = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 ||
         setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &one, sizeof one) == 0 ||
         setsockopt(fd, IPPROTO_IP, IP_TTL, &one, sizeof one) == 0 || listen(fd, 1) == 0 ||
         accept4(fd, NULL, NULL, 0) >= 0;
}

REFUSED(speak_to_the_wire)
REFUSED(H66_make_an_unspoken_socket)
REFUSED(H66_send_to_an_address)
REFUSED(H66_pass_a_descriptor)
REFUSED(set_what_a_socket_does)

static bool do_what_is_needed(void)
{
  struct bytes addresses CLEANUP(bytes_done) = BYTES_EMPTY;
  struct failure r = {0};
  int sockets[2] = {-1, -1};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool network = fd >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0 &&
                 resolver_find("localhost", sockets[0], clock_monotonic_ms() + 5000, &r, &addresses) == STATUS_OK;
  bool files = open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC) >= 0 || errno == ENOENT;
  bool certificates = open("/etc/ssl/certs", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0 || errno == ENOENT;
  return network && strstr(bytes_text(&addresses), "127.0.0.1") != NULL && files && certificates;
}

static void may_do_what_a_sign_in_needs(void **state)
{
  (void)state;
  assert_int_equal(run(do_what_is_needed), CAME_THROUGH);
  assert_int_equal(run_without_landlock(do_what_is_needed), CAME_THROUGH);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(may_not_H66_make_an_unspoken_socket), cmocka_unit_test(may_not_H66_send_to_an_address),
      cmocka_unit_test(may_not_H66_pass_a_descriptor),       cmocka_unit_test(may_not_set_what_a_socket_does),
      cmocka_unit_test(may_not_speak_to_the_wire),           cmocka_unit_test(may_do_what_a_sign_in_needs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
