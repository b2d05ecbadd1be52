// SPDX-License-Identifier: Apache-2.0
// ssoorg-oidc where Landlock is forbidden, not there, or fails in another way: whom it asks then, and what it says.
#include "harness.h"

#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "deny.h"

static const struct {
  const char *name;
  int error;
} LACKS[] = {{"Landlock: EPERM", EPERM}, {"Landlock: ENOSYS", ENOSYS}, {"Landlock: EOPNOTSUPP", EOPNOTSUPP}};

// What the program says first to REQUEST under DENIALS; the rest is left unsaid.
static int hear_first(const struct denials *denials, enum message_type type, const void *request, void **ret_value)
{
  struct program p = program_start_under(denials);
  assert_int_equal(channel_send(&p.channel, type, request, clock_monotonic_ms() + HARNESS_LONG_MS), STATUS_OK);
  int heard = program_hear(&p, HARNESS_LONG_MS, ret_value);
  assert_true(program_end(&p, HARNESS_END_MS) >= 0);
  return heard;
}

static void expect_refused(const struct denials *denials, enum message_type type, const void *request, const char *name)
{
  void *value = NULL;
  assert_int_equal(hear_first(denials, type, request, &value), MESSAGE_FAILED);
  const struct message_failed *failed = value;
  assert_int_equal(failed->reason, FAILURE_CONFINEMENT);
  assert_memory_equal(failed->detail, name, strlen(name));
  assert_non_null(strstr(failed->detail, "or set confinement = available in ssoorg.conf"));
  assert_int_equal(failed->lacks_landlock, 0);
  assert_true(text_is_clean(failed->detail, strlen(failed->detail)));
  channel_free_message(MESSAGE_FAILED, value);
}

static size_t asked(void)
{
  return stub_count(stub, DISCOVERY) + stub_count(stub, DEVICE) + stub_count(stub, TOKEN) + stub_count(stub, KEYS);
}

static void O12_strict_without_landlock_nobody_is_asked(void **state)
{
  // A number that is none of the two is no leave either.
  static const uint8_t VALUES[] = {CONFINEMENT_STRICT, CONFINEMENT_AVAILABLE + 1, UINT8_MAX};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(LACKS) * COUNT_OF(VALUES); i++) {
    const struct denials denials = denials_of_landlock(LACKS[i % COUNT_OF(LACKS)].error);
    struct message_sign_in request = harness_request(HARNESS_SHORT_S);
    request.confinement = VALUES[i / COUNT_OF(LACKS)];
    expect_refused(&denials, MESSAGE_SIGN_IN, &request, LACKS[i % COUNT_OF(LACKS)].name);
    expect_refused(&denials, MESSAGE_DISCOVER, &request, LACKS[i % COUNT_OF(LACKS)].name);
  }
  assert_int_equal(asked(), 0);
}

static void O12_strict_without_landlock_names_and_mails_wait_too(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT_OF(LACKS); i++) {
    const struct denials denials = denials_of_landlock(LACKS[i].error);
    const struct message_txt txt = {.name = "_ssoorg-verify.acme.test", .server = "127.0.0.1:1", .timeout_s = 1};
    struct message_mail mail = {.server = "smtps://127.0.0.1:1",
                                .timeout_s = 1,
                                .host = "h.test",
                                .from = "a@h.test",
                                .to = "b@h.test",
                                .subject = "s"};
    assert_int_equal(bytes_append_text(&mail.text, "text\n"), STATUS_OK);
    expect_refused(&denials, MESSAGE_TXT, &txt, LACKS[i].name);
    expect_refused(&denials, MESSAGE_MAIL, &mail, LACKS[i].name);
    bytes_done(&mail.text);
  }
}

static void O12_available_without_landlock_a_sign_in_goes_on_and_says_so(void **state)
{
  (void)state;
  for (size_t i = 0; i < COUNT_OF(LACKS); i++) {
    const struct denials denials = denials_of_landlock(LACKS[i].error);
    struct message_sign_in request = harness_request(HARNESS_SHORT_S);
    void *value = NULL;
    request.confinement = CONFINEMENT_AVAILABLE;
    assert_int_equal(hear_first(&denials, MESSAGE_SIGN_IN, &request, &value), MESSAGE_CODE);
    assert_int_equal(((const struct message_code *)value)->lacks_landlock, LACKS[i].error);
    channel_free_message(MESSAGE_CODE, value);
    assert_int_equal(text_copy("http://127.0.0.1:1", request.issuer, sizeof request.issuer), STATUS_OK);
    assert_int_equal(hear_first(&denials, MESSAGE_SIGN_IN, &request, &value), MESSAGE_FAILED);
    assert_int_equal(((const struct message_failed *)value)->reason, FAILURE_UNREACHABLE);
    assert_int_equal(((const struct message_failed *)value)->lacks_landlock, LACKS[i].error);
    channel_free_message(MESSAGE_FAILED, value);
  }
}

static void O12_available_without_landlock_names_and_mails_go_on(void **state)
{
  const struct denials denials = denials_of_landlock(EPERM);
  const struct message_txt txt = {.name = "_ssoorg-verify.acme.test",
                                  .server = "127.0.0.1:1",
                                  .timeout_s = 1,
                                  .confinement = CONFINEMENT_AVAILABLE};
  struct message_mail mail = {.server = "smtps://127.0.0.1:1",
                              .timeout_s = 1,
                              .host = "h.test",
                              .from = "a@h.test",
                              .to = "b@h.test",
                              .subject = "s",
                              .confinement = CONFINEMENT_AVAILABLE};
  void *value = NULL;
  (void)state;
  assert_int_equal(hear_first(&denials, MESSAGE_TXT, &txt, &value), MESSAGE_TEXTS);
  channel_free_message(MESSAGE_TEXTS, value);
  assert_int_equal(bytes_append_text(&mail.text, "text\n"), STATUS_OK);
  assert_int_equal(hear_first(&denials, MESSAGE_MAIL, &mail, &value), MESSAGE_FAILED);
  assert_int_equal(((const struct message_failed *)value)->reason, FAILURE_UNREACHABLE);
  assert_int_equal(((const struct message_failed *)value)->lacks_landlock, EPERM);
  channel_free_message(MESSAGE_FAILED, value);
  bytes_done(&mail.text);
}

static bool has_landlock(void)
{
  return syscall(SCMP_SYS(landlock_create_ruleset), NULL, 0, 1) > 0;
}

// With Landlock in force the setting changes nothing, and there is nothing to say.
static void O12_with_landlock_both_are_the_same(void **state)
{
  static const uint8_t VALUES[] = {CONFINEMENT_STRICT, CONFINEMENT_AVAILABLE};
  const struct denials none = {0};
  (void)state;
  if (!has_landlock()) {
    skip();
  }
  for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
    struct message_sign_in request = harness_request(HARNESS_SHORT_S);
    void *value = NULL;
    request.confinement = VALUES[i];
    assert_int_equal(hear_first(&none, MESSAGE_SIGN_IN, &request, &value), MESSAGE_CODE);
    assert_int_equal(((const struct message_code *)value)->lacks_landlock, 0);
    channel_free_message(MESSAGE_CODE, value);
  }
}

// Allowed in part it is not in force.
static void O12_one_call_that_is_forbidden_is_as_all_of_them(void **state)
{
  static const int CALLS[] = {SCMP_SYS(landlock_add_rule), SCMP_SYS(landlock_restrict_self)};
  (void)state;
  if (!has_landlock()) {
    skip();
  }
  for (size_t i = 0; i < COUNT_OF(CALLS); i++) {
    const struct denials denials = {{{CALLS[i], EPERM}}};
    struct message_sign_in request = harness_request(HARNESS_SHORT_S);
    void *value = NULL;
    expect_refused(&denials, MESSAGE_SIGN_IN, &request, "Landlock: EPERM");
    request.confinement = CONFINEMENT_AVAILABLE;
    assert_int_equal(hear_first(&denials, MESSAGE_SIGN_IN, &request, &value), MESSAGE_CODE);
    assert_int_equal(((const struct message_code *)value)->lacks_landlock, EPERM);
    channel_free_message(MESSAGE_CODE, value);
  }
}

static void expect_ended(const struct denials *denials)
{
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  void *value = NULL;
  request.confinement = CONFINEMENT_AVAILABLE;
  struct program p = program_start_under(denials);
  enum status sent = channel_send(&p.channel, MESSAGE_SIGN_IN, &request, clock_monotonic_ms() + HARNESS_LONG_MS);
  assert_true(sent == STATUS_OK || sent == STATUS_CLOSED);
  assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), 0);
  assert_int_equal(program_end(&p, HARNESS_END_MS), 1);
}

static void O12_landlock_that_fails_in_another_way_ends_it_whatever_is_allowed(void **state)
{
  static const int ERRORS[] = {EINVAL, ENOMEM, E2BIG, EMFILE, EACCES, EBADF, ENOMSG};
  static const int CALLS[] = {SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule),
                              SCMP_SYS(landlock_restrict_self)};
  (void)state;
  if (!has_landlock()) {
    skip();
  }
  for (size_t i = 0; i < COUNT_OF(ERRORS) * COUNT_OF(CALLS); i++) {
    const struct denials denials = {{{CALLS[i / COUNT_OF(ERRORS)], ERRORS[i % COUNT_OF(ERRORS)]}}};
    expect_ended(&denials);
  }
  assert_int_equal(asked(), 0);
}

// The other of its means: without it the program ends, whatever is allowed. libseccomp has both calls.
static void O12_without_seccomp_it_ends_whatever_is_allowed(void **state)
{
  static const int ERRORS[] = {EPERM, ENOSYS};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(ERRORS); i++) {
    const struct denials denials = {{{SCMP_SYS(seccomp), ERRORS[i]}, {SCMP_SYS(landlock_create_ruleset), EPERM}}};
    const struct denials seccomp_alone = {{{SCMP_SYS(seccomp), ERRORS[i]}}};
    expect_ended(&denials);
    expect_ended(&seccomp_alone);
  }
  assert_int_equal(asked(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STUBBED(O12_strict_without_landlock_nobody_is_asked),
      STUBBED(O12_strict_without_landlock_names_and_mails_wait_too),
      STUBBED(O12_available_without_landlock_a_sign_in_goes_on_and_says_so),
      STUBBED(O12_available_without_landlock_names_and_mails_go_on),
      STUBBED(O12_with_landlock_both_are_the_same),
      STUBBED(O12_one_call_that_is_forbidden_is_as_all_of_them),
      STUBBED(O12_landlock_that_fails_in_another_way_ends_it_whatever_is_allowed),
      STUBBED(O12_without_seccomp_it_ends_whatever_is_allowed),
  };
  return cmocka_run_group_tests(tests, harness_start_up, harness_shut_down);
}
