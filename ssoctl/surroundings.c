// SPDX-License-Identifier: Apache-2.0
#include "surroundings.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "process/scheduling.h"

enum { VALUE_SIZE = 128 };

// A message must not end in the file that was opened as descriptor 2.
static enum status open_standard(void)
{
  for (;;) {
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
      return STATUS_IO;
    }
    if (fd > STDERR_FILENO) {
      return close(fd) == 0 ? STATUS_OK : STATUS_IO;
    }
  }
}

// Everything else the libraries might look up (LOCPATH, TZ, HOSTALIASES, COLUMNS and the like) is the caller's.
static enum status clean_environment(void)
{
  static const char *const KEPT[] = {"LANG",     "LC_ALL",     "LC_CTYPE", "LC_MESSAGES",
                                     "SUDO_UID", "SSOORG_ORG", "SSOORG_ROLE", "NO_COLOR", "TERM"};
  char values[COUNT_OF(KEPT)][VALUE_SIZE];
  bool there[COUNT_OF(KEPT)] = {false};
  for (size_t i = 0; i < COUNT_OF(KEPT); i++) {
    const char *value = getenv(KEPT[i]);
    // A language is no path. What is no number is for whoever reads it to refuse.
    there[i] = value != NULL && (strcmp(KEPT[i], "SUDO_UID") == 0 || strchr(value, '/') == NULL);
    // One that is too long is cut: no language, no number.
    (void)snprintf(values[i], sizeof values[i], "%s", there[i] ? value : "");
  }
  if (clearenv() != 0) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < COUNT_OF(KEPT); i++) {
    if (there[i] && setenv(KEPT[i], values[i], 1) != 0) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

// Where this is not root's process nothing can be lifted, and nothing will be changed either.
static void lift_limits(void)
{
  static const __rlimit_resource_t LIFTED[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_AS, RLIMIT_RTTIME};
  const struct rlimit none = {0, 0};
  const struct rlimit no_limit = {RLIM_INFINITY, RLIM_INFINITY};
  for (size_t i = 0; i < COUNT_OF(LIFTED); i++) {
    (void)setrlimit(LIFTED[i], &no_limit);
  }
  (void)setrlimit(RLIMIT_CORE, &none);
}

static void reset_signals(void)
{
  sigset_t none;
  (void)sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
  (void)signal(SIGCHLD, SIG_DFL);
  (void)signal(SIGXFSZ, SIG_IGN); // a write that fails says so
}

enum status surroundings_settle(void)
{
  enum status status = open_standard();
  status = status != STATUS_OK ? status : clean_environment();
  lift_limits();
  scheduling_reset();
  reset_signals();
  (void)umask(077);
  (void)setlocale(LC_ALL, "");
  return status;
}
