// SPDX-License-Identifier: Apache-2.0
#include "sweep.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"

enum { PATH_LENGTH = 256, STEP_US = 500, EXIT_NOT_STARTED = 99 };

static const char *library_path;
static uint64_t start_seed;

static void must(bool good, const char *what)
{
  if (!good) {
    perror(what);
    exit(2);
  }
}

void sweep_use(const char *library)
{
  const char *seed = getenv("FAULTS_SEED");
  library_path = library;
  start_seed = seed != NULL ? strtoull(seed, NULL, 10) : 0;
}

static void path_of_plan(const char *name, char path[static PATH_LENGTH])
{
  const char *end = strrchr(library_path, '/');
  must(end != NULL, library_path);
  (void)snprintf(path, PATH_LENGTH, "%.*s/plan-%s", (int)(end - library_path), library_path, name);
}

struct fault_plan *sweep_plan(const char *name)
{
  char path[PATH_LENGTH];
  path_of_plan(name, path);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  must(fd >= 0 && fchmod(fd, 0666) == 0 && ftruncate(fd, sizeof(struct fault_plan)) == 0, path);
  void *plan = mmap(NULL, sizeof(struct fault_plan), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  must(plan != MAP_FAILED, path);
  return plan;
}

void sweep_arm(struct fault_plan *plan, enum fault_mode mode, uint64_t at)
{
  *plan = (struct fault_plan){.mode = mode, .at = at, .warm = plan->warm, .own = plan->own};
}

const char *sweep_mode_name(enum fault_mode mode)
{
  return mode == FAULT_ONCE ? "once" : mode == FAULT_FROM ? "from" : "off";
}

void sweep_note(struct tally *tally, const char *name, const struct fault_plan *point, const struct outcome *outcome)
{
  tally->points++;
  tally->crashes += outcome->signal > 0;
  tally->own_crashes += outcome->signal > 0 && !outcome->foreign;
  bool seen = outcome->foreign && strcmp(tally->place, outcome->crashed_in) == 0;
  if (outcome->wrong[0] != '\0') {
    printf("%s, %s %llu: %s\n", name, sweep_mode_name(point->mode), (unsigned long long)point->at, outcome->wrong);
  }
  if (outcome->signal > 0 && !seen) {
    printf("%s, %s %llu: signal %d, %s\n", name, sweep_mode_name(point->mode), (unsigned long long)point->at,
           outcome->signal, outcome->crashed_in);
    memcpy(tally->place, outcome->crashed_in, sizeof tally->place);
  }
  tally->wrong += outcome->wrong[0] != '\0';
}

bool sweep_close(const char *name, enum fault_mode mode, const struct tally *tally)
{
  bool good = tally->points > 0 && tally->wrong == 0 && tally->own_crashes == 0;
  printf("%s %s_%s (%llu of %llu points, %llu wrong, %llu crashed, slowest %lld ms)\n", good ? "ok" : "FAIL", name,
         sweep_mode_name(mode), (unsigned long long)tally->points, (unsigned long long)tally->of,
         (unsigned long long)tally->wrong, (unsigned long long)tally->crashes, (long long)tally->slowest_ms);
  (void)fflush(stdout);
  return good;
}

// glibc 2.36 asserts and aborts where the start of its name service, or thread-local data, runs out of memory, and
// libpam starts it for us. Anything else that our own code calls must not crash.
bool sweep_is_foreign(const struct fault_plan *plan)
{
  static const char *const CALLS[] = {"getpwnam in ", "getpwnam_r in ", "pam_modutil_getpwnam in "};
  for (size_t i = 0; i < COUNT_OF(CALLS); i++) {
    if (strncmp(plan->crashed_in, CALLS[i], strlen(CALLS[i])) == 0) {
      return !plan->crash_is_ours;
    }
  }
  return false;
}

// Of this process and of all that it has waited for.
static uint64_t cpu_us(void)
{
  static const int WHOSE[] = {RUSAGE_SELF, RUSAGE_CHILDREN};
  uint64_t sum = 0;
  for (size_t i = 0; i < COUNT_OF(WHOSE); i++) {
    struct rusage used;
    must(getrusage(WHOSE[i], &used) == 0, "getrusage");
    sum += (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000;
    sum += (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  }
  return sum;
}

// Runs once without a failure; gives the distance between two points.
static uint64_t measure(struct fault_plan *plan, sweep_run *run, void *context, struct tally *tally)
{
  uint64_t start_us = cpu_us();
  sweep_arm(plan, FAULT_OFF, 0);
  struct outcome outcome = run(context, plan);
  uint64_t each_us = cpu_us() - start_us;
  tally->of = plan->count < POINTS_MAX ? plan->count : POINTS_MAX;
  if (outcome.wrong[0] != '\0' || outcome.signal != 0) {
    printf("without a failure: %s, signal %d\n", outcome.wrong, outcome.signal);
    tally->wrong++;
  }
  uint64_t affordable = (uint64_t)SWEEP_CPU_MS * 1000 / (each_us > 0 ? each_us : 1);
  uint64_t count = affordable > SWEEP_POINTS_MIN ? affordable : SWEEP_POINTS_MIN;
  return tally->of > count ? (tally->of + count - 1) / count : 1;
}

bool sweep_all(const char *name, enum fault_mode mode, struct fault_plan *plan, sweep_run *run, void *context)
{
  struct tally tally = {0};
  uint64_t stride = measure(plan, run, context, &tally);
  for (uint64_t at = 1 + start_seed % stride; at <= POINTS_MAX; at += stride) {
    int64_t start_ms = clock_monotonic_ms();
    sweep_arm(plan, mode, at);
    struct outcome outcome = run(context, plan);
    outcome.foreign = sweep_is_foreign(plan);
    memcpy(outcome.crashed_in, plan->crashed_in, sizeof outcome.crashed_in);
    int64_t took_ms = clock_monotonic_ms() - start_ms;
    tally.slowest_ms = took_ms > tally.slowest_ms ? took_ms : tally.slowest_ms;
    if (plan->failed == 0 && outcome.wrong[0] == '\0') {
      tally.of = stride == 1 ? at - 1 : tally.of; // what is counted may go on behind what may fail
      break;
    }
    const struct fault_plan point = {.mode = mode, .at = at};
    sweep_note(&tally, name, &point, &outcome);
  }
  return sweep_close(name, mode, &tally);
}

static void run_program(const char *path, const char *plan, uid_t uid, int fd)
{
  char preload[PATH_LENGTH];
  char setting[PATH_LENGTH + 16];
  char plan_path[PATH_LENGTH];
  char *const arguments[] = {(char *)(uintptr_t)path, NULL};
  char *const environment[] = {preload, setting, NULL};
  path_of_plan(plan, plan_path);
  (void)snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library_path);
  (void)snprintf(setting, sizeof setting, "FAULT_PLAN=%s", plan_path);
  bool became = uid == 0 || (setgroups(0, NULL) == 0 && setgid(uid) == 0 && setuid(uid) == 0);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  bool placed = dup2(fd, STDIN_FILENO) == 0 && dup2(null, STDOUT_FILENO) == 1 && dup2(null, STDERR_FILENO) == 2;
  if (became && placed) {
    (void)execve(path, arguments, environment);
  }
  _exit(EXIT_NOT_STARTED);
}

struct started sweep_start(const char *path, const char *plan, uid_t uid)
{
  int ends[2] = {-1, -1};
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  pid_t pid = fork();
  must(pid >= 0, "fork");
  if (pid == 0) {
    run_program(path, plan, uid, ends[1]);
  }
  (void)close(ends[1]);
  return (struct started){pid, ends[0]};
}

int sweep_end(struct started *started, int limit_ms)
{
  int how = 0;
  int64_t deadline_ms = clock_monotonic_ms() + limit_ms;
  pid_t ended = 0;
  (void)close(started->fd);
  while ((ended = waitpid(started->pid, &how, WNOHANG)) == 0 && clock_monotonic_ms() < deadline_ms) {
    (void)usleep(STEP_US);
  }
  if (ended == 0) {
    (void)kill(started->pid, SIGKILL);
    (void)waitpid(started->pid, &how, 0);
    return -1;
  }
  must(!WIFEXITED(how) || WEXITSTATUS(how) != EXIT_NOT_STARTED, "the program could not be started");
  return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}
