// SPDX-License-Identifier: Apache-2.0
#include "state/want.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "state/dump.h"

enum { DOC_FORMAT, DOC_ORGS, DOC_SOCIAL, DOC_MAIL, DOC_HOST, DOC_KEYS };

static const struct json_key DOC_KEY[DOC_KEYS] = {{"format", JSON_NUMBER},
                                                  {"orgs", JSON_LIST},
                                                  {"social", JSON_LIST},
                                                  {"mail", JSON_OBJECT | JSON_NULL},
                                                  {"host", JSON_OBJECT}};

static enum status prune_org(void *context, const struct org *org)
{
  struct plan *plan = context;
  if (plan_has(plan, 0, STEP_ORG_SEEN, org->slug)) {
    return STATUS_OK;
  }
  const char *slug = plan_text(plan, org->slug);
  struct step *step = slug != NULL ? plan_step(plan, STEP_ORG_DELETE, "", slug, "") : NULL;
  if (step == NULL) {
    return STATUS_NO_MEMORY;
  }
  step->in.org_delete = (struct org_delete){slug};
  return STATUS_OK;
}

static int want_orgs(struct plan *plan, const struct json_place *at)
{
  const cJSON *item = NULL;
  size_t index = 0;
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    int code = want_org(plan, &place);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  enum status status = plan->prunes ? org_each(plan->ctx->txn, prune_org, plan) : STATUS_OK;
  return status == STATUS_OK ? EXIT_DONE : plan_unreadable(status);
}

// Of the host's settings that 'ssoctl apply' has set, what is not named goes with --prune.
static int prune_settings(struct plan *plan, const cJSON *settings)
{
  struct settings_file before = plan->settings;
  for (size_t i = 0; plan->prunes && i < before.count; i++) {
    if (cJSON_GetObjectItemCaseSensitive(settings, before.list[i].key) == NULL) {
      int code = settings_file_set(&plan->settings, "", before.list[i].key, NULL);
      if (code != EXIT_DONE) {
        return code;
      }
    }
  }
  return EXIT_DONE;
}

static int want_host_settings(struct plan *plan, const struct json_place *at)
{
  struct json_key keys[SETTINGS_FILE_MAX] = {{.key = NULL}};
  const cJSON *values[SETTINGS_FILE_MAX];
  size_t count = CONFIG_KEY_COUNT < SETTINGS_FILE_MAX ? CONFIG_KEY_COUNT : SETTINGS_FILE_MAX;
  for (size_t i = 0; i < count; i++) {
    keys[i] = (struct json_key){CONFIG_KEYS[i].name, JSON_TEXT};
  }
  int code = json_object(at, keys, count, values);
  for (size_t i = 0; code == EXIT_DONE && i < count; i++) {
    const char *text = json_text(values[i]);
    code = text != NULL ? settings_file_set(&plan->settings, at->path, keys[i].key, text) : EXIT_DONE;
  }
  return code == EXIT_DONE ? prune_settings(plan, at->value) : code;
}

// What asks us on this very host: another store says nothing of that.
static int want_host_services(struct plan *plan, const struct json_place *at)
{
  const cJSON *item = NULL;
  size_t index = 0;
  if (plan->ctx->in->options[OPTION_STORE] != NULL) {
    return fail(EXIT_USAGE, "%s: is this host's, and has no meaning with --store", at->path);
  }
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    if (!cJSON_IsString(item)) {
      return fail(EXIT_USAGE, "%s: is not a string", place.path);
    }
    int code = host_wanted_add(place.path, json_text(item), &plan->services);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  return plan->prunes ? host_wanted_prune(plan->ctx, &plan->services) : EXIT_DONE;
}

static int want_host(struct plan *plan, const struct json_place *at)
{
  static const struct json_key KEYS[] = {{"settings", JSON_OBJECT}, {"services", JSON_LIST}};
  static int (*const WANT[COUNT_OF(KEYS)])(struct plan *, const struct json_place *) = {want_host_settings,
                                                                                        want_host_services};
  const cJSON *values[COUNT_OF(KEYS)];
  int code = json_object(at, KEYS, COUNT_OF(KEYS), values);
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(KEYS); i++) {
    if (values[i] != NULL) {
      const struct json_place place = json_member(at, KEYS[i].key, values[i]);
      code = WANT[i](plan, &place);
    }
  }
  return code;
}

int want_all(struct plan *plan, const cJSON *doc)
{
  static int (*const WANT[DOC_KEYS])(struct plan *, const struct json_place *) = {
      [DOC_ORGS] = want_orgs, [DOC_SOCIAL] = want_socials, [DOC_MAIL] = want_mail, [DOC_HOST] = want_host};
  const struct json_place at = {.value = doc};
  const cJSON *values[DOC_KEYS];
  int code = json_object(&at, DOC_KEY, DOC_KEYS, values);
  if (code != EXIT_DONE) {
    return code;
  }
  if (values[DOC_FORMAT] == NULL || cJSON_GetNumberValue(values[DOC_FORMAT]) != (double)STATE_FORMAT) {
    return fail(EXIT_USAGE, "format: must be %d, which is what this version reads", STATE_FORMAT);
  }
  for (size_t i = 0; code == EXIT_DONE && i < DOC_KEYS; i++) {
    if (WANT[i] != NULL && values[i] != NULL) {
      const struct json_place place = json_member(&at, DOC_KEY[i].key, values[i]);
      code = WANT[i](plan, &place);
    }
  }
  return code;
}
