// SPDX-License-Identifier: Apache-2.0
// Answers of a name server, byte by byte: what is taken from them, and that nothing else is.
#include "base/bytes.h"
#include "txt_answer.h"
#include "unit.h"

#define NAME "_ssoorg-verify.acme.test"

enum { CNAME = 5, TXT = 16, IN = 1, CHAOS = 3, ASKED = 0xc00c, NXDOMAIN = 3 };

// A message being made.
struct wire {
  unsigned char data[70000];
  size_t length;
};

static void put(struct wire *w, const void *data, size_t length)
{
  assert_true(w->length + length <= sizeof w->data);
  memcpy(w->data + w->length, data, length);
  w->length += length;
}

static void put_u16(struct wire *w, unsigned value)
{
  const unsigned char two[] = {(unsigned char)(value >> 8), (unsigned char)value};
  put(w, two, sizeof two);
}

static void put_name(struct wire *w, const char *name)
{
  while (*name != '\0') {
    size_t length = strcspn(name, ".");
    const unsigned char size = (unsigned char)length;
    put(w, &size, 1);
    put(w, name, length);
    name += length + (name[length] == '.' ? 1 : 0);
  }
  put(w, "", 1);
}

static void begin(struct wire *w, unsigned flags)
{
  w->length = 0;
  put_u16(w, 0x1234);
  put_u16(w, flags);
  put_u16(w, 1);
  put_u16(w, 0);
  put_u16(w, 0);
  put_u16(w, 0);
  put_name(w, NAME);
  put_u16(w, TXT);
  put_u16(w, IN);
}

static void add_record(struct wire *w, const char *owner, const unsigned kind[2], const void *data, size_t length)
{
  if (owner == NULL) {
    put_u16(w, ASKED);
  } else {
    put_name(w, owner);
  }
  put_u16(w, kind[0]);
  put_u16(w, kind[1]);
  put_u16(w, 0);
  put_u16(w, 60);
  put_u16(w, (unsigned)length);
  put(w, data, length);
  w->data[7]++;
}

static void add_txt(struct wire *w, const char *owner, const char *strings, size_t length)
{
  add_record(w, owner, (const unsigned[]){TXT, IN}, strings, length);
}

static void add_alias(struct wire *w, const char *owner, const char *target)
{
  struct wire name = {.length = 0};
  put_name(&name, target);
  add_record(w, owner, (const unsigned[]){CNAME, IN}, name.data, name.length);
}

static void done(struct txt_answer *answer)
{
  record_done(protocol_record(MESSAGE_TEXTS), &answer->texts);
}

static struct txt_answer read_answer(const struct wire *w, size_t length)
{
  struct txt_answer answer = {.aliases = 0};
  // A copy of its own, so that a read behind the end is one behind the allocation.
  unsigned char *copy = malloc(length + 1);
  memcpy(copy, w->data, length);
  unsigned char *exact = realloc(copy, length > 0 ? length : 1);
  assert_int_equal(txt_answer_read(exact, length, NAME, TXT_ALIASES_MAX, &answer), STATUS_OK);
  free(exact);
  return answer;
}

static void expect_list(const struct wire *w, const char *list, size_t length)
{
  struct txt_answer answer = read_answer(w, w->length);
  assert_int_equal(answer.texts.lookup, LOOKUP_TEXTS);
  assert_string_equal(answer.next, "");
  assert_int_equal(answer.texts.list.length, length);
  assert_memory_equal(answer.texts.list.data, list, length);
  done(&answer);
}

static void expect_without(const struct wire *w, enum lookup lookup)
{
  struct txt_answer answer = read_answer(w, w->length);
  assert_int_equal(answer.texts.lookup, lookup);
  assert_int_equal(answer.texts.list.length, 0);
  assert_string_equal(answer.next, "");
  done(&answer);
}

static void strings_are_joined_and_records_are_not(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_txt(&w, NULL, "\3abc\0\2de", 8);
  add_txt(&w, NULL, "\1x", 2);
  add_txt(&w, NULL, "\0", 1);
  expect_list(&w, "\5\0abcde\1\0x\0\0", 12);
}

static void a_value_of_many_strings_is_whole(void **state)
{
  (void)state;
  struct wire w;
  char strings[250 * 256];
  for (size_t i = 0; i < sizeof strings; i++) {
    strings[i] = (char)(i % 256 == 0 ? '\xff' : 'y');
  }
  begin(&w, 0x8180);
  add_txt(&w, NULL, strings, sizeof strings);
  struct txt_answer answer = read_answer(&w, w.length);
  assert_int_equal(answer.texts.list.length, 2 + 250 * 255);
  assert_true(answer.texts.list.length <= PROTOCOL_TEXTS_MAX);
  done(&answer);
}

static void capitals_in_the_answer_do_not_matter(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_txt(&w, "_SSOORG-Verify.Acme.TEST", "\1x", 2);
  w.data[14] = 'S';
  expect_list(&w, "\1\0x", 3);
}

static void records_of_other_names_types_and_classes_are_not_ours(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_txt(&w, "acme.test", "\1a", 2);
  add_txt(&w, "x." NAME, "\1b", 2);
  add_txt(&w, "_ssoorg-verify.acme.tes", "\1c", 2);
  add_record(&w, NULL, (const unsigned[]){TXT, CHAOS}, "\1d", 2);
  add_record(&w, NULL, (const unsigned[]){99, IN}, "\1e", 2);
  expect_without(&w, LOOKUP_NO_TXT);
  add_txt(&w, NULL, "\1f", 2);
  expect_list(&w, "\1\0f", 3);
}

static void aliases_are_followed_in_any_order(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_txt(&w, "two.test", "\1x", 2);
  add_txt(&w, "three.test", "\1y", 2);
  add_alias(&w, "one.test", "two.test");
  add_alias(&w, NULL, "one.test");
  expect_list(&w, "\1\0x", 3);
}

static void an_alias_that_leads_away_is_asked_for_next(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_alias(&w, NULL, "one.test");
  add_alias(&w, "one.test", "two.example");
  struct txt_answer answer = read_answer(&w, w.length);
  assert_string_equal(answer.next, "two.example");
  assert_int_equal(answer.aliases, 2);
  done(&answer);
}

static void aliases_in_a_circle_or_too_many_end(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_alias(&w, NULL, NAME);
  expect_without(&w, LOOKUP_SERVER);
  begin(&w, 0x8180);
  add_alias(&w, NULL, "b.test");
  add_alias(&w, "b.test", NAME);
  expect_without(&w, LOOKUP_SERVER);
  for (int count = TXT_ALIASES_MAX; count <= TXT_ALIASES_MAX + 1; count++) {
    char from[32] = NAME;
    char to[32];
    begin(&w, 0x8180);
    for (int i = 0; i < count; i++) {
      (void)snprintf(to, sizeof to, "n%d.test", i);
      add_alias(&w, from, to);
      memcpy(from, to, sizeof from);
    }
    add_txt(&w, from, "\1x", 2);
    struct txt_answer answer = read_answer(&w, w.length);
    assert_int_equal(answer.texts.lookup, count == TXT_ALIASES_MAX ? LOOKUP_TEXTS : LOOKUP_SERVER);
    done(&answer);
  }
}

static void an_alias_that_is_no_name_is_refused(void **state)
{
  (void)state;
  static const char *const TARGETS[] = {"", "a b.test", "a\x1b.test", "a\\.test", "a,b.test"};
  for (size_t i = 0; i < COUNT_OF(TARGETS); i++) {
    struct wire w;
    begin(&w, 0x8180);
    add_alias(&w, NULL, TARGETS[i]);
    expect_without(&w, LOOKUP_SERVER);
  }
}

static void each_code_of_a_server_is_told_apart(void **state)
{
  (void)state;
  for (unsigned code = 0; code < 16; code++) {
    struct wire w;
    begin(&w, 0x8180 | code);
    if (code != 0) {
      add_txt(&w, NULL, "\1x", 2); // in vain: there is an error
    }
    expect_without(&w, code == 0 ? LOOKUP_NO_TXT : code == NXDOMAIN ? LOOKUP_NO_NAME : LOOKUP_SERVER);
  }
}

static void what_is_not_the_answer_to_the_question_is_refused(void **state)
{
  (void)state;
  static const struct {
    size_t at;
    unsigned char byte;
  } CHANGES[] = {
      {2, 0x01}, // a question
      {2, 0x83}, // cut
      {2, 0x89}, // another opcode
      {5, 0},    // no question in it
      {5, 2},    // two
      {13, 'x'}, // another name
      {12, 13},  // labels of other lengths
      {39, 1},   // another type
      {41, 3},   // another class
  };
  for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
    struct wire w;
    begin(&w, 0x8180);
    add_txt(&w, NULL, "\1x", 2);
    w.data[CHANGES[i].at] = CHANGES[i].byte;
    expect_without(&w, LOOKUP_SERVER);
  }
}

static void every_truncation_is_refused(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_alias(&w, NULL, "one.test");
  add_txt(&w, "one.test", "\3abc\2de", 7);
  for (size_t length = 0; length < w.length; length++) {
    struct txt_answer answer = read_answer(&w, length);
    assert_int_equal(answer.texts.lookup, LOOKUP_SERVER);
    assert_int_equal(answer.texts.list.length, 0);
    done(&answer);
  }
  // Sections that are of no interest may follow.
  put(&w, "\0", 1);
  expect_list(&w, "\5\0abcde", 7);
}

static void lengths_that_lie_are_refused(void **state)
{
  (void)state;
  static const struct {
    const char *data;
    size_t length;
  } LIES[] = {{"", 0}, {"\1", 1}, {"\3ab", 3}, {"\1a\5b", 4}, {"\xff", 1}};
  for (size_t i = 0; i < COUNT_OF(LIES); i++) {
    struct wire w;
    begin(&w, 0x8180);
    add_txt(&w, NULL, LIES[i].data, LIES[i].length);
    put(&w, "abcdef", 6);
    expect_without(&w, LOOKUP_SERVER);
  }
  struct wire w;
  begin(&w, 0x8180);
  add_txt(&w, NULL, "\1x", 2);
  w.data[7] = 2; // one record more than there is
  expect_without(&w, LOOKUP_SERVER);
  begin(&w, 0x8180);
  put_u16(&w, 0xc000 | (unsigned)w.length); // a name that points at itself
  put(&w, "\0\x10\0\1\0\0\0\0\0\2\1x", 12);
  w.data[7] = 1;
  expect_without(&w, LOOKUP_SERVER);
}

static void no_changed_byte_makes_a_value_up(void **state)
{
  (void)state;
  struct wire w;
  begin(&w, 0x8180);
  add_alias(&w, NULL, "one.test");
  add_txt(&w, "one.test", "\3abc", 4);
  for (size_t at = 0; at < w.length; at++) {
    for (unsigned byte = 0; byte < 256; byte++) {
      struct wire changed = {.length = w.length};
      memcpy(changed.data, w.data, w.length);
      changed.data[at] = (unsigned char)byte;
      struct txt_answer answer = read_answer(&changed, changed.length);
      bool found = answer.texts.lookup == LOOKUP_TEXTS;
      assert_true(answer.texts.lookup <= LOOKUP_TEXTS && found == (answer.texts.list.length > 0));
      assert_true(answer.texts.list.length <= w.length);
      done(&answer);
    }
  }
}

static void only_names_of_hosts_and_services_are_asked_for(void **state)
{
  (void)state;
  char label[80];
  char name[300] = "";
  static const char *const ILLEGAL[] = {"", ".", "a.", ".a", "a..b", "a b", "a\\.b", "a\n", "\xc3\xa4.test", "a/b"};
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_false(txt_name_is_legal(ILLEGAL[i]));
  }
  assert_true(txt_name_is_legal(NAME) && txt_name_is_legal("A-1.test") && txt_name_is_legal("a"));
  memset(label, 'a', sizeof label);
  label[64] = '\0';
  assert_false(txt_name_is_legal(label));
  assert_true(txt_name_is_legal(label + 1));
  for (size_t i = 0; i < 253; i++) {
    name[i] = i % 2 == 0 ? 'a' : '.';
  }
  assert_true(txt_name_is_legal(name));
  name[253] = '.';
  name[254] = 'a';
  assert_false(txt_name_is_legal(name));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(strings_are_joined_and_records_are_not),
      cmocka_unit_test(a_value_of_many_strings_is_whole),
      cmocka_unit_test(capitals_in_the_answer_do_not_matter),
      cmocka_unit_test(records_of_other_names_types_and_classes_are_not_ours),
      cmocka_unit_test(aliases_are_followed_in_any_order),
      cmocka_unit_test(an_alias_that_leads_away_is_asked_for_next),
      cmocka_unit_test(aliases_in_a_circle_or_too_many_end),
      cmocka_unit_test(an_alias_that_is_no_name_is_refused),
      cmocka_unit_test(each_code_of_a_server_is_told_apart),
      cmocka_unit_test(what_is_not_the_answer_to_the_question_is_refused),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(lengths_that_lie_are_refused),
      cmocka_unit_test(no_changed_byte_makes_a_value_up),
      cmocka_unit_test(only_names_of_hosts_and_services_are_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
