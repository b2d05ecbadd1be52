// SPDX-License-Identifier: Apache-2.0
// What the prompt of a sign-in shows of address, code and picture (HOLES H73, case O16).
#include <stdarg.h>
#include <string.h>

#include "sso_prompt.h"
#include "unit.h"

enum { SSH_LINES = 24 };

static struct message_request request;
static struct session session;
static struct org org;
static struct message_code code;

// Of the session the prompt needs these two.
void session_log(int priority, const char *format, ...)
{
  (void)priority;
  (void)format;
}

bool session_is_ssh(const struct session *s)
{
  return strcmp(s->request->service, "sshd") == 0;
}

static void draw(int lines, int columns)
{
  char *end = code.qr;
  for (int y = 0; y < lines; y++) {
    for (int x = 0; x < columns; x++) {
      end = stpcpy(end, "\u2588");
    }
    end = stpcpy(end, "\n");
  }
}

static int make(void **state)
{
  (void)state;
  request = (struct message_request){.service = "sshd", .login = "alice@acme.test", .rhost = "192.0.2.1"};
  session = (struct session){.request = &request};
  org = (struct org){.slug = "acme", .name = "Acme", .device_link = DEVICE_LINK_FULL};
  code = (struct message_code){.verification_uri = "https://login.acme.test/device",
                               .verification_uri_complete = "https://login.acme.test/device?c=ABCD",
                               .user_code = "ABCD"};
  draw(17, 33);
  return 0;
}

static const char *shown(enum qr qr)
{
  static char text[PROTOCOL_PROMPT_SIZE];
  const struct sso_prompt prompt = {&session, &org, WAY_SSO, &code, qr};
  sso_prompt_compose(&prompt, text);
  return text;
}

static int count_lines(const char *text)
{
  int lines = 0;
  for (const char *at = text; *at != '\0'; at++) {
    lines += *at == '\n';
  }
  return lines; // the first is empty, and the question has no end
}

static void address_and_code_stand_on_lines_of_their_own(void **state)
{
  (void)state;
  const char *text = shown(QR_NEVER);
  assert_non_null(strstr(text, ": open\nhttps://login.acme.test/device\nand enter the code\nABCD\nor open\n"
                               "https://login.acme.test/device?c=ABCD\nApprove only"));
  assert_null(strstr(text, "\u2588"));
}

static void O16_over_ssh_a_picture_leaves_address_and_code_on_the_screen(void **state)
{
  (void)state;
  const char *text = shown(QR_AUTO);
  assert_non_null(strstr(text, "\u2588"));
  assert_null(strstr(text, "or open")); // which the picture says
  assert_true(count_lines(text) <= SSH_LINES);
}

static void O16_over_ssh_a_larger_picture_is_left_out(void **state)
{
  (void)state;
  draw(20, 39);
  const char *text = shown(QR_AUTO);
  assert_null(strstr(text, "\u2588"));
  assert_non_null(strstr(text, "or open\n"));
}

static void O16_an_address_of_several_lines_takes_the_pictures_room(void **state)
{
  (void)state;
  char *end = stpcpy(code.verification_uri, "https://login.acme.test/");
  memset(end, 'a', 180);
  end[180] = '\0';
  assert_null(strstr(shown(QR_AUTO), "\u2588"));
}

static void a_picture_wanted_always_is_shown_however_large(void **state)
{
  (void)state;
  draw(22, 59);
  const char *text = shown(QR_ALWAYS);
  assert_non_null(strstr(text, "\u2588"));
  assert_non_null(strstr(text, "or open"));
  assert_true(strstr(text, "ABCD\n") < strstr(text, "\u2588"));
}

static void H73_the_short_form_has_neither_picture_nor_longer_address(void **state)
{
  (void)state;
  org.device_link = DEVICE_LINK_CODE;
  const char *text = shown(QR_ALWAYS);
  assert_null(strstr(text, "\u2588"));
  assert_null(strstr(text, "?c=ABCD"));
}

static void the_longest_of_everything_fits_and_ends_with_the_question(void **state)
{
  (void)state;
  memset(request.rhost, '\x01', sizeof request.rhost - 1);
  memset(code.verification_uri, 'u', sizeof code.verification_uri - 1);
  memset(code.verification_uri_complete, 'c', sizeof code.verification_uri_complete - 1);
  const char *text = shown(QR_ALWAYS);
  static const char ENTER[] = "Press Enter when you have approved it there: ";
  assert_string_equal(text + strlen(text) - strlen(ENTER), ENTER);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(address_and_code_stand_on_lines_of_their_own, make),
      cmocka_unit_test_setup(O16_over_ssh_a_picture_leaves_address_and_code_on_the_screen, make),
      cmocka_unit_test_setup(O16_over_ssh_a_larger_picture_is_left_out, make),
      cmocka_unit_test_setup(O16_an_address_of_several_lines_takes_the_pictures_room, make),
      cmocka_unit_test_setup(a_picture_wanted_always_is_shown_however_large, make),
      cmocka_unit_test_setup(H73_the_short_form_has_neither_picture_nor_longer_address, make),
      cmocka_unit_test_setup(the_longest_of_everything_fits_and_ends_with_the_question, make),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
