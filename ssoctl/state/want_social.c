// SPDX-License-Identifier: Apache-2.0
// The host's own connections in the wanted state.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "change/staged.h"
#include "social_change.h"
#include "state/typed_connection.h"
#include "state/want.h"
#include "store/socials.h"

enum { SOCIAL_NAME, SOCIAL_TITLE, SOCIAL_SPEAKS, SOCIAL_CONNECTION, SOCIAL_KEYS };

static const struct json_key SOCIAL_KEY[SOCIAL_KEYS] = {
    {"name", JSON_TEXT}, {"title", JSON_TEXT}, {"speaks", JSON_TEXT}, {"connection", JSON_OBJECT}};

// GitHub is told by its host alone: what a dump says of it besides is what it always is.
static void only_github(struct typed_connection *r)
{
  static const char SCHEME[] = "https://";
  static const enum option KNOWN[] = {
      OPTION_AUTH,     OPTION_SCOPES,          OPTION_EMAIL_CLAIM, OPTION_GROUPS_CLAIM, OPTION_KEY_SET,
      OPTION_AUDIENCE, OPTION_DEVICE_ENDPOINT, OPTION_USERINFO,    OPTION_ISSUER,       OPTION_UNVERIFIED_MAIL};
  const char *issuer = r->typed.options[OPTION_ISSUER];
  if (issuer != NULL && strncmp(issuer, SCHEME, sizeof SCHEME - 1) == 0) {
    r->typed.options[OPTION_HOST] = issuer + sizeof SCHEME - 1;
  }
  for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
    r->typed.options[KNOWN[i]] = NULL;
  }
  r->typed.options[OPTION_PRESET] = "github";
}

// What is stored under NAME; its id 0 where nothing is.
static enum status load_social(struct plan *plan, const char *name, struct social *social, struct connection *stored)
{
  enum status status = social_get(plan->ctx->txn, name, social);
  if (status == STATUS_OK) {
    return connection_get(plan->ctx->txn, social->id, CONNECTION_ACTIVE, stored);
  }
  return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

// social_change() reads the store by itself.
static int change_social(struct plan *plan, const char *name, const struct typed_connection *r, bool is_new,
                         struct social_wanted *wanted)
{
  const struct invocation *in = plan->ctx->in;
  context_end_read(plan->ctx);
  plan->ctx->in = &r->typed;
  int code = social_change(plan->ctx, name, is_new, wanted);
  plan->ctx->in = in;
  int again = context_read(plan->ctx);
  return code != EXIT_DONE ? code : again;
}

static int add_social(struct plan *plan, const struct json_place *at, struct social_wanted *wanted,
                      const struct connection *replaced)
{
  struct connection *kept = plan_connection(plan);
  const char *title = kept != NULL ? plan_text(plan, wanted->title) : NULL;
  struct step *step = title != NULL ? plan_step(plan, STEP_SOCIAL, at->path, "", wanted->set.name) : NULL;
  if (step == NULL || staged_copy(&wanted->connection, kept) != STATUS_OK) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  step->in.social = wanted->set;
  step->in.social.connection = kept;
  step->in.social.title = title;
  step->replaced = replaced;
  step->before = replaced != NULL ? plan_text(plan, wanted->stored.title) : NULL;
  step->after = title;
  return EXIT_DONE;
}

static int want_social(struct plan *plan, const struct json_place *at, size_t first)
{
  const cJSON *values[SOCIAL_KEYS];
  struct social social = {.id = 0};
  struct social_wanted wanted CLEANUP(social_wanted_done) = {.title = ""};
  struct typed_connection r = {.typed = typed_for(plan, "social", "set")};
  struct connection *stored = plan_connection(plan);
  int code = stored != NULL ? json_object(at, SOCIAL_KEY, SOCIAL_KEYS, values) : plan_unreadable(STATUS_NO_MEMORY);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *name = json_text(values[SOCIAL_NAME]);
  const char *speaks = json_text(values[SOCIAL_SPEAKS]);
  if (name == NULL || values[SOCIAL_CONNECTION] == NULL) {
    return fail(EXIT_USAGE, "%s: name and connection are needed", at->path);
  }
  if (speaks != NULL && strcmp(speaks, "openid") != 0 && strcmp(speaks, "github") != 0) {
    return fail(EXIT_USAGE, "%s.speaks: \"%.40s\" is not openid or github", at->path, speaks);
  }
  if (plan_has(plan, first, STEP_SOCIAL, name)) {
    return fail(EXIT_USAGE, "%s.name: \"%.40s\" is named twice", at->path, name);
  }
  enum status status = load_social(plan, name, &social, stored);
  if (status != STATUS_OK) {
    return plan_unreadable(status);
  }
  bool there = social.id != 0;
  const struct json_place place = json_member(at, "connection", values[SOCIAL_CONNECTION]);
  code = typed_connection_read(&place, there ? stored : NULL, &r);
  if (code != EXIT_DONE) {
    return code;
  }
  bool github = there ? social.speaks == SPEAKS_GITHUB : speaks != NULL && strcmp(speaks, "github") == 0;
  if (github) {
    only_github(&r);
  }
  r.typed.options[OPTION_NAME] = json_text(values[SOCIAL_TITLE]);
  code = change_social(plan, name, &r, !there, &wanted);
  code = code == EXIT_DONE ? typed_take_ca(&place, r.ca, &wanted.connection.ca_pem) : typed_said(&place, code);
  code = code == EXIT_DONE ? typed_check_secret(&place, &r, &wanted.connection) : code;
  return code == EXIT_DONE ? add_social(plan, at, &wanted, there ? stored : NULL) : code;
}

struct pruning {
  struct plan *plan;
  size_t first;
};

static enum status prune_social(void *context, const struct social *social)
{
  const struct pruning *p = context;
  if (plan_has(p->plan, p->first, STEP_SOCIAL, social->name)) {
    return STATUS_OK;
  }
  const char *name = plan_text(p->plan, social->name);
  struct step *step = name != NULL ? plan_step(p->plan, STEP_SOCIAL_REMOVE, "", "", name) : NULL;
  if (step == NULL) {
    return STATUS_NO_MEMORY;
  }
  step->in.social_remove = (struct social_remove){name};
  return STATUS_OK;
}

int want_socials(struct plan *plan, const struct json_place *at)
{
  struct pruning pruning = {plan, plan->count};
  const cJSON *item = NULL;
  size_t index = 0;
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    int code = want_social(plan, &place, pruning.first);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  enum status status = plan->prunes ? social_each(plan->ctx->txn, prune_social, &pruning) : STATUS_OK;
  return status == STATUS_OK ? EXIT_DONE : plan_unreadable(status);
}
