// SPDX-License-Identifier: Apache-2.0
// Certificates and keys as files, which is how libpq wants them: in memory, and in none of the file systems.
#pragma once
#include "base/bytes.h"

enum { PEM_PATH_SIZE = 32 };

// PATH is "" where there is none.
struct pem_file {
  int fd;
  char path[PEM_PATH_SIZE];
};

struct pem_files {
  struct pem_file ca;
  struct pem_file certificate;
  struct pem_file key;
};

#define PEM_FILES_NONE                                                                                                 \
  {                                                                                                                    \
    .ca = {.fd = -1}, .certificate = {.fd = -1}, .key = {.fd = -1 }                                                    \
  }

// Makes a file of PEM, which only this process can open by its path, and nobody changes. Nothing for an empty PEM.
// STATUS_IO.
MUST_CHECK enum status pem_file_make(const struct bytes *pem, struct pem_file *ret_file);

void pem_files_done(struct pem_files *files);
