// SPDX-License-Identifier: Apache-2.0
// What all entry points that glibc calls have in common: how they are seen, and how they end.
#pragma once
#include <nss.h>

#include "base/status.h"

#define EXPORTED __attribute__((visibility("default")))

// What glibc gets for STATUS. errno becomes SAVED_ERRNO, what it was before; *ERRNOP says why, unless it is success:
// ERANGE for a buffer that is too small, ENOMEM, EAGAIN where others were at it for too long, otherwise ENOENT.
enum nss_status nss_result(enum status status, int saved_errno, int *errnop);
