// SPDX-License-Identifier: Apache-2.0
// The providers of sweep_oidc: the stub of tests/unit/oidc, with a right answer or one that must never be believed.
#pragma once
#include "protocol/protocol.h"
#include "stub.h"

enum provider_kind {
  PROVIDER_RIGHT = 0,
  PROVIDER_FORGED,        // signed with another key of the same name
  PROVIDER_EXPIRED,       // an hour ago
  PROVIDER_OTHER_CLIENT,  // an ID token for somebody else's hosts
  PROVIDER_OTHER_SUBJECT, // userinfo, with the email, of somebody else
  PROVIDER_KINDS
};

// A stub of this KIND, for stub_stop().
struct stub *provider_start(enum provider_kind kind);

const char *provider_name(enum provider_kind kind);

// What ssoorg-oidc is asked, with TIMEOUT_S for all of it.
struct message_sign_in provider_request(const struct stub *stub, uint32_t timeout_s);

// Whether IDENTITY is whole: every part as PROVIDER_RIGHT says it.
bool provider_is_right(const struct stub *stub, const struct message_authorized *identity);
