// SPDX-License-Identifier: Apache-2.0
#include "run_ticket.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "paths.h"
#include "run_folder.h"

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

static enum status read_record(int folder, const char *id, struct ticket *ret_ticket)
{
  struct ticket ticket = {.id = ""};
  enum status status = run_folder_read(folder, id, &TICKET_RECORD, &ticket);
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

enum status run_ticket_put(const struct ticket *ticket, int64_t now_s)
{
  int folder CLEANUP(cleanup_fd) = -1;
  if (!is_id(ticket->id)) {
    return STATUS_INVALID;
  }
  enum status status = run_folder_make(FOLDER, &folder);
  if (status != STATUS_OK) {
    return status;
  }
  sweep(folder, now_s);
  return run_folder_write(folder, ticket->id, &TICKET_RECORD, ticket);
}

enum status run_ticket_get(const char *id, int64_t now_s, struct ticket *ret_ticket)
{
  int folder CLEANUP(cleanup_fd) = -1;
  struct ticket ticket;
  enum status status = is_id(id) ? run_folder_open(FOLDER, &folder) : STATUS_NOT_FOUND;
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
  enum status status = is_id(id) ? run_folder_open(FOLDER, &folder) : STATUS_NOT_FOUND;
  if (status != STATUS_OK) {
    return status;
  }
  if (unlinkat(folder, id, 0) != 0) {
    return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  }
  return STATUS_OK;
}
