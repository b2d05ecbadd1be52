// SPDX-License-Identifier: Apache-2.0
// Cleanup attributes for owning locals, and the explicit hand-over of what they own.
#pragma once
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

static inline void cleanup_fd(const int *fd)
{
  if (*fd >= 0) {
    (void)close(*fd);
  }
}

static inline void cleanup_dir(DIR **dir)
{
  if (*dir != NULL) {
    (void)closedir(*dir);
  }
}

static inline void cleanup_free(void *pointer_to_pointer)
{
  free(*(void **)pointer_to_pointer);
}

// Hands over the descriptor in *FD and leaves -1 behind.
static inline int take_fd(int *fd)
{
  int taken = *fd;
  *fd = -1;
  return taken;
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
