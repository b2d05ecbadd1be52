// SPDX-License-Identifier: Apache-2.0
// What is read from the claim that names a person's groups: group_claim.h.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "forge.h"
#include "group_claim.h"
#include "parsed.h"
#include "protocol/group_list.h"

// As words separated by "|".
static void expect_from(const char *token, const char *userinfo, const char *claim, const char *wanted)
{
  struct cJSON *first CLEANUP(document_done) = parsed(token);
  struct cJSON *second CLEANUP(document_done) = userinfo != NULL ? parsed(userinfo) : NULL;
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes words CLEANUP(bytes_done) = BYTES_EMPTY;
  enum groups_state state = GROUPS_OVERAGE;
  assert_int_equal(group_claim_read(first, second, claim, &groups, &state), STATUS_OK);
  assert_true(state == GROUPS_SAID || (state == GROUPS_UNSAID && wanted[0] == '\0'));
  assert_true(group_list_is_sound(&groups));
  for (const char *at = group_list_next(&groups, NULL); at != NULL; at = group_list_next(&groups, at)) {
    assert_int_equal(bytes_append_text(&words, words.length > 0 ? "|" : ""), STATUS_OK);
    assert_int_equal(bytes_append_text(&words, at), STATUS_OK);
  }
  assert_string_equal(bytes_text(&words), wanted);
}

static void N6_an_array_of_strings_or_a_string_names_groups(void **state)
{
  (void)state;
  expect_from("{\"groups\":[\"dev\",\"ops\"]}", NULL, "groups", "dev|ops");
  expect_from("{\"groups\":\"dev\"}", NULL, "groups", "dev");
  expect_from("{\"groups\":\"dev ops,qa\"}", NULL, "groups", "dev ops,qa"); // one name, never a list of words
  expect_from("{\"groups\":[]}", NULL, "groups", "");
  expect_from("{\"roles\":[\"dev\"],\"groups\":[\"ops\"]}", NULL, "roles", "dev");
  expect_from("{\"groups\":[\"/acme/dev\",\"CN=Dev,OU=Acme\",\"J\\u00f6rg\"]}", NULL, "groups",
              "/acme/dev|CN=Dev,OU=Acme|J\xc3\xb6rg");
}

static void a_path_names_a_claim_inside_others(void **state)
{
  (void)state;
  static const char TOKEN[] = "{\"realm_access\":{\"roles\":[\"dev\"],\"n\":{}},\"https://acme.test/roles\":[\"ops\"],"
                              "\"a.b\":{\"c\":\"qa\"},\"a\":{\"b\":{\"c\":\"no\"}},\"x\":7}";
  expect_from(TOKEN, NULL, "realm_access.roles", "dev");
  expect_from(TOKEN, NULL, "https://acme.test/roles", "ops");
  expect_from(TOKEN, NULL, "a\\.b.c", "qa");
  expect_from(TOKEN, NULL, "a.b.c", "no");
  static const char *const NOTHING[] = {"realm_access.role",
                                        "realm_access.roles.dev",
                                        "realm_access.",
                                        ".roles",
                                        "x.y",
                                        "a..c",
                                        "realm_access..roles",
                                        ".",
                                        "\\."};
  for (size_t i = 0; i < COUNT_OF(NOTHING); i++) {
    expect_from(TOKEN, NULL, NOTHING[i], "");
  }
  expect_from("{}", "{\"realm_access\":{\"roles\":[\"dev\"]}}", "realm_access.roles", "dev");
}

static void the_names_of_an_objects_objects_are_groups(void **state)
{
  (void)state;
  expect_from("{\"r\":{\"dev\":{\"1\":\"acme.test\"},\"ops\":{}}}", NULL, "r", "dev|ops");
  expect_from("{\"r\":{\"dev\":true,\"ops\":null,\"qa\":[1],\"x\":{},\"\":{},\"a\\nb\":{}}}", NULL, "r", "x");
}

static void expect_state(const char *token, const char *userinfo, enum groups_state expected)
{
  struct cJSON *first CLEANUP(document_done) = parsed(token);
  struct cJSON *second CLEANUP(document_done) = userinfo != NULL ? parsed(userinfo) : NULL;
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  enum groups_state state = GROUPS_CUT;
  assert_int_equal(group_claim_read(first, second, "groups", &groups, &state), STATUS_OK);
  assert_int_equal(state, expected);
}

static void P18_overage_is_told_apart_from_none(void **state)
{
  (void)state;
  expect_state("{\"_claim_names\":{\"groups\":\"src1\"},\"_claim_sources\":{}}", NULL, GROUPS_OVERAGE);
  expect_state("{\"hasgroups\":true}", "{\"sub\":\"u\"}", GROUPS_OVERAGE);
  expect_state("{\"_claim_names\":{\"roles\":\"src1\"}}", NULL, GROUPS_UNSAID);
  expect_state("{\"_claim_names\":{\"groups\":\"src1\"}}", "{\"groups\":[]}", GROUPS_SAID);
  expect_state("{\"_claim_names\":{\"groups\":\"src1\"},\"groups\":[\"dev\"]}", NULL, GROUPS_SAID);
  expect_state("{\"_claim_names\":\"groups\",\"hasgroups\":\"true\"}", NULL, GROUPS_UNSAID);
  expect_state("{}", NULL, GROUPS_UNSAID);
  expect_state("{}", "{\"groups\":null}", GROUPS_UNSAID);
  expect_state("{\"groups\":7}", NULL, GROUPS_SAID);
}

static void H52_any_other_type_says_nothing(void **state)
{
  (void)state;
  static const char *const OTHERS[] = {"null",
                                       "true",
                                       "false",
                                       "1",
                                       "0.5",
                                       "{}",
                                       "{\"dev\":\"dev\"}",
                                       "{\"dev\":true}",
                                       "\"\"",
                                       "[[\"dev\"]]",
                                       "[{\"name\":\"dev\"}]",
                                       "[null,1,true]"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    char *token CLEANUP(cleanup_free) = forge_text("{\"groups\":%s}", OTHERS[i]);
    expect_from(token, NULL, "groups", "");
  }
  expect_from("{}", NULL, "groups", "");
  expect_from("{\"Groups\":[\"dev\"]}", NULL, "groups", "");
}

static void H33_what_is_not_clean_is_left_out_by_itself(void **state)
{
  (void)state;
  expect_from("{\"groups\":[\"dev\",\"a\\nb\",\"\\u001b[2J\",\"\\u202e\",\"\",7,null,\"ops\"]}", NULL, "groups",
              "dev|ops");
  expect_from("{\"groups\":[\"dev\",\"dev\",\"ops\",\"dev\"]}", NULL, "groups", "dev|ops");
  expect_from("{\"groups\":\"a\\u0007\"}", NULL, "groups", "");
}

static void H56_the_longest_name_is_read_and_a_longer_one_left_out(void **state)
{
  (void)state;
  char longest[PROTOCOL_GROUP_SIZE] = "";
  memset(longest, 'g', sizeof longest - 1);
  char *token CLEANUP(cleanup_free) = forge_text("{\"groups\":[\"%s\"]}", longest);
  expect_from(token, NULL, "groups", longest);
  char *longer CLEANUP(cleanup_free) = forge_text("{\"groups\":[\"%sg\",\"dev\"]}", longest);
  expect_from(longer, NULL, "groups", "dev");
}

static void H44_no_more_than_two_hundred_are_read(void **state)
{
  (void)state;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes groups CLEANUP(bytes_done) = BYTES_EMPTY;
  char name[32];
  size_t count = 0;
  assert_int_equal(bytes_append_text(&text, "{\"groups\":[\"g\""), STATUS_OK);
  for (int i = 0; i < 5000; i++) {
    (void)snprintf(name, sizeof name, ",\"g%d\"", i);
    assert_int_equal(bytes_append_text(&text, name), STATUS_OK);
  }
  assert_int_equal(bytes_append_text(&text, "]}"), STATUS_OK);
  struct cJSON *token CLEANUP(document_done) = parsed(bytes_text(&text));
  enum groups_state said = GROUPS_SAID;
  assert_int_equal(group_claim_read(token, NULL, "groups", &groups, &said), STATUS_OK);
  assert_int_equal(said, GROUPS_CUT); // S16: not the same as to be in none
  for (const char *at = group_list_next(&groups, NULL); at != NULL; at = group_list_next(&groups, at)) {
    count++;
  }
  assert_int_equal(count, PROTOCOL_GROUP_COUNT);
  assert_true(group_list_holds(&groups, "g198"));
  assert_false(group_list_holds(&groups, "g199"));
}

static void H31_userinfo_speaks_only_where_the_id_token_is_silent(void **state)
{
  (void)state;
  expect_from("{}", "{\"groups\":[\"dev\"]}", "groups", "dev");
  expect_from("{\"groups\":null}", "{\"groups\":[\"dev\"]}", "groups", "dev");
  expect_from("{\"groups\":[\"ops\"]}", "{\"groups\":[\"dev\"]}", "groups", "ops");
  expect_from("{\"groups\":[]}", "{\"groups\":[\"dev\"]}", "groups", "");
  expect_from("{\"groups\":7}", "{\"groups\":[\"dev\"]}", "groups", "");
  expect_from("{\"groups\":[\"ops\"]}", "{\"groups\":[\"dev\"]}", "", ""); // nobody asked
  struct cJSON *with CLEANUP(document_done) = parsed("{\"groups\":7}");
  struct cJSON *without CLEANUP(document_done) = parsed("{\"groups\":null}");
  assert_true(group_claim_is_there(with, "groups"));
  assert_false(group_claim_is_there(without, "groups"));
  assert_true(group_claim_is_there(without, ""));
}

int main(void)
{
  document_start_up();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(N6_an_array_of_strings_or_a_string_names_groups),
      cmocka_unit_test(a_path_names_a_claim_inside_others),
      cmocka_unit_test(the_names_of_an_objects_objects_are_groups),
      cmocka_unit_test(P18_overage_is_told_apart_from_none),
      cmocka_unit_test(H52_any_other_type_says_nothing),
      cmocka_unit_test(H33_what_is_not_clean_is_left_out_by_itself),
      cmocka_unit_test(H56_the_longest_name_is_read_and_a_longer_one_left_out),
      cmocka_unit_test(H44_no_more_than_two_hundred_are_read),
      cmocka_unit_test(H31_userinfo_speaks_only_where_the_id_token_is_silent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
