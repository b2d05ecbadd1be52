// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "protocol/confinement.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif

// A sanitizer reserves terabytes of addresses.
#ifdef HAS_SHADOW_MEMORY
static const rlim_t MEMORY_BYTES = RLIM_INFINITY;
#else
static const rlim_t MEMORY_BYTES = (rlim_t)SANDBOX_MEMORY_MIB << 20;
#endif

static bool limit(__rlimit_resource_t resource, rlim_t value)
{
  struct rlimit had;
  if (getrlimit(resource, &had) != 0) {
    return false;
  }
  struct rlimit wanted = {value < had.rlim_max ? value : had.rlim_max, value < had.rlim_max ? value : had.rlim_max};
  return setrlimit(resource, &wanted) == 0;
}

static bool set_limits(void)
{
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, SANDBOX_CPU_S) && limit(RLIMIT_NOFILE, SANDBOX_DESCRIPTORS) &&
         limit(RLIMIT_AS, MEMORY_BYTES);
}

static bool set_process_flags(void)
{
  return prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == 0 &&
         prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL) == 0;
}

// A socket opened later must never become descriptor 1 or 2, where something might print.
static bool fill_standard_descriptors(void)
{
  int fd;
  do {
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  return fd >= 0 && close(fd) == 0;
}

// A process that waits for ever uses no CPU. Whoever started it may have left signals blocked or ignored.
static bool limit_start(void)
{
  sigset_t none;
  bool heard = sigemptyset(&none) == 0 && sigprocmask(SIG_SETMASK, &none, NULL) == 0 &&
               signal(SIGALRM, SIG_DFL) != SIG_ERR && signal(SIGXCPU, SIG_DFL) != SIG_ERR;
  (void)alarm(SANDBOX_START_S);
  return heard;
}

enum status sandbox_begin(void)
{
  (void)umask(077);
  if (geteuid() == 0 || getuid() == 0) {
    return STATUS_PERMISSION;
  }
  bool done = limit_start() && clearenv() == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR && set_process_flags() &&
              close_range(STDERR_FILENO + 1, ~0U, 0) == 0 && fill_standard_descriptors() && set_limits();
  return done ? STATUS_OK : STATUS_IO;
}

// The files that are left to be read: certificates and what the resolver needs (Landlock, see landlock(7)).
// Folders that resolv.conf may be a link into are whole: the file is replaced while we run.
static const char *const READABLE[] = {
    "/etc/ssl",
    "/usr/lib/ssl",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/resolv.conf",
    "/etc/resolvconf",
    "/run/resolvconf",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/dev/urandom", // without it c-ares gives its questions the same numbers at each start
};

// Every right of the first version; what later ones add, the filter of system calls refuses.
static const uint64_t ALL_RIGHTS = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
static const uint64_t FOLDER_RIGHTS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

static int new_ruleset(void)
{
  const struct landlock_ruleset_attr handled = {.handled_access_fs = ALL_RIGHTS};
  return (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
}

// What is not there needs no rule. 0, or why there is none: what another call than Landlock's own says is EIO.
static int allow_path(int ruleset, const char *path)
{
  struct stat found;
  int fd CLEANUP(cleanup_fd) = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) {
    return errno == ENOENT || errno == EACCES || errno == ENOTDIR || errno == ELOOP ? 0 : EIO;
  }
  if (fstat(fd, &found) != 0) {
    return EIO;
  }
  uint64_t rights = S_ISDIR(found.st_mode) ? FOLDER_RIGHTS : (uint64_t)LANDLOCK_ACCESS_FS_READ_FILE;
  const struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
  return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0 ? 0 : errno;
}

// 0 once it is in force, or why it is not.
static int limit_files(void)
{
  int ruleset CLEANUP(cleanup_fd) = new_ruleset();
  if (ruleset < 0) {
    return errno;
  }
  for (size_t i = 0; i < COUNT_OF(READABLE); i++) {
    int error = allow_path(ruleset, READABLE[i]);
    if (error != 0) {
      return error;
    }
  }
  return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
}

// The system calls that are left when the libraries are ready (libseccomp).

// Allowed whatever their arguments are.
static const int PLAIN[] = {
    // Data on open descriptors.
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(dup),
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
    // Sockets; what makes them, sends and sets is below. Nothing that carries descriptors or an address.
    SCMP_SYS(connect),
    SCMP_SYS(recvfrom),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    // Waiting.
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(futex),
    SCMP_SYS(nanosleep),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(restart_syscall),
    // What is there: certificates, resolver files.
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(getdents64),
    SCMP_SYS(statfs),
    SCMP_SYS(fstatfs),
    // Memory; mmap and mprotect are below.
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mlock),
    SCMP_SYS(munlock),
    // Clock, chance, and what the process is.
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    // Signal handlers, and its end.
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

// What is spoken: TCP to providers, UDP and TCP to name servers. No raw, ping or other socket of these families.
static const struct {
  int family;
  int type;
  int protocol;
} SOCKETS[] = {
    {AF_INET, SOCK_STREAM, 0},          {AF_INET, SOCK_STREAM, IPPROTO_TCP}, {AF_INET, SOCK_DGRAM, 0},
    {AF_INET, SOCK_DGRAM, IPPROTO_UDP}, {AF_INET6, SOCK_STREAM, 0},          {AF_INET6, SOCK_STREAM, IPPROTO_TCP},
    {AF_INET6, SOCK_DGRAM, 0},          {AF_INET6, SOCK_DGRAM, IPPROTO_UDP},
};

// How a type may be asked for.
static const uint64_t TYPE_FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK;

// Not F_SETOWN and its like: the kernel would send signals to others on our behalf.
static const int FCNTL_COMMANDS[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL};
static const unsigned long IOCTL_REQUESTS[] = {FIONREAD, FIONBIO, TCGETS};

// One more call is allowed where its argument NUMBER, under MASK, is VALUE.
struct condition {
  unsigned number;
  uint64_t mask;
  uint64_t value;
};

enum { CONDITIONS_MAX = 3 };

static const uint64_t ALL_BITS = UINT64_MAX;

// Arguments of 32 bits: the kernel does not look at the upper half, and libraries leave anything there.
static const uint64_t LOW_BITS = UINT32_MAX;

static bool allow_where_all(scmp_filter_ctx filter, int call, const struct condition *conditions, unsigned count)
{
  struct scmp_arg_cmp compare[CONDITIONS_MAX];
  for (unsigned i = 0; i < count; i++) {
    compare[i] =
        (struct scmp_arg_cmp){conditions[i].number, SCMP_CMP_MASKED_EQ, conditions[i].mask, conditions[i].value};
  }
  return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, count, compare) == 0;
}

static bool allow_where(scmp_filter_ctx filter, int call, struct condition c)
{
  return allow_where_all(filter, call, &c, 1);
}

static bool allow_plain(scmp_filter_ctx filter)
{
  for (size_t i = 0; i < COUNT_OF(PLAIN); i++) {
    if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, PLAIN[i], 0, NULL) != 0) {
      return false;
    }
  }
  return true;
}

// Reading only. openat2() hides its flags behind a pointer: not there at all.
static bool allow_open(scmp_filter_ctx filter)
{
  const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  return allow_where(filter, SCMP_SYS(openat), (struct condition){2, writing, 0}) &&
         allow_where(filter, SCMP_SYS(open), (struct condition){1, writing, 0});
}

// All code is loaded by now: nothing more becomes executable.
static bool allow_memory(scmp_filter_ctx filter)
{
  const struct condition not_executable = {2, PROT_EXEC, 0};
  return allow_where(filter, SCMP_SYS(mmap), not_executable) && allow_where(filter, SCMP_SYS(mprotect), not_executable);
}

// A pair is a stream: with datagrams one end of it would reach any socket of the host, such as /dev/log (HOLES H66).
static bool allow_sockets(scmp_filter_ctx filter)
{
  const struct condition pair[] = {{0, LOW_BITS, AF_UNIX}, {1, LOW_BITS & ~TYPE_FLAGS, SOCK_STREAM}, {2, LOW_BITS, 0}};
  const struct condition no_delay[] = {{1, LOW_BITS, IPPROTO_TCP}, {2, LOW_BITS, TCP_NODELAY}};
  const struct condition error[] = {{1, LOW_BITS, SOL_SOCKET}, {2, LOW_BITS, SO_ERROR}};
  const struct condition connected[] = {{4, ALL_BITS, 0}, {5, LOW_BITS, 0}};
  bool added = allow_where_all(filter, SCMP_SYS(socketpair), pair, COUNT_OF(pair)) &&
               allow_where_all(filter, SCMP_SYS(setsockopt), no_delay, COUNT_OF(no_delay)) &&
               allow_where_all(filter, SCMP_SYS(getsockopt), error, COUNT_OF(error)) &&
               allow_where_all(filter, SCMP_SYS(sendto), connected, COUNT_OF(connected));
  for (size_t i = 0; i < COUNT_OF(SOCKETS); i++) {
    const struct condition one[] = {{0, LOW_BITS, (uint64_t)SOCKETS[i].family},
                                    {1, LOW_BITS & ~TYPE_FLAGS, (uint64_t)SOCKETS[i].type},
                                    {2, LOW_BITS, (uint64_t)SOCKETS[i].protocol}};
    added = added && allow_where_all(filter, SCMP_SYS(socket), one, COUNT_OF(one));
  }
  return added;
}

static bool allow_descriptors(scmp_filter_ctx filter)
{
  bool added = allow_sockets(filter);
  for (size_t i = 0; i < COUNT_OF(FCNTL_COMMANDS); i++) {
    const struct condition command = {1, ALL_BITS, (uint64_t)FCNTL_COMMANDS[i]};
    added = added && allow_where(filter, SCMP_SYS(fcntl), command);
  }
  for (size_t i = 0; i < COUNT_OF(IOCTL_REQUESTS); i++) {
    added = added && allow_where(filter, SCMP_SYS(ioctl), (struct condition){1, ALL_BITS, IOCTL_REQUESTS[i]});
  }
  return added;
}

// It reads limits and sets none.
static bool allow_limits(scmp_filter_ctx filter)
{
  return allow_where(filter, SCMP_SYS(prlimit64), (struct condition){2, ALL_BITS, 0});
}

static void release(scmp_filter_ctx *filter)
{
  if (*filter != NULL) {
    seccomp_release(*filter);
  }
}

static enum status load_filter(void)
{
  scmp_filter_ctx filter CLEANUP(release) = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  bool loaded = filter != NULL && allow_plain(filter) && allow_open(filter) && allow_memory(filter) &&
                allow_descriptors(filter) && allow_limits(filter) &&
                seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && seccomp_load(filter) == 0;
  return loaded ? STATUS_OK : STATUS_IO;
}

enum status sandbox_end(int *ret_lacks)
{
  if (!limit(RLIMIT_FSIZE, 0)) {
    return STATUS_IO;
  }
  int lacks = limit_files();
  if (lacks != 0 && !confinement_is_lack(lacks)) {
    return STATUS_IO;
  }
  enum status status = load_filter();
  if (status != STATUS_OK) {
    return status;
  }
  // The filter has no call that would stop the alarm. What follows has deadlines of its own.
  if (signal(SIGALRM, SIG_IGN) == SIG_ERR) {
    return STATUS_IO;
  }
  *ret_lacks = lacks;
  return STATUS_OK;
}
