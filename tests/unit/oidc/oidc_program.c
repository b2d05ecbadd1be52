// SPDX-License-Identifier: Apache-2.0
// The whole of ssoorg-oidc against a stub of a provider, from the request to the last message.
#include "harness.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

static void a_person_is_signed_in(void **state)
{
  (void)state;
  harness_reply_claims(",\"email\":\"Alice@Acme.Test\",\"email_verified\":true,\"name\":\"Alice\"");
  struct message_authorized identity = harness_expect_authorized();
  assert_string_equal(identity.issuer, stub_issuer(stub));
  assert_string_equal(identity.client_id, "hosts");
  assert_string_equal(identity.subject, "u-alice");
  assert_string_equal(identity.email, "alice@acme.test");
  assert_int_equal(identity.email_state, EMAIL_VERIFIED);
  assert_string_equal(identity.name, "Alice");
  assert_string_equal(identity.algorithm, "ES256");
  assert_string_equal(identity.key_id, "k-1");
  assert_int_equal(identity.requests, 4);
  assert_int_equal(identity.connections, 1);
  assert_int_equal(stub_count(stub, USERINFO), 0);
  char *asked CLEANUP(cleanup_free) = stub_last(stub, DEVICE);
  assert_non_null(strstr(asked, "\r\n\r\nscope=openid%20email&client_id=hosts"));
  char *polled CLEANUP(cleanup_free) = stub_last(stub, TOKEN);
  assert_non_null(strstr(polled, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&"
                                 "device_code=dc-very-secret&client_id=hosts"));
}

static void client_secrets_are_sent_as_configured(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  assert_int_equal(bytes_append_text(&request.client_secret, CLIENT_SECRET), STATUS_OK);
  request.client_auth = CLIENT_AUTH_BASIC;
  assert_int_equal(harness_expect_authorized_by(&request).email_state, EMAIL_VERIFIED);
  char *basic CLEANUP(cleanup_free) = stub_last(stub, TOKEN);
  assert_non_null(strstr(basic, "Authorization: Basic aG9zdHM6Y3MtdmVyeSUyMHNlY3JldA==\r\n"));
  assert_null(strstr(basic, "client_secret"));
  request.client_auth = CLIENT_AUTH_POST;
  (void)harness_expect_authorized_by(&request);
  char *post CLEANUP(cleanup_free) = stub_last(stub, TOKEN);
  assert_non_null(strstr(post, "client_id=hosts&client_secret=cs-very%20secret"));
  assert_null(strstr(post, "Authorization"));
  char *fetched CLEANUP(cleanup_free) = stub_last(stub, KEYS);
  assert_null(strstr(fetched, "Authorization"));
  bytes_done(&request.client_secret);
}

static void an_email_that_is_missing_comes_from_userinfo(void **state)
{
  (void)state;
  harness_reply_claims(",\"name\":\"From the token\"");
  harness_reply(
      USERINFO, 200,
      "{\"sub\":\"u-alice\",\"email\":\"alice@acme.test\",\"email_verified\":true,\"name\":\"From userinfo\"}");
  struct message_authorized identity = harness_expect_authorized();
  assert_string_equal(identity.email, "alice@acme.test");
  assert_int_equal(identity.email_state, EMAIL_VERIFIED);
  assert_string_equal(identity.name, "From the token");
  assert_int_equal(identity.connections, 1);
  char *asked CLEANUP(cleanup_free) = stub_last(stub, USERINFO);
  assert_non_null(strstr(asked, "Authorization: Bearer at-very-secret\r\n"));
}

static void an_unknown_key_is_fetched_once_more(void **state)
{
  (void)state;
  char *jwk CLEANUP(cleanup_free) = forge_jwk(&key, "\"kid\":\"k-1\"");
  const char *const jwks[] = {jwk};
  char *set CLEANUP(cleanup_free) = forge_set(jwks, 1);
  stub_forget(stub, KEYS);
  harness_reply(KEYS, 200, "{\"keys\":[]}");
  harness_reply(KEYS, 200, set);
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  assert_int_equal(harness_expect_authorized().requests, 5);
  harness_replace(KEYS, (struct stub_reply){.body = "{\"keys\":[]}"});
  harness_expect_failed(FAILURE_TOKEN, "no key \"k-1\"");
  assert_int_equal(stub_count(stub, KEYS), 2);
}

static void discovery_alone_tells_what_was_found(void **state)
{
  (void)state;
  void *value = NULL;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  assert_int_equal(harness_exchange(MESSAGE_DISCOVER, &request, &value), MESSAGE_FOUND);
  const struct message_found *found = value;
  assert_string_equal(found->issuer, stub_issuer(stub));
  assert_string_equal(strrchr(found->jwks_uri, '/'), "/jwks");
  assert_string_equal(strrchr(found->token_endpoint, '/'), "/token");
  assert_string_equal(strrchr(found->userinfo_endpoint, '/'), "/userinfo");
  assert_int_equal(found->keys, 1);
  channel_free_message(MESSAGE_FOUND, value);
  assert_int_equal(stub_count(stub, DEVICE), 1);
  assert_int_equal(stub_count(stub, TOKEN), 0);
  harness_replace(KEYS, (struct stub_reply){.status = 404});
  assert_int_equal(harness_exchange(MESSAGE_DISCOVER, &request, &value), MESSAGE_FAILED);
  channel_free_message(MESSAGE_FAILED, value);
}

static void a_discovery_finds_out_whether_the_client_is_known(void **state)
{
  (void)state;
  struct message_sign_in request = harness_request(HARNESS_SHORT_S);
  void *value = NULL;
  harness_replace(DEVICE, (struct stub_reply){.status = 401, .body = "{\"error\":\"invalid_client\"}"});
  assert_int_equal(harness_exchange(MESSAGE_DISCOVER, &request, &value), MESSAGE_FAILED);
  assert_non_null(strstr(((const struct message_failed *)value)->detail, "invalid_client"));
  channel_free_message(MESSAGE_FAILED, value);
}

static void acr_and_amr_are_shown_escaped(void **state)
{
  (void)state;
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true,\"acr\":\"urn:\\u001bgold\",\"amr\":["
                       "\"pwd\",7,\"o tp\"]");
  struct message_authorized identity = harness_expect_authorized();
  assert_string_equal(identity.acr, "urn:\\x1bgold");
  assert_string_equal(identity.amr, "pwd o tp");
}

static void expect_gone(const char *hanging)
{
  void *value = NULL;
  struct message_sign_in request = harness_request(HARNESS_PATIENT_S);
  struct program p = program_start();
  harness_replace(hanging, (struct stub_reply){.manner = STUB_HANG});
  assert_int_equal(program_ask(&p, MESSAGE_SIGN_IN, &request), STATUS_OK);
  if (strcmp(hanging, DISCOVERY) != 0) {
    assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), MESSAGE_CODE);
    channel_free_message(MESSAGE_CODE, value);
  }
  (void)usleep(300000);
  assert_int_equal(program_end(&p, HARNESS_GONE_MS), 1);
}

static void H60_the_program_is_gone_when_its_starter_is(void **state)
{
  (void)state;
  // While a token request hangs (after 1 s), while the poll is waited for, while the first request hangs.
  expect_gone(TOKEN);
  expect_gone(KEYS);
  expect_gone(DISCOVERY);
}

static void the_program_is_gone_while_it_waits_between_polls(void **state)
{
  (void)state;
  void *value = NULL;
  struct message_sign_in request = harness_request(HARNESS_PATIENT_S);
  struct program p = program_start();
  harness_replace(DEVICE,
                  (struct stub_reply){.body = "{\"device_code\":\"d\",\"user_code\":\"AB-CD\",\"verification_uri\":"
                                              "\"https://idp.test/\",\"expires_in\":300,\"interval\":30}"});
  assert_int_equal(program_ask(&p, MESSAGE_SIGN_IN, &request), STATUS_OK);
  assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), MESSAGE_CODE);
  channel_free_message(MESSAGE_CODE, value);
  (void)usleep(300000);
  assert_int_equal(program_end(&p, HARNESS_GONE_MS), 1);
}

static void a_starter_that_says_too_much_is_not_served(void **state)
{
  (void)state;
  void *value = NULL;
  struct message_sign_in request = harness_request(HARNESS_PATIENT_S);
  struct program p = program_start();
  harness_reply_claims(",\"email\":\"alice@acme.test\",\"email_verified\":true");
  assert_int_equal(program_ask(&p, MESSAGE_SIGN_IN, &request), STATUS_OK);
  assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), MESSAGE_CODE);
  channel_free_message(MESSAGE_CODE, value);
  assert_int_equal(send(p.channel.fd, "x", 1, MSG_NOSIGNAL), 1);
  assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), 0);
  assert_int_equal(program_end(&p, HARNESS_GONE_MS), 1);
}

static void H36_garbage_instead_of_a_request_is_not_answered(void **state)
{
  (void)state;
  static const char *const GARBAGE[] = {"GET / HTTP/1.1\r\n\r\n", "\xff\xff\xff\xff\x0b\x00\x01\x00",
                                        "\x01\x00\x00\x00\x0b\x00\x02\x00x"};
  static const size_t LENGTHS[] = {18, 8, 9};
  for (size_t i = 0; i < COUNT_OF(GARBAGE); i++) {
    char byte;
    struct program p = program_start();
    assert_int_equal(send(p.channel.fd, GARBAGE[i], LENGTHS[i], MSG_NOSIGNAL), (ssize_t)LENGTHS[i]);
    // End of file, or a reset where something of ours was left unread; never an answer.
    assert_true(recv(p.channel.fd, &byte, 1, 0) <= 0);
    assert_int_equal(program_end(&p, HARNESS_END_MS), 1);
  }
}

static void H15_only_a_socket_of_root_or_of_the_same_user_is_served(void **state)
{
  (void)state;
  int ends[2] = {-1, -1};
  uid_t uid = geteuid() == 0 ? 65534 : geteuid();
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(program_run(ends[0], uid), 2);
  (void)close(ends[0]);
  (void)close(ends[1]);
  assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
  assert_int_equal(program_run(ends[0], uid), 2);
  (void)close(ends[0]);
  (void)close(ends[1]);
  int alone CLEANUP(cleanup_fd) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(program_run(alone, uid), 2);
}

static void H15_a_socket_of_another_user_is_refused(void **state)
{
  (void)state;
  int ends[2] = {-1, -1};
  if (geteuid() != 0) {
    skip();
  }
  assert_int_equal(seteuid(65533), 0);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  assert_int_equal(seteuid(0), 0);
  assert_int_equal(program_run(ends[0], 65534), 2);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

static void the_program_never_runs_as_root(void **state)
{
  (void)state;
  int ends[2] = {-1, -1};
  if (geteuid() != 0) {
    skip();
  }
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  assert_int_equal(program_run(ends[0], 0), 2);
  (void)close(ends[0]);
  (void)close(ends[1]);
}

// True if the file NAME under /proc of P has LINE in it.
static bool proc_says(const struct program *p, const char *name, const char *line)
{
  char text[8192] = {0};
  char *path CLEANUP(cleanup_free) = forge_text("/proc/%d/%s", (int)p->pid, name);
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
  return strstr(text, line) != NULL;
}

static void H47_privileges_and_descriptors_are_given_up(void **state)
{
  (void)state;
  void *value = NULL;
  struct message_sign_in request = harness_request(HARNESS_PATIENT_S);
  int inherited CLEANUP(cleanup_fd) = dup(STDERR_FILENO);
  if (geteuid() != 0) {
    skip();
  }
  struct program p = program_start();
  harness_replace(TOKEN, (struct stub_reply){.manner = STUB_HANG});
  assert_int_equal(program_ask(&p, MESSAGE_SIGN_IN, &request), STATUS_OK);
  assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), MESSAGE_CODE);
  channel_free_message(MESSAGE_CODE, value);
  assert_true(proc_says(&p, "status", "NoNewPrivs:\t1\n"));
  assert_true(proc_says(&p, "status", "Uid:\t65534\t65534\t65534\t65534\n"));
  assert_true(proc_says(&p, "status", "CapEff:\t0000000000000000\n"));
  assert_true(proc_says(&p, "limits", "Max core file size        0                    0 "));
  assert_true(proc_says(&p, "limits", "Max file size             0                    0 "));
  assert_true(proc_says(&p, "limits", "Max open files            64                   64 "));
  // Whatever took the number of a descriptor that was left open for it, it is not that one any more.
  char *left CLEANUP(cleanup_free) = forge_text("/proc/%d/fd/%d", (int)p.pid, inherited);
  char ours[256] = {0};
  char theirs[256] = {0};
  char *mine CLEANUP(cleanup_free) = forge_text("/proc/self/fd/%d", inherited);
  assert_true(readlink(mine, ours, sizeof ours - 1) > 0);
  assert_true(readlink(left, theirs, sizeof theirs - 1) < 0 || strcmp(ours, theirs) != 0);
  assert_int_equal(program_end(&p, HARNESS_GONE_MS), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      STUBBED(a_person_is_signed_in),
      STUBBED(client_secrets_are_sent_as_configured),
      STUBBED(an_email_that_is_missing_comes_from_userinfo),
      STUBBED(an_unknown_key_is_fetched_once_more),
      STUBBED(discovery_alone_tells_what_was_found),
      STUBBED(a_discovery_finds_out_whether_the_client_is_known),
      STUBBED(acr_and_amr_are_shown_escaped),
      STUBBED(H60_the_program_is_gone_when_its_starter_is),
      STUBBED(the_program_is_gone_while_it_waits_between_polls),
      STUBBED(a_starter_that_says_too_much_is_not_served),
      STUBBED(H36_garbage_instead_of_a_request_is_not_answered),
      STUBBED(H15_only_a_socket_of_root_or_of_the_same_user_is_served),
      STUBBED(H15_a_socket_of_another_user_is_refused),
      STUBBED(H47_privileges_and_descriptors_are_given_up),
      STUBBED(the_program_never_runs_as_root),
  };
  return cmocka_run_group_tests(tests, harness_start_up, harness_shut_down);
}
