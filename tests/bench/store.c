// SPDX-License-Identifier: Apache-2.0
// What the store costs, for tests/bench/store; each command closes with one line of JSON.
//   store load DIR COUNT: makes a store and a map in DIR with an org of COUNT members, in one transaction; then a bare
//     LMDB of COUNT records with as many bytes as a member has taken
//   store provision DIR COUNT TIMES: first logins, one by one, each beside one durable insert into a bare LMDB of COUNT
//     records: as many bytes as the login stores
//   store rebuild DIR: builds the map anew
//   store decide PROGRAM DIR COUNT TIMES: starts PROGRAM (ssoorg-signin) as pam_ssoorg.so does, for members with a key;
//     each beside "store peek", a program that reads one record of the bare LMDB
//   store peek DIR NUMBER
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bare.h"
#include "base/clock.h"
#include "base/text.h"
#include "moment.h"
#include "process/process.h"
#include "protocol/channel.h"
#include "publish/publish.h"
#include "store_ground.h"

enum { WAIT_MS = 60000 };

static int load(const char *dir, uint64_t count)
{
  struct bench b = {.store = NULL};
  struct rusage usage;
  open_bench(&b, dir, STORE_CREATE);
  make_org(&b);
  uint64_t before = stored_bytes(&b);
  int64_t start_ns = moment_now();
  load_members(&b, count);
  double took_s = (double)(moment_now() - start_ns) / 1e9;
  (void)getrusage(RUSAGE_SELF, &usage);
  size_t bytes = (size_t)((stored_bytes(&b) - before) / count);
  start_ns = moment_now();
  load_bare(b.bare_dir, count, bytes);
  double bare_s = (double)(moment_now() - start_ns) / 1e9;
  printf("{\"count\": %llu, \"bytes\": %zu, \"per_second\": %.0f, \"bare_per_second\": %.0f, \"peak_kib\": %ld}\n",
         (unsigned long long)count, bytes, (double)count / took_s, (double)count / bare_s, usage.ru_maxrss);
  store_close(&b.store);
  return 0;
}

static void print_list(const char *name, const int64_t *values, size_t count)
{
  printf("\"%s\": [", name);
  for (size_t i = 0; i < count; i++) {
    printf("%s%lld", i > 0 ? ", " : "", (long long)values[i]);
  }
  printf("]");
}

static int provision(const char *dir, uint64_t count, size_t times)
{
  struct bench b = {.store = NULL};
  int64_t *ours_ns = calloc(times, sizeof *ours_ns);
  int64_t *bare_ns = calloc(times, sizeof *bare_ns);
  uint64_t first = (uint64_t)moment_now() % 1000000;
  if (ours_ns == NULL || bare_ns == NULL) {
    fail("provision", "out of memory");
  }
  open_bench(&b, dir, STORE_READ_WRITE);
  uint64_t before = stored_bytes(&b);
  first_login(&b, first + times); // the first one in a process also opens libraries
  size_t bytes = (size_t)(stored_bytes(&b) - before);
  const struct bare bare = open_bare(b.bare_dir);
  insert_bare(&bare, 1, bytes);
  for (size_t i = 0; i < times; i++) {
    int64_t start_ns = moment_now();
    first_login(&b, first + i);
    int64_t middle_ns = moment_now();
    insert_bare(&bare, ((i * 7919 % (count > 0 ? count : 1)) << 20) + 1 + i, bytes);
    ours_ns[i] = middle_ns - start_ns;
    bare_ns[i] = moment_now() - middle_ns;
  }
  printf("{\"count\": %llu, \"bytes\": %zu, ", (unsigned long long)count, bytes);
  print_list("ours_ns", ours_ns, times);
  printf(", ");
  print_list("bare_ns", bare_ns, times);
  printf("}\n");
  close_bare(&bare);
  store_close(&b.store);
  free(ours_ns);
  free(bare_ns);
  return 0;
}

static int rebuild(const char *dir)
{
  struct bench b = {.store = NULL};
  struct store_txn *txn = NULL;
  uint64_t accounts = 0;
  open_bench(&b, dir, STORE_READ_WRITE);
  int64_t start_ns = moment_now();
  must(&b, store_begin(b.store, false, &txn), "begin");
  must(&b, publish(txn, &b.config, b.map_path), b.map_path);
  int64_t took_ns = moment_now() - start_ns;
  must(&b, store_count(txn, TABLE_ACCOUNTS, &accounts), "count");
  store_abort(&txn);
  printf("{\"count\": %llu, \"ns\": %lld}\n", (unsigned long long)accounts, (long long)took_ns);
  store_close(&b.store);
  return 0;
}

static int64_t decide_once(const char *program, uint64_t number)
{
  struct message_request request = {.service = "sshd", .rhost = "192.0.2.7"};
  const struct process_user same = {.drop = false};
  struct process process = PROCESS_NONE;
  int verdict = -1;
  (void)snprintf(request.login, sizeof request.login, "u%07llu@acme.test", (unsigned long long)number);
  int64_t start_ns = moment_now();
  enum status status = process_start(program, &same, &process);
  struct channel channel = channel_init(process.fd, LINK_MODULE_SIGNIN, PARTY_MODULE);
  if (status == STATUS_OK) {
    status = channel_send(&channel, MESSAGE_ACCOUNT, &request, clock_monotonic_ms() + WAIT_MS);
  }
  while (status == STATUS_OK && channel.phase != PHASE_ENDED) {
    enum message_type type;
    void *value = NULL;
    status = channel_receive(&channel, clock_monotonic_ms() + WAIT_MS, &type, &value);
    if (status == STATUS_OK && type == MESSAGE_VERDICT) {
      verdict = ((struct message_verdict *)value)->verdict;
    }
    channel_free_message(type, value);
  }
  int64_t took_ns = moment_now() - start_ns;
  process_end(&process, WAIT_MS);
  // Enforcement does not accept a key alone (POLICY K1): anything else is not the decision that is meant here.
  if (verdict != VERDICT_REFUSED) {
    fail(request.login, "was not refused");
  }
  return took_ns;
}

static int peek(const char *dir, uint64_t number)
{
  char bare_dir[300];
  (void)snprintf(bare_dir, sizeof bare_dir, "%s/bare", dir);
  const struct bare bare = open_bare(bare_dir);
  read_bare(&bare, number << 20);
  close_bare(&bare);
  return 0;
}

static int64_t peek_once(char *dir, uint64_t number)
{
  char text[32];
  static char own_name[] = "store";
  static char verb[] = "peek";
  char *const arguments[] = {own_name, verb, dir, text, NULL};
  char *const environment[] = {NULL};
  pid_t pid = 0;
  int how = 0;
  (void)snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  int64_t start_ns = moment_now();
  if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environment) != 0 || waitpid(pid, &how, 0) != pid ||
      how != 0) {
    fail("peek", "failed");
  }
  return moment_now() - start_ns;
}

static int decide(const char *program, char *dir, uint64_t count, size_t times)
{
  int64_t *took_ns = calloc(times, sizeof *took_ns);
  int64_t *bare_ns = calloc(times, sizeof *bare_ns);
  if (took_ns == NULL || bare_ns == NULL) {
    fail("decide", "out of memory");
  }
  for (size_t i = 0; i < times; i++) {
    took_ns[i] = decide_once(program, i * 104729 % count);
    bare_ns[i] = peek_once(dir, i * 104729 % count);
  }
  printf("{\"count\": %llu, ", (unsigned long long)count);
  print_list("ours_ns", took_ns, times);
  printf(", ");
  print_list("bare_ns", bare_ns, times);
  printf("}\n");
  free(took_ns);
  free(bare_ns);
  return 0;
}

static int64_t number_of(const char *text)
{
  int64_t number = 0;
  return text_to_i64(text, 0, 100000000, &number) == STATUS_OK ? number : -1;
}

int main(int argc, char **argv)
{
  int64_t last = argc > 2 ? number_of(argv[argc - 1]) : -1;
  int64_t count = argc > 4 ? number_of(argv[argc - 2]) : -1;
  const char *verb = argc > 1 ? argv[1] : "";
  if (argc == 4 && last > 0 && strcmp(verb, "load") == 0) {
    return load(argv[2], (uint64_t)last);
  }
  if (argc == 5 && count > 0 && last > 0 && strcmp(verb, "provision") == 0) {
    return provision(argv[2], (uint64_t)count, (size_t)last);
  }
  if (argc == 3 && strcmp(verb, "rebuild") == 0) {
    return rebuild(argv[2]);
  }
  if (argc == 6 && count > 0 && last > 0 && strcmp(verb, "decide") == 0) {
    return decide(argv[2], argv[3], (uint64_t)count, (size_t)last);
  }
  if (argc == 4 && last >= 0 && strcmp(verb, "peek") == 0) {
    return peek(argv[2], (uint64_t)last);
  }
  (void)fprintf(stderr, "usage: store load DIR COUNT | provision DIR COUNT TIMES | rebuild DIR | "
                        "decide PROGRAM DIR COUNT TIMES | peek DIR NUMBER\n");
  return 2;
}
