// SPDX-License-Identifier: Apache-2.0
#include "map/caller.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_one_of(const char *sshd_paths, const char *link)
{
  char exe[PATH_MAX];
  ssize_t length = readlink(link, exe, sizeof exe);
  if (length <= 0 || (size_t)length >= sizeof exe) {
    return false;
  }
  const char *at = sshd_paths;
  while (*at != '\0') {
    size_t word = strcspn(at, " ");
    if (word == (size_t)length && memcmp(at, exe, word) == 0) {
      return true;
    }
    at += word;
    at += strspn(at, " ");
  }
  return false;
}

bool caller_is_sshd(const char *sshd_paths)
{
  return is_one_of(sshd_paths, "/proc/self/exe");
}

bool caller_parent_is_sshd(const char *sshd_paths)
{
  char link[32];
  (void)snprintf(link, sizeof link, "/proc/%d/exe", (int)getppid());
  return is_one_of(sshd_paths, link);
}

bool caller_is_root(void)
{
  return getuid() == 0 && geteuid() == 0;
}

bool caller_is_root_sshd(const char *sshd_paths)
{
  return caller_is_root() && caller_is_sshd(sshd_paths);
}
