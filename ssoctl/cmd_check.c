// SPDX-License-Identifier: Apache-2.0
// ssoctl check: what is wrong with this host, and the mend for each.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "check/check.h"
#include "check/check_log.h"
#include "context.h"

// As monitoring plugins end: 0 fine, 1 warning, 2 critical, 3 unknown.
enum { UNKNOWN = 3 };

static void look_at_store(struct context *ctx, struct findings *findings)
{
  struct error error = {.text = ""};
  if (store_open(ctx->store_dir, STORE_READ_WRITE, &error, &ctx->store) != STATUS_OK ||
      store_begin(ctx->store, false, &ctx->txn) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "store", "run 'ssoctl init', or restore a backup", "%s",
                 error.text[0] != '\0' ? error.text : "the store cannot be read");
    return;
  }
  check_people(ctx, findings);
  check_orgs(ctx, findings);
  check_fleet(ctx, findings);
  if (ctx->in->options[OPTION_OFFLINE] == NULL) {
    check_providers(ctx, findings);
  }
}

static void look_at_all(struct context *ctx, struct findings *findings)
{
  struct error error = {.text = ""};
  if (config_load(ctx->config_path, &error, &ctx->config) != STATUS_OK) {
    findings_add(findings, SEVERITY_CRITICAL, "settings", "correct it; ssoorg.conf(5) has what is legal", "%s",
                 error.text);
    config_init(&ctx->config);
  }
  check_programs(findings);
  check_wiring(ctx, findings);
  check_sshd(&ctx->config, findings);
  check_access(findings);
  check_confinement(&ctx->config, findings);
  check_numbers(&ctx->config, findings);
  check_machine(ctx->store_dir, findings);
  check_files(ctx, findings);
  look_at_store(ctx, findings);
}

static int print_json(const struct findings *findings)
{
  static const struct column COLUMNS[] = {
      {"severity", COLUMN_TEXT}, {"check", COLUMN_TEXT}, {"what", COLUMN_TEXT}, {"mend", COLUMN_TEXT}};
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  for (size_t i = 0; i < findings->count; i++) {
    const struct finding *f = &findings->items[i];
    table_add(&table, COLUMNS,
              {{severity_name(f->severity), 0}, {f->check, 0}, {f->what, 0}, {table_text_or_null(f->mend), 0}});
  }
  return exit_code(table_print_list(&table, true));
}

// A line for what is wrong, one for its mend, the worst first.
static int print_lines(const struct findings *findings)
{
  for (int severity = SEVERITY_CRITICAL; severity > SEVERITY_OK; severity--) {
    for (size_t i = 0; i < findings->count; i++) {
      const struct finding *f = &findings->items[i];
      if (f->severity == (enum severity)severity &&
          printf("%-8s  %s: %s\n          %s\n", severity_name(f->severity), f->check, f->what, f->mend) < 0) {
        return EXIT_FAILED;
      }
    }
  }
  bool written = printf("%s: %zu things looked at, %zu critical, %zu warnings\n",
                        severity_name(findings_worst(findings)), findings->count,
                        findings_number(findings, SEVERITY_CRITICAL), findings_number(findings, SEVERITY_WARNING)) >= 0;
  return written && table_flush_output() == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

int cmd_check(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct findings findings CLEANUP(findings_done) = {.items = NULL};
  struct error error = {.text = ""};
  int code = context_begin(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  look_at_all(&ctx, &findings);
  if (in->options[OPTION_LOG] != NULL && check_log(&findings, &error) != STATUS_OK) {
    return fail(UNKNOWN, "%s", error.text);
  }
  code = in->options[OPTION_JSON] != NULL ? print_json(&findings) : print_lines(&findings);
  return code == EXIT_DONE ? (int)findings_worst(&findings) : UNKNOWN;
}
