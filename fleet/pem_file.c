// SPDX-License-Identifier: Apache-2.0
#include "pem_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"

static const int SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

enum status pem_file_make(const struct bytes *pem, struct pem_file *ret_file)
{
  if (pem->length == 0) {
    return STATUS_OK;
  }
  int fd CLEANUP(cleanup_fd) = memfd_create("pem", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  // libpq takes no key that others could read.
  if (fd < 0 || fchmod(fd, S_IRUSR) != 0 || write(fd, pem->data, pem->length) != (ssize_t)pem->length ||
      fcntl(fd, F_ADD_SEALS, SEALS) != 0) {
    return STATUS_IO;
  }
  (void)snprintf(ret_file->path, sizeof ret_file->path, "/proc/self/fd/%d", fd);
  ret_file->fd = take_fd(&fd);
  return STATUS_OK;
}

void pem_files_done(struct pem_files *files)
{
  cleanup_fd(&files->ca.fd);
  cleanup_fd(&files->certificate.fd);
  cleanup_fd(&files->key.fd);
}
