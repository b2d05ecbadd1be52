// SPDX-License-Identifier: Apache-2.0
// The whole of ssoorg-oidc looking up TXT records, at a server that is silent.
#include "harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"

// A socket that is asked and never says anything.
static int open_silent_server(struct message_txt *request)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
  (void)snprintf(request->server, sizeof request->server, "127.0.0.1:%u", ntohs(address.sin_port));
  return fd;
}

static void a_look_up_at_a_silent_server_ends_in_time(void **state)
{
  (void)state;
  void *value = NULL;
  struct message_txt request = {.name = "_ssoorg-verify.acme.test", .timeout_s = 1};
  int silent CLEANUP(cleanup_fd) = open_silent_server(&request);
  assert_true(silent >= 0);
  struct program p = program_start();
  int64_t start_ms = clock_monotonic_ms();
  assert_int_equal(channel_send(&p.channel, MESSAGE_TXT, &request, start_ms + HARNESS_LONG_MS), STATUS_OK);
  assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), MESSAGE_TEXTS);
  assert_int_equal(((const struct message_texts *)value)->lookup, LOOKUP_TIMEOUT);
  assert_in_range(clock_monotonic_ms() - start_ms, 900, HARNESS_LONG_MS);
  channel_free_message(MESSAGE_TEXTS, value);
  assert_int_equal(program_end(&p, HARNESS_END_MS), 0);
}

static void the_program_is_gone_while_it_looks_up(void **state)
{
  (void)state;
  struct message_txt request = {.name = "_ssoorg-verify.acme.test", .timeout_s = 60};
  int silent CLEANUP(cleanup_fd) = open_silent_server(&request);
  struct program p = program_start();
  assert_int_equal(channel_send(&p.channel, MESSAGE_TXT, &request, clock_monotonic_ms() + HARNESS_LONG_MS), STATUS_OK);
  char query[512];
  assert_true(recv(silent, query, sizeof query, 0) > 0);
  assert_int_equal(program_end(&p, HARNESS_GONE_MS), 1);
}

static void H36_a_look_up_that_is_not_legal_is_refused(void **state)
{
  (void)state;
  static const struct message_txt ILLEGAL[] = {
      {.name = "", .timeout_s = 1},
      {.name = "a b.test", .timeout_s = 1},
      {.name = "a\\.test", .timeout_s = 1},
      {.name = "acme.test.", .timeout_s = 1},
      {.name = "acme.test", .timeout_s = 0},
      {.name = "acme.test", .timeout_s = 61},
      {.name = "acme.test", .timeout_s = 1, .server = "dns.example"},
      {.name = "acme.test", .timeout_s = 1, .server = "127.0.0.1:0"},
  };
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    void *value = NULL;
    struct program p = program_start();
    assert_int_equal(channel_send(&p.channel, MESSAGE_TXT, &ILLEGAL[i], clock_monotonic_ms() + HARNESS_LONG_MS),
                     STATUS_OK);
    assert_int_equal(program_hear(&p, HARNESS_LONG_MS, &value), MESSAGE_FAILED);
    assert_int_equal(((const struct message_failed *)value)->reason, FAILURE_REQUEST);
    channel_free_message(MESSAGE_FAILED, value);
    assert_int_equal(program_end(&p, HARNESS_END_MS), 0);
  }
}

static unsigned question_number(void)
{
  unsigned char query[512] = {0};
  struct message_txt request = {.name = "_ssoorg-verify.acme.test", .timeout_s = 1};
  int silent CLEANUP(cleanup_fd) = open_silent_server(&request);
  struct program p = program_start();
  assert_int_equal(channel_send(&p.channel, MESSAGE_TXT, &request, clock_monotonic_ms() + HARNESS_LONG_MS), STATUS_OK);
  assert_true(recv(silent, query, sizeof query, 0) > 2);
  (void)program_end(&p, HARNESS_GONE_MS);
  return (unsigned)query[0] << 8 | query[1];
}

// Whoever can guess a question's number needs only its port to forge the answer (RFC 5452 4).
static void questions_to_name_servers_have_random_numbers(void **state)
{
  (void)state;
  unsigned first = question_number();
  bool differ = false;
  for (int i = 0; i < 3; i++) {
    differ = differ || question_number() != first;
  }
  assert_true(differ);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_look_up_at_a_silent_server_ends_in_time),
      cmocka_unit_test(the_program_is_gone_while_it_looks_up),
      cmocka_unit_test(H36_a_look_up_that_is_not_legal_is_refused),
      cmocka_unit_test(questions_to_name_servers_have_random_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
