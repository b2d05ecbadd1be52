// SPDX-License-Identifier: Apache-2.0
#include "jose.h"

#include <oauth2/cfg.h>
#include <oauth2/mem.h>
#include <oauth2/oauth2.h>
#include <string.h>

#include "base/cleanup.h"
#include "memory.h"

// Without a context it says yes to everything; oauth2_token_verify() is the way in.
#pragma GCC poison oauth2_jose_jwt_verify

// A misspelt option silently means "optional", and "iss" refuses every token. The dates are claims_check()'s: the
// library knows none with a fraction (RFC 7519 2). An empty result cache outlives nothing.
static const char VERIFY_OPTIONS[] = "verify.exp=skip&verify.iat=skip&verify.iss=skip&expiry=0&type=bearer";

// Kept for as long as the process lives; it says nothing.
static oauth2_log_t *quiet;

static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void cleanup_oauth2(void *pointer_to_pointer)
{
  void *pointer = *(void **)pointer_to_pointer;
  if (pointer != NULL) {
    oauth2_mem_free(pointer);
  }
}

static void cleanup_verify(oauth2_cfg_token_verify_t **verify)
{
  if (*verify != NULL) {
    oauth2_cfg_token_verify_free(NULL, *verify);
  }
}

static void cleanup_json(json_t **json)
{
  if (*json != NULL) {
    json_decref(*json);
  }
}

static void drop_message(oauth2_log_sink_t *sink, const char *file, unsigned long line, const char *function,
                         oauth2_log_level_t level, const char *message)
{
  (void)sink;
  (void)file;
  (void)line;
  (void)function;
  (void)level;
  (void)message;
}

enum status jose_start_up(void)
{
  oauth2_mem_set_alloc_funcs(memory_alloc, memory_realloc, memory_free);
  oauth2_log_sink_t *sink = oauth2_log_sink_create(OAUTH2_LOG_ERROR, drop_message, NULL);
  quiet = sink != NULL ? oauth2_init(OAUTH2_LOG_ERROR, sink) : NULL;
  if (quiet == NULL) {
    return STATUS_IO;
  }
  char *complaint CLEANUP(cleanup_oauth2) = oauth2_cfg_set_cache(quiet, NULL, "shm", "max_entries=1&max_val_size=64");
  return complaint == NULL ? STATUS_OK : STATUS_IO;
}

enum status jose_decode(const char *text, size_t length, struct bytes *out)
{
  struct bytes copy CLEANUP(bytes_done) = BYTES_EMPTY;
  for (size_t i = 0; i < length; i++) {
    if (memchr(BASE64URL, text[i], sizeof BASE64URL - 1) == NULL) {
      return STATUS_INVALID;
    }
  }
  if (length == 0 || length % 4 == 1) {
    return length == 0 ? STATUS_OK : STATUS_INVALID;
  }
  enum status status = bytes_append(&copy, text, length);
  if (status != STATUS_OK) {
    return status;
  }
  uint8_t *decoded CLEANUP(cleanup_oauth2) = NULL;
  size_t decoded_length = 0;
  if (!oauth2_base64url_decode(NULL, copy.data, &decoded, &decoded_length)) {
    return STATUS_NO_MEMORY;
  }
  return bytes_append(out, decoded, decoded_length);
}

enum status jose_encode(const void *data, size_t length, struct bytes *out)
{
  char *encoded CLEANUP(cleanup_oauth2) = NULL;
  size_t encoded_length = oauth2_base64url_encode(NULL, data, length, &encoded);
  return encoded == NULL ? STATUS_NO_MEMORY : bytes_append(out, encoded, encoded_length);
}

bool jose_is_signed_by(const char *token, const char *jwk)
{
  oauth2_cfg_token_verify_t *verify CLEANUP(cleanup_verify) = NULL;
  char *complaint CLEANUP(cleanup_oauth2) =
      oauth2_cfg_token_verify_add_options(NULL, &verify, "jwk", jwk, VERIFY_OPTIONS);
  if (complaint != NULL || verify == NULL) {
    return false;
  }
  json_t *payload CLEANUP(cleanup_json) = NULL;
  return oauth2_token_verify(NULL, NULL, verify, token, &payload) && payload != NULL;
}
