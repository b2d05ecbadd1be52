// SPDX-License-Identifier: Apache-2.0
// Who the person is: what is taken from the claims of a verified ID token and, for what it does not have, from
// userinfo.
#pragma once
#include <stdbool.h>

#include "protocol/protocol.h"

struct cJSON;

// True if TOKEN has no claim called EMAIL_CLAIM or, where VERIFIED is asked for, says nothing of whether that address
// is verified: then it may stand in userinfo (OIDC Core 5.1, 5.4).
bool identity_needs_userinfo(const struct cJSON *token, const char *email_claim, bool verified);

// Frees what IDENTITY owns.
void identity_done(struct message_authorized *identity);

// Fills email, email_state and name of RET_IDENTITY. USERINFO may be NULL; it never overrides a claim of TOKEN. The
// email is folded. Both documents are asked for email_verified and the strictest word counts: EMAIL_VERIFIED takes the
// boolean true beside an "email" that is this address, and nothing else but that in the other document. Where
// EMAIL_CLAIM is not "email", email_verified is only asked if the address is the same as in "email", of which it speaks
// (OIDC Core 5.1). A name that is not clean or does not fit is left out.
void identity_fill(const struct cJSON *token, const struct cJSON *userinfo, const char *email_claim,
                   struct message_authorized *ret_identity);

// Where nothing says whether the email of IDENTITY is verified, Microsoft's own claim of TOKEN may (xms_edov: whether
// the owner of the email's domain is): the boolean true is EMAIL_VERIFIED, anything else in it EMAIL_UNVERIFIED, also
// where the other word was true. Only for an issuer of Microsoft's.
void identity_take_edov(const struct cJSON *token, struct message_authorized *identity);
