// SPDX-License-Identifier: Apache-2.0
#include "sessions.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/host_file.h"
#include "base/text.h"
#include "subids/subids.h"

enum { UID_MIN = 1000, STEP_US = 50000, ROUNDS = 20, STATUS_FILE_MAX = 16384 };

// Whose, and the numbers that users of their containers have, none where LAST is 0: those processes are in no session.
struct whose {
  const struct sessions_of *of;
  struct subid_range within;
};

static struct whose whose(const struct sessions_of *of)
{
  struct whose w = {of, {0, 0}};
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct subid_range range;
  const struct passwd *entry = getpwuid(of->uid); // a local user's line has the name
  if (of->gid == 0 && host_file_read(SUBIDS_UID_FILE, NULL, &text) == STATUS_OK &&
      subids_find(bytes_text(&text), entry != NULL ? entry->pw_name : "", of->uid, &range) == STATUS_OK &&
      range.first >= UID_MIN) {
    w.within = range;
  }
  return w;
}

static bool is_theirs(const struct whose *w, unsigned long uid)
{
  return uid == w->of->uid || (w->within.last > 0 && uid >= w->within.first && uid <= w->within.last);
}

// The line "Uid:<tab>real<tab>effective<tab>..." of proc(5).
static bool runs_as(const char *text, const struct whose *w)
{
  const char *at = strstr(text, "\nUid:\t");
  char *end = NULL;
  if (at == NULL) {
    return false;
  }
  unsigned long real = strtoul(at + strlen("\nUid:\t"), &end, 10);
  unsigned long effective = strtoul(end, NULL, 10);
  // A daemon of root's that works as somebody for a moment is not theirs.
  return is_theirs(w, real) || (real != 0 && is_theirs(w, effective));
}

// The line "Groups:<tab>gid gid ... " of proc(5).
static bool has_group(const char *text, uint32_t gid)
{
  char wanted[16];
  size_t length = (size_t)snprintf(wanted, sizeof wanted, "%u", gid);
  const char *at = strstr(text, "\nGroups:\t");
  at = at != NULL ? at + strlen("\nGroups:\t") : "";
  while (*at != '\0' && *at != '\n') {
    size_t word = strcspn(at, " \n");
    if (word == length && strncmp(at, wanted, length) == 0) {
      return true;
    }
    at += word + (at[word] == ' ');
  }
  return false;
}

static bool is_of(const char *pid, const struct whose *w)
{
  char path[64];
  char text[STATUS_FILE_MAX + 1] = "";
  (void)snprintf(path, sizeof path, "/proc/%.20s/status", pid);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || read(fd, text, STATUS_FILE_MAX) <= 0) {
    return false;
  }
  bool ended = strstr(text, "\nState:\tZ") != NULL || strstr(text, "\nState:\tX") != NULL;
  return !ended && runs_as(text, w) && (w->of->gid == 0 || has_group(text, w->of->gid));
}

// The process is held by its descriptor while it is looked at again: its number may have become another's.
static bool signal_one(const char *name, const struct whose *w, int number)
{
  int64_t pid = 0;
  if (text_to_i64(name, 1, INT32_MAX, &pid) != STATUS_OK || pid == getpid()) {
    return false;
  }
  int fd CLEANUP(cleanup_fd) = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
  if (fd < 0 || !is_of(name, w)) {
    return false;
  }
  bool there = syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) == 0;
  if (there && number == SIGTERM) {
    (void)syscall(SYS_pidfd_send_signal, fd, SIGHUP, NULL, 0);
    (void)syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0);
  }
  return there;
}

static enum status signal_all(const struct whose *w, int number, size_t *ret_count)
{
  DIR *dir CLEANUP(cleanup_dir) = opendir("/proc");
  if (dir == NULL) {
    return STATUS_IO;
  }
  size_t count = 0;
  for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    count += signal_one(entry->d_name, w, number);
  }
  *ret_count = count;
  return STATUS_OK;
}

// SIGKILL is sent again and again: what forks faster than /proc is read is caught in a later round.
static enum status kill_rest(const struct whose *w)
{
  size_t left = 0;
  for (int i = 0; i < ROUNDS; i++) {
    enum status status = signal_all(w, SIGKILL, &left);
    if (status != STATUS_OK || left == 0) {
      return status;
    }
    (void)usleep(STEP_US);
  }
  return STATUS_IO;
}

enum status sessions_end(const struct sessions_of *of, size_t *ret_ended)
{
  size_t there = 0;
  size_t left = 0;
  if (of->uid < UID_MIN) {
    return STATUS_INVALID;
  }
  const struct whose w = whose(of);
  enum status status = signal_all(&w, SIGTERM, &there);
  int64_t deadline_ms = clock_monotonic_ms() + SESSIONS_GRACE_MS;
  left = there;
  while (status == STATUS_OK && left > 0 && clock_left_ms(deadline_ms) > 0) {
    (void)usleep(STEP_US);
    status = signal_all(&w, 0, &left);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (left > 0) {
    status = kill_rest(&w);
  }
  if (status != STATUS_OK) {
    return status;
  }
  *ret_ended = there;
  return STATUS_OK;
}

enum status sessions_count(const struct sessions_of *of, size_t *ret_count)
{
  const struct whose w = whose(of);
  return of->uid < UID_MIN ? STATUS_INVALID : signal_all(&w, 0, ret_count);
}

int sessions_end_if_asked(const struct context *ctx, const char *login, const struct sessions_of *of, size_t *ret_ended)
{
  if (ctx->in->options[OPTION_END_SESSIONS] == NULL || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  if (sessions_end(of, ret_ended) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s: what runs under uid %u could not be ended", login, of->uid);
  }
  context_done(ctx, "%s: %zu processes ended", login, *ret_ended);
  return EXIT_DONE;
}
