// SPDX-License-Identifier: Apache-2.0
// sweep_oidc LIBRARY PROGRAM UID SEED: ssoorg-oidc with failing allocations (HOLES H12). Those that it asks for itself
// all fail once, from where it has shown the codes: there tokens are judged. All others are too many: of them POINTS
// are tried, from a start that SEED chooses. Whatever fails, a bad provider's person is never AUTHORIZED, a good one's
// only with a whole identity, and it ends in time. Each sign-in waits a second for its poll, so WORKERS run side by
// side, each with a provider of its own. Where a library crashes out of memory that is a refusal, and is counted.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "provider.h"
#include "sweep.h"

enum { POINTS = 40, OWN_MAX = 200, WORKERS = 40, TIMEOUT_S = 8, PLAIN_TIMEOUT_S = 60 };
enum { LIMIT_MS = SWEEP_HANG_MS, END_MS = SWEEP_HANG_MS };

struct plot {
  enum provider_kind kind;
  bool own; // only what the program asks for itself
};

static const struct plot PLOTS[] = {
    {PROVIDER_RIGHT, false},  {PROVIDER_FORGED, false},      {PROVIDER_RIGHT, true},         {PROVIDER_FORGED, true},
    {PROVIDER_EXPIRED, true}, {PROVIDER_OTHER_CLIENT, true}, {PROVIDER_OTHER_SUBJECT, true},
};

struct settings {
  const char *program;
  uid_t uid;
  uint64_t seed;
};

struct job {
  const struct settings *settings;
  enum provider_kind kind;
  uint32_t timeout_s;
  struct stub *stub;
  char plan_name[32];
  struct fault_plan *plan;
};

// How many allocations a sign-in makes: until the codes are shown, and in all.
struct span {
  uint64_t shown;
  uint64_t whole;
};

struct result {
  uint64_t at;
  int64_t took_ms;
  struct outcome outcome;
};

// Shared with the workers.
struct results {
  struct result *of;
  size_t count;
};

static struct job job_begin(const struct settings *settings, const struct plot *plot, int worker)
{
  struct job job = {
      .settings = settings, .kind = plot->kind, .timeout_s = TIMEOUT_S, .stub = provider_start(plot->kind)};
  (void)snprintf(job.plan_name, sizeof job.plan_name, "oidc-%d", worker);
  job.plan = sweep_plan(job.plan_name);
  job.plan->own = plot->own;
  return job;
}

static const char *judge(const struct job *job, enum message_type last, const struct message_authorized *identity)
{
  if (last != MESSAGE_AUTHORIZED) {
    return "";
  }
  return job->kind != PROVIDER_RIGHT               ? "AUTHORIZED"
         : !provider_is_right(job->stub, identity) ? "AUTHORIZED with half an identity"
                                                   : "";
}

// Hears all messages to the last; *RET_SHOWN is how many allocations there were when the codes came.
static enum message_type hear(const struct job *job, int fd, struct message_authorized *ret_identity,
                              uint64_t *ret_shown)
{
  const struct message_sign_in request = provider_request(job->stub, job->timeout_s);
  int64_t deadline_ms = clock_monotonic_ms() + LIMIT_MS;
  struct channel c = channel_init(fd, LINK_SIGNIN_OIDC, PARTY_SIGNIN);
  enum message_type type = MESSAGE_SIGN_IN;
  enum status status = channel_send(&c, MESSAGE_SIGN_IN, &request, deadline_ms);
  while (status == STATUS_OK && c.phase != PHASE_ENDED) {
    void *value = NULL;
    status = channel_receive(&c, deadline_ms, &type, &value);
    if (status == STATUS_OK && type == MESSAGE_CODE) {
      *ret_shown = job->plan->count;
    } else if (status == STATUS_OK && type == MESSAGE_AUTHORIZED) {
      memcpy(ret_identity, value, sizeof *ret_identity);
    }
    channel_free_message(type, value);
  }
  return status == STATUS_OK ? type : MESSAGE_SIGN_IN;
}

static struct outcome run_point(const struct job *job, enum message_type *ret_last, uint64_t *ret_shown)
{
  struct outcome outcome = {.signal = 0};
  struct message_authorized identity = {.issuer = ""};
  int64_t deadline_ms = clock_monotonic_ms() + LIMIT_MS;
  struct started started = sweep_start(job->settings->program, job->plan_name, job->settings->uid);
  *ret_last = hear(job, started.fd, &identity, ret_shown);
  int end = sweep_end(&started, END_MS);
  const char *wrong = end == -1 || clock_monotonic_ms() > deadline_ms ? "it did not end in time" : "";
  (void)snprintf(outcome.wrong, sizeof outcome.wrong, "%s",
                 wrong[0] != '\0' ? wrong : judge(job, *ret_last, &identity));
  outcome.signal = end > 0 ? end : 0;
  outcome.foreign = !job->plan->crash_is_ours;
  memcpy(outcome.crashed_in, job->plan->crashed_in, sizeof outcome.crashed_in);
  return outcome;
}

static size_t points_of(const struct plot *plot, const struct span *span)
{
  uint64_t late = span->whole - span->shown;
  return plot->own ? (size_t)(late < OWN_MAX ? late : OWN_MAX) : POINTS;
}

// Point INDEX of COUNT. Of all allocations of the good provider a third lies before the codes are shown.
static uint64_t point_at(const struct plot *plot, const struct span *span, uint64_t index, uint64_t seed)
{
  uint64_t early = !plot->own && plot->kind == PROVIDER_RIGHT ? POINTS / 3 : 0;
  bool is_early = index < early;
  uint64_t length = is_early ? span->shown : span->whole - span->shown;
  uint64_t count = is_early ? early : points_of(plot, span) - early;
  uint64_t stride = length / count > 0 ? length / count : 1;
  return (is_early ? 0 : span->shown) + 1 + (is_early ? index : index - early) * stride + seed % stride;
}

static void work(const struct settings *settings, const struct plot *plot, enum fault_mode mode, int worker,
                 const struct results *results)
{
  struct job job = job_begin(settings, plot, worker);
  for (size_t i = (size_t)worker; i < results->count; i += WORKERS) {
    enum message_type last;
    uint64_t shown = 0;
    int64_t start_ms = clock_monotonic_ms();
    sweep_arm(job.plan, mode, results->of[i].at);
    results->of[i].outcome = run_point(&job, &last, &shown);
    results->of[i].took_ms = clock_monotonic_ms() - start_ms;
  }
  stub_stop(job.stub);
  _exit(0);
}

static void work_side_by_side(const struct settings *settings, const struct plot *plot, enum fault_mode mode,
                              const struct results *results)
{
  pid_t workers[WORKERS];
  (void)fflush(stdout);
  for (int i = 0; i < WORKERS; i++) {
    workers[i] = fork();
    if (workers[i] == 0) {
      work(settings, plot, mode, i, results);
    }
  }
  for (int i = 0; i < WORKERS; i++) {
    int how = -1;
    if (waitpid(workers[i], &how, 0) != workers[i] || how != 0) {
      (void)fprintf(stderr, "sweep_oidc: a worker failed\n");
      exit(2);
    }
  }
}

static void name_plot(const struct plot *plot, char *name, size_t size)
{
  (void)snprintf(name, size, "oidc_%s%s", provider_name(plot->kind), plot->own ? "_own" : "");
}

static bool sweep(const struct settings *settings, const struct plot *plot, enum fault_mode mode,
                  const struct span *span)
{
  char name[64];
  struct tally tally = {.of = plot->own ? span->whole - span->shown : span->whole};
  struct results results = {.count = points_of(plot, span)};
  size_t size = results.count * sizeof *results.of;
  results.of = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (results.of == MAP_FAILED) {
    return false;
  }
  name_plot(plot, name, sizeof name);
  for (size_t i = 0; i < results.count; i++) {
    results.of[i].at = point_at(plot, span, i, settings->seed);
  }
  work_side_by_side(settings, plot, mode, &results);
  for (size_t i = 0; i < results.count; i++) {
    const struct fault_plan point = {.mode = mode, .at = results.of[i].at};
    tally.slowest_ms = results.of[i].took_ms > tally.slowest_ms ? results.of[i].took_ms : tally.slowest_ms;
    sweep_note(&tally, name, &point, &results.of[i].outcome);
  }
  (void)munmap(results.of, size);
  return sweep_close(name, mode, &tally);
}

static bool sweep_plot(const struct settings *settings, const struct plot *plot)
{
  char name[64];
  enum message_type last;
  struct span span = {0, 0};
  struct job job = job_begin(settings, plot, 0);
  name_plot(plot, name, sizeof name);
  job.timeout_s = PLAIN_TIMEOUT_S;
  sweep_arm(job.plan, FAULT_OFF, 0);
  struct outcome plain = run_point(&job, &last, &span.shown);
  span.whole = job.plan->count;
  stub_stop(job.stub);
  enum message_type usual = plot->kind == PROVIDER_RIGHT ? MESSAGE_AUTHORIZED : MESSAGE_FAILED;
  if (plain.wrong[0] != '\0' || span.shown == 0 || last != usual) {
    printf("FAIL %s: without a failure: message %d, %s\n", name, (int)last, plain.wrong);
    return false;
  }
  printf("%s: %llu allocations, %llu of them before the codes\n", name, (unsigned long long)span.whole,
         (unsigned long long)span.shown);
  bool good = sweep(settings, plot, FAULT_ONCE, &span);
  return sweep(settings, plot, FAULT_FROM, &span) && good;
}

int main(int argc, char **argv)
{
  int64_t uid = 0;
  int64_t seed = 0;
  bool good = true;
  if (argc != 5 || text_to_i64(argv[3], 1, UINT32_MAX, &uid) != STATUS_OK ||
      text_to_i64(argv[4], 0, INT64_MAX, &seed) != STATUS_OK) {
    (void)fprintf(stderr, "usage: sweep_oidc LIBRARY PROGRAM UID SEED\n");
    return 2;
  }
  (void)signal(SIGPIPE, SIG_IGN);
  const struct settings settings = {argv[2], (uid_t)uid, (uint64_t)seed};
  sweep_use(argv[1]);
  for (size_t i = 0; i < COUNT_OF(PLOTS); i++) {
    good = sweep_plot(&settings, &PLOTS[i]) && good;
  }
  return good ? 0 : 1;
}
