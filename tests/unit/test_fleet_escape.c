// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-fleet, in a process that is confined as main() does it: what is refused, and what a
// connection needs. What it has in common with ssoorg-oidc's is tried there, call by call.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../fleet/confined.h"
#include "unit.h"

enum { NOBODY = 65534, NOT_CONFINED = 90, CAME_THROUGH = 91, ANOTHER_ERROR = 92 };

// Returns true if what was attempted succeeded; errno says why it did not.
typedef bool attempt(void);

static bool confine(void)
{
  int lacks = 0;
  bool dropped = setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
  return dropped && sandbox_begin(&CONFINED) == STATUS_OK && sandbox_end(&CONFINED, &lacks) == STATUS_OK;
}

// 0 if it was refused.
static int run(attempt *try)
{
  int how = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    if (!confine()) {
      _exit(NOT_CONFINED);
    }
    errno = 0;
    bool through = try();
    _exit(through ? CAME_THROUGH : errno == EPERM || errno == EACCES ? 0 : ANOTHER_ERROR);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

static bool start_a_program(void)
{
  char *const words[] = {(char[]){"/bin/true"}, NULL};
  return execve(words[0], words, words + 1) == 0;
}

static bool fork_once(void)
{
  return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0;
}

static bool signal_its_parent(void)
{
  return kill(getppid(), 0) == 0;
}

static bool trace_its_parent(void)
{
  return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static bool read_who_is_there(void)
{
  return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool open_for_writing(void)
{
  return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0 ||
         open("/tmp/ssoorg-fleet-escape", O_RDWR | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool make_a_file_in_memory(void)
{
  return memfd_create("more", MFD_CLOEXEC) >= 0;
}

static bool make_memory_executable(void)
{
  return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool make_a_pair(void)
{
  int pair[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}

static bool make_an_unspoken_socket(void)
{
  static const int KINDS[][3] = {{AF_UNIX, SOCK_STREAM, 0},           {AF_UNIX, SOCK_DGRAM, 0},
                                 {AF_INET, SOCK_RAW, IPPROTO_TCP},    {AF_NETLINK, SOCK_RAW, 0},
                                 {AF_INET, SOCK_DGRAM, IPPROTO_ICMP}, {AF_PACKET, SOCK_RAW, 0}};
  bool made = false;
  for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
    made = made || socket(KINDS[i][0], KINDS[i][1], KINDS[i][2]) >= 0;
  }
  return made;
}

static int new_socket(void)
{
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static bool listen_itself(void)
{
  const struct sockaddr_in any = {.sin_family = AF_INET};
  int fd = new_socket();
  return fd < 0 || bind(fd, (const void *)&any, sizeof any) == 0 || listen(fd, 1) == 0;
}

static bool set_what_libpq_does_not(void)
{
  static const int OPTIONS[][2] = {{SOL_SOCKET, SO_MARK},
                                   {SOL_SOCKET, SO_BINDTODEVICE},
                                   {SOL_SOCKET, SO_RCVBUF},
                                   {IPPROTO_TCP, TCP_CONGESTION},
                                   {IPPROTO_IP, IP_OPTIONS}};
  int one = 1;
  int fd = new_socket();
  bool set = fd < 0;
  for (size_t i = 0; i < COUNT_OF(OPTIONS); i++) {
    set = set || setsockopt(fd, OPTIONS[i][0], OPTIONS[i][1], &one, sizeof one) == 0 || errno != EPERM;
  }
  return set;
}

// Not EPERM: nobody listens there.
static bool set_what_libpq_does_and_connect(void)
{
  static const int OPTIONS[][2] = {{IPPROTO_TCP, TCP_NODELAY},  {SOL_SOCKET, SO_KEEPALIVE},
                                   {IPPROTO_TCP, TCP_KEEPIDLE}, {IPPROTO_TCP, TCP_KEEPINTVL},
                                   {IPPROTO_TCP, TCP_KEEPCNT},  {IPPROTO_TCP, TCP_USER_TIMEOUT}};
  const struct sockaddr_in nobody = {
      .sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int ten = 10;
  int fd = new_socket();
  bool done = fd >= 0;
  for (size_t i = 0; i < COUNT_OF(OPTIONS); i++) {
    done = done && setsockopt(fd, OPTIONS[i][0], OPTIONS[i][1], &ten, sizeof ten) == 0;
  }
  return done && connect(fd, (const void *)&nobody, sizeof nobody) != 0 && errno == ECONNREFUSED;
}

static void H66_what_a_connection_does_not_need_is_refused(void **state)
{
  static attempt *const ATTEMPTS[] = {start_a_program,       fork_once,
                                      signal_its_parent,     trace_its_parent,
                                      read_who_is_there,     open_for_writing,
                                      make_a_file_in_memory, make_memory_executable,
                                      make_a_pair,           make_an_unspoken_socket,
                                      listen_itself,         set_what_libpq_does_not};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(ATTEMPTS); i++) {
    assert_int_equal(run(ATTEMPTS[i]), 0);
  }
}

static void what_a_connection_needs_is_left(void **state)
{
  (void)state;
  assert_int_equal(run(set_what_libpq_does_and_connect), CAME_THROUGH);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H66_what_a_connection_does_not_need_is_refused),
      cmocka_unit_test(what_a_connection_needs_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
