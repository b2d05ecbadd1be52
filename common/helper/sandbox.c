// SPDX-License-Identifier: Apache-2.0
#include "helper/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/sandbox_parts.h"
#include "protocol/confinement.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif

// A sanitizer reserves terabytes of addresses.
static rlim_t memory_bytes(const struct sandbox *sandbox)
{
#ifdef HAS_SHADOW_MEMORY
  (void)sandbox;
  return RLIM_INFINITY;
#else
  return (rlim_t)sandbox->memory_mib << 20;
#endif
}

static bool limit(__rlimit_resource_t resource, rlim_t value)
{
  struct rlimit had;
  if (getrlimit(resource, &had) != 0) {
    return false;
  }
  struct rlimit wanted = {value < had.rlim_max ? value : had.rlim_max, value < had.rlim_max ? value : had.rlim_max};
  return setrlimit(resource, &wanted) == 0;
}

static bool set_limits(const struct sandbox *sandbox)
{
  rlim_t cpu_s = sandbox->cpu_s != 0 ? sandbox->cpu_s : RLIM_INFINITY;
  return limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, cpu_s) && limit(RLIMIT_NOFILE, sandbox->descriptors) &&
         limit(RLIMIT_AS, memory_bytes(sandbox));
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

enum status sandbox_begin(const struct sandbox *sandbox)
{
  (void)umask(077);
  if (geteuid() == 0 || getuid() == 0) {
    return STATUS_PERMISSION;
  }
  bool done = limit_start() && clearenv() == 0 && signal(SIGPIPE, SIG_IGN) != SIG_ERR && set_process_flags() &&
              close_range(STDERR_FILENO + 1, ~0U, 0) == 0 && fill_standard_descriptors() && set_limits(sandbox);
  return done ? STATUS_OK : STATUS_IO;
}

enum status sandbox_end(const struct sandbox *sandbox, int *ret_lacks)
{
  if (!limit(RLIMIT_FSIZE, 0)) {
    return STATUS_IO;
  }
  int lacks = sandbox_limit_files();
  if (lacks != 0 && !confinement_is_lack(lacks)) {
    return STATUS_IO;
  }
  enum status status = sandbox_limit_calls(sandbox);
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
