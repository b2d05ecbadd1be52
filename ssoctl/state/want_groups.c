// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/cleanup.h"
#include "state/want.h"
#include "store/groups.h"

enum { GROUP_PROVIDER, GROUP_OWN, GROUP_LOCAL, GROUP_PRIVILEGED, GROUP_ROLE, GROUP_KEYS };

static const struct json_key GROUP_KEY[GROUP_KEYS] = {{"provider_group", JSON_TEXT},
                                                      {"group", JSON_TEXT},
                                                      {"local_group", JSON_TEXT},
                                                      {"privileged", JSON_TEXT},
                                                      {"role", JSON_TEXT}};

// The mappings of an org as they are stored, and its steps so far.
struct wanted_groups {
  struct plan *plan;
  const char *slug; // lives as long as the plan
  size_t first;
  struct group_mappings now;
};

static const struct group_mapping *mapping_of(const struct group_mappings *all, const char *provider)
{
  for (size_t i = 0; i < all->count; i++) {
    if (strcmp(all->list[i].provider, provider) == 0) {
      return &all->list[i];
    }
  }
  return NULL;
}

static bool add_unmap(struct wanted_groups *w, const char *path, const char *provider, const char *before)
{
  const char *name = plan_text(w->plan, provider);
  struct step *step = name != NULL ? plan_step(w->plan, STEP_GROUP_UNMAP, path, w->slug, name) : NULL;
  if (step == NULL) {
    return false;
  }
  step->in.group_unmap = (struct group_unmap){w->slug, name};
  step->before = plan_text(w->plan, before);
  return true;
}

static bool has_group(const struct plan *plan, size_t first, const char *provider)
{
  return plan_has(plan, first, STEP_GROUP_MAP, provider) || plan_has(plan, first, STEP_GROUP_MAP_LOCAL, provider) ||
         plan_has(plan, first, STEP_GROUP_MAP_ROLE, provider) || plan_has(plan, first, STEP_GROUP_SAME, provider);
}

// What a provider group of the document gives.
struct wanted_group {
  const char *provider;
  enum group_gives gives;
  const char *name;
  const char *privileged; // "" for none
};

static int read_group(const struct json_place *at, struct wanted_group *ret_group)
{
  static const enum group_gives GIVES[GROUP_KEYS] = {
      [GROUP_OWN] = GIVES_GROUP, [GROUP_LOCAL] = GIVES_LOCAL_GROUP, [GROUP_ROLE] = GIVES_ROLE};
  static const size_t KEYS[] = {GROUP_OWN, GROUP_LOCAL, GROUP_ROLE};
  const cJSON *values[GROUP_KEYS];
  size_t said = 0;
  int code = json_object(at, GROUP_KEY, GROUP_KEYS, values);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *provider = json_text(values[GROUP_PROVIDER]);
  const char *privileged = json_text(values[GROUP_PRIVILEGED]);
  struct wanted_group group = {.provider = provider, .privileged = privileged != NULL ? privileged : ""};
  for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
    const char *name = json_text(values[KEYS[i]]);
    if (name != NULL) {
      group.name = name;
      group.gives = GIVES[KEYS[i]];
      said++;
    }
  }
  bool legal = provider != NULL && provider[0] != '\0' && strlen(provider) < PROTOCOL_GROUP_SIZE && said == 1 &&
               (privileged == NULL || group.gives == GIVES_LOCAL_GROUP);
  if (!legal) {
    return fail(
        EXIT_USAGE,
        "%s: a provider_group and one of group, local_group and role are needed, and privileged is legal beside "
        "local_group alone",
        at->path);
  }
  if (group.gives == GIVES_ROLE && strcmp(group.name, role_word(ROLE_ADMIN)) != 0) {
    return fail(EXIT_USAGE, "%s.role: \"%.40s\" is not admin, the one role that a group gives", at->path, group.name);
  }
  *ret_group = group;
  return EXIT_DONE;
}

static int add_map(struct wanted_groups *w, const struct json_place *at, const struct wanted_group *group)
{
  static const enum step_kind KINDS[] = {
      [GIVES_GROUP] = STEP_GROUP_MAP, [GIVES_LOCAL_GROUP] = STEP_GROUP_MAP_LOCAL, [GIVES_ROLE] = STEP_GROUP_MAP_ROLE};
  const struct group_mapping *now = mapping_of(&w->now, group->provider);
  bool there = now != NULL && now->gives == (uint8_t)group->gives && strcmp(now->name, group->name) == 0;
  if (now != NULL && !there && !add_unmap(w, at->path, group->provider, now->name)) {
    return EXIT_FAILED;
  }
  struct step *step =
      plan_step(w->plan, there ? STEP_GROUP_SAME : KINDS[group->gives], at->path, w->slug, group->provider);
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->after = group->name;
  switch (group->gives) {
  case GIVES_GROUP: step->in.group_map = (struct group_map){w->slug, group->provider, group->name}; break;
  case GIVES_LOCAL_GROUP: // a privileged group was named twice when it was mapped
    step->in.group_map_local = (struct group_map_local){w->slug, group->provider, group->name, group->privileged};
    break;
  case GIVES_ROLE: step->in.group_map_role = (struct group_map_role){w->slug, group->provider}; break;
  }
  return EXIT_DONE;
}

static int want_group(struct wanted_groups *w, const struct json_place *at)
{
  struct wanted_group group = {.provider = NULL};
  int code = read_group(at, &group);
  if (code != EXIT_DONE) {
    return code;
  }
  if (has_group(w->plan, w->first, group.provider)) {
    return fail(EXIT_USAGE, "%s.provider_group: \"%.100s\" is named twice", at->path, group.provider);
  }
  return add_map(w, at, &group);
}

static int prune_groups(struct wanted_groups *w)
{
  for (size_t i = 0; w->plan->prunes && i < w->now.count; i++) {
    const char *provider = w->now.list[i].provider;
    if (!has_group(w->plan, w->first, provider) && !add_unmap(w, "", provider, w->now.list[i].name)) {
      return EXIT_FAILED;
    }
  }
  return EXIT_DONE;
}

int want_groups(struct plan *plan, const struct json_place *at, const struct org *org)
{
  struct wanted_groups w = {.plan = plan, .slug = org->slug, .first = plan->count};
  const cJSON *item = NULL;
  size_t index = 0;
  enum status status = org->id != 0 ? group_mappings_of(plan->ctx->txn, org->id, &w.now) : STATUS_OK;
  if (status != STATUS_OK) {
    return plan_unreadable(status);
  }
  cJSON_ArrayForEach(item, at->value)
  {
    const struct json_place place = json_element(at, index++, item);
    int code = want_group(&w, &place);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  return prune_groups(&w);
}
