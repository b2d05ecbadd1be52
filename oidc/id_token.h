// SPDX-License-Identifier: Apache-2.0
// An ID token as a signed object: its shape and header before, its signature after the key is known (RFC 7515, RFC
// 7519, OIDC Core 2 and 3.1.3.7). What its claims say is claims.h.
#pragma once
#include "base/bytes.h"
#include "base/status.h"
#include "exchange.h"
#include "key_set.h"

struct cJSON;

enum { ID_TOKEN_MAX = 64 * 1024 };

// For id_token_done(). CLAIMS counts for nothing until the signature has been checked.
struct id_token {
  const struct bytes *text; // borrowed
  struct cJSON *header;
  struct cJSON *claims;
  const struct key_algorithm *algorithm;
  const char *key_id; // borrowed from the header; NULL if absent
  size_t signature_length;
};

void id_token_done(struct id_token *token);

// Takes TEXT apart: at most ID_TOKEN_MAX bytes, three parts of base64url, none empty; header and payload strict JSON
// objects; alg known to key_algorithm_find(); no crit, b64; typ absent or "JWT"; kid absent or a
// string. STATUS_REFUSED (FAILURE_TOKEN, R names the clause), STATUS_NO_MEMORY. *RET_TOKEN must be all zero.
MUST_CHECK enum status id_token_parse(const struct bytes *text, struct failure *r, struct id_token *ret_token);

// Checks the signature of TOKEN with the one key of KEYS that fits. STATUS_NOT_FOUND if none does, and otherwise as
// id_token_parse().
MUST_CHECK enum status id_token_verify(const struct id_token *token, const struct cJSON *keys, struct failure *r);

// As id_token_verify(), but a key that KEYS does not have is looked for once more in a key set fetched anew (OIDC Core
// 10.1.1). Statuses as in exchange.h.
MUST_CHECK enum status id_token_verify_or_refetch(struct exchange *x, const struct id_token *token,
                                                  const struct cJSON *keys);
