// SPDX-License-Identifier: Apache-2.0
#include "sign_in.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "client_auth.h"
#include "device.h"
#include "discovery.h"
#include "document.h"
#include "github.h"
#include "identify.h"
#include "key_set.h"
#include "polling.h"
#include "qr.h"

static void blot_out_tokens(struct failure *r, const struct device_codes *codes, const struct tokens *tokens)
{
  failure_blot_out(r, &codes->device_code);
  failure_blot_out(r, &tokens->access_token);
  failure_blot_out(r, &tokens->id_token);
  failure_blot_out(r, &tokens->refresh_token);
}

// The codes live as long as the provider says, but no longer than the whole exchange.
static enum status show_codes(struct exchange *x, struct channel *c, struct device_codes *codes,
                              int64_t *ret_expires_at_ms)
{
  int64_t now_ms = clock_monotonic_ms();
  int64_t expires_at_ms = now_ms + (int64_t)codes->shown.expires_in_s * 1000;
  if (expires_at_ms > http_deadline_ms(x->http)) {
    expires_at_ms = http_deadline_ms(x->http);
  }
  codes->shown.expires_in_s = (uint32_t)((expires_at_ms - now_ms) / 1000);
  codes->shown.lacks_landlock = (uint32_t)x->lacks_landlock;
  *ret_expires_at_ms = expires_at_ms;
  if (x->request->wants_qr != 0) {
    bool complete = codes->shown.verification_uri_complete[0] != '\0';
    qr_draw(complete ? codes->shown.verification_uri_complete : codes->shown.verification_uri, codes->shown.qr,
            sizeof codes->shown.qr);
  }
  return channel_send(c, MESSAGE_CODE, &codes->shown, http_deadline_ms(x->http));
}

static bool is_github(const struct exchange *x)
{
  return x->request->speaks == SPEAKS_GITHUB;
}

// Where the provider is asked, and whether it takes this client; *RET_CODES must be all zero.
static enum status authorize(struct exchange *x, struct device_codes *ret_codes)
{
  enum status status = is_github(x) ? github_find(x) : discovery_fetch(x);
  if (status != STATUS_OK) {
    return status;
  }
  status = device_authorize(x, ret_codes);
  while (status == STATUS_REFUSED && client_auth_next(x)) {
    http_limit(x->http, clock_monotonic_ms() + PROTOCOL_CODE_WAIT_MS); // a test, for which nobody waits as for a login
    status = device_authorize(x, ret_codes);
  }
  return status;
}

static enum status run(struct exchange *x, struct channel *c, struct device_codes *codes, struct tokens *tokens,
                       struct message_authorized *ret_identity)
{
  struct cJSON *keys CLEANUP(document_done) = NULL;
  int64_t expires_at_ms = 0;
  // A person waits, and sees nothing yet.
  http_limit(x->http, clock_monotonic_ms() + PROTOCOL_CODE_WAIT_MS);
  enum status status = authorize(x, codes);
  http_limit(x->http, 0);
  if (status != STATUS_OK) {
    return status;
  }
  status = show_codes(x, c, codes, &expires_at_ms);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_github(x) ? STATUS_OK : key_set_fetch(x, &keys);
  if (status != STATUS_OK) {
    return status;
  }
  status = polling_run(x, codes, expires_at_ms, tokens);
  if (status != STATUS_OK) {
    return status;
  }
  status = is_github(x) ? github_identify(x, tokens, ret_identity) : identify(x, keys, tokens, ret_identity);
  if (status == STATUS_OK) {
    bytes_take(&ret_identity->refresh_token, &tokens->refresh_token);
  }
  return status;
}

enum status sign_in(struct exchange *x, struct channel *c, struct message_authorized *ret_identity)
{
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  struct tokens tokens CLEANUP(tokens_done) = {0};
  enum status status = run(x, c, &codes, &tokens, ret_identity);
  if (status != STATUS_OK) {
    blot_out_tokens(&x->failure, &codes, &tokens);
  }
  return status;
}

enum status discover(struct exchange *x)
{
  struct cJSON *keys CLEANUP(document_done) = NULL;
  struct device_codes codes CLEANUP(device_codes_done) = {0};
  http_limit(x->http, clock_monotonic_ms() + PROTOCOL_CODE_WAIT_MS); // as in a sign-in
  // Shows that the provider takes this client; the codes are forgotten.
  enum status status = authorize(x, &codes);
  http_limit(x->http, 0);
  if (status != STATUS_OK) {
    return status;
  }
  x->found.client_auth = (uint8_t)client_auth_of(x);
  if (is_github(x)) {
    return STATUS_OK; // there are no keys
  }
  status = key_set_fetch(x, &keys);
  if (status != STATUS_OK) {
    return status;
  }
  x->found.keys = key_set_count(keys);
  x->found.certificate_ends_at_s = http_certificate_ends_at_s(x->http);
  if (x->found.keys == 0) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 7517: the key set has no key that can be used");
  }
  return STATUS_OK;
}
