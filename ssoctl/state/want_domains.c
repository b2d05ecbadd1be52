// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "domain_name.h"
#include "domains.h"
#include "state/want.h"

enum { DOMAIN_NAME, DOMAIN_VERIFIED_BY, DOMAIN_REASON, DOMAIN_KEYS };

static const struct json_key DOMAIN_KEY[DOMAIN_KEYS] = {
    {"domain", JSON_TEXT}, {"verified_by", JSON_TEXT | JSON_NULL}, {"reason", JSON_TEXT}};

static int check_domain(const struct json_place *at, const cJSON *const values[static DOMAIN_KEYS],
                        char name[static DOMAIN_SIZE])
{
  const char *typed = json_text(values[DOMAIN_NAME]);
  const char *by = json_text(values[DOMAIN_VERIFIED_BY]);
  const char *reason = json_text(values[DOMAIN_REASON]);
  char record[DOMAIN_RECORD_SIZE];
  if (typed == NULL || domain_name_parse(typed, name) != STATUS_OK || domain_record(name, record) != STATUS_OK) {
    return fail(EXIT_USAGE, "%s.domain: \"%.260s\" is no domain", at->path, typed != NULL ? typed : "");
  }
  if (domain_name_objection(name) != NULL) {
    return fail(EXIT_REFUSED, "%s.domain: \"%s\" is %s, which no org can claim", at->path, name,
                domain_name_objection(name));
  }
  bool by_hand = by != NULL && strcmp(by, "hand") == 0;
  if (by != NULL && !by_hand && strcmp(by, "record") != 0) {
    return fail(EXIT_USAGE, "%s.verified_by: \"%.40s\" is not hand, record or null", at->path, by);
  }
  if (by_hand != (reason != NULL) || (reason != NULL && (reason[0] == '\0' || strlen(reason) >= REASON_SIZE))) {
    return fail(EXIT_USAGE, "%s.reason: of 1 to %d bytes, is needed with verified_by hand, and legal only then",
                at->path, REASON_SIZE - 1);
  }
  return EXIT_DONE;
}

static int want_domain(struct plan *plan, const struct json_place *at, const char *slug, size_t first)
{
  const cJSON *values[DOMAIN_KEYS];
  char name[DOMAIN_SIZE];
  int code = json_object(at, DOMAIN_KEY, DOMAIN_KEYS, values);
  code = code == EXIT_DONE ? check_domain(at, values, name) : code;
  if (code != EXIT_DONE) {
    return code;
  }
  if (plan_has(plan, first, STEP_DOMAIN_ADD, name)) {
    return fail(EXIT_USAGE, "%s.domain: \"%s\" is named twice", at->path, name);
  }
  const char *kept = plan_text(plan, name);
  struct step *step = kept != NULL ? plan_step(plan, STEP_DOMAIN_ADD, at->path, slug, kept) : NULL;
  if (step == NULL) {
    return EXIT_FAILED;
  }
  const char *reason = json_text(values[DOMAIN_REASON]);
  step->in.domain_add = (struct domain_add){slug, kept};
  step->by_record = reason == NULL && !cJSON_IsNull(values[DOMAIN_VERIFIED_BY]);
  step = reason != NULL ? plan_step(plan, STEP_DOMAIN_VERIFY, at->path, slug, kept) : NULL;
  if (step != NULL) {
    step->in.domain_verify = (struct domain_verify){.org = slug, .domain = kept, .token = "", .reason = reason};
    step->after = "verified by hand";
  }
  return reason == NULL || step != NULL ? EXIT_DONE : EXIT_FAILED;
}

struct pruning {
  struct plan *plan;
  const char *slug; // lives as long as the plan
  size_t first;
};

static enum status prune_domain(void *context, const struct domain *domain)
{
  const struct pruning *p = context;
  struct plan *plan = p->plan;
  if (plan_has(plan, p->first, STEP_DOMAIN_ADD, domain->domain)) {
    return STATUS_OK;
  }
  const char *name = plan_text(plan, domain->domain);
  struct step *step = name != NULL ? plan_step(plan, STEP_DOMAIN_REMOVE, "", p->slug, name) : NULL;
  if (step == NULL) {
    return STATUS_NO_MEMORY;
  }
  step->in.domain_remove = (struct domain_remove){p->slug, name};
  return STATUS_OK;
}

int want_domains(struct plan *plan, const struct json_place *at, const struct org *org)
{
  struct pruning pruning = {plan, org->slug, plan->count};
  const cJSON *item = NULL;
  size_t index = 0;
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    int code = want_domain(plan, &place, org->slug, pruning.first);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  bool prunes = plan->prunes && org->id != 0;
  enum status status = prunes ? domain_each(plan->ctx->txn, org->id, prune_domain, &pruning) : STATUS_OK;
  return status == STATUS_OK ? EXIT_DONE : plan_unreadable(status);
}
