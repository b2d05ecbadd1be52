// SPDX-License-Identifier: Apache-2.0
// ssoctl apply: brings the host to the state that a document says.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "domains.h"
#include "member_args.h"
#include "state/want.h"
#include "store/accounts.h"

enum { DOCUMENT_MAX = 64 * 1024 * 1024, REASON_TEXT_SIZE = 512, WHAT_SIZE = 320 };

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

// The claims that are to be proven by a record and are not yet.
struct claims {
  struct domain_check *checks;
  const struct step **steps;
  size_t count;
};

static void claims_done(struct claims *claims)
{
  free(claims->checks);
  free((void *)claims->steps);
}

// Whether the claim of STEP is there and unproven. The read transaction is open.
static enum status is_unproven(const struct plan *plan, const struct step *step, struct domain *ret_domain,
                               bool *ret_unproven)
{
  struct org org;
  *ret_unproven = false;
  enum status status = org_by_slug(plan->ctx->txn, step->org, &org);
  status = status == STATUS_OK ? domain_get(plan->ctx->txn, org.id, step->name, ret_domain) : status;
  *ret_unproven = status == STATUS_OK && ret_domain->verified == 0;
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static int find_claims(struct plan *plan, struct claims *claims)
{
  claims->checks = calloc(plan->count + 1, sizeof *claims->checks);
  claims->steps = calloc(plan->count + 1, sizeof(const struct step *));
  if (claims->checks == NULL || claims->steps == NULL) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  for (size_t i = 0; i < plan->count; i++) {
    struct domain domain;
    bool unproven = false;
    enum status status = plan->steps[i].by_record ? is_unproven(plan, &plan->steps[i], &domain, &unproven) : STATUS_OK;
    if (status == STATUS_OK && unproven) {
      status = domain_check_begin(plan->ctx, &domain, &claims->checks[claims->count]);
      claims->steps[claims->count++] = &plan->steps[i];
    }
    if (status != STATUS_OK) {
      return plan_unreadable(status);
    }
  }
  return EXIT_DONE;
}

static int add_proof(struct plan *plan, const struct step *claim, const struct domain_check *check)
{
  const struct step from = *claim; // which moves as steps are added
  const char *token = plan_text(plan, check->domain.token);
  struct step *step = token != NULL ? plan_step(plan, STEP_DOMAIN_VERIFY, from.path, from.org, from.name) : NULL;
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.domain_verify = (struct domain_verify){.org = from.org, .domain = from.name, .token = token, .reason = ""};
  step->after = "verified by its record";
  return EXIT_DONE;
}

// Looks the records up that may be in DNS by now: those of claims that were made before.
static int look_up(struct plan *plan, struct claims *claims)
{
  char server[ADDRESS_SIZE];
  size_t *indexes CLEANUP(cleanup_free) = calloc(claims->count + 1, sizeof *indexes);
  int code = claims->count > 0 ? domains_server(plan->ctx, server) : EXIT_DONE;
  code =
      code == EXIT_DONE && claims->count > 0 ? domains_look_up(plan->ctx, server, claims->checks, claims->count) : code;
  if (code != EXIT_DONE || indexes == NULL) {
    return code != EXIT_DONE ? code : plan_unreadable(STATUS_NO_MEMORY);
  }
  for (size_t i = 0; i < claims->count; i++) {
    indexes[i] = (size_t)(claims->steps[i] - plan->steps);
  }
  for (size_t i = 0; code == EXIT_DONE && i < claims->count; i++) {
    bool found = !claims->checks[i].is_taken && claims->checks[i].proof.result == PROOF_FOUND;
    code = found ? add_proof(plan, &plan->steps[indexes[i]], &claims->checks[i]) : EXIT_DONE;
  }
  return code;
}

static int make_plan(struct plan *plan, const cJSON *doc)
{
  struct claims claims CLEANUP(claims_done) = {.count = 0};
  int code = settings_file_read(plan->ctx, &plan->settings);
  code = code == EXIT_DONE ? context_read(plan->ctx) : code;
  code = code == EXIT_DONE ? want_all(plan, doc) : code;
  code = code == EXIT_DONE ? find_claims(plan, &claims) : code;
  context_end_read(plan->ctx);
  code = code == EXIT_DONE ? look_up(plan, &claims) : code;
  plan_sort(plan);
  return code;
}

// What of the settings of the host differs from BEFORE.
static void add_host_rows(struct plan *plan, const struct settings_file *before)
{
  char what[WHAT_SIZE];
  for (size_t i = 0; i < plan->settings.count; i++) {
    const struct settings_file_value *now = &plan->settings.list[i];
    const char *old = settings_file_get(before, now->key);
    (void)snprintf(what, sizeof what, "host setting %s", now->key);
    if (old == NULL || strcmp(old, now->value) != 0) {
      plan_add_row(plan, old == NULL ? "add" : "change", what, old, now->value);
      plan->settings_changed = true;
    }
  }
  for (size_t i = 0; i < before->count; i++) {
    (void)snprintf(what, sizeof what, "host setting %s", before->list[i].key);
    if (settings_file_get(&plan->settings, before->list[i].key) == NULL) {
      plan_add_row(plan, "remove", what, before->list[i].value, NULL);
      plan->settings_changed = plan->asks = true;
    }
  }
}

static void add_service_row(struct plan *plan, const struct wiring_plan *service, bool wanted)
{
  char what[WHAT_SIZE];
  (void)snprintf(what, sizeof what, "host service %s", service->row->name);
  plan_add_row(plan, wanted ? "add" : "remove", what, wanted ? NULL : wiring_state_name(service->state),
               wanted ? wiring_state_name(WIRING_WIRED) : NULL);
  plan->services_changed = true;
  plan->asks = plan->asks || !wanted;
}

// Which services are wired and unwired.
static int add_service_rows(struct plan *plan)
{
  struct host_result wires CLEANUP(host_result_done) = {.changed = 0};
  struct host_result unwires CLEANUP(host_result_done) = {.changed = 0};
  int code = host_wanted_plan(plan->ctx, &plan->services, &wires, &unwires);
  size_t count = 0;
  (void)wiring_table(&count);
  for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
    if (wires.plans[i].changes) {
      add_service_row(plan, &wires.plans[i], true);
    }
    if (unwires.plans[i].changes) {
      add_service_row(plan, &unwires.plans[i], false);
    }
  }
  return code;
}

// By the settings as they are now. Wiring is not the store's: what was put in place before a failure stays, as lines
// that work by themselves.
static int wire(struct plan *plan)
{
  struct error error = {.text = ""};
  if (!plan->services_changed) {
    return EXIT_DONE;
  }
  if (config_load(plan->ctx->config_path, &error, &plan->ctx->config) != STATUS_OK) {
    return fail(EXIT_FAILED, "%s", error.text);
  }
  return host_wanted_write(plan->ctx, &plan->services);
}

static enum status add_unproven(struct plan *plan, const struct step *step)
{
  char what[WHAT_SIZE];
  char reason[REASON_TEXT_SIZE];
  char record[DOMAIN_RECORD_SIZE];
  char value[PROOF_VALUE_SIZE];
  struct domain domain = {.verified = 0};
  bool unproven = false;
  enum status status = is_unproven(plan, step, &domain, &unproven);
  bool there = domain.domain[0] != '\0';
  if (status != STATUS_OK || (there && !unproven) || domain_record(step->name, record) != STATUS_OK) {
    return status;
  }
  proof_value(domain.token, value);
  (void)snprintf(what, sizeof what, "org %s domain %s", step->org, step->name);
  (void)snprintf(reason, sizeof reason, "its record has to be in DNS: %s %s", record,
                 there ? value : "with the value that 'ssoctl domain show' shows then");
  plan_add_pending(plan, what, reason);
  return STATUS_OK;
}

// What was changed of a connection that people depend on, or of what a sign-in must meet, waits (POLICY E3).
static enum status add_waiting(struct plan *plan, const char *slug)
{
  struct connection waiting CLEANUP(cleanup_connection) = {.org_id = 0};
  struct org org;
  char what[WHAT_SIZE];
  bool waits = false;
  for (size_t i = 0; i < plan->run_count; i++) {
    waits = waits || (plan->steps[i].waits && strcmp(plan->steps[i].org, slug) == 0);
  }
  enum status status = org_by_slug(plan->ctx->txn, slug, &org);
  status = status == STATUS_OK ? connection_get(plan->ctx->txn, org.id, CONNECTION_STAGED, &waiting) : status;
  if (waits || status == STATUS_OK) {
    (void)snprintf(what, sizeof what, "org %s connection", slug);
    plan_add_pending(plan, what, "waits until a test of it succeeds: ssoctl idp test");
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// What is left for people, by the store as it is now.
static int add_pending(struct plan *plan)
{
  int code = context_read(plan->ctx);
  enum status status = STATUS_OK;
  for (size_t i = 0; code == EXIT_DONE && status == STATUS_OK && i < plan->count; i++) {
    const struct step *step = &plan->steps[i];
    if (step->by_record) {
      status = add_unproven(plan, step);
    } else if (step->kind == STEP_ORG_SEEN) {
      status = add_waiting(plan, step->org);
    }
  }
  context_end_read(plan->ctx);
  return status == STATUS_OK ? code : plan_unreadable(status);
}

static void print_row(const struct cell *cells)
{
  const char *sign = strcmp(cells[0].text, "add") == 0 ? "+" : strcmp(cells[0].text, "remove") == 0 ? "-" : "~";
  char line[4096];
  char shown[4096];
  const char *old = table_text_or_null(cells[2].text != NULL ? cells[2].text : "");
  const char *now = table_text_or_null(cells[3].text != NULL ? cells[3].text : "");
  bool both = sign[0] == '~';
  (void)snprintf(line, sizeof line, "%s %s%s%s%s%s", sign, cells[1].text,
                 both || old != NULL || now != NULL ? ": " : "",
                 old != NULL ? old
                 : both      ? "none"
                             : "",
                 both ? " -> " : "",
                 now != NULL ? now
                 : both      ? "none"
                             : "");
  text_escape(line, strlen(line), shown, sizeof shown);
  (void)printf("%s\n", shown);
}

// The plan as a diff, for people.
static void print_plan(const struct plan *plan)
{
  for (size_t i = 0; i < plan->rows.cell_count; i += plan->rows.column_count) {
    print_row(&plan->rows.cells[i]);
  }
  (void)fflush(stdout);
}

static int print_result(struct plan *plan)
{
  bool pending = plan->pending.cell_count > 0;
  for (size_t i = 0; i < plan->pending.cell_count; i += plan->pending.column_count) {
    context_done(plan->ctx, "pending: %s: %s", plan->pending.cells[i].text, plan->pending.cells[i + 1].text);
  }
  context_done(plan->ctx, "%s%s", plan_changes(plan) ? "the state is as wanted now" : "all is so already",
               pending ? ", but for what is pending" : "");
  int code = context_result(plan->ctx, plan_changes(plan), RESULT_ROWS("plan", &plan->rows),
                            RESULT_ROWS("pending", &plan->pending));
  return code == EXIT_DONE && pending ? EXIT_PENDING : code;
}

// As 'member add --local-user' does once the account is there.
static int lock_local_users(struct plan *plan)
{
  int code = EXIT_DONE;
  for (size_t i = 0; i < plan->run_count; i++) {
    const struct step *step = &plan->steps[i];
    const char *user = step->kind == STEP_MEMBER_ADD   ? step->in.member_add.local_user
                       : step->kind == STEP_ORG_CREATE ? step->in.org_create.local_user
                                                       : "";
    struct account account;
    int read = user[0] != '\0' ? context_read(plan->ctx) : EXIT_FAILED;
    bool found = read == EXIT_DONE && account_by_login(plan->ctx->txn, user, &account) == STATUS_OK;
    context_end_read(plan->ctx);
    if (found) {
      int locked = member_args_lock_local_user(plan->ctx, user, &account);
      code = code == EXIT_DONE ? locked : code;
      record_done(&ACCOUNT_RECORD, &account);
    }
  }
  return code;
}

// The plan has been shown: what is left is to ask, and to do it.
static int carry_out(struct plan *plan, const struct settings_file *before)
{
  int code = plan->asks
                 ? context_confirm(plan->ctx, "Something is removed, or people sign in otherwise, as listed. Go on?")
                 : EXIT_DONE;
  code = code == EXIT_DONE ? plan_run(plan, false) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  add_host_rows(plan, before);
  code = add_service_rows(plan);
  if (code != EXIT_DONE) {
    return code;
  }
  code = plan->settings_changed ? settings_file_write(plan->ctx, &plan->settings) : EXIT_DONE;
  code = code == EXIT_DONE ? wire(plan) : code;
  return code == EXIT_DONE ? lock_local_users(plan) : code;
}

static int apply(struct plan *plan, const cJSON *doc)
{
  struct settings_file before = {.count = 0};
  bool json = plan->ctx->in->options[OPTION_JSON] != NULL;
  bool dry = plan->ctx->in->options[OPTION_DRY_RUN] != NULL;
  int code = settings_file_read(plan->ctx, &before);
  code = code == EXIT_DONE ? make_plan(plan, doc) : code;
  code = code == EXIT_DONE ? plan_run(plan, true) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  add_host_rows(plan, &before);
  code = add_service_rows(plan);
  if (code != EXIT_DONE) {
    return code;
  }
  if (!json) {
    print_plan(plan);
  }
  code = !dry && plan_changes(plan) ? carry_out(plan, &before) : EXIT_DONE;
  code = code == EXIT_DONE ? add_pending(plan) : code;
  return code == EXIT_DONE ? print_result(plan) : code;
}

static void end_plan(struct plan *plan)
{
  plan_done(plan);
}

int cmd_apply(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  cJSON *doc CLEANUP(free_json) = NULL;
  const char *path = in->arguments[0];
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read_file(path, DOCUMENT_MAX, &text);
  code = code == EXIT_DONE ? json_parse(strcmp(path, "-") == 0 ? "standard input" : path, &text, &doc) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  struct plan plan CLEANUP(end_plan) = plan_init(&ctx);
  plan.prunes = in->options[OPTION_PRUNE] != NULL;
  return apply(&plan, doc);
}
