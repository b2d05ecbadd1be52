// SPDX-License-Identifier: Apache-2.0
// ssoctl init, ssoctl status.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/endian.h"
#include "base/files.h"
#include "base/host_file.h"
#include "base/text.h"
#include "context.h"
#include "map/map_read.h"
#include "metrics.h"
#include "paths.h"
#include "publish/publish.h"

enum { DAY_S = 86400, REFUSED_SIZE = 1024 };

static const char INITIAL_CONF[] = "# Host settings of ssoorg; see ssoorg.conf(5). Every key has a default.\n";

static int make_directory(const char *path, mode_t mode)
{
  if (mkdir(path, mode) == 0) {
    // The umask of the caller must not narrow it.
    return chmod(path, mode) == 0 ? EXIT_DONE : fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
  }
  return errno == EEXIST ? EXIT_DONE : fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
}

static int make_conf(const char *path)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) {
    return errno == EEXIST ? EXIT_DONE : fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
  }
  bool written = fchmod(fd, 0644) == 0 && file_write_all(fd, INITIAL_CONF, sizeof INITIAL_CONF - 1) == STATUS_OK;
  return written ? EXIT_DONE : fail(EXIT_FAILED, "%s: cannot be written", path);
}

static int make_etc(void)
{
  int code = make_directory("/etc/ssoorg", 0755);
  return code == EXIT_DONE ? make_conf(PATH_CONF) : code;
}

// The places of the package, where they are missing.
static int make_places(const struct invocation *in)
{
  int code = in->options[OPTION_CONFIG] == NULL ? make_etc() : EXIT_DONE;
  if (code != EXIT_DONE || in->options[OPTION_STORE] != NULL) {
    return code;
  }
  code = make_directory("/var/lib/ssoorg", 0755);
  return code == EXIT_DONE ? make_directory("/var/lib/ssoorg/public", 0755) : code;
}

static int choose_seed(const struct invocation *in, unsigned char seed[static SIPHASH_SEED_SIZE])
{
  const char *typed = in->options[OPTION_SITE_SEED];
  if (typed == NULL) {
    return file_random(seed, SIPHASH_SEED_SIZE) == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "no random bytes");
  }
  return text_from_hex(typed, seed, SIPHASH_SEED_SIZE) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--site-seed \"%.80s\": is not 32 hexadecimal digits", typed);
}

static enum status put_seed(struct store *store, const unsigned char seed[static SIPHASH_SEED_SIZE],
                            struct store_txn **txn)
{
  enum status status = store_lock(store);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_begin(store, true, txn);
  if (status != STATUS_OK) {
    return status;
  }
  unsigned char identity[STORE_OWN_ID_SIZE];
  status = file_random(identity, sizeof identity);
  status = status != STATUS_OK ? status : store_set_own_id(*txn, identity);
  status = status != STATUS_OK ? status : store_set_seed(*txn, seed);
  return status != STATUS_OK ? status : store_commit(txn);
}

static enum status write_seed(struct store *store, const unsigned char seed[static SIPHASH_SEED_SIZE])
{
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = put_seed(store, seed, &txn);
  store_unlock(store);
  return status;
}

// Whether the store that is there has this seed, which would be known from another host of the site.
static enum status has_seed(const char *store_dir, const unsigned char seed[static SIPHASH_SEED_SIZE], bool *ret_same)
{
  struct error error = {.text = ""};
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  unsigned char stored[SIPHASH_SEED_SIZE];
  enum status status = store_open(store_dir, STORE_READ_ONLY, &error, &store);
  status = status == STATUS_OK ? store_begin(store, false, &txn) : status;
  status = status == STATUS_OK ? store_seed(txn, stored) : status;
  if (status == STATUS_OK) {
    *ret_same = memcmp(stored, seed, sizeof stored) == 0;
  }
  return status;
}

static int is_so_already(struct context *ctx, const unsigned char seed[static SIPHASH_SEED_SIZE])
{
  bool same = true;
  bool asked = ctx->in->options[OPTION_SITE_SEED] != NULL;
  enum status status = asked ? has_seed(ctx->store_dir, seed, &same) : STATUS_OK;
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store %s: its seed cannot be read: %s", ctx->store_dir, status_text(status));
  }
  if (!same) {
    return fail(EXIT_REFUSED, "store %s: exists already with another seed, which is never changed", ctx->store_dir);
  }
  context_done(ctx, "store %s exists already", ctx->store_dir);
  return context_result(ctx, false, RESULT_TEXT("store", ctx->store_dir));
}

static int make_store(struct context *ctx, const unsigned char seed[static SIPHASH_SEED_SIZE])
{
  struct error error = {.text = ""};
  enum status status = store_open(ctx->store_dir, STORE_CREATE, &error, &ctx->store);
  if (status == STATUS_EXISTS) {
    return is_so_already(ctx, seed);
  }
  status = status != STATUS_OK ? status : write_seed(ctx->store, seed);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text[0] != '\0' ? error.text : status_text(status));
  }
  const struct change_host host = {.store = ctx->store, .config = &ctx->config, .map_path = ctx->map_path};
  status = change_publish(&host, NULL, &error);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  context_done(ctx, "store %s made; next: ssoctl org create SLUG --name NAME --owner EMAIL", ctx->store_dir);
  return context_result(ctx, true, RESULT_TEXT("store", ctx->store_dir));
}

static bool is_there(const char *store_dir)
{
  struct error error = {.text = ""};
  struct store *store = NULL;
  enum status status = store_open(store_dir, STORE_READ_ONLY, &error, &store);
  store_close(&store);
  return status == STATUS_OK;
}

int cmd_init(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct error error = {.text = ""};
  unsigned char seed[SIPHASH_SEED_SIZE];
  int code = context_begin(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = choose_seed(in, seed);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->options[OPTION_DRY_RUN] != NULL) {
    bool there = is_there(ctx.store_dir);
    context_done(&ctx, there ? "store %s exists already" : "a store would be made in %s", ctx.store_dir);
    return context_result(&ctx, !there, RESULT_TEXT("store", ctx.store_dir));
  }
  code = make_places(in);
  if (code != EXIT_DONE) {
    return code;
  }
  if (config_load(ctx.config_path, &error, &ctx.config) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  return make_store(&ctx, seed);
}

// "wrong-password=12 expired=3": what was refused today (UTC) before anybody had proven to be anybody.
static enum status add_refused(void *context, const struct store_entry *entry)
{
  enum { REASON_AT = 8 };
  char *text = context;
  size_t used = strlen(text);
  if (entry->key_length <= REASON_AT || entry->length != sizeof(uint64_t)) {
    return STATUS_CORRUPT;
  }
  int64_t number = (int64_t)endian_get_u64(entry->data);
  (void)snprintf(text + used, REFUSED_SIZE - used, "%s%.*s=%lld", used > 0 ? " " : "",
                 (int)(entry->key_length - REASON_AT), (const char *)entry->key + REASON_AT, (long long)number);
  return STATUS_OK;
}

// To a file at once, so that whoever collects it finds all of it.
static int write_metrics(struct context *ctx, const char *path)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  enum status status = metrics_text(ctx, &text);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "store: %s", status_text(status));
  }
  if (strcmp(path, "-") == 0) {
    bool written = fwrite(bytes_text(&text), 1, text.length, stdout) == text.length;
    return written && table_flush_output() == STATUS_OK ? EXIT_DONE
                                                        : fail(EXIT_FAILED, "standard output cannot be written");
  }
  return host_file_replace(path, &text, &error) == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
}

// Changed connections that wait for their test.
struct waiting {
  struct store_txn *txn;
  int64_t count;
};

static enum status count_waiting(void *context, const struct org *org)
{
  struct waiting *waiting = context;
  struct connection connection CLEANUP(cleanup_connection) = {.org_id = 0};
  enum status status = connection_get(waiting->txn, org->id, CONNECTION_STAGED, &connection);
  waiting->count += status == STATUS_OK ? 1 : 0;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

int cmd_status(const struct invocation *in)
{
  static const struct column COLUMNS[] = {
      {"store", COLUMN_TEXT},           {"map", COLUMN_TEXT},
      {"map_current", COLUMN_BOOL},     {"orgs", COLUMN_NUMBER},
      {"accounts", COLUMN_NUMBER},      {"memberships", COLUMN_NUMBER},
      {"invites", COLUMN_NUMBER},       {"audit_events", COLUMN_NUMBER},
      {"refused_today", COLUMN_TEXT},   {"waiting_connections", COLUMN_NUMBER},
      {"access_states", COLUMN_NUMBER},
  };
  static const enum store_table TABLES[] = {TABLE_ORGS,    TABLE_ACCOUNTS, TABLE_MEMBERSHIPS,
                                            TABLE_INVITES, TABLE_AUDIT,    TABLE_ACCESS};
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  uint64_t counts[COUNT_OF(TABLES)] = {0};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code == EXIT_DONE && in->options[OPTION_PROMETHEUS] != NULL) {
    return write_metrics(&ctx, in->options[OPTION_PROMETHEUS]);
  }
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(TABLES); i++) {
    code = store_count(ctx.txn, TABLES[i], &counts[i]) == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "store: damaged");
  }
  if (code != EXIT_DONE) {
    return code;
  }
  char refused[REFUSED_SIZE] = "";
  const struct store_key today = key_of_i64(clock_now_s() / DAY_S);
  if (store_each(ctx.txn, TABLE_REFUSALS, &today, add_refused, refused) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: damaged");
  }
  struct waiting waiting = {.txn = ctx.txn};
  if (org_each(ctx.txn, count_waiting, &waiting) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: damaged");
  }
  bool current = publish_is_current(ctx.txn, &ctx.config, ctx.map_path, NULL);
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  table_add(&table, COLUMNS,
            {{ctx.store_dir, 0},
             {ctx.map_path, 0},
             {NULL, current},
             {NULL, (int64_t)counts[0]},
             {NULL, (int64_t)counts[1]},
             {NULL, (int64_t)counts[2]},
             {NULL, (int64_t)counts[3]},
             {NULL, (int64_t)counts[4]},
             {refused, 0},
             {NULL, waiting.count},
             {NULL, (int64_t)(counts[5] / 2)}}); // each stands there with its place in the order
  return context_print_one(&ctx, &table);
}
