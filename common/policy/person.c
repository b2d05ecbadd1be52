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

static bool is_within(const struct policy_person *person, int64_t at_s, int64_t within_s)
{
  return at_s > 0 && at_s <= person->now_s && person->now_s - at_s <= within_s;
}

static bool is_recent(const struct policy_person *person, const struct policy_membership *membership, int64_t within_s)
{
  return is_within(person, membership->last_sign_in_at_s, within_s);
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

// Whether the provider's last word, while it serves, is that it knows the person, or one that is not to be believed.
static bool is_answered(const struct policy_person *person, const struct policy_org *org, int64_t within_s)
{
  return org->asked == ASKED_TOKEN && is_within(person, org->answered_at_s, within_s);
}

static bool is_unsound(const struct policy_person *person, const struct policy_org *org)
{
  return org->asked == ASKED_TOKEN && is_within(person, org->unsound_at_s, ASKED_SERVES_S);
}

bool policy_key_is_live(const struct policy_person *person, const struct policy_membership *membership)
{
  const struct policy_org *org = &membership->org;
  bool by_default = org->keys == KEYS_BY_DEFAULT && org->enforcement == ENFORCEMENT_SSO_ONLY && org->offline &&
                    objects_to_password(person, membership);
  return org->keys == KEYS_LIVE || by_default;
}

bool policy_is_to_be_asked(const struct policy_person *person, const struct policy_membership *membership)
{
  const struct policy_org *org = &membership->org;
  return !membership->suspended && policy_key_is_live(person, membership) && org->asked == ASKED_TOKEN &&
         !is_answered(person, org, ASKED_SERVES_S) && !is_unsound(person, org);
}

bool policy_any_is_to_be_asked(const struct policy_person *person)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (policy_is_to_be_asked(person, &person->memberships[i])) {
      return true;
    }
  }
  return false;
}

// The provider's word counts while it serves; without one, a sign-in that is recent if the setting says so (K9).
static bool objects_to_live_key(const struct policy_person *person, const struct policy_membership *membership,
                                const struct policy_made *made)
{
  const struct policy_org *org = &membership->org;
  int64_t within_s = org->keys == KEYS_LIVE ? org->keys_recent_s : KEYS_RECENT_DEFAULT_S;
  if (org->asked == ASKED_REFUSED || is_unsound(person, org)) {
    return true;
  }
  if (is_answered(person, org, made->later ? ASKED_LATER_S : ASKED_SERVES_S) ||
      (made->asks && org->asked == ASKED_TOKEN)) {
    return false;
  }
  return within_s == 0 || !is_recent(person, membership, within_s);
}

static bool objects_to_key(const struct policy_person *person, const struct policy_membership *membership,
                           const struct policy_made *made)
{
  const struct policy_org *org = &membership->org;
  if (policy_key_is_live(person, membership)) {
    return objects_to_live_key(person, membership, made);
  }
  bool refused = org->asked == ASKED_REFUSED;
  switch (org->keys) {
  case KEYS_BY_DEFAULT: // under sso-only somebody must say that the provider still knows them, but for whom operators
                        // let in: whether anybody can be asked is the org's to change (POLICY W8)
    return objects_to_password(person, membership) &&
           ((org->enforcement == ENFORCEMENT_SSO_ONLY && !person->guarded) || refused ||
            !is_recent(person, membership, KEYS_RECENT_DEFAULT_S));
  case KEYS_DENY:
  case KEYS_LIVE: return true;
  case KEYS_RECENT: return refused || !is_recent(person, membership, org->keys_recent_s);
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
  case WAY_KEY: return objects_to_key(person, membership, made);
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

const struct policy_membership *policy_membership_in(const struct policy_person *person, int64_t org_id)
{
  for (size_t i = 0; i < person->membership_count; i++) {
    if (person->memberships[i].org.id == org_id) {
      return &person->memberships[i];
    }
  }
  return NULL;
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
