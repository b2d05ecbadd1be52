// SPDX-License-Identifier: Apache-2.0
// ssoctl fleet add, list, set and remove: the hosts of a fleet, on an admin host of it.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "fleet/array.h"
#include "fleet/asking.h"
#include "fleet/bundle.h"
#include "fleet/credential.h"
#include "fleet/engine_context.h"

enum { ORGS_SIZE = 4096 };

static const struct column COLUMNS[] = {{"host", COLUMN_TEXT},       {"admin", COLUMN_BOOL},   {"login", COLUMN_TEXT},
                                        {"contact_at", COLUMN_DATE}, {"stopped", COLUMN_BOOL}, {"orgs", COLUMN_WORDS}};

// What is asked of the engine, and what it said.
struct asked {
  struct engine *engine;
  struct error error;
  struct engine_answer answer;
};

static void asked_done(struct asked *asked)
{
  engine_answer_done(&asked->answer);
  engine_end(&asked->engine);
}

static enum status ask(struct asked *asked, enum engine_statement statement, const struct engine_value *values)
{
  engine_answer_done(&asked->answer);
  asked->answer = (struct engine_answer){.rows = 0};
  return engine_ask(asked->engine, statement, values, clock_monotonic_ms() + ENGINE_COMMAND_MS, &asked->error,
                    &asked->answer);
}

struct listed_host {
  char host[FLEET_MEMBER_SIZE];
  char login[FLEET_NAME_SIZE];
  bool admin;
  bool stopped;
  int64_t contact_at_s;
  char orgs[ORGS_SIZE];
};

static enum status read_host(const struct engine_answer *answer, size_t row, struct listed_host *host)
{
  enum status status = engine_cell_text(answer, row, 0, host->host, sizeof host->host);
  status = status != STATUS_OK ? status : engine_cell_bool(answer, row, 1, &host->admin);
  status = status != STATUS_OK ? status : engine_cell_text(answer, row, 2, host->login, sizeof host->login);
  status = status != STATUS_OK ? status : engine_cell_i64(answer, row, 3, &host->contact_at_s);
  status = status != STATUS_OK ? status : engine_cell_bool(answer, row, 4, &host->stopped);
  return status != STATUS_OK ? status : engine_cell_text(answer, row, 5, host->orgs, sizeof host->orgs);
}

static enum status ask_hosts(struct asked *asked)
{
  enum status status = ask(asked, ENGINE_HOSTS, NULL);
  bool sound = status != STATUS_OK || asked->answer.rows == 0 || asked->answer.columns == COUNT_OF(COLUMNS);
  return sound ? status : asking_judge("list of hosts", STATUS_INVALID, &asked->error);
}

int cmd_fleet_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  struct asked asked CLEANUP(asked_done) = {.engine = NULL};
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  struct listed_host host;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_admin(&ctx, &join, &asked.engine);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = ask_hosts(&asked);
  for (size_t i = 0; status == STATUS_OK && i < asked.answer.rows; i++) {
    status = asking_judge("list of hosts", read_host(&asked.answer, i, &host), &asked.error);
    table_add(&table, COLUMNS,
              {{host.host, 0},
               {NULL, host.admin},
               {host.login, 0},
               {NULL, host.contact_at_s},
               {NULL, host.stopped},
               {host.orgs, 0}});
  }
  return status == STATUS_OK ? context_print_list(&ctx, &table) : fail(exit_code(status), "%s", asked.error.text);
}

static int find_host(struct asked *asked, const char *name, struct listed_host *ret_host)
{
  enum status status = ask_hosts(asked);
  for (size_t i = 0; status == STATUS_OK && i < asked->answer.rows; i++) {
    status = asking_judge("list of hosts", read_host(&asked->answer, i, ret_host), &asked->error);
    if (status == STATUS_OK && strcmp(ret_host->host, name) == 0) {
      return EXIT_DONE;
    }
  }
  return status == STATUS_OK ? fail(EXIT_NO_SUCH, "host \"%.100s\": the fleet has none of this name", name)
                             : fail(exit_code(status), "%s", asked->error.text);
}

// The admin hosts there are, for people.
static enum status name_admins(struct asked *asked, char *admins, size_t size)
{
  struct listed_host host;
  enum status status = ask_hosts(asked);
  for (size_t i = 0; status == STATUS_OK && i < asked->answer.rows; i++) {
    size_t used = strlen(admins);
    status = asking_judge("list of hosts", read_host(&asked->answer, i, &host), &asked->error);
    if (status == STATUS_OK && host.admin && used + strlen(host.host) + 3 < size) {
      (void)snprintf(admins + used, size - used, "%s%s", used > 0 ? ", " : "", host.host);
    }
  }
  return status;
}

static int add_org(struct context *ctx, const char *slug, struct bytes *orgs)
{
  struct org org;
  int code = context_find_org(ctx, slug, &org);
  if (code != EXIT_DONE) {
    return code;
  }
  if (org.id < STORE_ID_FLEET) {
    return fail(EXIT_REFUSED, "org \"%s\": is this host's own, and none of the fleet's", org.slug);
  }
  enum status status = engine_array_add_i64(orgs, org.id);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", status_text(status));
}

static bool has_gap(const char *list)
{
  size_t length = strlen(list);
  return length == 0 || list[0] == ',' || list[length - 1] == ',' || strstr(list, ",,") != NULL;
}

// The slugs of TYPED, with commas between them, as an array of ids; NULL is none.
static int read_orgs(struct context *ctx, const char *typed, struct bytes *orgs)
{
  if (typed != NULL && has_gap(typed)) {
    return fail(EXIT_USAGE,
                "--orgs \"%.100s\": one slug or several with commas between them are legal; a host that is to "
                "serve none leaves the fleet",
                typed);
  }
  char slugs[ORGS_SIZE];
  char *rest = NULL;
  int length = snprintf(slugs, sizeof slugs, "%s", typed != NULL ? typed : "");
  if (length < 0 || (size_t)length >= sizeof slugs) {
    return fail(EXIT_USAGE, "--orgs: at most %zu characters are legal", sizeof slugs - 1);
  }
  int code = context_read(ctx);
  for (char *slug = strtok_r(slugs, ",", &rest); code == EXIT_DONE && slug != NULL; slug = strtok_r(NULL, ",", &rest)) {
    code = add_org(ctx, slug, orgs);
  }
  context_end_read(ctx);
  enum status status = code == EXIT_DONE ? engine_array_end(orgs) : STATUS_OK;
  return status == STATUS_OK ? code : fail(EXIT_FAILED, "%s", status_text(status));
}

static enum status serve(struct asked *asked, const char *host, const struct bytes *orgs)
{
  const struct engine_value values[] = {engine_text(host), engine_text(bytes_text(orgs))};
  return ask(asked, ENGINE_SERVE, values);
}

// All of it or nothing: one transaction.
static enum status add(struct asked *asked, const struct fleet_join *join, const struct bytes *orgs)
{
  const struct engine_value values[] = {engine_text(join->host), engine_text(join->login)};
  enum status status = ask(asked, ENGINE_BEGIN, NULL);
  status = status != STATUS_OK ? status : ask(asked, ENGINE_ADD_HOST, values);
  if (status == STATUS_EXISTS) {
    error_set(&asked->error, "host \"%s\": is in the fleet already; 'ssoctl fleet remove' comes first", join->host);
  }
  status = status != STATUS_OK || join->admin == 1 ? status : serve(asked, join->host, orgs);
  return status != STATUS_OK ? status : ask(asked, ENGINE_COMMIT, NULL);
}

static int make_bundle(const char *path, const struct fleet_join *join)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    return fail(EXIT_FAILED, "%s: cannot be made: %s", path, strerror(errno));
  }
  int code = bundle_write(fd, path, join);
  if (code == EXIT_DONE && fsync(fd) != 0) {
    code = fail(EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
  }
  if (code != EXIT_DONE) {
    (void)unlink(path);
  }
  return code;
}

static enum status describe(struct asked *asked, const struct fleet_join *own, struct fleet_join *join)
{
  enum status status = credential_make(own, join);
  return status != STATUS_OK ? status : name_admins(asked, join->admins, sizeof join->admins);
}

// The file is there before the fleet knows of the host: a disk that is full adds nobody.
static int add_with_bundle(const struct context *ctx, struct asked *asked, const struct fleet_join *join,
                           const struct bytes *orgs)
{
  const char *path = ctx->in->options[OPTION_BUNDLE];
  if (ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return EXIT_DONE;
  }
  int code = make_bundle(path, join);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = add(asked, join, orgs);
  if (status != STATUS_OK) {
    (void)unlink(path);
    return fail(exit_code(status), "%s", asked->error.text);
  }
  return EXIT_DONE;
}

static int print_added(struct context *ctx, const struct fleet_join *join, const struct bytes *sql)
{
  const char *path = ctx->in->options[OPTION_BUNDLE];
  context_done(ctx, "host %s added; what follows is for the database's owner, and %s for 'ssoctl fleet join' there",
               join->host, path);
  bool json = ctx->in->options[OPTION_JSON] != NULL;
  if (!json && (fputs(bytes_text(sql), stdout) == EOF || fflush(stdout) != 0)) {
    return fail(EXIT_FAILED, "the SQL cannot be printed: %s; 'ssoctl fleet remove %s', and once more", strerror(errno),
                join->host);
  }
  return context_result(ctx, true, RESULT_TEXT("host", join->host), RESULT_TEXT("login", join->login),
                        RESULT_BOOL("admin", join->admin == 1), RESULT_TEXT("bundle", path),
                        RESULT_TEXT("sql", bytes_text(sql)));
}

int cmd_fleet_add(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct fleet_join own CLEANUP(cleanup_fleet_join) = {.admin = 0};
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = in->options[OPTION_ADMIN] != NULL ? 1 : 0};
  struct asked asked CLEANUP(asked_done) = {.engine = NULL};
  struct bytes orgs CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes sql CLEANUP(bytes_done) = BYTES_EMPTY;
  if (!bundle_is_host(in->arguments[0])) {
    return fail(EXIT_USAGE, "host \"%.100s\": lower-case letters, digits, dots and hyphens are legal, at most %d",
                in->arguments[0], BUNDLE_HOST_MAX);
  }
  (void)snprintf(join.host, sizeof join.host, "%s", in->arguments[0]);
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_admin(&ctx, &own, &asked.engine);
  code = code != EXIT_DONE ? code : read_orgs(&ctx, in->options[OPTION_ORGS], &orgs);
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = describe(&asked, &own, &join);
  status = status != STATUS_OK ? status : credential_sql(&join, join.admin == 1 ? "ssoorg_admin" : "ssoorg_host", &sql);
  if (status != STATUS_OK) {
    return fail(exit_code(status), "host %s: %s", join.host,
                asked.error.text[0] != '\0' ? asked.error.text : status_text(status));
  }
  code = add_with_bundle(&ctx, &asked, &join, &orgs);
  return code != EXIT_DONE ? code : print_added(&ctx, &join, &sql);
}

int cmd_fleet_set(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct fleet_join own CLEANUP(cleanup_fleet_join) = {.admin = 0};
  struct asked asked CLEANUP(asked_done) = {.engine = NULL};
  struct bytes orgs CLEANUP(bytes_done) = BYTES_EMPTY;
  struct listed_host host;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_admin(&ctx, &own, &asked.engine);
  code = code != EXIT_DONE ? code : read_orgs(&ctx, in->options[OPTION_ORGS], &orgs);
  if (code != EXIT_DONE) {
    return code;
  }
  code = find_host(&asked, in->arguments[0], &host);
  if (code == EXIT_DONE && host.admin) {
    code = fail(EXIT_REFUSED, "host \"%s\": is an admin host, which serves every org of the fleet", host.host);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = in->options[OPTION_DRY_RUN] == NULL ? serve(&asked, host.host, &orgs) : STATUS_OK;
  if (status != STATUS_OK) {
    return fail(exit_code(status), "%s", asked.error.text);
  }
  context_done(&ctx, "host %s serves %s", in->arguments[0], in->options[OPTION_ORGS]);
  return context_result(&ctx, true, RESULT_TEXT("host", in->arguments[0]),
                        RESULT_TEXT("orgs", in->options[OPTION_ORGS]));
}

int cmd_fleet_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct fleet_join own CLEANUP(cleanup_fleet_join) = {.admin = 0};
  struct asked asked CLEANUP(asked_done) = {.engine = NULL};
  const struct engine_value values[] = {engine_text(in->arguments[0])};
  struct listed_host host;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_admin(&ctx, &own, &asked.engine);
  code = code != EXIT_DONE ? code : find_host(&asked, in->arguments[0], &host);
  code = code != EXIT_DONE ? code
                           : context_confirm(&ctx, "Remove the host from the fleet? It takes over nothing any more.");
  if (code != EXIT_DONE) {
    return code;
  }
  enum status status = in->options[OPTION_DRY_RUN] == NULL ? ask(&asked, ENGINE_REMOVE_HOST, values) : STATUS_OK;
  if (status != STATUS_OK) {
    return fail(exit_code(status), "%s", asked.error.text);
  }
  context_done(&ctx, "host %s removed; the database's owner can drop its role: DROP ROLE \"%s\";", host.host,
               host.login);
  return context_result(&ctx, true, RESULT_TEXT("host", in->arguments[0]));
}
