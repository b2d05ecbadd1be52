// SPDX-License-Identifier: Apache-2.0
#include "wiring/pending.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/host_file.h"
#include "base/text.h"

static const char FOLDER[] = "/var/lib/ssoorg/host";
static const char PATH[] = "/var/lib/ssoorg/host/pending";

int64_t pending_now_ms(void)
{
  struct timespec now;
  return clock_gettime(CLOCK_BOOTTIME, &now) == 0 ? (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 : -1;
}

static enum status read_boot(char boot[static 40])
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  int fd CLEANUP(cleanup_fd) = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || file_read_all(fd, 64, &text) != STATUS_OK || text.length < 36) {
    return STATUS_IO;
  }
  (void)snprintf(boot, 40, "%.36s", bytes_text(&text));
  return STATUS_OK;
}

// "NAME VALUE\n" of TEXT.
static enum status take_number(const char *text, const char *name, int64_t *ret_value)
{
  char number[24];
  const char *at = strstr(text, name);
  if (at == NULL || (at != text && at[-1] != '\n')) {
    return STATUS_CORRUPT;
  }
  at += strlen(name);
  size_t length = strcspn(at, "\n");
  if (length == 0 || length >= sizeof number) {
    return STATUS_CORRUPT;
  }
  (void)snprintf(number, sizeof number, "%.*s", (int)length, at);
  return text_to_i64(number, 0, INT64_MAX, ret_value) == STATUS_OK ? STATUS_OK : STATUS_CORRUPT;
}

static enum status parse(const char *text, struct pending *ret)
{
  struct pending pending = {.boot = ""};
  int64_t rows = 0;
  const char *boot = strstr(text, "boot ");
  if (boot != text || strcspn(boot + 5, "\n") != 36) {
    return STATUS_CORRUPT;
  }
  (void)snprintf(pending.boot, sizeof pending.boot, "%.36s", boot + 5);
  if (take_number(text, "begun ", &pending.begun_ms) != STATUS_OK ||
      take_number(text, "due ", &pending.due_ms) != STATUS_OK || take_number(text, "rows ", &rows) != STATUS_OK) {
    return STATUS_CORRUPT;
  }
  pending.rows = (uint64_t)rows;
  *ret = pending;
  return STATUS_OK;
}

enum status pending_read(struct error *error, struct pending *ret_pending)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = host_file_read(PATH, error, &text);
  // Among others the zeroes that a power cut may leave.
  bool is_damaged = status == STATUS_INVALID || status == STATUS_TOO_LARGE;
  if (status == STATUS_OK) {
    is_damaged = parse(bytes_text(&text), ret_pending) != STATUS_OK;
  }
  if (is_damaged) {
    error_set(error, "%s: is damaged; 'ssoctl host revert' takes back what waits", PATH);
    return STATUS_CORRUPT;
  }
  return status;
}

enum status pending_write(struct pending *pending, struct error *error)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  char lines[256];
  pending->begun_ms = pending_now_ms();
  if (read_boot(pending->boot) != STATUS_OK || pending->begun_ms < 0) {
    error_set(error, "/proc/sys/kernel/random/boot_id: cannot be read");
    return STATUS_IO;
  }
  if (mkdir(FOLDER, 0700) != 0 && access(FOLDER, W_OK) != 0) {
    error_set(error, "%s: cannot be made", FOLDER);
    return STATUS_IO;
  }
  (void)snprintf(lines, sizeof lines, "boot %s\nbegun %" PRId64 "\ndue %" PRId64 "\nrows %" PRIu64 "\n", pending->boot,
                 pending->begun_ms, pending->due_ms, pending->rows);
  enum status status = bytes_append_text(&text, lines);
  return status != STATUS_OK ? status : host_file_replace(PATH, &text, error);
}

enum status pending_remove(struct error *error)
{
  return host_file_remove(PATH, error);
}

bool pending_is_due(const struct pending *pending)
{
  char boot[40] = "";
  return read_boot(boot) != STATUS_OK || strcmp(boot, pending->boot) != 0 || pending_now_ms() >= pending->due_ms;
}

struct process {
  pid_t parent;
  int64_t started_ms; // since boot
  bool is_login;      // sshd or login
  bool is_console;    // login: a getty has become it, which may have waited since the host was booted
  bool listens;       // the sshd that only waits for connections
};

static enum status read_proc(pid_t pid, const char *name, struct bytes *out)
{
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? STATUS_NOT_FOUND : file_read_all(fd, 65536, out);
}

static bool is_login_program(pid_t pid, bool *ret_console)
{
  static const char *const PROGRAMS[] = {"sshd", "sshd-session", "sshd-auth", "login"};
  char path[64];
  char exe[PATH_MAX];
  (void)snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
  ssize_t length = readlink(path, exe, sizeof exe - 1);
  if (length <= 0) {
    return false;
  }
  exe[length] = '\0';
  char *gone = strstr(exe, " (deleted)"); // an upgrade put another in its place
  if (gone != NULL) {
    *gone = '\0';
  }
  const char *base = strrchr(exe, '/');
  for (size_t i = 0; base != NULL && i < COUNT_OF(PROGRAMS); i++) {
    if (strcmp(base + 1, PROGRAMS[i]) == 0) {
      *ret_console = strcmp(PROGRAMS[i], "login") == 0;
      return true;
    }
  }
  return false;
}

// Fields 4 and 22 of proc_pid_stat(5), behind the last ")".
static enum status read_stat(pid_t pid, struct process *ret)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  char *end = NULL;
  enum status status = read_proc(pid, "stat", &text);
  const char *at = status == STATUS_OK ? strrchr(bytes_text(&text), ')') : NULL;
  long ticks = sysconf(_SC_CLK_TCK);
  if (at == NULL || ticks <= 0 || strlen(at) < 5) {
    return STATUS_NOT_FOUND;
  }
  ret->parent = (pid_t)strtol(at + 4, &end, 10);
  for (int field = 4; field < 21 && end != NULL && *end != '\0'; field++) {
    end = strchr(end + 1, ' ');
  }
  if (end == NULL) {
    return STATUS_NOT_FOUND;
  }
  ret->started_ms = (int64_t)(strtoull(end, NULL, 10) * 1000 / (unsigned long long)ticks);
  return STATUS_OK;
}

static enum status look_at(pid_t pid, struct process *ret)
{
  struct bytes title CLEANUP(bytes_done) = BYTES_EMPTY;
  struct process process = {.is_console = false};
  enum status status = read_stat(pid, &process);
  if (status != STATUS_OK) {
    return status;
  }
  process.is_login = is_login_program(pid, &process.is_console);
  if (process.is_login && read_proc(pid, "cmdline", &title) == STATUS_OK) {
    process.listens = strstr(bytes_text(&title), "[listener]") != NULL;
  }
  *ret = process;
  return STATUS_OK;
}

enum status pending_login_ms(int64_t *ret_ms)
{
  enum { DEEPEST = 256 };
  struct process process;
  int64_t began_ms = -1;
  pid_t pid = getpid();
  int64_t child_ms = -1;
  for (int i = 0; i < DEEPEST && pid > 1 && look_at(pid, &process) == STATUS_OK; i++) {
    if (process.is_login && !process.listens) {
      // Of a connection the first, which was there before the sign-in; of a console the session.
      began_ms = process.is_console ? child_ms : process.started_ms;
    } else if (began_ms >= 0) {
      break;
    }
    child_ms = process.started_ms;
    pid = process.parent;
  }
  if (began_ms < 0) {
    return STATUS_NOT_FOUND;
  }
  *ret_ms = began_ms;
  return STATUS_OK;
}
