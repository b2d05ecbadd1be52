// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "state/want.h"
#include "store/groups.h"

enum { GROUP_PROVIDER, GROUP_OWN, GROUP_LOCAL, GROUP_PRIVILEGED, GROUP_KEYS };

static const struct json_key GROUP_KEY[GROUP_KEYS] = {
    {"provider_group", JSON_TEXT}, {"group", JSON_TEXT}, {"local_group", JSON_TEXT}, {"privileged", JSON_TEXT}};

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
  return want_has(plan, first, STEP_GROUP_MAP, provider) || want_has(plan, first, STEP_GROUP_MAP_LOCAL, provider) ||
         want_has(plan, first, STEP_GROUP_SAME, provider);
}

static int want_group(struct wanted_groups *w, const struct json_place *at)
{
  const cJSON *values[GROUP_KEYS];
  int code = json_object(at, GROUP_KEY, GROUP_KEYS, values);
  if (code != EXIT_DONE) {
    return code;
  }
  const char *provider = json_text(values[GROUP_PROVIDER]);
  const char *own = json_text(values[GROUP_OWN]);
  const char *local = json_text(values[GROUP_LOCAL]);
  const char *privileged = json_text(values[GROUP_PRIVILEGED]);
  bool legal = provider != NULL && provider[0] != '\0' && strlen(provider) < PROTOCOL_GROUP_SIZE &&
               (own == NULL) != (local == NULL) && (privileged == NULL || local != NULL);
  if (!legal) {
    return fail(EXIT_USAGE,
                "%s: a provider_group and one of group and local_group are needed, and privileged is legal "
                "beside the latter",
                at->path);
  }
  if (has_group(w->plan, w->first, provider)) {
    return fail(EXIT_USAGE, "%s.provider_group: \"%.100s\" is named twice", at->path, provider);
  }
  const struct group_mapping *now = mapping_of(&w->now, provider);
  const char *group = own != NULL ? own : local;
  bool there = now != NULL && (now->local == 1) == (local != NULL) && strcmp(now->name, group) == 0;
  if (now != NULL && !there && !add_unmap(w, at->path, provider, now->name)) {
    return EXIT_FAILED;
  }
  enum step_kind kind = there ? STEP_GROUP_SAME : own != NULL ? STEP_GROUP_MAP : STEP_GROUP_MAP_LOCAL;
  struct step *step = plan_step(w->plan, kind, at->path, w->slug, provider);
  if (step == NULL) {
    return EXIT_FAILED;
  }
  step->after = group;
  if (own != NULL) {
    step->in.group_map = (struct group_map){w->slug, provider, own};
  } else {
    // A privileged group was named twice when it was mapped.
    const char *twice = privileged != NULL ? privileged : "";
    step->in.group_map_local = (struct group_map_local){w->slug, provider, local, twice};
  }
  return EXIT_DONE;
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
    return want_unreadable(status);
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
