// SPDX-License-Identifier: Apache-2.0
// The names of a person's groups on their way from the helper, and the message that carries them.
#include "protocol/group_list.h"
#include "protocol/protocol.h"
#include "unit.h"

static void fill(struct bytes *list, size_t count)
{
  char name[32];
  for (size_t i = 0; i < count; i++) {
    (void)snprintf(name, sizeof name, "group %zu", i);
    assert_int_equal(group_list_add(list, name), STATUS_OK);
  }
}

static void names_are_found_whole_and_byte_for_byte(void **state)
{
  (void)state;
  static const char *const OTHERS[] = {"dev",         "developer", "developerss", "Developers", "developers ",
                                       " developers", ""};
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  assert_true(group_list_is_sound(&list));
  assert_null(group_list_next(&list, NULL));
  assert_int_equal(group_list_add(&list, "ops"), STATUS_OK);
  assert_int_equal(group_list_add(&list, "developers"), STATUS_OK);
  assert_int_equal(group_list_add(&list, "ops"), STATUS_OK); // twice is once
  assert_int_equal(list.length, sizeof "ops" + sizeof "developers");
  assert_true(group_list_holds(&list, "developers") && group_list_holds(&list, "ops"));
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    assert_false(group_list_holds(&list, OTHERS[i]));
  }
  assert_true(group_list_is_sound(&list));
}

static void H52_what_is_no_name_is_not_taken(void **state)
{
  (void)state;
  static const char *const BAD[] = {"", "a\nb", "\x1b[2J", "\xff", "a\x7f", "\xe2\x80\xae"};
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  char longest[PROTOCOL_GROUP_SIZE + 1] = "";
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    assert_int_equal(group_list_add(&list, BAD[i]), STATUS_INVALID);
  }
  memset(longest, 'g', PROTOCOL_GROUP_SIZE - 1);
  assert_int_equal(group_list_add(&list, longest), STATUS_OK);
  longest[PROTOCOL_GROUP_SIZE - 1] = 'g';
  assert_int_equal(group_list_add(&list, longest), STATUS_INVALID);
  assert_int_equal(list.length, PROTOCOL_GROUP_SIZE);
}

static void H56_two_hundred_names_fit_and_no_more(void **state)
{
  (void)state;
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  fill(&list, PROTOCOL_GROUP_COUNT);
  size_t full = list.length;
  assert_int_equal(group_list_add(&list, "one more"), STATUS_TOO_LARGE);
  assert_int_equal(list.length, full);
  assert_true(group_list_is_sound(&list));
  assert_int_equal(bytes_append(&list, "one more", sizeof "one more"), STATUS_OK);
  assert_false(group_list_is_sound(&list));
}

static void H35_a_list_that_the_helper_did_not_make_so_is_not_sound(void **state)
{
  (void)state;
  static const struct {
    const char *data;
    size_t length;
  } BAD[] = {{"ops", 3},     {"\0", 1},     {"ops\0\0", 5}, {"ops\0dev", 7},    {"ops\0ops\0", 8},
             {"\0ops\0", 5}, {"a\nb\0", 4}, {"\xff\0", 2},  {"ops\0\xc3\0", 6}, {"ops\0\x1b\0", 6}};
  for (size_t i = 0; i < COUNT_OF(BAD); i++) {
    struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
    assert_int_equal(bytes_append(&list, BAD[i].data, BAD[i].length), STATUS_OK);
    assert_false(group_list_is_sound(&list));
  }
}

// The whole message with as many groups as there may be, and every way to cut it.
static void H36_a_message_with_groups_comes_whole_or_not_at_all(void **state)
{
  (void)state;
  const struct record_type *type = protocol_record(MESSAGE_AUTHORIZED);
  struct message_authorized sent = {.issuer = "https://idp.test", .subject = "u-1", .email = "a@acme.test"};
  struct message_authorized got = {.issuer = ""};
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  fill(&sent.groups, 3);
  assert_int_equal(record_encode(type, &sent, &packed), STATUS_OK);
  assert_int_equal(record_decode(type, packed.data, packed.length, &got), STATUS_OK);
  assert_int_equal(got.groups.length, sent.groups.length);
  assert_memory_equal(got.groups.data, sent.groups.data, sent.groups.length);
  record_done(type, &got);
  for (size_t length = 0; length < packed.length; length++) {
    assert_int_not_equal(record_decode(type, packed.data, length, &got), STATUS_OK);
    assert_null(got.groups.data);
  }
  assert_int_equal(bytes_append(&packed, "", 1), STATUS_OK);
  assert_int_equal(record_decode(type, packed.data, packed.length, &got), STATUS_CORRUPT);
  record_done(type, &sent);
}

static void H56_the_largest_message_fits_a_frame_and_a_larger_list_is_refused(void **state)
{
  (void)state;
  const struct record_type *type = protocol_record(MESSAGE_AUTHORIZED);
  struct message_authorized sent = {.issuer = ""};
  struct bytes packed CLEANUP(bytes_done) = BYTES_EMPTY;
  char name[PROTOCOL_GROUP_SIZE];
  memset(sent.issuer, 'i', sizeof sent.issuer - 1);
  memset(sent.subject, 's', sizeof sent.subject - 1);
  for (size_t i = 0; i < PROTOCOL_GROUP_COUNT; i++) {
    (void)snprintf(name, sizeof name, "%0255zu", i);
    assert_int_equal(group_list_add(&sent.groups, name), STATUS_OK);
  }
  assert_int_equal(sent.groups.length, PROTOCOL_GROUPS_MAX);
  assert_int_equal(record_encode(type, &sent, &packed), STATUS_OK);
  assert_in_range(packed.length, PROTOCOL_GROUPS_MAX, PROTOCOL_PAYLOAD_MAX);
  assert_int_equal(bytes_append(&sent.groups, "", 1), STATUS_OK);
  bytes_clear(&packed);
  assert_int_equal(record_encode(type, &sent, &packed), STATUS_INVALID);
  record_done(type, &sent);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_found_whole_and_byte_for_byte),
      cmocka_unit_test(H52_what_is_no_name_is_not_taken),
      cmocka_unit_test(H56_two_hundred_names_fit_and_no_more),
      cmocka_unit_test(H35_a_list_that_the_helper_did_not_make_so_is_not_sound),
      cmocka_unit_test(H36_a_message_with_groups_comes_whole_or_not_at_all),
      cmocka_unit_test(H56_the_largest_message_fits_a_frame_and_a_larger_list_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
