// SPDX-License-Identifier: Apache-2.0
#include "change/org_own.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "change/group.h"
#include "change/org_parts.h"
#include "change/recovery.h"
#include "change/sign_in_parts.h"
#include "facts/control.h"
#include "store/audit.h"

enum { ALIKE_MAX = 99 };

static const char PREFIX[] = "u-";

// What is no letter or digit parts two of them with one hyphen.
bool org_own_slug(const char *name, char ret_slug[static SLUG_SIZE])
{
  char slug[SLUG_SIZE];
  char folded[DISPLAY_SIZE];
  bool parted = false;
  size_t used = strlen(PREFIX);
  if (text_fold_ascii(name, folded, sizeof folded) != STATUS_OK || !text_is_clean(name, strlen(name))) {
    return false;
  }
  memcpy(slug, PREFIX, sizeof PREFIX);
  for (const char *at = folded; *at != '\0' && used + 2 < sizeof slug; at++) {
    if ((*at < 'a' || *at > 'z') && (*at < '0' || *at > '9')) {
      parted = used > strlen(PREFIX);
      continue;
    }
    if (parted) {
      slug[used++] = '-';
    }
    slug[used++] = *at;
    parted = false;
  }
  slug[used] = '\0';
  if (used == strlen(PREFIX) || !name_is_slug(slug)) {
    return false;
  }
  memcpy(ret_slug, slug, used + 1);
  return true;
}

// STATUS_EXISTS: it is an org's, or another name, or was one.
static enum status check_slug(struct change_context *c, const char *slug)
{
  struct org org;
  bool buried = false;
  enum status status = org_by_slug(c->txn, slug, &org);
  if (status != STATUS_NOT_FOUND) {
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  status = account_was_removed(c->txn, slug, &buried);
  if (status != STATUS_OK || buried) {
    return status == STATUS_OK ? STATUS_EXISTS : status;
  }
  return org_check_free(c, slug);
}

// The first that is free: "u-nest", then "u-nest-2".
static enum status choose_slug(struct change_context *c, const char *first, char slug[static SLUG_SIZE])
{
  enum status status = STATUS_EXISTS;
  (void)snprintf(slug, SLUG_SIZE, "%s", first);
  for (int i = 2; i <= ALIKE_MAX; i++) {
    status = check_slug(c, slug);
    if (status != STATUS_EXISTS) {
      return status;
    }
    (void)snprintf(slug, SLUG_SIZE, "%.20s-%d", first, i);
  }
  error_set(c->error, "own org \"%s\": too many are called so", first);
  return STATUS_REFUSED;
}

// In the trail of the org, beside the event of the sign-in.
static enum status note_made(struct change_context *c, const struct org *org, const struct account *owner)
{
  struct audit_event event = c->event;
  explicit_bzero(event.event, sizeof event.event);
  (void)stpncpy(event.event, "org.create", sizeof event.event - 1);
  memcpy(event.org, org->slug, sizeof event.org);
  memcpy(event.login, owner->login, sizeof event.login);
  (void)snprintf(event.detail, sizeof event.detail, "self-made, owner %.200s", owner->email);
  return audit_add(c->txn, &event);
}

enum status org_own_make(struct change_context *c, const struct account *owner, const char *name, struct org *ret_org)
{
  struct org org = {.created_at_s = c->now_s, .self_made = 1, .owner_id = owner->id};
  char first[SLUG_SIZE];
  if (!org_own_slug(name, first)) {
    error_set(c->error, "own org \"%.60s\": has no letter and no digit in its name, or is too long", name);
    return STATUS_REFUSED;
  }
  enum status status = text_copy_clean(name, strlen(name), org.name, sizeof org.name);
  if (status != STATUS_OK) {
    return STATUS_REFUSED;
  }
  status = choose_slug(c, first, org.slug);
  if (status != STATUS_OK) {
    return status;
  }
  status = store_next_id(c->txn, &org.id);
  if (status != STATUS_OK) {
    return status;
  }
  status = org_store_new(c, &org);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_org = org;
  return note_made(c, &org, owner);
}

static enum status drop_org(struct change_context *c, int64_t org_id)
{
  struct org org;
  size_t codes = 0;
  enum status status = org_get(c->txn, org_id, &org);
  if (status != STATUS_OK) {
    return status;
  }
  status = change_drop_recovery(c, &org, &codes);
  status = status != STATUS_OK ? status : change_drop_groups(c, &org);
  return status != STATUS_OK ? status : org_remove(c->txn, &org);
}

enum status org_own_drop_all(struct change_context *c, const struct account *account)
{
  struct memberships all;
  enum status status = memberships_of(c->txn, account->id, &all);
  for (size_t i = 0; status == STATUS_OK && i < all.count; i++) {
    bool own = false;
    status = control_is_own(c->txn, &all.list[i], false, &own);
    status = status == STATUS_OK && own ? drop_org(c, all.list[i].org_id) : status;
  }
  return status;
}

static enum status make(struct change_context *c, const void *input, void *ret_result)
{
  const struct own_org_make *in = input;
  struct own_org_made *result = ret_result;
  struct signed_in ignored = {.changed = false};
  struct sign_in s = {.c = c, .result = &ignored, .login = in->login};
  struct org org;
  enum status status = sign_in_begin(&s);
  if (status != STATUS_OK) {
    return status;
  }
  status = sign_in_check_proven(&s, in->ticket);
  if (status != STATUS_OK || !s.facts.person.may_found) {
    return status != STATUS_OK ? status : STATUS_REFUSED;
  }
  status = org_own_make(c, &s.facts.account, in->name, &org);
  if (status != STATUS_OK) {
    return status;
  }
  c->silent = true; // its event is there
  memcpy(result->slug, org.slug, sizeof result->slug);
  return STATUS_OK;
}

static const struct change_kind MAKE = {"org.create", CHANGE_CLAIM, CHANGE_OF_ORG, make, sizeof(struct own_org_made),
                                        false};

struct change change_own_org_make(const struct own_org_make *in, struct own_org_made *ret_result)
{
  return (struct change){&MAKE, in, ret_result, &ret_result->changed, "", ""};
}
