// SPDX-License-Identifier: Apache-2.0
// lookups COMMAND SERVICE COUNT SEED [KIND SAMPLES BUDGET_MS]: asks one name service about the COUNT people of people.h
// and prints one line of JSON. SEED, above 0, chooses whom it asks about. Commands:
//   check    asks for what it must know and must not know, and fails if an answer is wrong
//   time     asks a KIND of question SAMPLES times, warm, or as often as the budget allows: ns of each call
//   first    the first call of this process by name, with loading the module: ns
//   memory   what the process gains by three calls of each kind, after "files" was asked for a name
//   getent   runs "getent passwd NAME" SAMPLES times or as often as the budget allows: ns from start to end
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "footprint.h"
#include "questions.h"

enum { SAMPLES_MAX = 1000000, BUDGET_MAX_MS = 60000, WARM_UP_MAX = 1000, CHECKS = 6, EACH_KIND = 3 };

static const int64_t NS_PER_MS = 1000000;

struct task {
  char *service;
  uint32_t count;
  uint64_t seed;
  const struct question_kind *kind;
  size_t samples;
  int64_t budget_ns;
};

static int64_t now_ns(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
}

static int fail(const struct task *task, const char *what, const char *name)
{
  (void)fprintf(stderr, "lookups: %s with %u people: %s: %s\n", task->service, task->count, what, name);
  return 1;
}

static int check(const struct task *task)
{
  uint64_t state = task->seed;
  for (int i = 0; i < CHECKS; i++) {
    // A whole group database is read for each person by some.
    uint32_t index = i == 0 ? 0 : i == 1 ? task->count - 1 : random_index(&state, task->count);
    struct subject subject;
    for (size_t k = 0; k + 1 < QUESTION_KIND_COUNT; k++) {
      QUESTION_KINDS[k].choose(index, task->count, &subject);
      if (!QUESTION_KINDS[k].ask(&subject)) {
        return fail(task, QUESTION_KINDS[k].name, subject.name);
      }
    }
    if (i < EACH_KIND && !person_is_known(index, task->count)) {
      return fail(task, "an answer is not what it must be", subject.name);
    }
  }
  printf("{\"checked\": %d}\n", CHECKS);
  return 0;
}

static void print_samples(const int64_t *samples, size_t count)
{
  printf("{\"ns\": [");
  for (size_t i = 0; i < count; i++) {
    printf("%s%" PRId64, i > 0 ? "," : "", samples[i]);
  }
  printf("]}\n");
}

static int64_t timed(const struct question_kind *kind, const struct subject *subject, bool *good)
{
  int64_t begin = now_ns();
  *good = kind->ask(subject) && *good;
  return now_ns() - begin;
}

// Other people than those measured; once at least, since the first call loads the module.
static bool warm_up(const struct task *task)
{
  uint64_t state = task->seed + 1;
  struct subject subject;
  bool good = true;
  int64_t end = now_ns() + task->budget_ns / 20;
  for (int i = 0; good && (i == 0 || (i < WARM_UP_MAX && now_ns() < end)); i++) {
    task->kind->choose(random_index(&state, task->count), task->count, &subject);
    good = task->kind->ask(&subject);
  }
  return good;
}

static int time_questions(const struct task *task)
{
  struct subject *subjects CLEANUP(cleanup_free) = subjects_new(task->kind, task->count, task->samples, task->seed);
  int64_t *samples CLEANUP(cleanup_free) = calloc(task->samples, sizeof *samples);
  if (subjects == NULL || samples == NULL) {
    return fail(task, "memory is short", task->kind->name);
  }
  bool good = warm_up(task);
  int64_t end = now_ns() + task->budget_ns;
  size_t done = 0;
  while (good && done < task->samples && (done == 0 || now_ns() < end)) {
    samples[done] = timed(task->kind, &subjects[done], &good);
    done++;
  }
  if (!good) {
    return fail(task, "a wrong answer", task->kind->name);
  }
  print_samples(samples, done);
  return 0;
}

static int time_first(const struct task *task)
{
  uint64_t state = task->seed;
  struct subject subject;
  bool good = true;
  QUESTION_KINDS[0].choose(random_index(&state, task->count), task->count, &subject);
  int64_t ns = timed(&QUESTION_KINDS[0], &subject, &good);
  if (!good) {
    return fail(task, "a wrong answer", subject.name);
  }
  print_samples(&ns, 1);
  return 0;
}

static bool ask_each_kind(const struct task *task)
{
  uint64_t state = task->seed;
  bool good = true;
  for (size_t i = 0; i < (size_t)QUESTION_KIND_COUNT * EACH_KIND; i++) {
    const struct question_kind *kind = &QUESTION_KINDS[i / EACH_KIND];
    struct subject subject;
    kind->choose(random_index(&state, task->count), task->count, &subject);
    good = kind->ask(&subject) && good;
  }
  return good;
}

// "files" is asked before, as on every host: what any look-up takes is not counted, and what this service takes is.
static int measure_memory(const struct task *task)
{
  static const struct subject NOBODY = {.name = "nobody-has-this-name"};
  const struct question_kind *unknown = question_kind("unknown");
  struct footprint before;
  struct footprint after;
  bool asked = questions_go_to("files") && unknown->ask(&NOBODY) && footprint_take(&before) == STATUS_OK;
  // The first look at itself touches memory too.
  if (!asked || footprint_take(&before) != STATUS_OK || !questions_go_to(task->service)) {
    return fail(task, "cannot be measured", "/proc/self");
  }
  if (!ask_each_kind(task) || footprint_take(&after) != STATUS_OK) {
    return fail(task, "a wrong answer", "while memory was measured");
  }
  printf(
      "{\"private_kib\": %ld, \"anonymous_kib\": %ld, \"pss_kib\": %ld, \"descriptors\": %d, \"data_mappings\": %d}\n",
      after.private_kib - before.private_kib, after.anonymous_kib - before.anonymous_kib,
      after.pss_kib - before.pss_kib, after.descriptors - before.descriptors,
      after.data_mappings - before.data_mappings);
  return 0;
}

static int64_t timed_getent(char *service, char *name, bool *good)
{
  char *const arguments[] = {(char[]){"getent"}, (char[]){"-s"}, service, (char[]){"passwd"}, name, NULL};
  char *const environment[] = {NULL};
  posix_spawn_file_actions_t actions;
  int status = -1;
  pid_t pid = -1;
  int64_t begin = now_ns();
  int code = posix_spawn_file_actions_init(&actions);
  code = code != 0 ? code : posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  code = code != 0 ? code : posix_spawn(&pid, "/usr/bin/getent", &actions, NULL, arguments, environment);
  *good = code == 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 && *good;
  int64_t ns = now_ns() - begin;
  (void)posix_spawn_file_actions_destroy(&actions);
  return ns;
}

static int time_getent(const struct task *task)
{
  int64_t *samples CLEANUP(cleanup_free) = calloc(task->samples, sizeof *samples);
  uint64_t state = task->seed;
  int64_t end = now_ns() + task->budget_ns;
  size_t done = 0;
  bool good = samples != NULL;
  while (good && done < task->samples && (done == 0 || now_ns() < end)) {
    struct subject subject;
    QUESTION_KINDS[0].choose(random_index(&state, task->count), task->count, &subject);
    samples[done++] = timed_getent(task->service, subject.name, &good);
  }
  if (!good) {
    return fail(task, "getent", "it did not run, or did not find a person");
  }
  print_samples(samples, done);
  return 0;
}

struct command {
  const char *name;
  int (*run)(const struct task *task);
};
static const struct command COMMANDS[] = {
    {"check", check},           {"time", time_questions}, {"first", time_first},
    {"memory", measure_memory}, {"getent", time_getent},
};

static bool read_task(int argc, char **argv, struct task *ret_task)
{
  int64_t seed = 0;
  int64_t samples = 1;
  int64_t budget_ms = 0;
  struct task task = {.service = argv[2], .kind = &QUESTION_KINDS[0]};
  bool good = people_count(argv[3], &task.count) == STATUS_OK && text_to_i64(argv[4], 1, INT32_MAX, &seed) == STATUS_OK;
  if (argc == 8) {
    task.kind = question_kind(argv[5]);
    good = good && task.kind != NULL && text_to_i64(argv[6], 1, SAMPLES_MAX, &samples) == STATUS_OK &&
           text_to_i64(argv[7], 0, BUDGET_MAX_MS, &budget_ms) == STATUS_OK;
  }
  task.seed = (uint64_t)seed;
  task.samples = (size_t)samples;
  task.budget_ns = budget_ms * NS_PER_MS;
  *ret_task = task;
  return good;
}

int main(int argc, char **argv)
{
  struct task task;
  if ((argc == 5 || argc == 8) && read_task(argc, argv, &task)) {
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
      if (strcmp(COMMANDS[i].name, argv[1]) == 0) {
        return questions_go_to(task.service) ? COMMANDS[i].run(&task) : fail(&task, "glibc refuses it", argv[1]);
      }
    }
  }
  (void)fprintf(stderr, "usage: lookups check|time|first|memory|getent SERVICE COUNT SEED [KIND SAMPLES BUDGET_MS]\n");
  return 2;
}
