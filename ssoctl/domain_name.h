// SPDX-License-Identifier: Apache-2.0
// Domains as an admin types them (POLICY N1): international names become A-labels, public ones are no claim.
#pragma once
#include "base/names.h"
#include "base/status.h"

// Writes TYPED in lower case and A-label form (IDNA 2008, RFC 5891) into DOMAIN. STATUS_INVALID if it is no domain.
MUST_CHECK enum status domain_name_parse(const char *typed, char domain[static DOMAIN_SIZE]);

// The same for the domain part of an email address, its local part in lower case.
MUST_CHECK enum status domain_name_parse_email(const char *typed, char email[static EMAIL_SIZE]);

// Why DOMAIN belongs to nobody in particular: "a public suffix" or "a public mail domain"; NULL if it may be claimed.
const char *domain_name_objection(const char *domain);
