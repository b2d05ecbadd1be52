// SPDX-License-Identifier: Apache-2.0
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "forge.h"
#include "provider.h"

enum { LIFE_S = 600, HOUR_S = 3600 };

static const char DISCOVERY[] =
    "{\"issuer\":\"~\",\"device_authorization_endpoint\":\"~/device\",\"token_endpoint\":\"~/token\","
    "\"jwks_uri\":\"~/jwks\",\"userinfo_endpoint\":\"~/userinfo\"}";
static const char DEVICE[] = "{\"device_code\":\"dc-very-secret\",\"user_code\":\"AB-CD\","
                             "\"verification_uri\":\"https://idp.test/device\",\"expires_in\":300,\"interval\":1}";
static const char USERINFO[] = "{\"sub\":\"u-mallory\",\"email\":\"alice@acme.test\",\"email_verified\":true}";
static const char EMAIL[] = ",\"email\":\"alice@acme.test\",\"email_verified\":true,\"name\":\"Alice\"";

static const char *const NAMES[PROVIDER_KINDS] = {"right", "forged_signature", "expired", "other_client",
                                                  "userinfo_of_another"};

const char *provider_name(enum provider_kind kind)
{
  return NAMES[kind];
}

static void reply(struct stub *stub, const char *path, const char *body)
{
  stub_reply(stub, path, &(struct stub_reply){.body = body});
}

static char *token_of(enum provider_kind kind, const struct stub *stub, const struct forge_key *key)
{
  long long end_s = clock_now_s() + (kind == PROVIDER_EXPIRED ? -HOUR_S : LIFE_S);
  char *payload CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"u-alice\",\"iat\":%lld,\"exp\":%lld%s}", stub_issuer(stub),
                 kind == PROVIDER_OTHER_CLIENT ? "others" : "hosts", end_s - LIFE_S, end_s,
                 kind == PROVIDER_OTHER_SUBJECT ? "" : EMAIL);
  return forge_token(key, "{\"alg\":\"ES256\",\"kid\":\"k-1\"}", payload);
}

struct stub *provider_start(enum provider_kind kind)
{
  struct stub *stub = stub_start();
  struct forge_key shown = forge_ec("P-256", "ES256");
  struct forge_key other = forge_ec("P-256", "ES256");
  char *jwk CLEANUP(cleanup_free) = forge_jwk(&shown, "\"kid\":\"k-1\",\"use\":\"sig\"");
  char *keys CLEANUP(cleanup_free) = forge_text("{\"keys\":[%s]}", jwk);
  char *token CLEANUP(cleanup_free) = token_of(kind, stub, kind == PROVIDER_FORGED ? &other : &shown);
  char *tokens CLEANUP(cleanup_free) =
      forge_text("{\"token_type\":\"Bearer\",\"access_token\":\"at-very-secret\",\"id_token\":\"%s\"}", token);
  reply(stub, "/.well-known/openid-configuration", DISCOVERY);
  reply(stub, "/device", DEVICE);
  reply(stub, "/jwks", keys);
  reply(stub, "/token", tokens);
  reply(stub, "/userinfo", USERINFO);
  forge_key_done(&shown);
  forge_key_done(&other);
  return stub;
}

struct message_sign_in provider_request(const struct stub *stub, uint32_t timeout_s)
{
  struct message_sign_in request = {.client_id = "hosts",
                                    .scopes = "openid email",
                                    .email_claim = "email",
                                    .timeout_s = timeout_s,
                                    .allow_loopback_http = 1};
  (void)snprintf(request.issuer, sizeof request.issuer, "%s", stub_issuer(stub));
  return request;
}

bool provider_is_right(const struct stub *stub, const struct message_authorized *identity)
{
  return strcmp(identity->issuer, stub_issuer(stub)) == 0 && strcmp(identity->client_id, "hosts") == 0 &&
         strcmp(identity->subject, "u-alice") == 0 && strcmp(identity->email, "alice@acme.test") == 0 &&
         identity->email_state == EMAIL_VERIFIED && strcmp(identity->name, "Alice") == 0 &&
         strcmp(identity->algorithm, "ES256") == 0 && strcmp(identity->key_id, "k-1") == 0;
}
