// SPDX-License-Identifier: Apache-2.0
#include "run_ticket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "paths.h"

enum { RECORD_MAX = 4096 };

static const char FOLDER[] = PATH_RUN "/tickets";

static void close_dir(DIR **dir)
{
  if (*dir != NULL) {
    (void)closedir(*dir);
  }
}

// An id comes from the calling program, and becomes a name of a file here.
static bool is_id(const char *id)
{
  return strlen(id) == PROTOCOL_TICKET_SIZE - 1 && strspn(id, "0123456789abcdef") == PROTOCOL_TICKET_SIZE - 1;
}

static enum status open_folder(int *ret_fd)
{
  struct stat st;
  int fd CLEANUP(cleanup_fd) = open(FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (fstat(fd, &st) != 0) {
    return STATUS_IO;
  }
  if (st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
    return STATUS_PERMISSION;
  }
  *ret_fd = take_fd(&fd);
  return STATUS_OK;
}

static enum status make_folder(int *ret_fd)
{
  if ((mkdir(PATH_RUN, 0700) != 0 && errno != EEXIST) || (mkdir(FOLDER, 0700) != 0 && errno != EEXIST)) {
    return status_of_write(errno);
  }
  return open_folder(ret_fd);
}

static enum status read_record(int folder, const char *id, struct ticket *ret_ticket)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  struct stat st;
  int fd CLEANUP(cleanup_fd) = openat(folder, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1) {
    return STATUS_PERMISSION;
  }
  enum status status = file_read_all(fd, RECORD_MAX, &record);
  if (status != STATUS_OK) {
    return status;
  }
  struct ticket ticket = {.id = ""};
  status = record_decode(&TICKET_RECORD, bytes_text(&record), record.length, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  if (strcmp(ticket.id, id) != 0) {
    return STATUS_CORRUPT;
  }
  *ret_ticket = ticket;
  return STATUS_OK;
}

// Also what was half written when the disk was full.
static void sweep(int folder, int64_t now_s)
{
  int fd = dup(folder);
  DIR *dir CLEANUP(close_dir) = fd >= 0 ? fdopendir(fd) : NULL;
  if (dir == NULL) {
    cleanup_fd(&fd);
    return;
  }
  for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    struct ticket ticket;
    bool whole = is_id(entry->d_name) && read_record(folder, entry->d_name, &ticket) == STATUS_OK;
    if (is_id(entry->d_name) && (!whole || ticket.expires_at_s <= now_s)) {
      (void)unlinkat(folder, entry->d_name, 0);
    }
  }
}

static enum status write_record(int folder, const struct ticket *ticket)
{
  struct bytes record CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = record_encode(&TICKET_RECORD, ticket, &record);
  if (status != STATUS_OK) {
    return status;
  }
  int fd CLEANUP(cleanup_fd) = openat(folder, ticket->id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return status_of_write(errno);
  }
  status = file_write_all(fd, bytes_text(&record), record.length);
  if (status != STATUS_OK) {
    (void)unlinkat(folder, ticket->id, 0);
  }
  return status;
}

enum status run_ticket_put(const struct ticket *ticket, int64_t now_s)
{
  int folder CLEANUP(cleanup_fd) = -1;
  if (!is_id(ticket->id)) {
    return STATUS_INVALID;
  }
  enum status status = make_folder(&folder);
  if (status != STATUS_OK) {
    return status;
  }
  sweep(folder, now_s);
  return write_record(folder, ticket);
}

enum status run_ticket_get(const char *id, int64_t now_s, struct ticket *ret_ticket)
{
  int folder CLEANUP(cleanup_fd) = -1;
  struct ticket ticket;
  enum status status = is_id(id) ? open_folder(&folder) : STATUS_NOT_FOUND;
  status = status != STATUS_OK ? status : read_record(folder, id, &ticket);
  if (status != STATUS_OK) {
    return status;
  }
  if (ticket.expires_at_s <= now_s) {
    return STATUS_NOT_FOUND;
  }
  *ret_ticket = ticket;
  return STATUS_OK;
}

enum status run_ticket_remove(const char *id)
{
  int folder CLEANUP(cleanup_fd) = -1;
  enum status status = is_id(id) ? open_folder(&folder) : STATUS_NOT_FOUND;
  if (status != STATUS_OK) {
    return status;
  }
  if (unlinkat(folder, id, 0) != 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  return STATUS_OK;
}
