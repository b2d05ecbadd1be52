// SPDX-License-Identifier: Apache-2.0
// ssoctl domain verify: one claim by its record or by hand, or every claim of the host.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/domain.h"
#include "domains.h"

static const struct column LIST_COLUMNS[] = {
    {"domain", COLUMN_TEXT},     {"org", COLUMN_TEXT},           {"status", COLUMN_TEXT}, {"result", COLUMN_TEXT},
    {"checked_at", COLUMN_DATE}, {"missing_since", COLUMN_DATE}, {"lapsed", COLUMN_BOOL}, {"detail", COLUMN_TEXT},
};

static int verify_by_hand(struct context *ctx, const struct invocation *in)
{
  char org[SLUG_SIZE];
  char domain[DOMAIN_SIZE];
  char reason[REASON_SIZE];
  const struct domain_verify verify = {.org = org, .domain = domain, .token = "", .reason = reason};
  struct domain_changed result;
  int code = context_text("slug", in->arguments[0], org, sizeof org);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_domain(in->arguments[1], domain);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("--by-hand", in->options[OPTION_BY_HAND], reason, sizeof reason);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(ctx, change_domain_verify(&verify, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(ctx, "domain %s is verified%s", domain, result.changed ? "" : " already");
  return context_result(ctx, result.changed, RESULT_TEXT("domain", domain), RESULT_TEXT("org", org),
                        RESULT_TEXT("status", domain_status_word(&result.domain)), RESULT_TEXT("by_hand", reason),
                        RESULT_DATE("verified_at", result.domain.verified_at_s));
}

static int read_claim(struct context *ctx, const struct invocation *in, char name[static DOMAIN_SIZE],
                      struct domain_check *check)
{
  struct org org;
  struct domain domain;
  int code = context_domain(in->arguments[1], name);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_claim(ctx, in->arguments[0], name, &org, &domain);
  if (code != EXIT_DONE) {
    return code;
  }
  bool begun = domain_check_begin(ctx, &domain, check) == STATUS_OK;
  return begun ? EXIT_DONE : fail(EXIT_FAILED, "store: domains cannot be read");
}

static int find_claim(struct context *ctx, const struct invocation *in, struct domain_check *check)
{
  char name[DOMAIN_SIZE];
  int code = read_claim(ctx, in, name, check);
  context_end_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (check->is_taken) {
    return fail(EXIT_REFUSED, "domain \"%s\": is verified by another org of this host", name);
  }
  return EXIT_DONE;
}

static int print_check(struct context *ctx, const struct domain_check *check)
{
  const struct domain *domain = &check->domain;
  char record[DOMAIN_RECORD_SIZE];
  char value[PROOF_VALUE_SIZE];
  bool has_record = domain_record(domain->domain, record) == STATUS_OK;
  proof_value(domain->token, value);
  return context_show_result(
      ctx, check->changed, RESULT_TEXT("domain", domain->domain), RESULT_TEXT("org", check->slug),
      RESULT_TEXT("status", domain_status_word(domain)), RESULT_TEXT("result", proof_word(check->proof.result)),
      RESULT_TEXT("record", has_record ? record : NULL), RESULT_TEXT("value", value),
      RESULT_TEXT("detail", table_text_or_null(check->proof.detail)), RESULT_DATE("verified_at", domain->verified_at_s),
      RESULT_DATE("checked_at", check->here.checked_at_s), RESULT_DATE("missing_since", domain->missing_since_s),
      RESULT_BOOL("lapsed", domain_is_lapsed(domain)));
}

// What it comes to, on standard error, and as an exit code.
static int conclude(const struct context *ctx, const struct domain_check *check, bool was_verified)
{
  const char *domain = check->domain.domain;
  const char *sentence = proof_sentence(check->proof.result);
  bool has_detail = check->proof.detail[0] != '\0';
  if (check->proof.result == PROOF_FOUND) {
    context_done(ctx, "domain %s is verified%s", domain, was_verified ? " already" : "");
    return EXIT_DONE;
  }
  if (was_verified && proof_is_answer(check->proof.result)) {
    return fail(EXIT_DONE, "warning: domain %s: is verified%s, but %s%s%s", domain,
                domain_is_by_hand(&check->domain) ? " by hand" : "", sentence, has_detail ? ": " : "",
                check->proof.detail);
  }
  return fail(EXIT_FAILED, "domain %s: is %s; %s%s%s", domain,
              was_verified ? "verified and was not looked up" : "still pending", sentence, has_detail ? ": " : "",
              check->proof.detail);
}

static int verify_one(struct context *ctx, const struct invocation *in)
{
  struct domain_check check;
  char server[ADDRESS_SIZE];
  int code = domains_server(ctx, server);
  if (code != EXIT_DONE) {
    return code;
  }
  code = find_claim(ctx, in, &check);
  if (code != EXIT_DONE) {
    return code;
  }
  bool was_verified = check.domain.verified == 1;
  code = domains_look_up(ctx, server, &check, 1);
  if (code != EXIT_DONE) {
    return code;
  }
  code = domain_check_store(ctx, &check);
  if (code != EXIT_DONE) {
    return code;
  }
  code = print_check(ctx, &check);
  return code == EXIT_DONE ? conclude(ctx, &check, was_verified) : code;
}

struct collection {
  struct context *ctx;
  struct domain_check *checks;
  size_t count;
  size_t capacity;
};

static void collection_done(struct collection *all)
{
  free(all->checks);
}

// A domain that was verified by hand has no record to miss.
static enum status add_check(void *context, const struct domain *domain)
{
  struct collection *all = context;
  if (domain_is_by_hand(domain)) {
    return STATUS_OK;
  }
  if (all->count == all->capacity) {
    size_t capacity = (all->capacity + 8) * 2;
    struct domain_check *checks = reallocarray(all->checks, capacity, sizeof *checks);
    if (checks == NULL) {
      return STATUS_NO_MEMORY;
    }
    all->checks = checks;
    all->capacity = capacity;
  }
  return domain_check_begin(all->ctx, domain, &all->checks[all->count++]);
}

static void add_row(struct table *table, const struct domain_check *check)
{
  const struct domain *domain = &check->domain;
  const char *detail = check->is_taken ? "another org of this host has verified it" : check->proof.detail;
  table_add(table, LIST_COLUMNS,
            {{domain->domain, 0},
             {check->slug, 0},
             {domain_status_word(domain), 0},
             {check->is_taken ? "taken" : proof_word(check->proof.result), 0},
             {NULL, check->here.checked_at_s},
             {NULL, domain->missing_since_s},
             {NULL, domain_is_lapsed(domain)},
             {detail[0] != '\0' ? detail : NULL, 0}});
}

static int store_and_print(struct context *ctx, struct collection *all)
{
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  bool changed = false;
  int code = EXIT_DONE;
  for (size_t i = 0; i < all->count; i++) {
    struct domain_check *check = &all->checks[i];
    bool looked_up = check->is_taken || proof_is_answer(check->proof.result);
    bool stored = domain_check_store(ctx, check) == EXIT_DONE;
    code = looked_up && stored ? code : EXIT_FAILED;
    changed = changed || check->changed;
    add_row(&table, check);
  }
  bool json = ctx->in->options[OPTION_JSON] != NULL;
  int printed = json ? context_result(ctx, changed, RESULT_ROWS("domains", &table)) : context_print_list(ctx, &table);
  return printed == EXIT_DONE ? code : printed;
}

static int collect(struct context *ctx, char server[static ADDRESS_SIZE], struct collection *all)
{
  int code = domains_server(ctx, server);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  bool read = domain_each(ctx->txn, 0, add_check, all) == STATUS_OK;
  return read ? EXIT_DONE : fail(EXIT_FAILED, "store: domains cannot be read");
}

static int verify_all(struct context *ctx)
{
  struct collection all CLEANUP(collection_done) = {.ctx = ctx};
  char server[ADDRESS_SIZE];
  int code = collect(ctx, server, &all);
  context_end_read(ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = domains_look_up(ctx, server, all.checks, all.count);
  return code == EXIT_DONE ? store_and_print(ctx, &all) : code;
}

int cmd_domain_verify(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  bool all = in->options[OPTION_ALL] != NULL;
  bool by_hand = in->options[OPTION_BY_HAND] != NULL;
  if (all ? in->arguments[0] != NULL || by_hand : in->arguments[1] == NULL) {
    return fail(EXIT_USAGE, "domain verify: SLUG and DOMAIN are needed, or --all alone");
  }
  if (by_hand && in->options[OPTION_RESOLVER] != NULL) {
    return fail(EXIT_USAGE, "domain verify: nothing is looked up with --by-hand; --resolver has no use there");
  }
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  return all ? verify_all(&ctx) : by_hand ? verify_by_hand(&ctx, in) : verify_one(&ctx, in);
}
