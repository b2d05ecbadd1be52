// SPDX-License-Identifier: Apache-2.0
// Where a provider has its endpoints, by its own word: discovery.h.
#include <string.h>

#include "base/cleanup.h"
#include "discovery.h"
#include "forge.h"
#include "parsed.h"

static char *discovery_of(const char *issuer, const char *members)
{
  return forge_text("{\"issuer\":%s%s}", issuer, members);
}

#define ENDPOINTS                                                                                                      \
  ",\"device_authorization_endpoint\":\"https://idp.test/d\",\"token_endpoint\":\"https://idp.test/t\""                \
  ",\"jwks_uri\":\"https://keys.test/k\""

static void expect_discovery(const char *issuer, const char *members, enum status expected, const char *clause)
{
  struct exchange x = {.request = &REQUEST};
  char *text CLEANUP(cleanup_free) = discovery_of(issuer, members);
  struct cJSON *document CLEANUP(document_done) = parsed(text);
  enum status status = discovery_read(&x, document);
  if (status != expected || strstr(x.failure.detail, clause) == NULL) {
    fail_msg("%s: status %d, %s", text, status, x.failure.detail);
  }
  assert_int_equal(x.found.issuer[0] != '\0', expected == STATUS_OK);
}

static void discovery_addresses_keep_the_path_of_the_issuer(void **state)
{
  (void)state;
  static const char *const CASES[][2] = {
      {"https://idp.test", "https://idp.test/.well-known/openid-configuration"},
      {"https://idp.test/", "https://idp.test/.well-known/openid-configuration"},
      {"https://idp.test/a/b", "https://idp.test/a/b/.well-known/openid-configuration"},
      {"https://idp.test/a/", "https://idp.test/a/.well-known/openid-configuration"}};
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct bytes url CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(discovery_url(CASES[i][0], &url), STATUS_OK);
    assert_string_equal(bytes_text(&url), CASES[i][1]);
  }
}

static void a_good_discovery_document_is_read(void **state)
{
  (void)state;
  expect_discovery("\"https://idp.test/acme\"", ENDPOINTS, STATUS_OK, "");
  expect_discovery("\"https://idp.test/acme\"", ENDPOINTS ",\"userinfo_endpoint\":\"https://idp.test/u\"", STATUS_OK,
                   "");
}

static void H43_discovery_by_any_other_issuer_is_refused(void **state)
{
  (void)state;
  static const char *const ISSUERS[] = {"\"\"",
                                        "\"https://idp.test/acme/\"",
                                        "\"https://idp.test/acm\"",
                                        "\"https://idp.test/acme2\"",
                                        "\"https://idp.test/Acme\"",
                                        "null",
                                        "[\"https://idp.test/acme\"]",
                                        "1"};
  for (size_t i = 0; i < COUNT_OF(ISSUERS); i++) {
    expect_discovery(ISSUERS[i], ENDPOINTS, STATUS_REFUSED, "issuer");
  }
  expect_discovery("\"https://login.microsoftonline.com/{tenantid}/v2.0\"", ENDPOINTS, STATUS_REFUSED, "every tenant");
}

static void H60_discovery_endpoints_must_be_https(void **state)
{
  (void)state;
  static const char *const NAMES[] = {"device_authorization_endpoint", "token_endpoint", "jwks_uri"};
  static const char *const VALUES[] = {
      "\"http://idp.test/x\"",        "\"http://127.0.0.1/x\"", "\"file:///etc/passwd\"", "\"\"", "null", "1",
      "\"https://idp.test/\\u001b\"", "\"https://a@b.test/\""};
  for (size_t n = 0; n < COUNT_OF(NAMES); n++) {
    for (size_t v = 0; v <= COUNT_OF(VALUES); v++) {
      char *members CLEANUP(cleanup_free) = forge_text("%s", "");
      for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        char *before CLEANUP(cleanup_free) = members;
        const char *value = i != n ? "\"https://idp.test/ok\"" : v < COUNT_OF(VALUES) ? VALUES[v] : NULL;
        members = value != NULL ? forge_text("%s,\"%s\":%s", before, NAMES[i], value) : forge_text("%s", before);
      }
      expect_discovery("\"https://idp.test/acme\"", members, STATUS_REFUSED, NAMES[n]);
    }
  }
  expect_discovery("\"https://idp.test/acme\"", ENDPOINTS ",\"userinfo_endpoint\":\"http://idp.test/u\"",
                   STATUS_REFUSED, "userinfo_endpoint");
}

int main(void)
{
  document_start_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(discovery_addresses_keep_the_path_of_the_issuer),
      cmocka_unit_test(a_good_discovery_document_is_read),
      cmocka_unit_test(H43_discovery_by_any_other_issuer_is_refused),
      cmocka_unit_test(H60_discovery_endpoints_must_be_https),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
