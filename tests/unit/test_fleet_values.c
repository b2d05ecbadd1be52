// SPDX-License-Identifier: Apache-2.0
// What goes to a fleet's engine and comes from it: where it is, the statements, their values and arrays.
#include "fleet/array.h"
#include "fleet/engine_parts.h"
#include "fleet/hosts.h"
#include "unit.h"

static void hosts_are_names_or_numbers_with_ports(void **state)
{
  static const struct {
    const char *text;
    const char *name;
    uint16_t port;
    bool loopback;
  } LEGAL[] = {
      {"db1.example", "db1.example", 5432, false},
      {"db1:1", "db1", 1, false},
      {"192.0.2.1:65535", "192.0.2.1", 65535, false},
      {"[2001:db8::1]:5433", "2001:db8::1", 5433, false},
      {"2001:db8::1", "2001:db8::1", 5432, false},
      {"127.0.0.1", "127.0.0.1", 5432, true},
      {"[::1]:5432", "::1", 5432, true},
      {"db_1.a-b.example:5432", "db_1.a-b.example", 5432, false},
      {"localhost", "localhost", 5432, false}, // a name is whatever a name server says
  };
  static const char *const ILLEGAL[] = {
      "",
      ",",
      "a,",
      ",a",
      "a,,b",
      "a b",
      "/run/postgresql",
      "@abstract",
      "a:0",
      "a:65536",
      "a:5432:",
      "a:+1",
      "a:",
      "-a",
      "a-",
      "a..b",
      ".a",
      "a.",
      "1.2.3",
      "1.2.3.4.",
      "256.1.1.1",
      "a/b",
      "host=a",
      "a'b",
      "[2001:db8::",
      "fe80::1%eth0",
      "a,b,c,d,e,f,g,h,i",
      "a:1e3",
  };
  struct fleet_hosts hosts;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_int_equal(fleet_hosts_parse(LEGAL[i].text, &hosts), STATUS_OK);
    assert_int_equal(hosts.count, 1);
    assert_string_equal(hosts.hosts[0].name, LEGAL[i].name);
    assert_int_equal(hosts.hosts[0].port, LEGAL[i].port);
    assert_int_equal(fleet_hosts_are_loopback(&hosts), LEGAL[i].loopback);
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(fleet_hosts_parse(ILLEGAL[i], &hosts), STATUS_INVALID);
  }
  assert_int_equal(fleet_hosts_parse("127.0.0.1,::1,db1", &hosts), STATUS_OK);
  assert_false(fleet_hosts_are_loopback(&hosts));
}

static void values_are_read_just_as_they_were_added(void **state)
{
  struct engine_value values[3] = {{"a\0b", 3, false}, {NULL, 0, true}, {"", 0, false}};
  struct engine_value back[4];
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(values); i++) {
    assert_int_equal(value_list_add(&list, &values[i]), STATUS_OK);
  }
  assert_int_equal(value_list_read(&list, 3, back), STATUS_OK);
  assert_int_equal(back[0].length, 3);
  assert_memory_equal(back[0].data, "a\0b", 3);
  assert_true(back[1].null);
  assert_false(back[2].null);
  assert_int_equal(value_list_read(&list, 2, back), STATUS_CORRUPT);
  assert_int_equal(value_list_read(&list, 4, back), STATUS_CORRUPT);
  for (size_t length = 0; length < list.length; length++) {
    char *cut = malloc(length + 1); // of its own: a read behind the end is one behind the allocation
    memcpy(cut, list.data, length);
    assert_int_equal(value_list_read(&(struct bytes){cut, length, length}, 3, back), STATUS_CORRUPT);
    free(cut);
  }
  assert_int_equal(bytes_append(&list, "", 1), STATUS_OK);
  assert_int_equal(value_list_read(&list, 3, back), STATUS_CORRUPT);
}

// $N of SQL, with the type behind it; NULL without one.
static const char *parameter(const char *sql, size_t number)
{
  char name[8];
  (void)snprintf(name, sizeof name, "$%zu::", number);
  const char *at = strstr(sql, name);
  return at == NULL ? NULL : at + strlen(name);
}

static void each_statement_has_as_many_typed_parameters_as_it_says(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ENGINE_STATEMENT_COUNT; i++) {
    const struct engine_statement_text *text = engine_statement_text(i);
    size_t dollars = 0;
    assert_non_null(text->sql);
    assert_true(text->count <= ENGINE_VALUES_MAX);
    for (const char *at = text->sql; *at != '\0'; at++) {
      dollars += *at == '$' ? 1 : 0;
    }
    assert_int_equal(dollars, text->count);
    for (size_t n = 1; n <= text->count; n++) {
      const char *type = parameter(text->sql, n);
      assert_non_null(type);
      bool bytea = strncmp(type, "bytea", 5) == 0 && type[5] != '[';
      assert_int_equal(text->bytea >> (n - 1) & 1, bytea);
    }
    assert_int_equal(text->bytea >> text->count, 0);
    assert_null(strchr(text->sql, ';'));
  }
  assert_null(engine_statement_text(ENGINE_STATEMENT_COUNT));
  assert_null(engine_statement_text(UINT32_MAX));
}

static void arrays_are_as_postgresql_reads_them(void **state)
{
  struct bytes array CLEANUP(bytes_done) = BYTES_EMPTY;
  static const char *const ILLEGAL[] = {"", "a,b", "a\"", "{", "a b", "NULL", "null", "a\\"};
  (void)state;
  assert_int_equal(engine_array_end(&array), STATUS_OK);
  assert_string_equal(bytes_text(&array), "{}");
  bytes_clear(&array);
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(engine_array_add(&array, ILLEGAL[i]), STATUS_INVALID);
  }
  assert_int_equal(engine_array_add_i64(&array, INT64_MIN), STATUS_OK);
  assert_int_equal(engine_array_add_i64(&array, 7), STATUS_OK);
  assert_int_equal(engine_array_add(&array, "0f-1"), STATUS_OK);
  assert_int_equal(engine_array_add_bytea(&array, "\0\"\\", 3), STATUS_OK);
  assert_int_equal(engine_array_add_bytea(&array, "", 0), STATUS_OK);
  assert_int_equal(engine_array_end(&array), STATUS_OK);
  assert_string_equal(bytes_text(&array), "{-9223372036854775808,7,0f-1,\"\\\\x00225c\",\"\\\\x\"}");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hosts_are_names_or_numbers_with_ports),
      cmocka_unit_test(values_are_read_just_as_they_were_added),
      cmocka_unit_test(each_statement_has_as_many_typed_parameters_as_it_says),
      cmocka_unit_test(arrays_are_as_postgresql_reads_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
