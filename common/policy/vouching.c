// SPDX-License-Identifier: Apache-2.0
// Whether a provider's answer vouches for the person's address: policy/rows.h.
#include "policy/rows.h"

bool policy_has_email(const struct policy_answer *a)
{
  return a->email_state != EMAIL_ABSENT && a->email_state != EMAIL_ILLEGAL;
}

// An address on another org's domain is never vouched for, whatever the trust.
static bool is_allowed(const struct policy_answer *a)
{
  if (a->email_domain_elsewhere) {
    return false;
  }
  switch (a->org.trust) {
  case TRUST_LINKED: return false;
  case TRUST_DOMAIN: return a->email_domain_here;
  case TRUST_ANY: return true;
  }
  return false;
}

static bool is_proven(const struct policy_answer *a)
{
  bool trusted_domain = a->email_domain_here && a->org.trust != TRUST_LINKED;
  return a->email_state == EMAIL_VERIFIED || (a->email_state == EMAIL_UNSTATED && trusted_domain);
}

bool policy_vouches(const struct policy_answer *a)
{
  return policy_has_email(a) && a->email_is_primary && is_proven(a) && is_allowed(a);
}

// Why an answer does not vouch for the person: the message of rows S9 and S13.
enum notice policy_why_not_vouched(const struct policy_answer *a)
{
  if (a->email_state == EMAIL_ABSENT) {
    return NOTICE_NO_EMAIL;
  }
  if (a->email_state == EMAIL_ILLEGAL || !a->email_is_primary) {
    return NOTICE_SOMEBODY_ELSE;
  }
  if (!is_allowed(a)) {
    return NOTICE_EMAIL_DOMAIN;
  }
  return NOTICE_EMAIL_UNVERIFIED;
}
