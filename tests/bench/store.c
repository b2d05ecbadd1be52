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
#include <errno.h>
#include <lmdb.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "change/connection.h"
#include "change/domain.h"
#include "change/enforcement.h"
#include "change/member.h"
#include "change/org.h"
#include "change/sign_in.h"
#include "process/process.h"
#include "protocol/channel.h"
#include "publish/publish.h"
#include "store/accounts.h"
#include "store/confirmed.h"
#include "store/orgs.h"

enum { FIRST_NUMBER = 1000000, LAST_NUMBER = 9999999, WAIT_MS = 60000, BARE_KEY = 16 };

struct bench {
  char dir[256];
  char map_path[300];
  char bare_dir[300];
  struct config config;
  struct store *store;
  struct change_host host;
  struct error error;
};

static void fail(const char *what, const char *why)
{
  (void)fprintf(stderr, "store: %s: %s\n", what, why);
  exit(1);
}

static void must(struct bench *b, enum status status, const char *what)
{
  if (status != STATUS_OK) {
    fail(what, b->error.text[0] != '\0' ? b->error.text : status_text(status));
  }
}

static int64_t now_ns(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Of the host's name services only its files are asked: what the others cost is not ours.
extern int __nss_configure_lookup(const char *database, const char *services);

static void open_bench(struct bench *b, const char *dir, enum store_mode mode)
{
  (void)snprintf(b->dir, sizeof b->dir, "%s/store", dir);
  (void)snprintf(b->map_path, sizeof b->map_path, "%s/public/accounts.map", dir);
  (void)snprintf(b->bare_dir, sizeof b->bare_dir, "%s/bare", dir);
  if (__nss_configure_lookup("passwd", "files") != 0 || __nss_configure_lookup("group", "files") != 0) {
    fail("name services", "cannot be chosen");
  }
  config_init(&b->config);
  b->config.map.ranges = (struct u32_list){2, {FIRST_NUMBER, LAST_NUMBER}};
  must(b, store_open(b->dir, mode, &b->error, &b->store), b->dir);
  b->host = (struct change_host){.store = b->store, .config = &b->config, .map_path = b->map_path};
}

static const struct change_by ROOT = {.actor = "root", .rhost = "", .service = ""};

static void make(struct bench *b, struct change change, const char *what)
{
  must(b, change_run(&b->host, &ROOT, change, &b->error), what);
}

static void set_seed(struct bench *b)
{
  static const unsigned char SEED[SIPHASH_SEED_SIZE] = {5, 5, 5};
  struct store_txn *txn = NULL;
  must(b, store_lock(b->store), "lock");
  must(b, store_begin(b->store, true, &txn), "begin");
  must(b, store_set_seed(txn, SEED), "seed");
  must(b, store_commit(&txn), "commit");
  store_unlock(b->store);
}

// What enforcement waits for, a password and a connection that were tried, is stored without the trials.
static void enforce(struct bench *b)
{
  struct store_txn *txn = NULL;
  struct org org;
  must(b, store_lock(b->store), "lock");
  must(b, store_begin(b->store, true, &txn), "begin");
  must(b, org_by_slug(txn, "acme", &org), "acme");
  org.enforcement = ENFORCEMENT_DOMAINS;
  must(b, org_update(txn, &org), "acme");
  must(b, store_commit(&txn), "commit");
  store_unlock(b->store);
}

static void make_org(struct bench *b)
{
  struct connection connection = {.issuer = "https://idp.test", .client_id = "client"};
  struct connection_changed changed;
  struct domain_changed domain;
  struct change_done done;
  struct org_created created;
  make(b, change_org_create(&(struct org_create){"acme", "Acme", "boss@example.org", "", ""}, &created), "org create");
  make(b, change_domain_add(&(struct domain_add){"acme", "acme.test"}, &domain), "domain add");
  make(b, change_domain_verify(&(struct domain_verify){"acme", "acme.test", "", "a benchmark"}, &domain),
       "domain verify");
  make(b, change_connection_set(&(struct connection_set){.org = "acme", .connection = &connection}, &changed),
       "idp set");
  make(b, change_provisioning_set(&(struct provisioning_set){"acme", PROVISIONING_JIT}, &done), "provisioning set");
  enforce(b);
}

struct loading {
  char email[EMAIL_SIZE];
  char name[DISPLAY_SIZE];
  struct member_add add;
  struct member_added added;
};

static enum status add_member(void *context, uint64_t index, struct error *error, struct change *ret_change)
{
  struct loading *loading = context;
  (void)snprintf(loading->email, sizeof loading->email, "u%07llu@acme.test", (unsigned long long)index);
  (void)snprintf(loading->name, sizeof loading->name, "Person %llu", (unsigned long long)index);
  (void)error;
  loading->add = (struct member_add){.org = "acme",
                                     .email = loading->email,
                                     .login = "",
                                     .local_user = "",
                                     .name = loading->name,
                                     .home = "",
                                     .shell = ""};
  *ret_change = change_member_add(&loading->add, &loading->added);
  return STATUS_OK;
}

static enum status add_length(void *context, const struct store_entry *entry)
{
  *(uint64_t *)context += entry->key_length + entry->length;
  return STATUS_OK;
}

static uint64_t stored_bytes(struct bench *b)
{
  const struct store_key all = key_new();
  struct store_txn *txn = NULL;
  uint64_t bytes = 0;
  must(b, store_begin(b->store, false, &txn), "begin");
  for (int table = 0; table < TABLE_COUNT; table++) {
    must(b, store_each(txn, (enum store_table)table, &all, add_length, &bytes), "walk");
  }
  store_abort(&txn);
  return bytes;
}

static void first_login(struct bench *b, uint64_t number)
{
  const struct change_by by = {.actor = "root", .rhost = "192.0.2.7", .service = "sshd"};
  char login[EMAIL_SIZE];
  char fingerprint[FINGERPRINT_SIZE];
  struct signed_in result;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  struct message_authorized authorized = {
      .issuer = "https://idp.test", .client_id = "client", .email_state = EMAIL_VERIFIED};
  struct store_txn *txn = NULL;
  struct org org;
  must(b, store_begin(b->store, false, &txn), "begin");
  must(b, org_by_slug(txn, "acme", &org), "acme");
  must(b, connection_get(txn, org.id, CONNECTION_ACTIVE, &connection), "connection");
  must(b, confirmed_fingerprint(txn, org.id, CONNECTION_ACTIVE, fingerprint), "fingerprint");
  store_abort(&txn);
  (void)snprintf(login, sizeof login, "n%07llu@acme.test", (unsigned long long)number);
  memcpy(authorized.email, login, sizeof login);
  (void)snprintf(authorized.subject, sizeof authorized.subject, "subject-%llu", (unsigned long long)number);
  (void)snprintf(authorized.name, sizeof authorized.name, "New Person %llu", (unsigned long long)number);
  const struct sso_sign_in in = {
      .login = login, .connection = &connection, .authorized = &authorized, .fingerprint = fingerprint, .password = ""};
  must(b, change_run(&b->host, &by, change_sso_sign_in(&in, &result), &b->error), login);
}

struct bare {
  MDB_env *env;
  MDB_dbi table;
};

static void lmdb_must(int code, const char *what)
{
  if (code != 0) {
    fail(what, mdb_strerror(code));
  }
}

static void put_bare(MDB_txn *txn, const struct bare *bare, uint64_t number, size_t length)
{
  static unsigned char data[1 << 16];
  char name[BARE_KEY + 1];
  (void)snprintf(name, sizeof name, "%016llx", (unsigned long long)number);
  MDB_val key = {BARE_KEY, name};
  MDB_val value = {length, data};
  lmdb_must(mdb_put(txn, bare->table, &key, &value, 0), "put");
}

static struct bare open_bare(const struct bench *b)
{
  struct bare bare;
  MDB_txn *txn = NULL;
  lmdb_must(mdb_env_create(&bare.env), "create");
  lmdb_must(mdb_env_set_mapsize(bare.env, (size_t)4 << 30), "map size");
  lmdb_must(mdb_env_open(bare.env, b->bare_dir, 0, 0600), b->bare_dir);
  lmdb_must(mdb_txn_begin(bare.env, NULL, MDB_RDONLY, &txn), "begin");
  lmdb_must(mdb_dbi_open(txn, NULL, 0, &bare.table), "open");
  lmdb_must(mdb_txn_commit(txn), "commit");
  return bare;
}

// Room between the records for what comes at random.
static void load_bare(const struct bench *b, uint64_t count, size_t length)
{
  MDB_txn *txn = NULL;
  if (mkdir(b->bare_dir, 0700) != 0) {
    fail(b->bare_dir, strerror(errno));
  }
  const struct bare bare = open_bare(b);
  lmdb_must(mdb_txn_begin(bare.env, NULL, 0, &txn), "begin");
  for (uint64_t i = 0; i < count; i++) {
    put_bare(txn, &bare, i << 20, length);
  }
  lmdb_must(mdb_txn_commit(txn), "commit");
  mdb_env_close(bare.env);
}

static void insert_bare(const struct bare *bare, uint64_t number, size_t length)
{
  MDB_txn *txn = NULL;
  lmdb_must(mdb_txn_begin(bare->env, NULL, 0, &txn), "begin");
  put_bare(txn, bare, number, length);
  lmdb_must(mdb_txn_commit(txn), "commit");
}

static int load(const char *dir, uint64_t count)
{
  struct bench b = {.store = NULL};
  struct loading loading;
  const struct changes all = {count, add_member, NULL, &loading};
  struct rusage usage;
  uint64_t index = 0;
  open_bench(&b, dir, STORE_CREATE);
  set_seed(&b);
  make_org(&b);
  uint64_t before = stored_bytes(&b);
  int64_t start_ns = now_ns();
  must(&b, change_run_all(&b.host, &ROOT, &all, &b.error, &index), "load");
  double took_s = (double)(now_ns() - start_ns) / 1e9;
  (void)getrusage(RUSAGE_SELF, &usage);
  size_t bytes = (size_t)((stored_bytes(&b) - before) / count);
  start_ns = now_ns();
  load_bare(&b, count, bytes);
  double bare_s = (double)(now_ns() - start_ns) / 1e9;
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
  uint64_t first = (uint64_t)now_ns() % 1000000;
  if (ours_ns == NULL || bare_ns == NULL) {
    fail("provision", "out of memory");
  }
  open_bench(&b, dir, STORE_READ_WRITE);
  uint64_t before = stored_bytes(&b);
  first_login(&b, first + times); // the first one in a process also opens libraries
  size_t bytes = (size_t)(stored_bytes(&b) - before);
  const struct bare bare = open_bare(&b);
  insert_bare(&bare, 1, bytes);
  for (size_t i = 0; i < times; i++) {
    int64_t start_ns = now_ns();
    first_login(&b, first + i);
    int64_t middle_ns = now_ns();
    insert_bare(&bare, ((i * 7919 % (count > 0 ? count : 1)) << 20) + 1 + i, bytes);
    ours_ns[i] = middle_ns - start_ns;
    bare_ns[i] = now_ns() - middle_ns;
  }
  printf("{\"count\": %llu, \"bytes\": %zu, ", (unsigned long long)count, bytes);
  print_list("ours_ns", ours_ns, times);
  printf(", ");
  print_list("bare_ns", bare_ns, times);
  printf("}\n");
  mdb_env_close(bare.env);
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
  int64_t start_ns = now_ns();
  must(&b, store_begin(b.store, false, &txn), "begin");
  must(&b, publish(txn, &b.config, b.map_path), b.map_path);
  int64_t took_ns = now_ns() - start_ns;
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
  int64_t start_ns = now_ns();
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
  int64_t took_ns = now_ns() - start_ns;
  process_end(&process, WAIT_MS);
  // Enforcement does not accept a key alone (POLICY K1): anything else is not the decision that is meant here.
  if (verdict != VERDICT_REFUSED) {
    fail(request.login, "was not refused");
  }
  return took_ns;
}

static int peek(const char *dir, uint64_t number)
{
  struct bench b = {.store = NULL};
  MDB_txn *txn = NULL;
  MDB_val value;
  char name[BARE_KEY + 1];
  (void)snprintf(b.bare_dir, sizeof b.bare_dir, "%s/bare", dir);
  (void)snprintf(name, sizeof name, "%016llx", (unsigned long long)number << 20);
  MDB_val key = {BARE_KEY, name};
  const struct bare bare = open_bare(&b);
  lmdb_must(mdb_txn_begin(bare.env, NULL, MDB_RDONLY, &txn), "begin");
  lmdb_must(mdb_get(txn, bare.table, &key, &value), name);
  mdb_txn_abort(txn);
  mdb_env_close(bare.env);
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
  int64_t start_ns = now_ns();
  if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environment) != 0 || waitpid(pid, &how, 0) != pid ||
      how != 0) {
    fail("peek", "failed");
  }
  return now_ns() - start_ns;
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
