// SPDX-License-Identifier: Apache-2.0
#include "base/version_mark.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/files.h"

enum { PROGRAM_LIMIT = 64 * 1024 * 1024 };

// The name alone stands also in whatever looks for it.
static bool find_mark(const struct bytes *text, char ret_version[static VERSION_SIZE])
{
  static const char NAME[] = VERSION_MARK_NAME;
  const char *end = bytes_text(text) + text->length;
  for (const char *at = bytes_text(text); at < end; at++) {
    at = memmem(at, (size_t)(end - at), NAME, sizeof NAME - 1);
    if (at == NULL) {
      return false;
    }
    const char *version = at + sizeof NAME - 1;
    size_t length = strcspn(version, "\n");
    if (length > 0 && length < VERSION_SIZE && version[length] == '\n') {
      (void)snprintf(ret_version, VERSION_SIZE, "%.*s", (int)length, version);
      return true;
    }
  }
  return false;
}

enum status version_of_file(const char *path, struct error *error, char ret_version[static VERSION_SIZE])
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) {
    error_set(error, "%s: %s", path, strerror(errno));
    return STATUS_IO;
  }
  enum status status = file_read_all(fd, PROGRAM_LIMIT, &text);
  if (status != STATUS_OK) {
    error_set(error, "%s: %s", path, status_text(status));
    return status;
  }
  if (find_mark(&text, ret_version)) {
    return STATUS_OK;
  }
  error_set(error, "%s: does not say of which version it is", path);
  return STATUS_NOT_FOUND;
}
