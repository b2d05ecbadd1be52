// SPDX-License-Identifier: Apache-2.0
// What is written to people: mail/mail_text.h.
#include "mail/mail_text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "unit.h"

static char path[96];

static const struct mail_said SAID = {.host = "web1",
                                      .org = "Acme (acme)",
                                      .login = "bob@nest.test",
                                      .address = "192.0.2.7",
                                      .code = "12345678",
                                      .minutes = "10",
                                      .role = "viewer",
                                      .expires = "2026-12-06T08:00:00Z"};

static int make(void **state)
{
  (void)state;
  unit_make_directory(unit_directory, sizeof unit_directory);
  (void)snprintf(path, sizeof path, "%s/mail.template", unit_directory);
  return 0;
}

static int clear(void **state)
{
  (void)state;
  (void)unlink(path);
  return unit_remove_ground(state);
}

static void put(const char *text, size_t length)
{
  int fd CLEANUP(cleanup_fd) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  assert_int_equal(file_write_all(fd, text, length), STATUS_OK);
}

static void what_came_with_the_program_is_legal_and_takes_all_that_is_said(void **state)
{
  (void)state;
  for (int part = 0; part < MAIL_PART_COUNT; part++) {
    struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
    struct error error = {.text = ""};
    (void)unlink(path);
    assert_int_equal(mail_text_fill(path, (enum mail_part)part, &SAID, &error, &mail), STATUS_OK);
    assert_string_equal(error.text, "");
    const char *text = bytes_text(&mail.text);
    assert_non_null(strstr(mail.subject, "web1"));
    assert_null(strstr(text, "{"));
    assert_true(mail.text.length > 0 && text[0] != '\n' && text[mail.text.length - 1] == '\n');
    assert_true((strstr(text, "12345678") != NULL) == (part == MAIL_CODE || part == MAIL_INVITATION));
    assert_null(strstr(mail.subject, "12345678")); // subjects stand in logs
  }
}

static void the_code_mail_names_host_org_login_address_and_what_to_do(void **state)
{
  (void)state;
  static const char *const WORDS[] = {"web1", "Acme (acme)", "bob@nest.test", "192.0.2.7", "10 minutes", "did not ask"};
  struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
  assert_int_equal(mail_text_fill(path, MAIL_CODE, &SAID, NULL, &mail), STATUS_OK);
  for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
    assert_non_null(strstr(bytes_text(&mail.text), WORDS[i]));
  }
  struct mail_said without = SAID;
  without.org = "";
  struct mail_text other CLEANUP(mail_text_done) = {.subject = ""};
  assert_int_equal(mail_text_fill(path, MAIL_CODE, &without, NULL, &other), STATUS_OK);
  assert_null(strstr(bytes_text(&other.text), "meant for"));
}

static void an_own_text_takes_the_place_of_its_part_alone(void **state)
{
  (void)state;
  static const char OWN[] =
      "# mine\n\n[code]\nSubject: {{{host}} gr\xc3\xbc\xc3\x9ft\r\n\n\n\nIhr Code: {code}\n\nvon {org}\n\n\nEnde\n\n\n";
  struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
  struct mail_text invitation CLEANUP(mail_text_done) = {.subject = ""};
  struct mail_said said = SAID;
  said.org = NULL;
  put(OWN, strlen(OWN));
  assert_int_equal(mail_text_fill(path, MAIL_CODE, &said, NULL, &mail), STATUS_OK);
  assert_string_equal(mail.subject, "{web1} gr\xc3\xbc\xc3\x9ft");
  assert_string_equal(bytes_text(&mail.text), "Ihr Code: 12345678\n\n\n\nEnde\n");
  assert_int_equal(mail_text_fill(path, MAIL_INVITATION, &SAID, NULL, &invitation), STATUS_OK);
  assert_non_null(strstr(bytes_text(&invitation.text), "invites you"));
}

static void what_is_illegal_is_told_with_its_line_and_the_own_text_is_there(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *said;
  } CASES[] = {
      {"[code]\nSubject: x\n\n{password}\n", ":4: field \"password\": host, org, login, address, code and minutes"},
      {"[code]\nSubject: {role}\n\nx\n", ":2: field \"role\""},
      {"[code]\nSubject: x\n\n{code\n", ":4: field \"code\""},
      {"[code]\nSubject: x\n\n{}\n", ":4: field \"\""},
      {"[code]\n\nx\n", ":2: part \"code\": its first line must be a Subject"},
      {"[code]\nSubject: \n\nx\n", ":2: part \"code\""},
      {"[code]\nsubject: x\n\nx\n", ":2: part \"code\""},
      {"[code]\nSubject: x\n\nno code\n", ":5: part \"code\": must say {code}"},
      {"[invitation]\nSubject: {code}\n\nx\n[test]\nSubject: x\n\nx\n", ":5: part \"invitation\": must say {code}"},
      {"[code]", ":1: part \"code\""},
      {"[codes]\nSubject: x\n\nx\n", ":1: part \"[codes]\": [code], [invitation], [member], [test] and [gone] are legal"},
      {"hello\n[code]\nSubject: x\n\nx\n", ":1: line \"hello\""},
      {"[test]\nSubject: x\n\n{code}\n", ":4: field \"code\": host"},
      {"[code]\nSubject: x\n\n\x1b[31m\n", ":4: line"},
      {"[code]\nSubject: x\n\n\xff\n", ":4: line"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
    struct error error = {.text = ""};
    put(CASES[i].text, strlen(CASES[i].text));
    assert_int_equal(mail_text_check(path, &error), STATUS_INVALID);
    if (strstr(error.text, CASES[i].said) == NULL) {
      fail_msg("%s instead of %s", error.text, CASES[i].said);
    }
    assert_int_equal(mail_text_fill(path, MAIL_CODE, &SAID, &error, &mail), STATUS_INVALID);
    assert_non_null(strstr(bytes_text(&mail.text), "12345678"));
  }
  struct error error = {.text = ""};
  put("[test]\0", 7);
  assert_int_equal(mail_text_check(path, &error), STATUS_INVALID);
  assert_int_equal(chmod(path, 0666), 0);
  assert_int_equal(mail_text_check(path, &error), STATUS_PERMISSION);
}

// POLICY N7: nothing that is said becomes a line, a header or a control character of its own.
static void N7_what_is_said_stays_within_its_line(void **state)
{
  (void)state;
  static const char *const HOSTILE[] = {
      "Acme\nBcc: all@example.test", "Acme\r\n.\r\nMAIL FROM:<x>", "\x1b]0;owned\x07", "\xe2\x80\xae-evil", "\xff\xfe",
      "<script>\"'&{code}"};
  (void)unlink(path);
  for (size_t i = 0; i < COUNT_OF(HOSTILE); i++) {
    struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
    struct mail_said said = SAID;
    said.org = said.login = said.address = HOSTILE[i];
    assert_int_equal(mail_text_fill(path, MAIL_INVITATION, &said, NULL, &mail), STATUS_OK);
    assert_true(text_is_clean(mail.subject, strlen(mail.subject)));
    char *rest = mail.text.data;
    size_t lines = 0;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
      assert_true(text_is_clean(line, strlen(line)));
      assert_true(strncmp(line, "Bcc:", 4) != 0 && strcmp(line, ".") != 0);
      lines++;
    }
    assert_int_equal(lines, 13); // as many as with harmless words
  }
}

static void what_is_long_is_cut_where_it_must_be(void **state)
{
  (void)state;
  struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
  struct mail_said said = SAID;
  char org[600];
  memset(org, 'x', sizeof org);
  org[0] = 'a';
  for (size_t i = 1; i + 1 < sizeof org; i += 2) {
    memcpy(org + i, "\xc3\xbc", 2);
  }
  org[sizeof org - 1] = '\0';
  said.org = org;
  (void)unlink(path);
  assert_int_equal(mail_text_fill(path, MAIL_INVITATION, &said, NULL, &mail), STATUS_OK);
  assert_true(strlen(mail.subject) < sizeof mail.subject && text_is_clean(mail.subject, strlen(mail.subject)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_came_with_the_program_is_legal_and_takes_all_that_is_said),
      cmocka_unit_test(the_code_mail_names_host_org_login_address_and_what_to_do),
      cmocka_unit_test(an_own_text_takes_the_place_of_its_part_alone),
      cmocka_unit_test(what_is_illegal_is_told_with_its_line_and_the_own_text_is_there),
      cmocka_unit_test(N7_what_is_said_stays_within_its_line),
      cmocka_unit_test(what_is_long_is_cut_where_it_must_be),
  };
  return cmocka_run_group_tests(tests, make, clear);
}
