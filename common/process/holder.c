// SPDX-License-Identifier: Apache-2.0
#include "process/holder.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

enum { LOOK_STEP_MS = 100, FIELD_STARTED = 22, TICK_MS = 20 };

static off_t place_of(int64_t at)
{
  return at * HOLDER_NOTE_STEP;
}

bool holder_read_note(int fd, int64_t at, struct holder_note *ret_note)
{
  return pread(fd, ret_note, sizeof *ret_note, place_of(at)) == (ssize_t)sizeof *ret_note;
}

void holder_write_note(int fd, int64_t at, const struct holder_note *note)
{
  // Where it cannot be written others go by the process alone.
  ssize_t written = pwrite(fd, note, sizeof *note, place_of(at));
  (void)written;
}

// 0: nobody, or nobody that this process can see.
static pid_t holder_pid(int fd, int64_t at)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
  bool held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  return held && lock.l_pid > 0 ? lock.l_pid : 0;
}

static int64_t cpu_ms_of(pid_t pid)
{
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    return 0;
  }
  return (int64_t)used.tv_sec * 1000 + used.tv_nsec / 1000000;
}

// When PID was started, in milliseconds since the system was: field 22 of proc_pid_stat(5), -1 if nobody knows. The
// name in field 2 may be anything, with blanks and brackets in it.
static int64_t started_ms(pid_t pid)
{
  char path[32];
  char text[1024];
  int64_t ticks = 0;
  (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
  text[length > 0 ? length : 0] = '\0';
  char *rest = strrchr(text, ')');
  for (int field = 2; rest != NULL && field < FIELD_STARTED; field++) {
    rest = strchr(rest + 1, ' ');
  }
  if (rest == NULL) {
    return -1;
  }
  char *word = rest + 1;
  word[strcspn(word, " ")] = '\0';
  return text_to_i64(word, 0, INT64_MAX / 1000, &ticks) == STATUS_OK ? ticks * 1000 / sysconf(_SC_CLK_TCK) : -1;
}

static int64_t boot_ms(void)
{
  struct timespec now = {0};
  (void)clock_gettime(CLOCK_BOOTTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// A note of somebody else says nothing about this one, who has not come to writing its own.
static struct holder_note note_of(int fd, int64_t at, pid_t pid)
{
  struct holder_note note;
  if (!holder_read_note(fd, at, &note) || note.pid != pid ||
      (int64_t)(note.taken_ns / 1000000) + TICK_MS < started_ms(pid)) {
    return (struct holder_note){.kind = HOLDER_BRIEF};
  }
  return note;
}

static bool same_turn(const struct holder_watch *watch, pid_t pid, const struct holder_note *note)
{
  return watch->pid == pid && watch->note.taken_ns == note->taken_ns;
}

// Before all that is not in haste, however little of the processor it was left.
static void put_first(pid_t pid)
{
  const struct sched_param first = {.sched_priority = 1};
  (void)sched_setscheduler(pid, SCHED_RR | SCHED_RESET_ON_FORK, &first);
}

// PIDFD was opened when PID had the lock; as it has it still, PIDFD means that process or one that is gone.
static void kill_holder(int fd, int64_t at, pid_t pid, int pidfd)
{
  if (holder_pid(fd, at) == pid && syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0) {
    put_first(pid); // to die takes the processor as well
  }
}

static void end(const struct holder_watch *watch, int fd, int64_t at)
{
  int pidfd CLEANUP(cleanup_fd) = (int)syscall(SYS_pidfd_open, watch->pid, 0);
  const struct holder_note note = note_of(fd, at, watch->pid);
  if (pidfd >= 0 && same_turn(watch, watch->pid, &note)) {
    kill_holder(fd, at, watch->pid, pidfd);
  }
}

static bool is_overdue(const struct holder_watch *watch, int64_t now_ms)
{
  int64_t held_ms = now_ms - watch->since_ms;
  bool works = (cpu_ms_of(watch->pid) - watch->cpu_ms) * 2 >= held_ms;
  switch ((enum holder_kind)watch->note.kind) {
  case HOLDER_MENDS: return held_ms >= (works ? HOLDER_MEND_LIMIT_MS : HOLDER_LIMIT_MS);
  case HOLDER_SLOW: return held_ms >= HOLDER_SLOW_LIMIT_MS;
  case HOLDER_ROOTS: return false;
  case HOLDER_BRIEF: break;
  }
  return held_ms >= HOLDER_LIMIT_MS;
}

static void watch_anew(struct holder_watch *watch, pid_t pid, const struct holder_note *note, int64_t now_ms)
{
  *watch = (struct holder_watch){.pid = pid,
                                 .note = *note,
                                 .since_ms = now_ms,
                                 .cpu_ms = pid != 0 ? cpu_ms_of(pid) : 0,
                                 .next_ms = watch->next_ms};
}

void holder_watch(struct holder_watch *watch, int fd, int64_t at)
{
  int64_t now_ms = clock_monotonic_ms();
  if (now_ms < watch->next_ms) {
    return;
  }
  watch->next_ms = now_ms + LOOK_STEP_MS;
  pid_t pid = holder_pid(fd, at);
  const struct holder_note note = pid != 0 ? note_of(fd, at, pid) : (struct holder_note){.kind = HOLDER_BRIEF};
  if (pid == 0 || !same_turn(watch, pid, &note)) {
    watch_anew(watch, pid, &note, now_ms);
  }
  watch->note.kind = note.kind;
  if (note.kind == HOLDER_MENDS && !watch->goes_first) {
    put_first(pid);
    watch->goes_first = true;
  }
  if (pid != 0 && is_overdue(watch, now_ms)) {
    end(watch, fd, at);
  }
}

void holder_sign(int fd, int64_t at)
{
  const struct holder_note note = {.taken_ns = (uint64_t)boot_ms() * 1000000, .pid = getpid()};
  holder_write_note(fd, at, &note);
}

static bool always(const void *context, int fd, int64_t at)
{
  (void)context;
  (void)fd;
  (void)at;
  return true;
}

void holder_end_older(int fd, int64_t at, int64_t age_ms)
{
  holder_end_older_if(fd, at, age_ms, always, NULL);
}

// The path of what PID runs, also where that file has been replaced since. False if nobody says.
static bool program_of(const char *process, char *ret_path, size_t size)
{
  static const char GONE[] = " (deleted)";
  char link[32];
  (void)snprintf(link, sizeof link, "/proc/%s/exe", process);
  ssize_t length = readlink(link, ret_path, size - 1);
  if (length <= 0) {
    return false;
  }
  ret_path[length] = '\0';
  size_t end = (size_t)length > sizeof GONE - 1 ? (size_t)length - (sizeof GONE - 1) : 0;
  ret_path[strcmp(ret_path + end, GONE) == 0 ? end : (size_t)length] = '\0';
  return true;
}

// What another pid namespace has signed with is the number of anybody here: only one that runs this very program is
// meant.
static bool runs_this(pid_t pid)
{
  char number[16];
  char theirs[PATH_MAX];
  char ours[PATH_MAX];
  (void)snprintf(number, sizeof number, "%d", (int)pid);
  return program_of(number, theirs, sizeof theirs) && program_of("self", ours, sizeof ours) &&
         strcmp(theirs, ours) == 0;
}

void holder_end_older_if(int fd, int64_t at, int64_t age_ms, holder_still *still, const void *context)
{
  struct holder_note note;
  if (!holder_read_note(fd, at, &note) || note.pid <= 0) {
    return;
  }
  int64_t taken_ms = (int64_t)(note.taken_ns / 1000000);
  int pidfd CLEANUP(cleanup_fd) = (int)syscall(SYS_pidfd_open, note.pid, 0);
  int64_t started = pidfd >= 0 ? started_ms(note.pid) : -1;
  // One that was started later has got the number of another.
  bool is_it = note.pid != getpid() && started >= 0 && started <= taken_ms + TICK_MS && runs_this(note.pid);
  if (is_it && boot_ms() - taken_ms >= age_ms && still(context, fd, at) &&
      syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0) {
    put_first(note.pid);
  }
}
