// SPDX-License-Identifier: Apache-2.0
#include "state/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "connection_fields.h"

enum { WHAT_SIZE = 640 };

static const struct column ROW_COLUMNS[] = {
    {"action", COLUMN_TEXT}, {"what", COLUMN_TEXT}, {"old", COLUMN_TEXT}, {"new", COLUMN_TEXT}};
static const struct column PENDING_COLUMNS[] = {{"what", COLUMN_TEXT}, {"reason", COLUMN_TEXT}};

struct plan plan_init(struct context *ctx)
{
  return (struct plan){.ctx = ctx,
                       .rows = table_init(ROW_COLUMNS, COUNT_OF(ROW_COLUMNS)),
                       .pending = table_init(PENDING_COLUMNS, COUNT_OF(PENDING_COLUMNS))};
}

void plan_done(struct plan *plan)
{
  for (size_t i = 0; i < plan->connection_count; i++) {
    cleanup_connection(plan->connections[i]);
  }
  for (size_t i = 0; i < plan->block_count; i++) {
    free(plan->blocks[i]);
  }
  cleanup_mail_server(&plan->server);
  table_done(&plan->rows);
  table_done(&plan->pending);
  free(plan->connections);
  free(plan->blocks);
  free(plan->steps);
}

void *plan_make(struct plan *plan, size_t length)
{
  void **blocks = grow_array(plan->blocks, plan->block_count, sizeof *blocks, &plan->block_capacity);
  void *block = blocks != NULL ? calloc(1, length) : NULL;
  plan->blocks = blocks != NULL ? blocks : plan->blocks;
  if (block != NULL) {
    plan->blocks[plan->block_count++] = block;
  }
  return block;
}

const char *plan_text(struct plan *plan, const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = plan_make(plan, size);
  if (copy != NULL) {
    memcpy(copy, text, size);
  }
  return copy;
}

struct connection *plan_connection(struct plan *plan)
{
  struct connection **list =
      grow_array(plan->connections, plan->connection_count, sizeof(struct connection *), &plan->connection_capacity);
  if (list == NULL) {
    return NULL;
  }
  plan->connections = list;
  struct connection *connection = plan_make(plan, sizeof *connection);
  if (connection != NULL) {
    plan->connections[plan->connection_count++] = connection;
  }
  return connection;
}

struct step *plan_step(struct plan *plan, enum step_kind kind, const char *path, const char *org, const char *name)
{
  struct step *steps = grow_array(plan->steps, plan->count, sizeof *steps, &plan->capacity);
  const char *kept = steps != NULL ? plan_text(plan, path) : NULL;
  plan->steps = steps != NULL ? steps : plan->steps;
  if (kept == NULL) {
    (void)fail(EXIT_FAILED, "out of memory");
    return NULL;
  }
  plan->steps[plan->count] = (struct step){.kind = kind, .number = plan->count, .path = kept, .org = org, .name = name};
  return &plan->steps[plan->count++];
}

int plan_unreadable(enum status status)
{
  return status == STATUS_TOLD ? EXIT_FAILED : fail(EXIT_FAILED, "store: cannot be read: %s", status_text(status));
}

bool plan_has(const struct plan *plan, size_t first, enum step_kind kind, const char *name)
{
  for (size_t i = first; i < plan->count; i++) {
    if (plan->steps[i].kind == kind && strcmp(plan->steps[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

// What opens an org again comes first, what closes it last; what is given before what is taken.
static int rank(const struct step *step)
{
  bool raises = step->kind == STEP_ENFORCEMENT && step->in.enforcement.enforcement != ENFORCEMENT_OFF;
  if (step->kind >= STEP_ORG_SEEN) {
    return STEP_ORG_SEEN + 1;
  }
  return raises ? (int)STEP_ORG_SEEN : (int)(step->late ? STEP_TRANSFER : step->kind);
}

// Steps of one rank stay in the order in which they were added.
static int by_rank(const void *a, const void *b)
{
  const struct step *one = a;
  const struct step *other = b;
  int order = rank(one) - rank(other);
  return order != 0 ? order : (one->number > other->number) - (one->number < other->number);
}

void plan_sort(struct plan *plan)
{
  if (plan->count > 0) {
    qsort(plan->steps, plan->count, sizeof *plan->steps, by_rank);
  }
  while (plan->run_count < plan->count && plan->steps[plan->run_count].kind < STEP_ORG_SEEN) {
    plan->run_count++;
  }
}

static struct change change_of(const struct step *s, union step_result *r)
{
  switch (s->kind) {
  case STEP_ORG_CREATE: return change_org_create(&s->in.org_create, &r->org_created);
  case STEP_ENFORCEMENT: return change_enforcement_set(&s->in.enforcement, &r->done);
  case STEP_SETTINGS: return change_org_settings_set(&s->in.settings, &r->settings);
  case STEP_DOMAIN_ADD: return change_domain_add(&s->in.domain_add, &r->domain);
  case STEP_DOMAIN_VERIFY: return change_domain_verify(&s->in.domain_verify, &r->domain);
  case STEP_CONNECTION: return change_connection_set(&s->in.connection, &r->connection);
  case STEP_GROUP_UNMAP: return change_group_unmap(&s->in.group_unmap, &r->done);
  case STEP_GROUP_MAP: return change_group_map(&s->in.group_map, &r->done);
  case STEP_GROUP_MAP_LOCAL: return change_group_map_local(&s->in.group_map_local, &r->done);
  case STEP_GROUP_MAP_ROLE: return change_group_map_role(&s->in.group_map_role, &r->done);
  case STEP_MEMBER_ROLE: return change_member_role(&s->in.member_role, &r->member);
  case STEP_MEMBER_SUSPEND: return change_member_suspend(&s->in.member, &r->member);
  case STEP_MEMBER_RESUME: return change_member_resume(&s->in.member_resume, &r->member);
  case STEP_MEMBER_ADD: return change_member_add(&s->in.member_add, &r->added);
  case STEP_TRANSFER: return change_org_transfer(&s->in.transfer, &r->done);
  case STEP_MEMBER_REMOVE: return change_member_remove(&s->in.member, &r->member);
  case STEP_CONNECTION_REMOVE: return change_connection_remove(&s->in.connection_remove, &r->done);
  case STEP_DOMAIN_REMOVE: return change_domain_remove(&s->in.domain_remove, &r->done);
  case STEP_ORG_DELETE: return change_org_delete(&s->in.org_delete, &r->done);
  case STEP_SOCIAL: return change_social_set(&s->in.social, &r->done);
  case STEP_SOCIAL_REMOVE: return change_social_remove(&s->in.social_remove, &r->done);
  case STEP_MAIL: return change_mail_server_set(&s->in.mail, &r->done);
  case STEP_MAIL_REMOVE: return change_mail_server_remove(&r->done);
  case STEP_ORG_SEEN:
  case STEP_GROUP_SAME: break; // never run
  }
  return (struct change){.kind = NULL};
}

// How a line begins, and what is said of it: "+ org acme domain acme.test".
static const struct {
  const char *action;
  const char *noun; // in the org; "" for the org itself
  bool of_host;
} WORDS[] = {
    [STEP_ORG_CREATE] = {"add", "", false},
    [STEP_ENFORCEMENT] = {"change", "enforcement", false},
    [STEP_SETTINGS] = {"change", "setting", false},
    [STEP_DOMAIN_ADD] = {"add", "domain", false},
    [STEP_DOMAIN_VERIFY] = {"change", "domain", false},
    [STEP_CONNECTION] = {"change", "connection", false},
    [STEP_GROUP_UNMAP] = {"remove", "group", false},
    [STEP_GROUP_MAP] = {"add", "group", false},
    [STEP_GROUP_MAP_LOCAL] = {"add", "group", false},
    [STEP_GROUP_MAP_ROLE] = {"add", "group", false},
    [STEP_MEMBER_ROLE] = {"change", "member", false},
    [STEP_MEMBER_SUSPEND] = {"change", "member", false},
    [STEP_MEMBER_RESUME] = {"change", "member", false},
    [STEP_MEMBER_ADD] = {"add", "member", false},
    [STEP_TRANSFER] = {"change", "owner", false},
    [STEP_MEMBER_REMOVE] = {"remove", "member", false},
    [STEP_CONNECTION_REMOVE] = {"remove", "connection", false},
    [STEP_DOMAIN_REMOVE] = {"remove", "domain", false},
    [STEP_ORG_DELETE] = {"remove", "", false},
    [STEP_SOCIAL] = {"change", "social", true},
    [STEP_SOCIAL_REMOVE] = {"remove", "social", true},
    [STEP_MAIL] = {"change", "mail", true},
    [STEP_MAIL_REMOVE] = {"remove", "mail", true},
};

static void describe(const struct step *s, char what[static WHAT_SIZE])
{
  (void)snprintf(what, WHAT_SIZE, "%s%s%s%s%s%s", WORDS[s->kind].of_host ? "" : "org ", s->org,
                 WORDS[s->kind].noun[0] != '\0' && !WORDS[s->kind].of_host ? " " : "", WORDS[s->kind].noun,
                 s->name[0] != '\0' ? " " : "", s->name);
}

void plan_add_row(struct plan *plan, const char *action, const char *what, const char *before, const char *after)
{
  table_add(&plan->rows, ROW_COLUMNS, {{action, 0}, {what, 0}, {before, 0}, {after, 0}});
}

void plan_add_pending(struct plan *plan, const char *what, const char *reason)
{
  table_add(&plan->pending, PENDING_COLUMNS, {{what, 0}, {reason, 0}});
}

bool plan_changes(const struct plan *plan)
{
  return plan->rows.cell_count > 0;
}

// The settings that differ, one by one.
static void add_settings(struct plan *plan, const struct step *s)
{
  const struct org_settings_changed *r = &plan->last.settings;
  size_t count = 0;
  const struct org_setting *settings = org_settings(&count);
  for (size_t i = 0; i < count; i++) {
    char what[WHAT_SIZE];
    char before[SETTING_TEXT_SIZE];
    char after[SETTING_TEXT_SIZE];
    if (!org_setting_is_same(&settings[i], &r->before, &r->after)) {
      org_setting_typed(&settings[i], &r->before, before);
      org_setting_typed(&settings[i], &r->after, after);
      (void)snprintf(what, sizeof what, "org %s %s", s->org, settings[i].key);
      plan_add_row(plan, "change", what, before, after);
    }
  }
}

// What of a connection differs, one by one; of a new one it is enough that there is one.
static void add_connection(struct plan *plan, const struct step *s, const char *what)
{
  struct table values CLEANUP(table_done) = context_values();
  const struct connection *wanted = s->kind == STEP_SOCIAL ? s->in.social.connection : s->in.connection.connection;
  if (s->replaced == NULL) {
    plan_add_row(plan, "add", what, NULL, wanted->issuer);
    return;
  }
  connection_add_values(&values, s->replaced, wanted);
  for (size_t i = 0; i < values.cell_count; i += values.column_count) {
    char one[WHAT_SIZE + 32];
    (void)snprintf(one, sizeof one, "%s %s", what, values.cells[i].text);
    plan_add_row(plan, "change", one, values.cells[i + 1].text, values.cells[i + 2].text);
  }
  if (values.cell_count == 0) {
    plan_add_row(plan, "change", what, s->before, s->after);
  }
}

static void add_rows(struct plan *plan, const struct step *s)
{
  char what[WHAT_SIZE];
  describe(s, what);
  if (s->kind == STEP_SETTINGS) {
    add_settings(plan, s);
  } else if (s->kind == STEP_CONNECTION || s->kind == STEP_SOCIAL) {
    add_connection(plan, s, what);
  } else {
    plan_add_row(plan, s->before == NULL && s->kind == STEP_MAIL ? "add" : WORDS[s->kind].action, what, s->before,
                 s->after);
  }
}

static bool asks_otherwise(const struct step *s)
{
  return s->kind == STEP_ENFORCEMENT || s->kind == STEP_TRANSFER || strcmp(WORDS[s->kind].action, "remove") == 0;
}

static bool has_to_wait(const struct plan *plan, const struct step *s)
{
  return (s->kind == STEP_CONNECTION && plan->last.connection.waits) ||
         (s->kind == STEP_SETTINGS && plan->last.settings.waits);
}

static enum status get(void *context, uint64_t index, struct error *error, struct change *ret_change)
{
  struct plan *plan = context;
  (void)error;
  if (index == 0) { // also where all begins anew
    table_clear(&plan->rows);
    table_clear(&plan->pending);
    plan->asks = false;
  }
  plan->change = change_of(&plan->steps[index], &plan->last);
  *ret_change = plan->change;
  return STATUS_OK;
}

// What enforcement takes, a person has to bring (POLICY E2): the rest goes on.
static bool done(void *context, uint64_t index, enum status status, const struct error *error)
{
  struct plan *plan = context;
  struct step *s = &plan->steps[index];
  if (status == STATUS_REFUSED && s->kind == STEP_ENFORCEMENT) {
    char what[WHAT_SIZE];
    describe(s, what);
    plan_add_pending(plan, what, error->text);
    return true;
  }
  if (status != STATUS_OK) {
    return false;
  }
  if (*plan->change.ret_changed) {
    add_rows(plan, s);
    plan->asks = plan->asks || asks_otherwise(s);
  }
  s->waits = has_to_wait(plan, s);
  return true;
}

int plan_run(struct plan *plan, bool dry)
{
  const struct changes all = {plan->run_count, get, done, plan};
  struct error error = {.text = ""};
  uint64_t index = 0;
  table_clear(&plan->rows);
  table_clear(&plan->pending);
  enum status status = plan->run_count > 0 ? context_run_all(plan->ctx, dry, &all, &error, &index) : STATUS_OK;
  explicit_bzero(&plan->last, sizeof plan->last);
  if (status == STATUS_OK) {
    if (!dry) {
      context_renew_sudo_rules(plan->ctx);
    }
    status = table_status(&plan->rows);
    return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "apply: %s", status_text(status));
  }
  const char *path = index < plan->run_count ? plan->steps[index].path : "";
  return fail(exit_code(status), "%s%s%s; nothing was changed", path, path[0] != '\0' ? ": " : "", error.text);
}
