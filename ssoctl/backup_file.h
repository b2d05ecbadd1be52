// SPDX-License-Identifier: Apache-2.0
// A backup: a head of lines that people can read, an empty line, and a store. One file, root's alone.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/status.h"

enum { BACKUP_WORD_SIZE = 128, BACKUP_DIGEST_SIZE = 65 };

struct backup_head {
  char version[BACKUP_WORD_SIZE]; // of the ssoctl that made it
  int64_t schema;                 // of the store in it
  char host[BACKUP_WORD_SIZE];    // its name
  char machine[BACKUP_WORD_SIZE]; // its machine-id(5)
  int64_t at_s;
  int64_t length;                  // of the store, in bytes
  char digest[BACKUP_DIGEST_SIZE]; // of the store: SHA-256 (FIPS 180-4), hexadecimal
};

// Of this host, now.
void backup_head_here(struct backup_head *ret_head);

// Reads the digest of what FD holds from its beginning, and its length, into HEAD. STATUS_IO.
MUST_CHECK enum status backup_measure(int fd, struct backup_head *head);

// Writes HEAD and what STORE_FD holds to FD. STATUS_IO.
MUST_CHECK enum status backup_write(const struct backup_head *head, int store_fd, int fd);

// Reads the head at the beginning of FD, and leaves FD behind it. STATUS_CORRUPT: it is no backup; STATUS_VERSION: of a
// format or a schema that this program does not read; ERROR says which. STATUS_IO.
MUST_CHECK enum status backup_read_head(int fd, struct error *error, struct backup_head *ret_head);

// Copies the store of HEAD from FD to STORE_FD. STATUS_CORRUPT: it is shorter or longer than the head says, or has
// another digest; ERROR says which. STATUS_IO.
MUST_CHECK enum status backup_read_store(int fd, const struct backup_head *head, int store_fd, struct error *error);
