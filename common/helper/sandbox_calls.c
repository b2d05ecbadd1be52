// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "helper/sandbox_parts.h"

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
    // Sockets; what makes them, sends and sets is below. Nothing that carries descriptors or an address.
    SCMP_SYS(connect),
    SCMP_SYS(recvfrom),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    // Waiting.
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
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

// What is spoken: TCP to servers, UDP and TCP to name servers. No raw, ping or other socket of these families.
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

static bool allow_plain(scmp_filter_ctx filter, const int *calls, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i], 0, NULL) != 0) {
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
static bool allow_pairs(scmp_filter_ctx filter)
{
  const struct condition pair[] = {{0, LOW_BITS, AF_UNIX}, {1, LOW_BITS & ~TYPE_FLAGS, SOCK_STREAM}, {2, LOW_BITS, 0}};
  return allow_where_all(filter, SCMP_SYS(socketpair), pair, COUNT_OF(pair));
}

static bool allow_options(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
  const struct condition error[] = {{1, LOW_BITS, SOL_SOCKET}, {2, LOW_BITS, SO_ERROR}};
  bool added = allow_where_all(filter, SCMP_SYS(getsockopt), error, COUNT_OF(error));
  for (size_t i = 0; i < sandbox->option_count; i++) {
    const struct condition one[] = {{1, LOW_BITS, (uint64_t)sandbox->options[i].level},
                                    {2, LOW_BITS, (uint64_t)sandbox->options[i].name}};
    added = added && allow_where_all(filter, SCMP_SYS(setsockopt), one, COUNT_OF(one));
  }
  return added;
}

static bool allow_sockets(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
  const struct condition connected[] = {{4, ALL_BITS, 0}, {5, LOW_BITS, 0}};
  bool added = (!sandbox->pairs || allow_pairs(filter)) && allow_options(filter, sandbox) &&
               allow_where_all(filter, SCMP_SYS(sendto), connected, COUNT_OF(connected));
  for (size_t i = 0; i < COUNT_OF(SOCKETS); i++) {
    const struct condition one[] = {{0, LOW_BITS, (uint64_t)SOCKETS[i].family},
                                    {1, LOW_BITS & ~TYPE_FLAGS, (uint64_t)SOCKETS[i].type},
                                    {2, LOW_BITS, (uint64_t)SOCKETS[i].protocol}};
    added = added && allow_where_all(filter, SCMP_SYS(socket), one, COUNT_OF(one));
  }
  return added;
}

static bool allow_descriptors(scmp_filter_ctx filter, const struct sandbox *sandbox)
{
  bool added = allow_sockets(filter, sandbox);
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

enum status sandbox_limit_calls(const struct sandbox *sandbox)
{
  scmp_filter_ctx filter CLEANUP(release) = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  bool loaded = filter != NULL && allow_plain(filter, PLAIN, COUNT_OF(PLAIN)) &&
                allow_plain(filter, sandbox->calls, sandbox->call_count) && allow_open(filter) &&
                allow_memory(filter) && allow_descriptors(filter, sandbox) && allow_limits(filter) &&
                seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 && seccomp_load(filter) == 0;
  return loaded ? STATUS_OK : STATUS_IO;
}
