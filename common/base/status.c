// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <errno.h>

enum status status_of_write(int number)
{
  switch (number) {
  case EROFS: return STATUS_READ_ONLY;
  case ENOSPC:
  case EDQUOT: return STATUS_NO_SPACE;
  default: return STATUS_IO;
  }
}

bool status_is_unwritable(enum status status)
{
  return status == STATUS_READ_ONLY || status == STATUS_NO_SPACE;
}

const char *status_text(enum status status)
{
  switch (status) {
  case STATUS_OK: return "done";
  case STATUS_NO_MEMORY: return "out of memory";
  case STATUS_INVALID: return "not legal";
  case STATUS_NOT_FOUND: return "no such thing";
  case STATUS_EXISTS: return "exists already";
  case STATUS_REFUSED: return "refused by policy";
  case STATUS_IO: return "input or output failed";
  case STATUS_CORRUPT: return "damaged";
  case STATUS_TOO_LARGE: return "too large";
  case STATUS_TIMEOUT: return "took too long";
  case STATUS_CLOSED: return "closed by the other side";
  case STATUS_PROTOCOL: return "unexpected message";
  case STATUS_VERSION: return "written by a newer version";
  case STATUS_PERMISSION: return "wrong owner or mode";
  case STATUS_BUSY: return "busy";
  case STATUS_FULL: return "full";
  case STATUS_READ_ONLY: return "the file system is read-only";
  case STATUS_NO_SPACE: return "the disk is full";
  case STATUS_TOLD: return "refused";
  }
  return "unknown status";
}
