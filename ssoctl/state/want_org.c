// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "domain_name.h"
#include "group_values.h"
#include "org_values.h"
#include "state/want.h"
#include "store/accounts.h"

enum {
  ORG_SLUG,
  ORG_NAME,
  ORG_OWNER,
  ORG_OWNER_LOGIN,
  ORG_OWNER_LOCAL_USER,
  ORG_PROVISIONING,
  ORG_ENFORCEMENT,
  ORG_CONNECTION,
  ORG_SETTINGS,
  ORG_DOMAINS,
  ORG_GROUPS,
  ORG_MEMBERS,
  ORG_KEYS
};

static const struct json_key ORG_KEY[ORG_KEYS] = {
    [ORG_SLUG] = {"slug", JSON_TEXT},
    [ORG_NAME] = {"name", JSON_TEXT},
    [ORG_OWNER] = {"owner", JSON_TEXT},
    [ORG_OWNER_LOGIN] = {"owner_login", JSON_TEXT},
    [ORG_OWNER_LOCAL_USER] = {"owner_local_user", JSON_TEXT},
    [ORG_PROVISIONING] = {"provisioning", JSON_TEXT},
    [ORG_ENFORCEMENT] = {"enforcement", JSON_TEXT},
    [ORG_CONNECTION] = {"connection", JSON_OBJECT | JSON_NULL},
    [ORG_SETTINGS] = {"settings", JSON_OBJECT},
    [ORG_DOMAINS] = {"domains", JSON_LIST},
    [ORG_GROUPS] = {"groups", JSON_LIST},
    [ORG_MEMBERS] = {"members", JSON_LIST},
};

// An org of the document: what is said of it, and as it is stored, its id 0 where it is not there yet.
struct wanted_org {
  struct plan *plan;
  const struct json_place *at;
  const cJSON *values[ORG_KEYS];
  struct org org;         // with the slug in any case
  char owner[EMAIL_SIZE]; // "" where nothing is said
  const char *slug;       // lives as long as the plan
};

static const char *text_of(const struct wanted_org *w, size_t key)
{
  const char *text = json_text(w->values[key]);
  return text != NULL ? text : "";
}

static struct json_place place_of(const struct wanted_org *w, size_t key)
{
  return json_member(w->at, ORG_KEY[key].key, w->values[key]);
}

static int create(struct wanted_org *w)
{
  if (w->values[ORG_NAME] == NULL || w->values[ORG_OWNER] == NULL) {
    return fail(EXIT_USAGE, "%s: an org that is not there yet needs name and owner", w->at->path);
  }
  const char *owner = plan_text(w->plan, w->owner);
  struct step *step = owner != NULL ? plan_step(w->plan, STEP_ORG_CREATE, w->at->path, w->slug, "") : NULL;
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.org_create = (struct org_create){w->slug, text_of(w, ORG_NAME), owner, text_of(w, ORG_OWNER_LOGIN),
                                            text_of(w, ORG_OWNER_LOCAL_USER)};
  return EXIT_DONE;
}

static int transfer(struct wanted_org *w)
{
  struct account now;
  enum status status = account_get(w->plan->ctx->txn, w->org.owner_id, &now);
  if (status != STATUS_OK) {
    return plan_unreadable(status);
  }
  bool same = w->owner[0] == '\0' || strcmp(now.email, w->owner) == 0;
  const char *before = plan_text(w->plan, now.email);
  record_done(&ACCOUNT_RECORD, &now);
  if (same) {
    return EXIT_DONE;
  }
  const char *owner = plan_text(w->plan, w->owner);
  struct step *step =
      owner != NULL && before != NULL ? plan_step(w->plan, STEP_TRANSFER, w->at->path, w->slug, "") : NULL;
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.transfer = (struct org_transfer){w->slug, owner};
  step->before = before;
  step->after = owner;
  return EXIT_DONE;
}

static int want_enforcement(struct wanted_org *w)
{
  uint8_t wanted = ENFORCEMENT_OFF;
  const char *word = text_of(w, ORG_ENFORCEMENT);
  if (w->values[ORG_ENFORCEMENT] == NULL) {
    return EXIT_DONE;
  }
  if (enforcement_from(word, &wanted) != STATUS_OK) {
    return fail(EXIT_USAGE, "%s.enforcement: \"%.40s\" is not off, domains or sso-only", w->at->path, word);
  }
  bool by_hand = w->values[ORG_PROVISIONING] != NULL && strcmp(text_of(w, ORG_PROVISIONING), "jit") != 0;
  if (wanted == ENFORCEMENT_SSO_ONLY && by_hand) {
    return fail(EXIT_USAGE, "%s.provisioning: only jit is legal beside the enforcement sso-only (POLICY E3)",
                w->at->path);
  }
  if (w->org.enforcement == wanted) {
    return EXIT_DONE;
  }
  struct step *step = plan_step(w->plan, STEP_ENFORCEMENT, w->at->path, w->slug, "");
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.enforcement = (struct enforcement_set){w->slug, wanted, ""};
  step->before = enforcement_word(w->org.enforcement);
  step->after = enforcement_word(wanted);
  return EXIT_DONE;
}

// A value of a setting as it is typed. NULL: an error has been said.
static const char *setting_value(struct wanted_org *w, const struct json_place *at, const struct org_setting *setting,
                                 const cJSON *value)
{
  char number[32];
  if (cJSON_IsNumber(value)) {
    (void)snprintf(number, sizeof number, "%.17g", cJSON_GetNumberValue(value));
    return plan_text(w->plan, number);
  }
  if (!setting->is_domains && !setting->is_groups) {
    return json_text(value);
  }
  char folded[ALLOWED_SIZE];
  char key[JSON_PATH_SIZE];
  char *list CLEANUP(cleanup_free) = json_text(value) == NULL ? cJSON_PrintUnformatted(value) : NULL;
  const char *typed = list != NULL ? list : json_text(value);
  (void)snprintf(key, sizeof key, "%.120s.%s", at->path, setting->key);
  int code = typed == NULL        ? EXIT_FAILED
             : setting->is_groups ? group_values_typed(key, typed, folded)
                                  : org_value_domains(key, typed, folded);
  return code == EXIT_DONE ? plan_text(w->plan, folded) : NULL;
}

static unsigned types_of(const struct org_setting *setting)
{
  bool list = setting->is_domains || setting->is_groups;
  return JSON_TEXT | (setting->is_number ? JSON_NUMBER : 0) | (list ? JSON_LIST : 0);
}

// The members of "settings" into VALUES behind the COUNT that are there.
static int read_settings(struct wanted_org *w, struct org_value *values, size_t *count)
{
  struct json_key keys[ORG_SETTINGS_MAX];
  const cJSON *found[ORG_SETTINGS_MAX];
  const struct json_place at = place_of(w, ORG_SETTINGS);
  size_t all = 0;
  size_t used = 0;
  const struct org_setting *settings = org_settings(&all);
  const struct org_setting *of[ORG_SETTINGS_MAX];
  for (size_t i = 0; i < all; i++) {
    bool elsewhere = strcmp(settings[i].key, "name") == 0 || strcmp(settings[i].key, "provisioning") == 0;
    if (!elsewhere) {
      of[used] = &settings[i];
      keys[used++] = (struct json_key){settings[i].key, types_of(&settings[i])};
    }
  }
  int code = json_object(&at, keys, used, found);
  for (size_t i = 0; code == EXIT_DONE && i < used; i++) {
    if (found[i] == NULL) {
      continue;
    }
    const char *value = setting_value(w, &at, of[i], found[i]);
    if (value == NULL) {
      return EXIT_USAGE;
    }
    values[(*count)++] = (struct org_value){of[i]->key, value};
  }
  return code;
}

static int want_settings(struct wanted_org *w)
{
  struct org_value *values = plan_make(w->plan, ORG_SETTINGS_MAX * sizeof *values);
  size_t count = 0;
  if (values == NULL) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  if (w->values[ORG_NAME] != NULL) {
    values[count++] = (struct org_value){"name", text_of(w, ORG_NAME)};
  }
  if (w->values[ORG_PROVISIONING] != NULL) {
    values[count++] = (struct org_value){"provisioning", text_of(w, ORG_PROVISIONING)};
  }
  int code = w->values[ORG_SETTINGS] != NULL ? read_settings(w, values, &count) : EXIT_DONE;
  if (code != EXIT_DONE || count == 0) {
    return code;
  }
  struct step *step = plan_step(w->plan, STEP_SETTINGS, w->at->path, w->slug, "");
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->in.settings = (struct org_settings_set){w->slug, {values, count}};
  return EXIT_DONE;
}

static int find(struct wanted_org *w)
{
  const char *slug = text_of(w, ORG_SLUG);
  const char *owner = text_of(w, ORG_OWNER);
  if (!name_is_slug(slug)) {
    return fail(EXIT_USAGE, "%s.slug: \"%.60s\" is not [a-z][a-z0-9-]{1,22}, ends in -admins, or is a system name",
                w->at->path, slug);
  }
  if (plan_has(w->plan, 0, STEP_ORG_SEEN, slug)) {
    return fail(EXIT_USAGE, "%s.slug: \"%s\" is named twice", w->at->path, slug);
  }
  if (w->values[ORG_OWNER] != NULL && domain_name_parse_email(owner, w->owner) != STATUS_OK) {
    return fail(EXIT_USAGE, "%s.owner: \"%.260s\" is not LOCAL@DOMAIN", w->at->path, owner);
  }
  enum status status = org_by_slug(w->plan->ctx->txn, slug, &w->org);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    return plan_unreadable(status);
  }
  (void)snprintf(w->org.slug, sizeof w->org.slug, "%s", slug);
  w->slug = slug;
  return plan_step(w->plan, STEP_ORG_SEEN, w->at->path, slug, slug) != NULL ? EXIT_DONE : EXIT_FAILED;
}

// What is a document of its own below an org.
static const struct {
  size_t key;
  int (*want)(struct plan *plan, const struct json_place *at, const struct org *org);
} PARTS[] = {{ORG_DOMAINS, want_domains}, {ORG_CONNECTION, want_connection}, {ORG_GROUPS, want_groups}};

int want_org(struct plan *plan, const struct json_place *at)
{
  struct wanted_org *w = plan_make(plan, sizeof *w); // its org is what steps are about
  if (w == NULL) {
    return plan_unreadable(STATUS_NO_MEMORY);
  }
  w->plan = plan;
  w->at = at;
  int code = json_object(at, ORG_KEY, ORG_KEYS, w->values);
  code = code == EXIT_DONE ? find(w) : code;
  code = code == EXIT_DONE ? (w->org.id == 0 ? create(w) : transfer(w)) : code;
  code = code == EXIT_DONE ? want_enforcement(w) : code;
  code = code == EXIT_DONE ? want_settings(w) : code;
  for (size_t i = 0; code == EXIT_DONE && i < COUNT_OF(PARTS); i++) {
    if (w->values[PARTS[i].key] != NULL) {
      const struct json_place place = place_of(w, PARTS[i].key);
      code = PARTS[i].want(plan, &place, &w->org);
    }
  }
  if (code == EXIT_DONE && w->values[ORG_MEMBERS] != NULL) {
    const struct json_place place = place_of(w, ORG_MEMBERS);
    code = want_members(plan, &place, &w->org, w->owner);
  }
  return code;
}
