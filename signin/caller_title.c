// SPDX-License-Identifier: Apache-2.0
#include "caller_title.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static const char NOBODY[] = "unknown";
static const char END[] = ": unknown [pam]";

enum { TITLE_SIZE = 256 };

bool caller_turns_away(const char *login)
{
  char path[32];
  char title[TITLE_SIZE] = "";
  (void)snprintf(path, sizeof path, "/proc/%d/cmdline", (int)getppid());
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, title, sizeof title - 1) <= 0 || strcmp(login, NOBODY) == 0) {
    return false;
  }
  size_t length = strlen(title);
  size_t end = strlen(END);
  return length >= end && strcmp(title + length - end, END) == 0;
}
