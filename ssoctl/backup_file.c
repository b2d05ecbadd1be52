// SPDX-License-Identifier: Apache-2.0
#include "backup_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha256.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/machine_id.h"
#include "base/text.h"
#include "paths.h"
#include "store/store.h"

enum { FORMAT = 1, HEAD_MAX = 1024, STEP = 256 * 1024 };

static const char FIRST[] = "ssoorg-backup ";

void backup_head_here(struct backup_head *ret_head)
{
  *ret_head = (struct backup_head){.version = SSOORG_VERSION, .schema = STORE_SCHEMA, .at_s = clock_now_s()};
  if (gethostname(ret_head->host, sizeof ret_head->host - 1) != 0 || ret_head->host[0] == '\0') {
    (void)snprintf(ret_head->host, sizeof ret_head->host, "-");
  }
  char machine[MACHINE_ID_SIZE] = "-";
  bool known = machine_id_read(machine) == STATUS_OK;
  (void)snprintf(ret_head->machine, sizeof ret_head->machine, "%s", known ? machine : "-");
}

// Up to SIZE bytes; less only at the end. -1 for an error.
static ssize_t read_full(int fd, char *data, size_t size)
{
  size_t used = 0;
  while (used < size) {
    ssize_t got = read(fd, data + used, size - used);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return -1;
    }
    if (got == 0) {
      break;
    }
    used += (size_t)got;
  }
  return (ssize_t)used;
}

static void end_digest(SHA256_CTX *sha, char digest[static BACKUP_DIGEST_SIZE])
{
  unsigned char sum[SHA256_DIGEST_LENGTH];
  SHA256Final(sum, sha);
  text_hex(sum, sizeof sum, digest);
}

// Copies FROM to TO (-1: nowhere), at most LIMIT bytes, and counts and digests them.
static enum status copy(int from, int to, int64_t limit, int64_t *ret_length, char digest[static BACKUP_DIGEST_SIZE])
{
  SHA256_CTX sha;
  char *step CLEANUP(cleanup_free) = malloc(STEP);
  int64_t length = 0;
  if (step == NULL) {
    return STATUS_NO_MEMORY;
  }
  SHA256Init(&sha);
  for (;;) {
    ssize_t got = read_full(from, step, STEP);
    if (got < 0) {
      return STATUS_IO;
    }
    length += got;
    if (got == 0 || length > limit) {
      break;
    }
    SHA256Update(&sha, (const uint8_t *)step, (size_t)got);
    if (to >= 0 && file_write_all(to, step, (size_t)got) != STATUS_OK) {
      return STATUS_IO;
    }
  }
  end_digest(&sha, digest);
  *ret_length = length;
  return STATUS_OK;
}

enum status backup_measure(int fd, struct backup_head *head)
{
  return lseek(fd, 0, SEEK_SET) != 0 ? STATUS_IO : copy(fd, -1, INT64_MAX - STEP, &head->length, head->digest);
}

enum status backup_write(const struct backup_head *head, int store_fd, int fd)
{
  char text[HEAD_MAX];
  char date[CLOCK_TEXT_SIZE];
  char digest[BACKUP_DIGEST_SIZE];
  int64_t length = 0;
  clock_text(head->at_s, date);
  int size = snprintf(text, sizeof text,
                      "%s%d\nversion %s\nschema %" PRId64 "\nhost %s\nmachine %s\nat %" PRId64
                      "\ndate %s\nlength %" PRId64 "\nsha256 %s\n\n",
                      FIRST, FORMAT, head->version, head->schema, head->host, head->machine, head->at_s, date,
                      head->length, head->digest);
  if (size < 0 || (size_t)size >= sizeof text || lseek(store_fd, 0, SEEK_SET) != 0 ||
      file_write_all(fd, text, (size_t)size) != STATUS_OK) {
    return STATUS_IO;
  }
  enum status status = copy(store_fd, fd, INT64_MAX - STEP, &length, digest);
  return status == STATUS_OK && strcmp(digest, head->digest) != 0 ? STATUS_IO : status;
}

// The line "NAME VALUE" at *AT, which goes behind it.
static bool take_line(const char **at, const char *name, char *value, size_t size)
{
  size_t length = strlen(name);
  if (strncmp(*at, name, length) != 0 || (*at)[length] != ' ') {
    return false;
  }
  const char *from = *at + length + 1;
  size_t used = strcspn(from, "\n");
  *at = from + used + (from[used] == '\n');
  return from[used] == '\n' && used > 0 && text_copy_clean(from, used, value, size) == STATUS_OK;
}

static bool take_number(const char **at, const char *name, int64_t *ret_value)
{
  char value[BACKUP_WORD_SIZE];
  return take_line(at, name, value, sizeof value) && text_to_i64(value, 0, INT64_MAX - STEP, ret_value) == STATUS_OK;
}

static bool parse(const char *at, struct backup_head *head)
{
  char date[BACKUP_WORD_SIZE];
  return take_line(&at, "version", head->version, sizeof head->version) && take_number(&at, "schema", &head->schema) &&
         take_line(&at, "host", head->host, sizeof head->host) &&
         take_line(&at, "machine", head->machine, sizeof head->machine) && take_number(&at, "at", &head->at_s) &&
         take_line(&at, "date", date, sizeof date) && take_number(&at, "length", &head->length) &&
         take_line(&at, "sha256", head->digest, sizeof head->digest) && strlen(head->digest) == BACKUP_DIGEST_SIZE - 1;
}

static enum status check_format(const char *text, const char *end, struct error *error)
{
  char first[32];
  int length = snprintf(first, sizeof first, "%s%d\n", FIRST, FORMAT);
  if (end == NULL || strncmp(text, FIRST, sizeof FIRST - 1) != 0) {
    error_set(error, "is no backup of ssoctl");
    return STATUS_CORRUPT;
  }
  if (strncmp(text, first, (size_t)length) != 0) {
    error_set(error, "is a backup of another format than this program's (%d): a newer ssoctl made it", FORMAT);
    return STATUS_VERSION;
  }
  return STATUS_OK;
}

static enum status check_schema(const struct backup_head *head, struct error *error)
{
  if (head->schema > STORE_SCHEMA) {
    error_set(error, "is of version %s, whose store has schema %" PRId64 "; this ssoctl reads %d: install that version",
              head->version, head->schema, STORE_SCHEMA);
    return STATUS_VERSION;
  }
  if (head->schema < STORE_SCHEMA - 1) {
    error_set(error,
              "is of version %s, whose store has schema %" PRId64 "; this ssoctl reads %d and %d: restore it with "
              "a version between",
              head->version, head->schema, STORE_SCHEMA - 1, STORE_SCHEMA);
    return STATUS_VERSION;
  }
  return STATUS_OK;
}

enum status backup_read_head(int fd, struct error *error, struct backup_head *ret_head)
{
  char text[HEAD_MAX + 1];
  ssize_t got = read_full(fd, text, HEAD_MAX);
  if (got < 0) {
    error_set(error, "%s", strerror(errno));
    return STATUS_IO;
  }
  text[got] = '\0';
  const char *end = strstr(text, "\n\n");
  enum status status = check_format(text, end, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct backup_head head = {.schema = 0};
  if (!parse(strchr(text, '\n') + 1, &head)) {
    error_set(error, "is a backup whose head is damaged");
    return STATUS_CORRUPT;
  }
  status = check_schema(&head, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (lseek(fd, end + 2 - text, SEEK_SET) < 0) {
    error_set(error, "%s; a file is needed, not a pipe", strerror(errno));
    return STATUS_IO;
  }
  *ret_head = head;
  return STATUS_OK;
}

enum status backup_read_store(int fd, const struct backup_head *head, int store_fd, struct error *error)
{
  char digest[BACKUP_DIGEST_SIZE] = "";
  int64_t length = 0;
  enum status status = copy(fd, store_fd, head->length, &length, digest);
  if (status != STATUS_OK) {
    error_set(error, "cannot be copied: %s", status_text(status));
    return status;
  }
  if (length != head->length) {
    error_set(error, "is %s: its head says %" PRId64 " bytes of store",
              length < head->length ? "cut short" : "longer than it was", head->length);
    return STATUS_CORRUPT;
  }
  if (strcmp(digest, head->digest) != 0) {
    error_set(error, "is damaged: its digest is not the one in its head");
    return STATUS_CORRUPT;
  }
  return STATUS_OK;
}
