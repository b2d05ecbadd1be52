// SPDX-License-Identifier: Apache-2.0
#include "nss_result.h"

#include <errno.h>

enum nss_status nss_result(enum status status, int saved_errno, int *errnop)
{
  errno = saved_errno;
  if (status == STATUS_OK) {
    return NSS_STATUS_SUCCESS;
  }
  if (status == STATUS_TOO_LARGE || status == STATUS_NO_MEMORY) {
    *errnop = status == STATUS_TOO_LARGE ? ERANGE : ENOMEM;
    return NSS_STATUS_TRYAGAIN;
  }
  *errnop = status == STATUS_BUSY ? EAGAIN : ENOENT;
  return status == STATUS_BUSY ? NSS_STATUS_UNAVAIL : NSS_STATUS_NOTFOUND;
}
