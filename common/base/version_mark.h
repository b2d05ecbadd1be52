// SPDX-License-Identifier: Apache-2.0
// Each installed file of ours says in its bytes of which version it is, so that one can see it without running it.
#pragma once
#include "base/error.h"
#include "base/status.h"

enum { VERSION_SIZE = 32 };

#define VERSION_MARK_NAME "ssoorg-version="

// Once in each program and module, at file scope; kept by the linker although nothing uses it.
#define VERSION_MARK(version)                                                                                          \
  __attribute__((used, retain, section(".ssoorg_version"))) static const char version_mark[] =                         \
      VERSION_MARK_NAME version "\n"

// The version in the file at PATH. STATUS_NOT_FOUND where it says none; STATUS_IO, STATUS_TOO_LARGE beyond 64 MiB,
// STATUS_NO_MEMORY. ERROR says which.
MUST_CHECK enum status version_of_file(const char *path, struct error *error, char ret_version[static VERSION_SIZE]);
