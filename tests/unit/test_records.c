// SPDX-License-Identifier: Apache-2.0
// Every record and every message through the one codec: success, every truncation, one byte too many.
#include <stdlib.h>

#include "map/map_records.h"
#include "protocol/protocol.h"
#include "store/entities.h"
#include "unit.h"

enum { FIRST_MESSAGE = MESSAGE_AUTH, LAST_MESSAGE = MESSAGE_COUNT - 1 };

static void fill_field(const struct field *field, char *at, unsigned seed)
{
  switch (field->type) {
  case FIELD_U8: *at = (char)(seed + 1); break;
  case FIELD_U32: memcpy(at, &(uint32_t){seed * 77777 + 1}, 4); break;
  case FIELD_I64: memcpy(at, &(int64_t){(int64_t)seed * 7777777777 + 1}, 8); break;
  case FIELD_TEXT: (void)snprintf(at, field->size, "t%u", seed); break;
  case FIELD_BYTES: assert_int_equal(bytes_append((void *)at, "s\0x", 3), STATUS_OK); break;
  case FIELD_U32_LIST: *(struct u32_list *)(void *)at = (struct u32_list){2, {seed, seed + 1}}; break;
  }
}

static void *new_value(const struct record_type *type)
{
  char *value = calloc(1, type->struct_size);
  assert_non_null(value);
  for (size_t i = 0; i < type->field_count; i++) {
    fill_field(&type->fields[i], value + type->fields[i].offset, (unsigned)i);
  }
  return value;
}

static void free_value(const struct record_type *type, void *value)
{
  record_done(type, value);
  free(value);
}

static void check_type(const struct record_type *type)
{
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes again CLEANUP(bytes_done) = BYTES_EMPTY;
  void *value = new_value(type);
  void *back = calloc(1, type->struct_size);
  assert_int_equal(record_encode(type, value, &packed), STATUS_OK);
  assert_int_equal(record_decode(type, packed.data, packed.length, back), STATUS_OK);
  assert_int_equal(record_encode(type, back, &again), STATUS_OK);
  assert_int_equal(packed.length, again.length);
  assert_memory_equal(packed.data, again.data, packed.length);
  record_done(type, back);
  for (size_t length = 0; length < packed.length; length++) {
    // A copy of its own, so that a read behind the end is one behind the allocation.
    char *cut = malloc(length + 1);
    memcpy(cut, packed.data, length);
    assert_int_equal(record_decode(type, cut, length, back), STATUS_CORRUPT);
    free(cut);
  }
  assert_int_equal(bytes_append(&packed, "", 1), STATUS_OK);
  assert_int_equal(record_decode(type, packed.data, packed.length, back), STATUS_CORRUPT);
  packed.data[0]++;
  assert_int_equal(record_decode(type, packed.data, packed.length - 1, back), STATUS_VERSION);
  free_value(type, back);
  free_value(type, value);
}

static void each_record(void (*check)(const struct record_type *type))
{
  for (size_t i = 0; i < ENTITY_RECORD_COUNT; i++) {
    check(ENTITY_RECORDS[i]);
  }
  for (size_t i = 0; i < MAP_RECORD_COUNT; i++) {
    check(MAP_RECORDS[i]);
  }
}

static void stored_records_decode_exactly(void **state)
{
  (void)state;
  each_record(check_type);
}

// As an earlier build wrote it, VERSIONS before this: the COUNT fields of then, and what has come since is zero.
static void check_earlier(const struct record_type *type, int versions, size_t count)
{
  struct record_type before = *type;
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes again CLEANUP(bytes_done) = BYTES_EMPTY;
  void *value = new_value(type);
  void *back = calloc(1, type->struct_size);
  before.version = (uint8_t)(type->version - versions);
  before.field_count = count > 0 ? count : type->field_count;
  assert_int_equal(record_encode(&before, value, &packed), STATUS_OK);
  if (count == 0) {
    assert_int_equal(record_decode(type, packed.data, packed.length, back), STATUS_VERSION);
  } else {
    assert_int_equal(record_decode(type, packed.data, packed.length, back), STATUS_OK);
    assert_int_equal(record_encode(&before, back, &again), STATUS_OK);
    assert_int_equal(packed.length, again.length);
    assert_memory_equal(packed.data, again.data, packed.length);
    for (size_t i = count; i < type->field_count; i++) {
      const char *at = (const char *)back + type->fields[i].offset;
      assert_int_equal(*at, 0);
    }
    record_done(type, back);
  }
  free_value(type, back);
  free_value(type, value);
}

static void check_before(const struct record_type *type)
{
  for (int back = 1; back <= RECORD_OLDER_MAX; back++) {
    check_earlier(type, back, type->older_counts[back - 1]);
  }
  check_earlier(type, RECORD_OLDER_MAX + 1, 0);
}

static void records_of_versions_before_are_read(void **state)
{
  (void)state;
  each_record(check_before);
}

static void H35_H36_messages_decode_exactly(void **state)
{
  (void)state;
  for (int type = FIRST_MESSAGE; type <= LAST_MESSAGE; type++) {
    assert_non_null(protocol_record((enum message_type)type));
    check_type(protocol_record((enum message_type)type));
  }
}

static void unknown_messages_have_no_record(void **state)
{
  (void)state;
  assert_null(protocol_record((enum message_type)0));
  assert_null(protocol_record((enum message_type)(LAST_MESSAGE + 1)));
  assert_null(protocol_record((enum message_type)65535));
  assert_string_equal(protocol_name((enum message_type)65535), "?");
}

static void H35_a_nul_inside_text_is_refused(void **state)
{
  (void)state;
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct map_domain domain = {.domain = "acme.test"};
  assert_int_equal(record_encode(&MAP_DOMAIN_RECORD, &domain, &packed), STATUS_OK);
  packed.data[1 + 4 + 4] = '\0';
  assert_int_equal(record_decode(&MAP_DOMAIN_RECORD, packed.data, packed.length, &domain), STATUS_CORRUPT);
}

static void H36_lengths_beyond_the_field_are_refused(void **state)
{
  (void)state;
  static const uint32_t LENGTHS[] = {DOMAIN_SIZE, 0x7fffffff, 0xffffffff, 10};
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct map_domain domain = {.domain = "acme.test"};
  assert_int_equal(record_encode(&MAP_DOMAIN_RECORD, &domain, &packed), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(LENGTHS); i++) {
    for (int k = 0; k < 4; k++) {
      packed.data[1 + k] = (char)(LENGTHS[i] >> (8 * k));
    }
    assert_int_equal(record_decode(&MAP_DOMAIN_RECORD, packed.data, packed.length, &domain), STATUS_CORRUPT);
  }
}

static void text_that_fills_its_array_is_not_encoded(void **state)
{
  (void)state;
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  struct map_domain domain;
  memset(domain.domain, 'a', sizeof domain.domain);
  assert_int_equal(record_encode(&MAP_DOMAIN_RECORD, &domain, &packed), STATUS_INVALID);
}

static void words_and_numbers_of_settings_match(void **state)
{
  (void)state;
  uint8_t value = 9;
  assert_int_equal(role_from("admin", &value), STATUS_OK);
  assert_string_equal(role_word(value), "admin");
  assert_int_equal(provisioning_from("jit", &value), STATUS_OK);
  assert_string_equal(provisioning_word(value), "jit");
  assert_int_equal(enforcement_from("domains", &value), STATUS_OK);
  assert_string_equal(enforcement_word(value), "domains");
  assert_int_equal(source_from("sso", &value), STATUS_OK);
  assert_string_equal(source_word(value), "sso");
  value = 9;
  assert_int_equal(role_from("", &value), STATUS_INVALID);
  assert_int_equal(role_from("adm", &value), STATUS_INVALID);
  assert_int_equal(role_from("Admin", &value), STATUS_INVALID);
  assert_int_equal(value, 9);
  assert_string_equal(role_word(200), "?");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(stored_records_decode_exactly),
      cmocka_unit_test(records_of_versions_before_are_read),
      cmocka_unit_test(H35_H36_messages_decode_exactly),
      cmocka_unit_test(unknown_messages_have_no_record),
      cmocka_unit_test(H35_a_nul_inside_text_is_refused),
      cmocka_unit_test(H36_lengths_beyond_the_field_are_refused),
      cmocka_unit_test(text_that_fills_its_array_is_not_encoded),
      cmocka_unit_test(words_and_numbers_of_settings_match),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
