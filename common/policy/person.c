// SPDX-License-Identifier: Apache-2.0
#include "policy/person.h"

#include <stddef.h>

static bool objects_by_enforcement(const struct policy_person *person, const struct policy_org *org)
{
  switch (org->enforcement) {
  case ENFORCEMENT_OFF: return false;
  case ENFORCEMENT_DOMAINS: return person->governing.id == org->id;
  case ENFORCEMENT_SSO_ONLY: return true;
  }
  return true;
}

static bool is_recent(const struct policy_person *person, const struct policy_membership *membership, int64_t within_s)
{
  int64_t at_s = membership->last_sign_in_at_s;
  return at_s > 0 && at_s <= person->now_s && person->now_s - at_s <= within_s;
}

bool policy_waits_for_operator(const struct policy_person *person, const struct policy_org *org)
{
  return person->guarded && (!org->has_connection || org->unconfirmed);
}

// Never to its owner's, nor where the connection that it would have instead is refused (POLICY W8).
static bool objects_to_password(const struct policy_person *person, const struct policy_membership *membership)
{
  return membership->role != ROLE_OWNER && !policy_waits_for_operator(person, &membership->org) &&
         objects_by_enforcement(person, &membership->org);
}

static bool objects_to_key(const struct policy_person *person, const struct policy_membership *membership)
{
  const struct policy_org *org = &membership->org;
  switch (org->keys) {
  case KEYS_BY_DEFAULT:
    return objects_to_password(person, membership) && !is_recent(person, membership, KEYS_RECENT_DEFAULT_S);
  case KEYS_DENY: return true;
  case KEYS_RECENT: return !is_recent(person, membership, org->keys_recent_s);
  case KEYS_ALLOW: return false;
  case KEYS_REQUIRED: return true;
  }
  return true;
}

bool policy_objects(const struct policy_person *person, const struct policy_membership *membership,
                    const struct policy_made *made)
{
  const struct policy_org *org = &membership->org;
  switch (made->way) {
  case WAY_KEY: return objects_to_key(person, membership);
  case WAY_PASSWORD: return org->password_barred || objects_to_password(person, membership);
  case WAY_RECOVERY: return objects_to_password(person, membership);
  case WAY_SOCIAL:
  case WAY_MAIL: return objects_by_enforcement(person, org);
  case WAY_SSO:
    return made->org_id == org->id ? org->keys == KEYS_REQUIRED && !made->with_key
                                   : objects_by_enforcement(person, org);
  }
  return true;
}

static bool all_are_sso_only(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (person->memberships[i].org.enforcement != ENFORCEMENT_SSO_ONLY) {
      return false;
    }
  }
  return person->membership_count > 0;
}

bool policy_takes_host_ways(const struct policy_person *person)
{
  return !person->reserved && !person->sso_only && person->governing.enforcement == ENFORCEMENT_OFF &&
         !policy_owns_any(person) && !all_are_sso_only(person);
}

bool policy_takes_social(const struct policy_person *person)
{
  return person->social_here && policy_takes_host_ways(person);
}

bool policy_takes_mail(const struct policy_person *person)
{
  return person->mail_here && policy_takes_host_ways(person);
}

bool policy_may_join(const struct policy_person *person)
{
  bool offered = person->allowed_count > 0 || person->allowed_full || person->may_found;
  return !person->known && person->governing.id == 0 && offered && (person->social_here || person->mail_here);
}

bool policy_takes_code(const struct policy_person *person)
{
  bool provable = person->sso_only || (person->governing.id != 0 && person->governing.has_connection);
  for (size_t i = 0; i < person->invite_count; i++) {
    const struct policy_invite *invite = &person->invites[i];
    if (!provable && invite->via == VIA_CODE && !invite->full && !invite->org.password_barred &&
        !invite->org.self_made) {
      return true;
    }
  }
  return false;
}

const struct policy_invite *policy_invite_of(const struct policy_person *person, int64_t org_id)
{
  for (size_t i = 0; i < person->invite_count; i++) {
    if (person->invites[i].org.id == org_id) {
      return &person->invites[i];
    }
  }
  return NULL;
}

bool policy_has_active(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (!person->memberships[i].suspended) {
      return true;
    }
  }
  return false;
}

bool policy_owns_any(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (person->memberships[i].role == ROLE_OWNER && !person->memberships[i].org.self_made) {
      return true;
    }
  }
  return false;
}

bool policy_is_owner(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    const struct policy_membership *membership = &person->memberships[i];
    if (membership->role == ROLE_OWNER && !membership->org.self_made &&
        (membership->org.by_root || person->governing.id == 0)) {
      return true;
    }
  }
  return false;
}

bool policy_password_counts(const struct policy_person *person)
{
  bool counts = person->membership_count == 0;
  for (size_t i = 0; i < person->membership_count; i++) {
    counts = counts || (!person->memberships[i].suspended && !person->memberships[i].org.password_barred);
  }
  return counts;
}
