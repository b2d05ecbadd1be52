// SPDX-License-Identifier: Apache-2.0
// What proves a domain: one value among those that the helper found, whole and byte for byte.
#include "process/proof.h"
#include "unit.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define VALUE "ssoorg-verify=" TOKEN

static void add(struct message_texts *texts, const char *value, size_t length)
{
  const unsigned char head[] = {(unsigned char)(length & 0xff), (unsigned char)(length >> 8)};
  texts->lookup = LOOKUP_TEXTS;
  assert_int_equal(bytes_append(&texts->list, head, sizeof head), STATUS_OK);
  assert_int_equal(bytes_append(&texts->list, value, length), STATUS_OK);
}

static struct proof judge(const struct message_texts *texts)
{
  char value[PROOF_VALUE_SIZE];
  struct proof proof;
  proof_value(TOKEN, value);
  assert_string_equal(value, VALUE);
  proof_judge(texts, value, &proof);
  for (const char *at = proof.detail; *at != '\0'; at++) {
    assert_in_range(*at, ' ', '~');
  }
  return proof;
}

static struct proof judge_one(const char *value, size_t length)
{
  struct message_texts texts = {0};
  add(&texts, value, length);
  struct proof proof = judge(&texts);
  bytes_done(&texts.list);
  return proof;
}

static void the_value_alone_or_among_others_is_found(void **state)
{
  (void)state;
  assert_int_equal(judge_one(VALUE, strlen(VALUE)).result, PROOF_FOUND);
  for (int place = 0; place < 3; place++) {
    struct message_texts texts = {0};
    for (int i = 0; i < 3; i++) {
      add(&texts, i == place ? VALUE : "v=spf1 -all", i == place ? strlen(VALUE) : 11);
    }
    assert_int_equal(judge(&texts).result, PROOF_FOUND);
    bytes_done(&texts.list);
  }
}

static void H24_no_other_value_is_the_value(void **state)
{
  (void)state;
  static const char *const OTHERS[] = {"",
                                       "ssoorg-verify=",
                                       TOKEN,
                                       VALUE " ",
                                       " " VALUE,
                                       VALUE "0",
                                       "\"" VALUE "\"",
                                       "SSOORG-VERIFY=" TOKEN,
                                       "ssoorg-verify=0123456789ABCDEF0123456789abcdef",
                                       "ssoorg-verify=0123456789abcdef0123456789abcdee",
                                       "ssoorg-verify = " TOKEN,
                                       VALUE "\n"};
  for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
    assert_int_equal(judge_one(OTHERS[i], strlen(OTHERS[i])).result, PROOF_OTHER_TXT);
  }
  for (size_t length = 0; length < strlen(VALUE); length++) {
    assert_int_equal(judge_one(VALUE, length).result, PROOF_OTHER_TXT);
  }
  // With the NUL behind it, and with one inside.
  assert_int_equal(judge_one(VALUE, strlen(VALUE) + 1).result, PROOF_OTHER_TXT);
  assert_int_equal(judge_one(VALUE "\0x", strlen(VALUE) + 2).result, PROOF_OTHER_TXT);
}

static void two_values_are_never_put_together(void **state)
{
  (void)state;
  struct message_texts texts = {0};
  add(&texts, VALUE, 14);
  add(&texts, TOKEN, strlen(TOKEN));
  assert_int_equal(judge(&texts).result, PROOF_OTHER_TXT);
  bytes_done(&texts.list);
}

static void H33_other_values_are_shown_escaped_and_cut(void **state)
{
  (void)state;
  char many[5000];
  memset(many, 'x', sizeof many);
  assert_non_null(strstr(judge_one("\x1b[31mred\n", 9).detail, "\\x1b[31mred\\x0a"));
  assert_true(strlen(judge_one(many, sizeof many).detail) < PROOF_DETAIL_SIZE / 2);
  struct message_texts texts = {0};
  for (int i = 0; i < 100; i++) {
    add(&texts, "v=spf1", 6);
  }
  assert_string_equal(judge(&texts).detail, "\"v=spf1\" and 99 more");
  bytes_done(&texts.list);
}

static void a_list_that_is_not_sound_proves_nothing(void **state)
{
  (void)state;
  struct message_texts whole = {0};
  add(&whole, "v=spf1 -all", 11);
  add(&whole, VALUE, strlen(VALUE));
  for (size_t length = 0; length < whole.list.length; length++) {
    struct message_texts cut = {.lookup = LOOKUP_TEXTS};
    assert_int_equal(bytes_append(&cut.list, whole.list.data, length), STATUS_OK);
    enum proof_result wanted = length == 13 ? PROOF_OTHER_TXT : PROOF_FAILED; // between the two it is whole
    assert_int_equal(judge(&cut).result, wanted);
    bytes_done(&cut.list);
  }
  assert_int_equal(bytes_append(&whole.list, "", 1), STATUS_OK);
  assert_int_equal(judge(&whole).result, PROOF_FAILED);
  bytes_done(&whole.list);
}

static void each_look_up_has_its_own_word(void **state)
{
  (void)state;
  static const struct {
    enum lookup lookup;
    enum proof_result result;
    const char *word;
    bool is_answer;
  } CASES[] = {
      {LOOKUP_TIMEOUT, PROOF_TIMEOUT, "timeout", false},
      {LOOKUP_SERVER, PROOF_SERVER_FAILURE, "server-failure", false},
      {LOOKUP_NO_NAME, PROOF_NO_NAME, "no-such-name", true},
      {LOOKUP_NO_TXT, PROOF_NO_TXT, "no-txt", true},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct message_texts texts = {.lookup = (uint8_t)CASES[i].lookup,
                                  .detail = "SERV\x1b"
                                            "FAIL"};
    struct proof proof = judge(&texts);
    assert_int_equal(proof.result, CASES[i].result);
    assert_string_equal(proof_word(proof.result), CASES[i].word);
    assert_int_equal(proof_is_answer(proof.result), CASES[i].is_answer);
    // Values beside another outcome are a contradiction, even if ours is among them.
    add(&texts, VALUE, strlen(VALUE));
    texts.lookup = (uint8_t)CASES[i].lookup;
    assert_int_equal(judge(&texts).result, PROOF_FAILED);
    bytes_done(&texts.list);
  }
  for (int lookup = LOOKUP_TEXTS + 1; lookup < 256; lookup++) {
    struct message_texts texts = {.lookup = (uint8_t)lookup};
    assert_int_equal(judge(&texts).result, PROOF_FAILED);
  }
  assert_false(proof_is_answer(PROOF_FAILED));
  assert_true(proof_is_answer(PROOF_FOUND) && proof_is_answer(PROOF_OTHER_TXT));
}

static void a_name_that_does_not_fit_has_no_record(void **state)
{
  (void)state;
  char domain[DOMAIN_SIZE];
  char name[PROTOCOL_NAME_SIZE];
  memset(domain, 'a', sizeof domain);
  assert_int_equal(proof_name("acme.test", name), STATUS_OK);
  assert_string_equal(name, "_ssoorg-verify.acme.test");
  domain[238] = '\0';
  assert_int_equal(proof_name(domain, name), STATUS_OK);
  assert_int_equal(strlen(name), 253);
  domain[238] = 'a';
  domain[239] = '\0';
  assert_int_equal(proof_name(domain, name), STATUS_TOO_LARGE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_value_alone_or_among_others_is_found),
      cmocka_unit_test(H24_no_other_value_is_the_value),
      cmocka_unit_test(two_values_are_never_put_together),
      cmocka_unit_test(H33_other_values_are_shown_escaped_and_cut),
      cmocka_unit_test(a_list_that_is_not_sound_proves_nothing),
      cmocka_unit_test(each_look_up_has_its_own_word),
      cmocka_unit_test(a_name_that_does_not_fit_has_no_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
