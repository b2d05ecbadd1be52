// SPDX-License-Identifier: Apache-2.0
// What is legal in the settings of a client, for who stores them and for who uses them.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

enum { OAUTH_HS256_SECRET_MIN = 32 }; // bytes (RFC 7518 3.2)

enum { OAUTH_SCOPES_SIZE = 256 }; // of a list of scopes

#define OAUTH_OFFLINE "offline_access" // the scope that asks for a refresh token (OIDC Core 11)

// True for one or more bytes of printable ASCII and space (RFC 6749 appendix A: VSCHAR).
bool oauth_is_visible(const char *text, size_t length);

// True for tokens with single spaces between them (RFC 6749 3.3), "openid" being one (OIDC Core 3.1.2.1).
bool oauth_is_scope_list(const char *scopes);

// Writes SCOPES, and SCOPE behind them unless it is among them or "". STATUS_TOO_LARGE.
MUST_CHECK enum status oauth_add_scope(const char *scopes, const char *scope,
                                       char ret_scopes[static OAUTH_SCOPES_SIZE]);
