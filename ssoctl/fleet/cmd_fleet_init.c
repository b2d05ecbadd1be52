// SPDX-License-Identifier: Apache-2.0
// ssoctl fleet init: a fleet in a database that is there, and this host as its first admin host.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/host_file.h"
#include "base/text.h"
#include "ca_file.h"
#include "change/fleet.h"
#include "fleet/bundle.h"
#include "fleet/credential.h"
#include "fleet/engine_context.h"
#include "fleet/engine_url.h"
#include "paths.h"

enum { SQL_SIZE = 1024, NAME_SIZE = 256 };

// The first host is nobody's to add. What is said at the end is a warning: the fleet is there.
static const char FIRST_HOST[] = "BEGIN;\n"
                                 "GRANT ssoorg_admin TO \"%s\";\n"
                                 "GRANT ssoorg_functions, ssoorg_admin TO CURRENT_USER;\n"
                                 "SET LOCAL ROLE ssoorg_functions;\n"
                                 "INSERT INTO ssoorg.host (host, login) VALUES ('%s', '%s');\n"
                                 "RESET ROLE;\n"
                                 "REVOKE ssoorg_functions, ssoorg_admin FROM CURRENT_USER;\n"
                                 "COMMIT;\n"
                                 "DO $$ BEGIN IF current_setting('synchronous_standby_names') = '' THEN\n"
                                 "RAISE WARNING 'it has no synchronous standby (synchronous_standby_names): what was "
                                 "changed just before it fails can be lost'; END IF; END $$;\n";

// It is not its owner's who ran it.
#define REMOVAL "GRANT ssoorg_tables TO CURRENT_USER; SET ROLE ssoorg_tables; DROP SCHEMA ssoorg CASCADE; RESET ROLE;"

// As whom the schema is made; nothing of it is kept.
struct owner {
  struct fleet_join as;
  struct bytes script;
  char warning[ENGINE_MESSAGE_SIZE];
};

static void owner_done(struct owner *owner)
{
  cleanup_fleet_join(&owner->as);
  bytes_done(&owner->script);
}

static int take_name(const char *typed, char *name, size_t size)
{
  char own[NAME_SIZE] = "";
  if (typed == NULL && gethostname(own, sizeof own - 1) != 0) {
    return fail(EXIT_FAILED, "this host has no name; --host gives it one for the fleet");
  }
  enum status status = text_fold_ascii(typed != NULL ? typed : own, name, size);
  return status == STATUS_OK && bundle_is_host(name)
             ? EXIT_DONE
             : fail(EXIT_USAGE, "--host \"%.100s\": letters, digits, dots and hyphens are legal, at most %d",
                    typed != NULL ? typed : own, BUNDLE_HOST_MAX);
}

static int read_owner(const struct invocation *in, struct owner *owner)
{
  struct error error = {.text = ""};
  enum status status = engine_url_read(in->arguments[0], &error, &owner->as);
  if (status != STATUS_OK) {
    return fail(EXIT_USAGE, "%s", error.text);
  }
  int code = context_read_file(in->options[OPTION_PASSWORD_FILE], PROTOCOL_SECRET_MAX, &owner->as.password);
  if (code != EXIT_DONE) {
    return code;
  }
  struct bytes *password = &owner->as.password;
  password->length = strcspn(bytes_text(password), "\r\n");
  const char *ca = in->options[OPTION_CA_FILE];
  return ca != NULL ? ca_file_read(ca, &owner->as.ca_pem) : EXIT_DONE;
}

// As the owner says where it is, and by a credential of its own.
static enum status describe(const struct owner *owner, struct fleet_join *join)
{
  (void)snprintf(join->admins, sizeof join->admins, "%s", join->host);
  join->admin = 1;
  join->joined_at_s = clock_now_s();
  return credential_make(&owner->as, join);
}

static int write_script(const struct fleet_join *join, struct owner *owner)
{
  struct error error = {.text = ""};
  char first[SQL_SIZE];
  (void)snprintf(first, sizeof first, FIRST_HOST, join->login, join->host, join->login);
  enum status status = credential_sql(join, NULL, &owner->script);
  if (status == STATUS_OK) {
    status = host_file_read(PATH_FLEET_SCHEMA, &error, &owner->script);
  }
  if (status == STATUS_NOT_FOUND) {
    return fail(EXIT_FAILED, "%s: is not there; it is in the package ssoorg-fleet", PATH_FLEET_SCHEMA);
  }
  status = status != STATUS_OK ? status : bytes_append(&owner->script, first, strlen(first));
  return status == STATUS_OK ? EXIT_DONE
                             : fail(EXIT_FAILED, "%s", error.text[0] != '\0' ? error.text : status_text(status));
}

static int make_fleet(const struct context *ctx, struct owner *owner)
{
  struct engine *engine CLEANUP(engine_end) = NULL;
  struct engine_answer answer CLEANUP(engine_answer_done) = {.rows = 0};
  struct error error = {.text = ""};
  int code = engine_context_open(ctx, &owner->as, &engine);
  if (code != EXIT_DONE || ctx->in->options[OPTION_DRY_RUN] != NULL) {
    return code;
  }
  enum status status = engine_script(engine, &owner->script, clock_monotonic_ms() + ENGINE_COMMAND_MS, &error, &answer);
  if (strcmp(answer.sqlstate, "42P06") == 0) {
    return fail(
        EXIT_REFUSED,
        "database \"%s\": has a fleet already; 'ssoctl fleet add' on an admin host of it lets this one join. If "
        "nobody is in it, its owner removes it by: " REMOVAL,
        owner->as.database);
  }
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  (void)snprintf(owner->warning, sizeof owner->warning, "%s", answer.message);
  return EXIT_DONE;
}

static int init(struct context *ctx, struct owner *owner, struct fleet_join *join, struct change_done *done)
{
  enum status status = describe(owner, join);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "a password cannot be made: %s", status_text(status));
  }
  struct error error = {.text = ""};
  status = context_try(ctx, change_fleet_join(join, done), &error);
  if (status != STATUS_OK) {
    return fail(exit_code(status), "%s", error.text);
  }
  int code = write_script(join, owner);
  code = code != EXIT_DONE ? code : make_fleet(ctx, owner);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(ctx, change_fleet_join(join, done));
  return code == EXIT_DONE
             ? code
             : fail(code, "the database has a fleet now that no host is in; its owner removes it by: " REMOVAL);
}

int cmd_fleet_init(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct owner owner CLEANUP(owner_done) = {.warning = ""};
  struct fleet_join join CLEANUP(cleanup_fleet_join) = {.admin = 0};
  struct change_done done;
  int code = context_open(in, &ctx);
  code = code != EXIT_DONE ? code : engine_context_alone(&ctx);
  code = code != EXIT_DONE ? code : take_name(in->options[OPTION_HOST], join.host, sizeof join.host);
  code = code != EXIT_DONE ? code : read_owner(in, &owner);
  code = code != EXIT_DONE ? code : init(&ctx, &owner, &join, &done);
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "%s: the first admin host of a fleet at %s; orgs that are made here from now on are the fleet's",
               join.host, join.engines);
  if (owner.warning[0] != '\0') {
    (void)fail(EXIT_DONE, "%s", owner.warning);
  }
  return context_result(&ctx, done.changed, RESULT_TEXT("host", join.host), RESULT_TEXT("engines", join.engines),
                        RESULT_TEXT("database", join.database),
                        RESULT_TEXT("warning", table_text_or_null(owner.warning)));
}
