// SPDX-License-Identifier: Apache-2.0
// Who the person is: what is taken from the claims of a verified ID token and, for what it does not have, from
// userinfo.
#pragma once
#include <stdbool.h>

#include "protocol/protocol.h"

struct cJSON;

// True if TOKEN has a claim called EMAIL_CLAIM that is not null, so that userinfo need not be asked.
bool identity_has_email(const struct cJSON *token, const char *email_claim);

// Frees what IDENTITY owns.
void identity_done(struct message_authorized *identity);

// Fills email, email_state and name of RET_IDENTITY. USERINFO may be NULL; it never overrides a claim of TOKEN. The
// email is folded; EMAIL_VERIFIED takes the boolean true in email_verified beside the email and nothing else but that
// in the other document; where EMAIL_CLAIM is not "email", the address must be the same as in "email", of which
// email_verified speaks. A name that is not clean or does not fit is left out.
void identity_fill(const struct cJSON *token, const struct cJSON *userinfo, const char *email_claim,
                   struct message_authorized *ret_identity);
