// SPDX-License-Identifier: Apache-2.0
// What follows from what is known of a person, for the rows of all stages and for whoever asks beside them.
#pragma once
#include "policy/policy.h"

// Whether the org of MEMBERSHIP objects to a session of PERSON made so, in a login service (POLICY "objects", K1).
bool policy_objects(const struct policy_person *person, const struct policy_membership *membership,
                    const struct policy_made *made);

// Whether PERSON is guarded and could not use ORG's connection until an operator has confirmed or made one (POLICY S15,
// W8).
bool policy_waits_for_operator(const struct policy_person *person, const struct policy_org *org);

// Whether codes of invites are taken from this person: only where no provider could prove the email (POLICY I4, L13).
bool policy_takes_code(const struct policy_person *person);

// The invite of the org, or NULL.
const struct policy_invite *policy_invite_of(const struct policy_person *person, int64_t org_id);

// Whether a way that is the host's may be used by whoever this is (POLICY V3): nobody who is governed by an org that
// enforces, is guarded or owns an org, and not where every org concerned is sso-only.
bool policy_takes_host_ways(const struct policy_person *person);

// The same, and there is such a way: a social account, a code by email.
bool policy_takes_social(const struct policy_person *person);
bool policy_takes_mail(const struct policy_person *person);

// Whether somebody without an account may come by a social account or a code by email and join an org (row L14).
bool policy_may_join(const struct policy_person *person);

// Whether they own any org that they have not made themselves (POLICY V6).
bool policy_owns_any(const struct policy_person *person);

// Row L5: the owner of an org that root created, or of any org but a self-made one while nobody governs the owner's
// email.
bool policy_is_owner(const struct policy_person *person);

// Their membership of the org, or NULL.
const struct policy_membership *policy_membership_in(const struct policy_person *person, int64_t org_id);

// The account has a membership that is not suspended.
bool policy_has_active(const struct policy_person *person);

// Whether a password counts from here at one of the person's orgs (password-from).
bool policy_password_counts(const struct policy_person *person);

// Whether the org of MEMBERSHIP wants its provider's word beside a key of PERSON (POLICY K9).
bool policy_key_is_live(const struct policy_person *person, const struct policy_membership *membership);

// The same, and the provider can be asked and has said nothing that still serves.
bool policy_is_to_be_asked(const struct policy_person *person, const struct policy_membership *membership);

// That is so at any of PERSON's orgs.
bool policy_any_is_to_be_asked(const struct policy_person *person);
