// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { USUAL_COLUMNS = 80, USUAL_LINES = 24, PATH_SIZE = 64, ENVIRONMENT_SIZE = 16384 };

static const struct terminal UNKNOWN = {USUAL_COLUMNS, USUAL_LINES, false, false};

// To open some other devices is to do something with them.
static bool is_terminals_name(const char *name)
{
  static const char *const KINDS[] = {"pts/", "tty", "hvc", "console"};
  for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
    if (strncmp(name, KINDS[i], strlen(KINDS[i])) == 0) {
      return true;
    }
  }
  return false;
}

// -1 for what is no terminal below /dev. It is only looked at: neither read nor made ours.
static int open_tty(const char *tty)
{
  char path[PATH_SIZE];
  const char *name = strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
  int length = snprintf(path, sizeof path, "/dev/%s", name);
  if (!is_terminals_name(name) || strstr(name, "..") != NULL || length >= (int)sizeof path) {
    return -1;
  }
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  return fd >= 0 && isatty(fd) == 1 ? take_fd(&fd) : -1;
}

// In su and sudo the environment is whatever the person has made it: no more is taken from it than this.
static bool is_dumb(pid_t pid)
{
  static const char DUMB[] = "\0TERM=dumb";
  char path[PATH_SIZE];
  char environment[1 + ENVIRONMENT_SIZE + 1] = "";
  (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd >= 0 ? read(fd, environment + 1, ENVIRONMENT_SIZE) : 0;
  return length > 0 && memmem(environment, (size_t)length + 2, DUMB, sizeof DUMB) != NULL;
}

struct terminal terminal_of(const char *tty, pid_t pid)
{
  struct terminal found = UNKNOWN;
  struct winsize size;
  struct termios settings;
  int fd CLEANUP(cleanup_fd) = open_tty(tty);
  if (fd < 0) {
    return found;
  }
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    found.columns = size.ws_col;
    found.lines = size.ws_row;
  }
  found.dumb = is_dumb(pid);
  found.utf8 = tcgetattr(fd, &settings) == 0 && (settings.c_iflag & IUTF8) != 0;
  return found;
}

struct terminal terminal_of_ssh(void)
{
  struct terminal usual = UNKNOWN;
  usual.utf8 = true;
  return usual;
}
