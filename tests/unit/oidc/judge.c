// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "claims.h"
#include "document.h"
#include "id_token.h"
#include "jose.h"
#include "key_set.h"

struct forge_key rsa;
struct forge_key pss;
struct forge_key p256;
struct forge_key p384;
struct forge_key other_rsa;
struct forge_key weak_rsa;

int judge_start_up(void **state)
{
  (void)state;
  document_start_up();
  if (jose_start_up() != STATUS_OK) {
    return -1;
  }
  rsa = forge_rsa(2048, "RS256");
  pss = forge_rsa(2048, "PS256");
  other_rsa = forge_rsa(2048, "RS256");
  weak_rsa = forge_rsa(1024, "RS256");
  p256 = forge_ec("P-256", "ES256");
  p384 = forge_ec("P-384", "ES384");
  return 0;
}

int judge_shut_down(void **state)
{
  (void)state;
  struct forge_key *const KEYS[] = {&rsa, &pss, &other_rsa, &weak_rsa, &p256, &p384};
  for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
    forge_key_done(KEYS[i]);
  }
  return 0;
}

char *judge_claims(const char *more)
{
  int64_t now_s = clock_now_s();
  return forge_text("{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"u-1\",\"iat\":%lld,\"exp\":%lld%s}", JUDGE_ISSUER,
                    JUDGE_CLIENT, (long long)now_s, (long long)now_s + 300, more);
}

enum status judge(const char *token, const char *set, struct failure *r)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct cJSON *keys CLEANUP(document_done) = NULL;
  struct id_token parsed CLEANUP(id_token_done) = {0};
  struct claims_expected expected = {JUDGE_ISSUER, JUDGE_CLIENT, JUDGE_AUDIENCE, clock_now_s()};
  char subject[PROTOCOL_SUBJECT_SIZE];
  assert_int_equal(bytes_append_text(&text, token), STATUS_OK);
  assert_int_equal(document_parse(set, strlen(set), &keys), STATUS_OK);
  enum status status = key_set_check(keys, r);
  status = status != STATUS_OK ? status : id_token_parse(&text, r, &parsed);
  status = status != STATUS_OK ? status : claims_check(parsed.claims, &expected, r, subject);
  return status != STATUS_OK ? status : id_token_verify(&parsed, keys, r);
}

char *judge_set(const struct forge_key *key, const char *members)
{
  char *jwk CLEANUP(cleanup_free) = forge_jwk(key, members);
  const char *const jwks[] = {jwk};
  return forge_set(jwks, 1);
}

char *judge_header(const struct forge_key *key, const char *more)
{
  return forge_text("{\"alg\":\"%s\"%s}", key->alg, more);
}

void judge_refused(const char *token, const char *set, const char *clause)
{
  struct failure r = {0};
  enum status status = judge(token, set, &r);
  if (status != STATUS_REFUSED || strstr(r.detail, clause) == NULL) {
    fail_msg("%s: status %d, %s", clause, status, r.detail);
  }
  assert_int_equal(r.reason, FAILURE_TOKEN);
}

void judge_header_refused(const struct forge_key *key, const char *header, const char *clause)
{
  char *set CLEANUP(cleanup_free) = judge_set(key, "\"kid\":\"k\"");
  char *payload CLEANUP(cleanup_free) = judge_claims("");
  char *token CLEANUP(cleanup_free) = forge_token(key, header, payload);
  judge_refused(token, set, clause);
}

void judge_claims_refused(const char *payload, const char *clause)
{
  char *set CLEANUP(cleanup_free) = judge_set(&p256, "");
  char *header CLEANUP(cleanup_free) = judge_header(&p256, "");
  char *token CLEANUP(cleanup_free) = forge_token(&p256, header, payload);
  judge_refused(token, set, clause);
}

void judge_accepted(const struct forge_key *key, const char *header, const char *payload)
{
  struct failure r = {0};
  char *set CLEANUP(cleanup_free) = judge_set(key, "\"kid\":\"k\"");
  char *token CLEANUP(cleanup_free) = forge_token(key, header, payload);
  enum status status = judge(token, set, &r);
  if (status != STATUS_OK) {
    fail_msg("%s %s: status %d, %s", header, payload, status, r.detail);
  }
}
