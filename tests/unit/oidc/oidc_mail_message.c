// SPDX-License-Identifier: Apache-2.0
// A mail as it is sent: mail_message.h.
#include "base/cleanup.h"
#include "mail_message.h"
#include "unit.h"

enum { AT_S = 1780000000 }; // 2026-05-28T20:26:40Z

static void done(struct message_mail *mail)
{
  record_done(protocol_record(MESSAGE_MAIL), mail);
}

static void compose(const char *subject, const char *text, struct bytes *out)
{
  struct message_mail mail CLEANUP(done) = {.host = "web1", .from = "host@mail.test", .to = "bob@nest.test"};
  (void)snprintf(mail.subject, sizeof mail.subject, "%s", subject);
  assert_int_equal(bytes_append_text(&mail.text, text), STATUS_OK);
  assert_int_equal(mail_message_compose(&mail, AT_S, out), STATUS_OK);
}

static void the_headers_are_those_of_a_mail_that_nobody_wrote(void **state)
{
  (void)state;
  static const char *const HEADERS[] = {
      "From: <host@mail.test>\r\n",
      "To: <bob@nest.test>\r\n",
      "Date: Thu, 28 May 2026 20:26:40 +0000\r\n",
      "@web1>\r\n",
      "Auto-Submitted: auto-generated\r\n",
      "MIME-Version: 1.0\r\n",
      "Content-Type: text/plain; charset=utf-8\r\n",
      "Content-Transfer-Encoding: quoted-printable\r\n",
      "Subject: Hello there\r\n\r\nText\r\n",
  };
  struct bytes out CLEANUP(bytes_done) = BYTES_EMPTY;
  compose("Hello there", "Text\n", &out);
  for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
    if (strstr(bytes_text(&out), HEADERS[i]) == NULL) {
      fail_msg("no %s in %s", HEADERS[i], bytes_text(&out));
    }
  }
}

static void two_mails_have_two_numbers(void **state)
{
  (void)state;
  struct bytes one CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes other CLEANUP(bytes_done) = BYTES_EMPTY;
  compose("x", "x\n", &one);
  compose("x", "x\n", &other);
  const char *id = strstr(bytes_text(&one), "Message-ID: <");
  assert_non_null(id);
  assert_memory_not_equal(id, strstr(bytes_text(&other), "Message-ID: <"), 45);
}

// RFC 5322 2.1.1: 998 at most; here 78 is kept everywhere.
static void no_line_is_long_and_no_byte_is_not_ascii(void **state)
{
  (void)state;
  char subject[PROTOCOL_SUBJECT_LINE_SIZE];
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes out CLEANUP(bytes_done) = BYTES_EMPTY;
  for (size_t i = 0; i + 2 < sizeof subject; i += 2) {
    memcpy(subject + i, "\xc3\xbc", 3);
  }
  for (int i = 0; i < 2000; i++) {
    assert_int_equal(bytes_append_text(&text, i % 3 == 0 ? "\xe2\x82\xac" : i % 3 == 1 ? "=" : "x "), STATUS_OK);
  }
  compose(subject, bytes_text(&text), &out);
  char *rest = out.data;
  for (char *line = strsep(&rest, "\n"); line != NULL && rest != NULL; line = strsep(&rest, "\n")) {
    size_t length = strlen(line);
    assert_true(length <= 79 && length > 0 && line[length - 1] == '\r');
    for (size_t i = 0; i + 1 < length; i++) {
      assert_true(line[i] >= ' ' && line[i] <= '~');
    }
    assert_true(length < 2 || line[length - 2] != ' '); // RFC 2045 6.7 (3)
  }
}

static void what_is_not_ascii_is_encoded(void **state)
{
  (void)state;
  struct bytes out CLEANUP(bytes_done) = BYTES_EMPTY;
  compose("Gr\xc3\xbc\xc3\x9f"
          "e = ?",
          "a=b\nGr\xc3\xbc\xc3\x9f"
          "e \n.\n",
          &out);
  assert_non_null(strstr(bytes_text(&out), "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_=3D_=3F?=\r\n"));
  assert_non_null(strstr(bytes_text(&out), "\r\n\r\na=3Db\r\nGr=C3=BC=C3=9Fe=20\r\n.\r\n"));
  struct bytes plain CLEANUP(bytes_done) = BYTES_EMPTY;
  compose("an =?utf-8?q?x?= in it", "x", &plain); // would be read as one otherwise
  assert_non_null(strstr(bytes_text(&plain), "Subject: =?utf-8?q?an_=3D=3Futf=2D8=3Fq=3Fx=3F=3D_in_it?=\r\n"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_headers_are_those_of_a_mail_that_nobody_wrote),
      cmocka_unit_test(two_mails_have_two_numbers),
      cmocka_unit_test(no_line_is_long_and_no_byte_is_not_ascii),
      cmocka_unit_test(what_is_not_ascii_is_encoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
