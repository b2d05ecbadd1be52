// SPDX-License-Identifier: Apache-2.0
#include "late_notes.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "paths.h"
#include "run_folder.h"

enum { NOTES_MAX = 64, NAME_SIZE = 64 };

static const char FOLDER[] = PATH_RUN "/unrecorded";

// Whole ones: a name with a dot before it is not written to its end.
static int is_note(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

// The names that are there, the oldest first; *RET_COUNT of them, which the caller frees as scandir(3) says.
static struct dirent **list(int *ret_count)
{
  struct dirent **names = NULL;
  *ret_count = scandir(FOLDER, &names, is_note, alphasort);
  return *ret_count > 0 ? names : NULL;
}

static void free_list(struct dirent **names, int count)
{
  for (int i = 0; names != NULL && i < count; i++) {
    free(names[i]);
  }
  free(names);
}

static enum status write_note(int folder, const struct audit_event *event, const char *name)
{
  char unfinished[NAME_SIZE + 1];
  (void)snprintf(unfinished, sizeof unfinished, ".%s", name);
  enum status status = run_folder_write(folder, unfinished, &AUDIT_RECORD, event);
  if (status == STATUS_OK && renameat(folder, unfinished, folder, name) != 0) {
    status = status_of_write(errno);
    (void)unlinkat(folder, unfinished, 0);
  }
  return status;
}

enum status late_notes_keep(const struct session *s, const struct signed_in *result)
{
  struct audit_event event = {.at_s = clock_now_s()};
  unsigned char random[8];
  char hex[2 * sizeof random + 1];
  char name[NAME_SIZE];
  int folder CLEANUP(cleanup_fd) = -1;
  int count = 0;
  enum status status = run_folder_make(FOLDER, &folder);
  status = status != STATUS_OK ? status : file_random(random, sizeof random);
  if (status != STATUS_OK) {
    return status;
  }
  struct dirent **names = list(&count);
  free_list(names, count);
  if (count >= NOTES_MAX) {
    return STATUS_TOO_LARGE;
  }
  (void)snprintf(event.login, sizeof event.login, "%s", result->account.login);
  (void)snprintf(event.org, sizeof event.org, "%s", result->org);
  (void)snprintf(event.row, sizeof event.row, "%s", result->row);
  (void)snprintf(event.rhost, sizeof event.rhost, "%s", s->request->rhost);
  (void)snprintf(event.service, sizeof event.service, "%s", s->request->service);
  text_hex(random, sizeof random, hex);
  (void)snprintf(name, sizeof name, "%020" PRId64 "-%s", event.at_s, hex);
  return write_note(folder, &event, name);
}

// Of whoever it was, and not of who signs in now.
static enum status add(struct session *s, const struct audit_event *event)
{
  struct change_done ignored;
  struct message_request request = *s->request;
  struct session theirs = *s;
  (void)snprintf(request.login, sizeof request.login, "%s", event->login);
  (void)snprintf(request.rhost, sizeof request.rhost, "%s", event->rhost);
  (void)snprintf(request.service, sizeof request.service, "%s", event->service);
  theirs.request = &request;
  return session_change(&theirs, change_sign_in_late(event, &ignored));
}

// False: no more can be added now.
static bool catch_up(struct session *s, int folder, const char *name)
{
  struct audit_event event;
  enum status status = run_folder_read(folder, name, &AUDIT_RECORD, &event);
  bool damaged = status != STATUS_OK;
  status = damaged ? STATUS_OK : add(s, &event);
  if (damaged) {
    session_log(LOG_WARNING, "%s/%s: is no sign-in that could be added to the audit trail", FOLDER, name);
  }
  return status == STATUS_OK && unlinkat(folder, name, 0) == 0;
}

void late_notes_catch_up(struct session *s)
{
  int folder CLEANUP(cleanup_fd) = -1;
  int count = 0;
  if (run_folder_open(FOLDER, &folder) != STATUS_OK || flock(folder, LOCK_EX | LOCK_NB) != 0) {
    return;
  }
  struct dirent **names = list(&count);
  for (int i = 0; i < count; i++) {
    if (!catch_up(s, folder, names[i]->d_name)) {
      break;
    }
  }
  free_list(names, count);
}
