// SPDX-License-Identifier: Apache-2.0
// Many logins at once, for tests/bench/storm.
//   storm drive SSOORG-SIGNIN STORE: prints the issuer of a provider of its own. Then each line "COUNT AT-ONCE" on
//     standard input is followed by COUNT lines "LOGIN ADDRESS", and answered by a line of JSON: what became of these
//     logins, carried out so many at once, and what the helpers took
//   storm people STORE: the accounts and numbers that are stored, as a line of JSON
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "crowd.h"
#include "moment.h"
#include "quick_provider.h"
#include "store/accounts.h"
#include "store/numbers_store.h"
#include "visit.h"

enum { VISITS_MAX = 8192, LINE_SIZE = 1024, STACK_SIZE = 256 * 1024 };

struct storm {
  const char *signin;
  const char *store;
  struct quick_provider *provider;
  size_t count;
  size_t at_once;
  struct visit *visits;
  atomic_size_t next;
  pthread_barrier_t barrier;
};

static void fail(const char *what, const char *why)
{
  (void)fprintf(stderr, "storm: %s: %s\n", what, why);
  exit(1);
}

static void *carry_out_visits(void *context)
{
  struct storm *s = context;
  (void)pthread_barrier_wait(&s->barrier);
  for (size_t i = s->next++; i < s->count; i = s->next++) {
    visit_carry_out(&s->visits[i], s->signin, s->provider);
  }
  return NULL;
}

static void carry_out_all(struct storm *s)
{
  pthread_t *threads CLEANUP(cleanup_free) = calloc(s->at_once, sizeof *threads);
  pthread_attr_t attributes;
  s->next = 0;
  if (threads == NULL || pthread_attr_init(&attributes) != 0 ||
      pthread_attr_setstacksize(&attributes, STACK_SIZE) != 0 ||
      pthread_barrier_init(&s->barrier, NULL, (unsigned)s->at_once) != 0) {
    fail("threads", "cannot be prepared");
  }
  for (size_t i = 0; i < s->at_once; i++) {
    if (pthread_create(&threads[i], &attributes, carry_out_visits, s) != 0) {
      fail("threads", "cannot be started");
    }
  }
  for (size_t i = 0; i < s->at_once; i++) {
    (void)pthread_join(threads[i], NULL);
  }
  (void)pthread_barrier_destroy(&s->barrier);
  (void)pthread_attr_destroy(&attributes);
}

static int64_t cpu_ns(int whose)
{
  struct rusage usage = {0};
  (void)getrusage(whose, &usage);
  return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
         ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

// What was said is printable ASCII already.
static void print_text(const char *text)
{
  (void)putchar('"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') {
      (void)putchar('\\');
    }
    (void)putchar(*text);
  }
  (void)putchar('"');
}

static void print_visit(const struct visit *v, int64_t start_ns)
{
  printf("{\"login\": \"%s\", \"granted\": %s, \"known\": %s, \"told_uid\": %u, \"uid\": %u, \"gid\": %u, "
         "\"prompts\": %u, \"polls\": %u, \"said\": ",
         v->login, v->granted ? "true" : "false", v->known ? "true" : "false", v->uid, v->granted_uid, v->gid,
         v->prompts, v->provider.polls);
  print_text(v->said);
  printf(", \"prompt_ns\": %lld, \"answered_ns\": %lld, \"provider_ns\": %lld, \"start_ns\": [",
         (long long)(v->prompt_ns - start_ns), (long long)(v->provider.answered_at_ns - start_ns),
         (long long)v->provider.spent_ns);
  for (int i = 0; i < VISIT_PHASES; i++) {
    printf("%s%lld", i > 0 ? ", " : "", (long long)(v->start_ns[i] - start_ns));
  }
  printf("], \"verdict_ns\": [");
  for (int i = 0; i < VISIT_PHASES; i++) {
    printf("%s%lld", i > 0 ? ", " : "", (long long)(v->verdict_ns[i] - start_ns));
  }
  printf("]}");
}

static void print_peaks(const struct crowd_peaks *p)
{
  printf("\"looks\": %u, \"signins\": %u, \"oidcs\": %u, \"processes\": %u, \"anonymous_kib\": %llu, "
         "\"pss_kib\": %llu, \"readers\": %u, \"reader_slots\": %u, \"looking_ns\": %lld, \"lock_wait_ns\": [",
         p->looks, p->signins, p->oidcs, p->processes, (unsigned long long)p->anonymous_kib,
         (unsigned long long)p->pss_kib, p->readers, p->reader_slots, (long long)p->cpu_ns);
  for (size_t i = 0; i < p->waits; i++) {
    printf("%s%lld", i > 0 ? ", " : "", (long long)p->wait_ns[i]);
  }
  printf("]");
}

static void blow(struct storm *s)
{
  struct crowd_peaks peaks;
  int64_t helpers_ns = cpu_ns(RUSAGE_CHILDREN);
  int64_t own_ns = cpu_ns(RUSAGE_SELF);
  int64_t provider_ns = quick_provider_cpu_ns(s->provider);
  struct crowd *crowd = crowd_watch(s->store);
  int64_t start_ns = moment_now();
  carry_out_all(s);
  int64_t took_ns = moment_now() - start_ns;
  crowd_end(crowd, &peaks);
  printf("{\"took_ns\": %lld, \"helpers_cpu_ns\": %lld, \"driver_cpu_ns\": %lld, \"provider_cpu_ns\": %lld, ",
         (long long)took_ns, (long long)(cpu_ns(RUSAGE_CHILDREN) - helpers_ns),
         (long long)(cpu_ns(RUSAGE_SELF) - own_ns), (long long)(quick_provider_cpu_ns(s->provider) - provider_ns));
  print_peaks(&peaks);
  printf(", \"visits\": [");
  for (size_t i = 0; i < s->count; i++) {
    printf("%s", i > 0 ? ", " : "");
    print_visit(&s->visits[i], start_ns);
  }
  printf("]}\n");
  (void)fflush(stdout);
}

static bool read_visits(struct storm *s)
{
  char line[LINE_SIZE];
  char *rest = line;
  if (fgets(line, sizeof line, stdin) == NULL) {
    return false;
  }
  s->count = strtoul(rest, &rest, 10);
  s->at_once = strtoul(rest, NULL, 10);
  if (s->count == 0 || s->count > VISITS_MAX || s->at_once == 0 || s->at_once > s->count) {
    fail("COUNT AT-ONCE", line);
  }
  memset(s->visits, 0, VISITS_MAX * sizeof *s->visits);
  for (size_t i = 0; i < s->count; i++) {
    if (fgets(line, sizeof line, stdin) == NULL) {
      fail("LOGIN ADDRESS", "missing");
    }
    rest = line;
    const char *login = strsep(&rest, " ");
    const char *rhost = strsep(&rest, "\n");
    (void)snprintf(s->visits[i].login, sizeof s->visits[i].login, "%s", login);
    (void)snprintf(s->visits[i].rhost, sizeof s->visits[i].rhost, "%s", rhost != NULL ? rhost : "");
  }
  return true;
}

// Each login has a socket and a process here, and a connection to the provider.
static void allow_descriptors(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
}

static int drive(const char *signin, const char *store)
{
  struct storm storm = {.signin = signin, .store = store};
  struct visit *visits CLEANUP(cleanup_free) = calloc(VISITS_MAX, sizeof *visits);
  if (visits == NULL) {
    fail("visits", "out of memory");
  }
  storm.visits = visits;
  allow_descriptors();
  storm.provider = quick_provider_start();
  printf("%s\n", quick_provider_issuer(storm.provider));
  (void)fflush(stdout);
  while (read_visits(&storm)) {
    blow(&storm);
  }
  quick_provider_stop(storm.provider);
  return 0;
}

struct walk {
  struct store_txn *txn;
  const char *between;
};

static enum status count_entry(void *context, const struct store_entry *entry)
{
  (void)entry;
  (*(size_t *)context)++;
  return STATUS_OK;
}

static enum status print_account(void *context, const struct account *account)
{
  struct walk *walk = context;
  const struct store_key of_account = key_of_i64(account->id);
  struct memberships all;
  size_t identities = 0;
  size_t active = 0;
  enum status status = memberships_of(walk->txn, account->id, &all);
  if (status == STATUS_OK) {
    status = store_each(walk->txn, TABLE_ACCOUNT_IDENTITIES, &of_account, count_entry, &identities);
  }
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    active += all.list[i].status == MEMBER_ACTIVE;
  }
  printf("%s{\"login\": \"%s\", \"uid\": %u, \"gid\": %u, \"identities\": %zu, \"memberships\": %zu, \"active\": %zu}",
         walk->between, account->login, account->uid, account->gid, identities, status == STATUS_OK ? all.count : 0,
         active);
  walk->between = ", ";
  return status;
}

static enum status print_number(void *context, uint32_t number, const struct number *use)
{
  struct walk *walk = context;
  printf("%s[%u, %u]", walk->between, number, use->use);
  walk->between = ", ";
  return STATUS_OK;
}

static int people(const char *dir)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct error error = {.text = ""};
  if (store_open(dir, STORE_READ_ONLY, &error, &store) != STATUS_OK || store_begin(store, false, &txn) != STATUS_OK) {
    fail(dir, error.text);
  }
  struct walk walk = {txn, ""};
  printf("{\"accounts\": [");
  enum status status = account_each(txn, print_account, &walk);
  printf("], \"numbers\": [");
  walk.between = "";
  if (status == STATUS_OK) {
    status = numbers_each(txn, print_number, &walk);
  }
  printf("]}\n");
  return status == STATUS_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
  if (argc == 4 && strcmp(argv[1], "drive") == 0) {
    return drive(argv[2], argv[3]);
  }
  if (argc == 3 && strcmp(argv[1], "people") == 0) {
    return people(argv[2]);
  }
  (void)fprintf(stderr, "usage: storm drive SSOORG-SIGNIN STORE | people STORE\n");
  return 2;
}
