// SPDX-License-Identifier: Apache-2.0
// ssoctl domain.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/domain.h"
#include "domain_name.h"
#include "domains.h"

static const struct column LIST_COLUMNS[] = {
    {"domain", COLUMN_TEXT},     {"org", COLUMN_TEXT},           {"status", COLUMN_TEXT},
    {"by_hand", COLUMN_TEXT},    {"added_at", COLUMN_DATE},      {"verified_at", COLUMN_DATE},
    {"checked_at", COLUMN_DATE}, {"missing_since", COLUMN_DATE}, {"lapsed", COLUMN_BOOL}};

int context_domain(const char *typed, char to[static DOMAIN_SIZE])
{
  return domain_name_parse(typed, to) == STATUS_OK
             ? EXIT_DONE
             : fail(EXIT_USAGE,
                    "domain \"%.260s\": is not two or more labels of letters, digits and hyphens "
                    "separated by dots",
                    typed);
}

// What was typed for org and domain.
struct claim_words {
  char org[SLUG_SIZE];
  char domain[DOMAIN_SIZE];
};

static int open_for_claim(struct context *ctx, const struct invocation *in, struct claim_words *ret_words)
{
  int code = context_open(in, ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_text("slug", in->arguments[0], ret_words->org, sizeof ret_words->org);
  return code == EXIT_DONE ? context_domain(in->arguments[1], ret_words->domain) : code;
}

static int check_claimable(const char *domain, char record[static DOMAIN_RECORD_SIZE])
{
  if (domain_record(domain, record) != STATUS_OK) {
    return fail(EXIT_USAGE, "domain \"%s\": is too long for its record: 238 characters are the most", domain);
  }
  const char *objection = domain_name_objection(domain);
  return objection == NULL ? EXIT_DONE
                           : fail(EXIT_REFUSED, "domain \"%s\": is %s, which no org can claim", domain, objection);
}

int cmd_domain_add(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct claim_words words;
  const struct domain_add add = {words.org, words.domain};
  struct domain_changed result;
  char record[DOMAIN_RECORD_SIZE];
  char value[PROOF_VALUE_SIZE];
  int code = open_for_claim(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = check_claimable(words.domain, record);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_domain_add(&add, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  proof_value(result.domain.token, value);
  context_done(&ctx, "domain %s claimed by org %s%s; next: ssoctl domain verify %s %s", words.domain, words.org,
               result.changed ? "" : " already", words.org, words.domain);
  return context_show_result(&ctx, result.changed, RESULT_TEXT("domain", words.domain), RESULT_TEXT("org", words.org),
                             RESULT_TEXT("status", domain_status_word(&result.domain)), RESULT_TEXT("record", record),
                             RESULT_TEXT("value", value));
}

int cmd_domain_remove(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct claim_words words;
  const struct domain_remove removed = {words.org, words.domain};
  struct change_done result;
  int code = open_for_claim(&ctx, in, &words);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_confirm(&ctx, "The org gives this domain up. Go on?");
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_change(&ctx, change_domain_remove(&removed, &result));
  if (code != EXIT_DONE) {
    return code;
  }
  context_done(&ctx, "domain %s removed from org %s", words.domain, words.org);
  return context_result(&ctx, result.changed, RESULT_TEXT("domain", words.domain), RESULT_TEXT("org", words.org));
}

struct domain_walk {
  struct context *ctx;
  struct table *table;
};

static enum status add_domain(void *context, const struct domain *domain)
{
  const struct domain_walk *walk = context;
  struct org org;
  struct domain_here here;
  enum status status = org_get(walk->ctx->txn, domain->org_id, &org);
  status = status != STATUS_OK ? status : domain_here_get(walk->ctx->txn, domain->org_id, domain->domain, &here);
  if (status != STATUS_OK) {
    return status;
  }
  table_add(walk->table, LIST_COLUMNS,
            {{domain->domain, 0},
             {org.slug, 0},
             {domain_status_word(domain), 0},
             {domain_is_by_hand(domain) ? domain->reason : NULL, 0},
             {NULL, domain->added_at_s},
             {NULL, domain->verified_at_s},
             {NULL, here.checked_at_s},
             {NULL, domain->missing_since_s},
             {NULL, domain_is_lapsed(domain)}});
  return STATUS_OK;
}

int cmd_domain_list(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct table table CLEANUP(table_done) = table_init(LIST_COLUMNS, COUNT_OF(LIST_COLUMNS));
  table.usual = "domain org status verified_at lapsed";
  struct domain_walk walk = {&ctx, &table};
  struct org org = {.id = 0};
  int code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  if (in->arguments[0] != NULL) {
    code = context_find_org(&ctx, in->arguments[0], &org);
  }
  if (code != EXIT_DONE) {
    return code;
  }
  if (domain_each(ctx.txn, org.id, add_domain, &walk) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: domains cannot be read");
  }
  return context_print_list(&ctx, &table);
}

static int print_claim(struct context *ctx, const struct org *org, const struct domain *domain)
{
  static const struct column COLUMNS[] = {
      {"domain", COLUMN_TEXT},        {"org", COLUMN_TEXT},         {"status", COLUMN_TEXT},
      {"record", COLUMN_TEXT},        {"value", COLUMN_TEXT},       {"by_hand", COLUMN_TEXT},
      {"added_at", COLUMN_DATE},      {"verified_at", COLUMN_DATE}, {"checked_at", COLUMN_DATE},
      {"missing_since", COLUMN_DATE}, {"lapsed", COLUMN_BOOL},
  };
  struct table table CLEANUP(table_done) = table_init(COLUMNS, COUNT_OF(COLUMNS));
  char record[DOMAIN_RECORD_SIZE];
  char value[PROOF_VALUE_SIZE];
  struct domain_here here;
  bool has_record = domain_record(domain->domain, record) == STATUS_OK;
  if (domain_here_get(ctx->txn, org->id, domain->domain, &here) != STATUS_OK) {
    return fail(EXIT_FAILED, "store: domains cannot be read");
  }
  proof_value(domain->token, value);
  table_add(&table, COLUMNS,
            {{domain->domain, 0},
             {org->slug, 0},
             {domain_status_word(domain), 0},
             {has_record ? record : NULL, 0},
             {value, 0},
             {domain_is_by_hand(domain) ? domain->reason : NULL, 0},
             {NULL, domain->added_at_s},
             {NULL, domain->verified_at_s},
             {NULL, here.checked_at_s},
             {NULL, domain->missing_since_s},
             {NULL, domain_is_lapsed(domain)}});
  return context_print_one(ctx, &table);
}

int cmd_domain_show(const struct invocation *in)
{
  struct context ctx CLEANUP(context_close) = CONTEXT_EMPTY;
  struct org org;
  struct domain domain;
  char name[DOMAIN_SIZE];
  int code = context_domain(in->arguments[1], name);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_open(in, &ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_read(&ctx);
  if (code != EXIT_DONE) {
    return code;
  }
  code = context_find_claim(&ctx, in->arguments[0], name, &org, &domain);
  return code == EXIT_DONE ? print_claim(&ctx, &org, &domain) : code;
}
