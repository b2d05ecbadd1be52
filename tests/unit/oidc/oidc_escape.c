// SPDX-License-Identifier: Apache-2.0
// The confinement of ssoorg-oidc, tried from inside: each test starts a process, confines it as main() does, and lets
// it attempt something. What it may not do must fail; what it needs must still work.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "document.h"
#include "http.h"
#include "jose.h"
#include "resolver.h"
#include "sandbox.h"
#include "unit.h"

enum { NOBODY = 65534, NOT_CONFINED = 90, CAME_THROUGH = 91, ANOTHER_ERROR = 92, SHADOWED = 93 };

// Returns true if what was attempted succeeded; errno says why it did not.
typedef bool attempt(void);

static bool confine(void)
{
  bool dropped = setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0;
  bool begun = dropped && sandbox_begin() == STATUS_OK && http_start_up() == STATUS_OK && jose_start_up() == STATUS_OK;
  document_start_up();
  return begun && sandbox_end() == STATUS_OK;
}

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
    _exit(through ? CAME_THROUGH : errno == EPERM || errno == EACCES || errno == ENOSYS ? 0 : ANOTHER_ERROR);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

static void expect_failure(attempt *try)
{
  assert_int_equal(run(try), 0);
}

static bool open_with(int flags)
{
  int fd = open("/tmp/ssoorg-escape", flags | O_CLOEXEC, 0600);
  return fd >= 0;
}

static bool read_a_file_of_roots(void)
{
  return open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool create(void)
{
  return open_with(O_WRONLY | O_CREAT);
}

static bool open_for_reading_and_writing(void)
{
  return open("/dev/null", O_RDWR | O_CLOEXEC) >= 0;
}

static bool open_for_writing(void)
{
  return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0;
}

static bool truncate_by_reading(void)
{
  return open("/dev/null", O_RDONLY | O_TRUNC | O_CLOEXEC) >= 0;
}

static bool make_a_nameless_file(void)
{
  return open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) >= 0;
}

static bool open_by_the_newer_call(void)
{
  const uint64_t how[3] = {O_RDWR, 0, 0};
  return syscall(SYS_openat2, AT_FDCWD, "/dev/null", how, sizeof how) >= 0;
}

static bool change_the_file_system(void)
{
  return mkdir("/tmp/ssoorg-escape", 0700) == 0 || unlink("/tmp/ssoorg-escape") == 0 ||
         rename("/tmp/ssoorg-escape", "/tmp/x") == 0 || symlink("/etc", "/tmp/ssoorg-escape") == 0 ||
         chmod("/tmp", 0777) == 0;
}

static bool start_a_program(void)
{
  char *const words[] = {(char[]){"true"}, NULL};
  return execv("/bin/true", words) == 0;
}

static bool start_a_program_by_descriptor(void)
{
  char *const words[] = {(char[]){"true"}, NULL};
  int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC); // the file does not matter: the call must not be there
  return fd < 0 || syscall(SYS_execveat, fd, "", words, NULL, AT_EMPTY_PATH) == 0;
}

static bool fork_off(void)
{
  pid_t pid = fork();
  if (pid == 0) {
    _exit(0);
  }
  return pid > 0;
}

static bool clone_off(void)
{
  return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0;
}

static bool signal_the_parent(void)
{
  return kill(getppid(), 0) == 0;
}

static bool signal_itself_and_siblings(void)
{
  return kill(getpid(), 0) == 0 || kill(-1, 0) == 0 || syscall(SYS_tgkill, getpid(), getpid(), 0) == 0;
}

static bool let_the_kernel_signal(void)
{
  int fds[2];
  return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 || fcntl(fds[0], F_SETOWN, getppid()) == 0;
}

static bool trace(void)
{
  return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 || ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

static bool read_memory_of_others(void)
{
  char byte;
  struct iovec here = {&byte, 1};
  struct iovec there = {&byte, 1};
  return process_vm_readv(getppid(), &here, 1, &there, 1, 0) >= 0;
}

static bool read_a_file_of_anybodys(void)
{
  return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool load_more_code(void)
{
  int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
  return fd < 0 || mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) != MAP_FAILED;
}

static bool make_code_of_data(void)
{
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static void *answer(void *nothing)
{
  return nothing;
}

static bool start_a_thread(void)
{
  pthread_t thread;
  errno = pthread_create(&thread, NULL, answer, NULL);
  return errno == 0;
}

static bool take_writable_code(void)
{
  return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool make_code_writable(void)
{
  void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0;
}

static bool become_dumpable(void)
{
  return prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL) == 0;
}

static bool outlive_the_parent(void)
{
  return prctl(PR_SET_PDEATHSIG, 0UL, 0UL, 0UL, 0UL) == 0;
}

static bool raise_a_limit(void)
{
  const struct rlimit more = {1000, 1000};
  return setrlimit(RLIMIT_FSIZE, &more) == 0;
}

static bool become_somebody(void)
{
  return setuid(0) == 0 || setgid(0) == 0;
}

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

static bool type_into_a_terminal(void)
{
  return ioctl(STDIN_FILENO, TIOCSTI, "x") == 0 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0 ||
         ioctl(STDIN_FILENO, TIOCLINUX, "\2") == 0;
}

static bool ask_the_process_for_more(void)
{
  for (int option = 1; option < 80; option++) {
    if (syscall(SYS_prctl, option, 0UL, 0UL, 0UL, 0UL) >= 0) {
      return true;
    }
  }
  errno = EPERM;
  return false;
}

#define REFUSED(function)                                                                                              \
  static void may_not_##function(void **state)                                                                         \
  {                                                                                                                    \
    (void)state;                                                                                                       \
    expect_failure(function);                                                                                          \
  }

REFUSED(read_a_file_of_roots)
REFUSED(create)
REFUSED(open_for_reading_and_writing)
REFUSED(open_for_writing)
REFUSED(truncate_by_reading)
REFUSED(make_a_nameless_file)
REFUSED(open_by_the_newer_call)
REFUSED(change_the_file_system)
REFUSED(start_a_program)
REFUSED(start_a_program_by_descriptor)
REFUSED(fork_off)
REFUSED(clone_off)
REFUSED(signal_the_parent)
REFUSED(signal_itself_and_siblings)
REFUSED(let_the_kernel_signal)
REFUSED(trace)
REFUSED(read_memory_of_others)
REFUSED(load_more_code)
REFUSED(make_code_of_data)
REFUSED(start_a_thread)
REFUSED(take_writable_code)
REFUSED(make_code_writable)
REFUSED(become_dumpable)
REFUSED(outlive_the_parent)
REFUSED(raise_a_limit)
REFUSED(become_somebody)
REFUSED(speak_to_the_wire)
REFUSED(H66_make_an_unspoken_socket)
REFUSED(H66_send_to_an_address)
REFUSED(H66_pass_a_descriptor)
REFUSED(set_what_a_socket_does)
REFUSED(type_into_a_terminal)
REFUSED(ask_the_process_for_more)

static bool fill_memory(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) {
    _exit(SHADOWED); // a sanitizer reserves terabytes: there is no limit to meet
  }
  for (int i = 0; i < SANDBOX_MEMORY_MIB; i++) {
    if (mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
      errno = EPERM;
      return false;
    }
  }
  return true;
}

static void may_not_fill_the_memory(void **state)
{
  (void)state;
  int code = run(fill_memory);
  assert_true(code == 0 || code == SHADOWED);
}

static void may_not_read_a_file_of_anybodys(void **state)
{
  (void)state;
  if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0) {
    skip(); // this kernel has no Landlock
  }
  expect_failure(read_a_file_of_anybodys);
}

// liboauth2 waits on a semaphore that nobody posts when it is short of memory; and whoever starts the program may have
// left it deaf.
static void may_not_wait_for_ever_at_its_start(void **state)
{
  (void)state;
  int how = 0;
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    sigset_t all;
    bool deaf =
        sigfillset(&all) == 0 && sigprocmask(SIG_SETMASK, &all, NULL) == 0 && signal(SIGALRM, SIG_IGN) != SIG_ERR;
    bool begun = deaf && setgid(NOBODY) == 0 && setuid(NOBODY) == 0 && sandbox_begin() == STATUS_OK;
    unsigned left_s = begun ? alarm(1) : 0;
    while (left_s > 0 && left_s <= SANDBOX_START_S) {
      (void)pause();
    }
    _exit(NOT_CONFINED);
  }
  assert_int_equal(waitpid(pid, &how, 0), pid);
  assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM);
}

static bool do_what_is_needed(void)
{
  struct bytes addresses CLEANUP(bytes_done) = BYTES_EMPTY;
  struct refusal r = {0};
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
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(may_not_read_a_file_of_roots),
      cmocka_unit_test(may_not_create),
      cmocka_unit_test(may_not_open_for_reading_and_writing),
      cmocka_unit_test(may_not_open_for_writing),
      cmocka_unit_test(may_not_truncate_by_reading),
      cmocka_unit_test(may_not_make_a_nameless_file),
      cmocka_unit_test(may_not_open_by_the_newer_call),
      cmocka_unit_test(may_not_change_the_file_system),
      cmocka_unit_test(may_not_start_a_program),
      cmocka_unit_test(may_not_start_a_program_by_descriptor),
      cmocka_unit_test(may_not_fork_off),
      cmocka_unit_test(may_not_clone_off),
      cmocka_unit_test(may_not_signal_the_parent),
      cmocka_unit_test(may_not_signal_itself_and_siblings),
      cmocka_unit_test(may_not_let_the_kernel_signal),
      cmocka_unit_test(may_not_trace),
      cmocka_unit_test(may_not_H66_make_an_unspoken_socket),
      cmocka_unit_test(may_not_H66_send_to_an_address),
      cmocka_unit_test(may_not_H66_pass_a_descriptor),
      cmocka_unit_test(may_not_set_what_a_socket_does),
      cmocka_unit_test(may_not_type_into_a_terminal),
      cmocka_unit_test(may_not_ask_the_process_for_more),
      cmocka_unit_test(may_not_read_memory_of_others),
      cmocka_unit_test(may_not_read_a_file_of_anybodys),
      cmocka_unit_test(may_not_load_more_code),
      cmocka_unit_test(may_not_make_code_of_data),
      cmocka_unit_test(may_not_start_a_thread),
      cmocka_unit_test(may_not_take_writable_code),
      cmocka_unit_test(may_not_make_code_writable),
      cmocka_unit_test(may_not_become_dumpable),
      cmocka_unit_test(may_not_outlive_the_parent),
      cmocka_unit_test(may_not_raise_a_limit),
      cmocka_unit_test(may_not_wait_for_ever_at_its_start),
      cmocka_unit_test(may_not_become_somebody),
      cmocka_unit_test(may_not_speak_to_the_wire),
      cmocka_unit_test(may_not_fill_the_memory),
      cmocka_unit_test(may_do_what_a_sign_in_needs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
