// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "store/store_lmdb.h"

static const char UNFINISHED[] = "data.mdb.copy";

// Not compacted: for that LMDB would start a thread.
static int write_copy(const struct store *store)
{
  int fd CLEANUP(cleanup_fd) =
      openat(store->dir_fd, UNFINISHED, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return errno;
  }
  int code = mdb_env_copyfd2(store->env, fd, 0);
  if (code == 0 && fsync(fd) != 0) {
    code = errno;
  }
  return code;
}

enum status store_before_keep(const struct store *store, uint64_t schema, const char *dir, struct error *error)
{
  char name[sizeof "data.mdb.schema-18446744073709551615"];
  (void)snprintf(name, sizeof name, "data.mdb.schema-%llu", (unsigned long long)schema);
  int code = write_copy(store);
  if (code == 0 && (renameat(store->dir_fd, UNFINISHED, store->dir_fd, name) != 0 || fsync(store->dir_fd) != 0)) {
    code = errno;
  }
  if (code == 0) {
    return STATUS_OK;
  }
  (void)unlinkat(store->dir_fd, UNFINISHED, 0);
  return store_fail(error, "no copy can be kept, and nothing was changed", dir, code);
}
