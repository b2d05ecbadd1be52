// SPDX-License-Identifier: Apache-2.0
#include "fleet/engine_url.h"
#include "fleet/scram.h"
#include "unit.h"

// Its salt and keys are those of the example of RFC 7677 3; a server that has them makes the signature there.
static void a_password_has_the_verifier_of_the_rfc(void **state)
{
  static const unsigned char SALT[SCRAM_SALT_SIZE] = {0x5b, 0x6d, 0x99, 0x68, 0x9d, 0x12, 0x35, 0x8e,
                                                      0xec, 0xa0, 0x4b, 0x14, 0x12, 0x36, 0xfa, 0x81};
  char verifier[SCRAM_VERIFIER_SIZE];
  (void)state;
  assert_int_equal(scram_verifier("pencil", SALT, verifier), STATUS_OK);
  assert_string_equal(verifier,
                      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
                      "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
}

static void an_engine_is_where_its_url_says(void **state)
{
  static const struct {
    const char *url;
    const char *login;
    const char *engines;
    const char *database;
  } LEGAL[] = {
      {"postgresql://owner@db/fleet", "owner", "db", "fleet"},
      {"postgres://o@db1.example:5433,db2.example/f", "o", "db1.example:5433,db2.example", "f"},
      {"postgresql://o@[2001:db8::1]:5432,192.0.2.1/f", "o", "[2001:db8::1]:5432,192.0.2.1", "f"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof LEGAL / sizeof LEGAL[0]; i++) {
    struct fleet_join join = {.admin = 0};
    struct error error = {.text = ""};
    assert_int_equal(engine_url_read(LEGAL[i].url, &error, &join), STATUS_OK);
    assert_string_equal(join.login, LEGAL[i].login);
    assert_string_equal(join.engines, LEGAL[i].engines);
    assert_string_equal(join.database, LEGAL[i].database);
  }
}

static void what_is_no_such_url_is_refused_and_a_password_not_shown(void **state)
{
  static const char *const ILLEGAL[] = {
      "",
      "postgresql://",
      "postgresql://db/fleet",
      "http://o@db/fleet",
      "postgresql://o@db",
      "postgresql://o@db/",
      "postgresql://@db/fleet",
      "postgresql://o@/fleet",
      "postgresql://o@db/fleet?sslmode=disable",
      "postgresql://o@d b/fleet",
      "postgresql://o@db,/fleet",
      "postgresql://o@db:99999/fleet",
      "postgresql://o@db/a%20b",
      "postgresql://o@db/a\"b",
      "postgresql://o:hunter2@db/fleet",
      "postgresql://o@db/0123456789012345678901234567890123456789012345678901234567890123"};
  (void)state;
  for (size_t i = 0; i < sizeof ILLEGAL / sizeof ILLEGAL[0]; i++) {
    struct fleet_join join = {.admin = 0};
    struct error error = {.text = ""};
    assert_int_equal(engine_url_read(ILLEGAL[i], &error, &join), STATUS_INVALID);
    assert_string_not_equal(error.text, "");
    assert_null(strstr(error.text, "hunter2"));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_password_has_the_verifier_of_the_rfc),
      cmocka_unit_test(an_engine_is_where_its_url_says),
      cmocka_unit_test(what_is_no_such_url_is_refused_and_a_password_not_shown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
