// SPDX-License-Identifier: Apache-2.0
// How strongly the person was authenticated: the acr and amr claims of an ID token that has been verified (OIDC Core 2,
// RFC 8176).
#pragma once
#include "base/status.h"
#include "helper/failure.h"

struct cJSON;
struct message_authorized;

// Writes what CLAIMS say into the acr and amr of RET_IDENTITY, for an admin to see; escaped, cut to size.
void strength_show(const struct cJSON *claims, struct message_authorized *ret_identity);

// REQUIRED_ACR and REQUIRED_AMR are words separated by single spaces, "" for no requirement. The acr claim must be a
// string equal to one of the former; the amr claim must be an array of strings that holds every one of the latter.
// STATUS_REFUSED, FAILURE_STRENGTH, and R names the clause.
MUST_CHECK enum status strength_check(const struct cJSON *claims, const char *required_acr, const char *required_amr,
                                      struct failure *r);
