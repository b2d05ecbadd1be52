// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/endian.h"
#include "protocol/channel.h"
#include "unit.h"

struct pair {
  int fds[2];
  struct channel module;
  struct channel signin;
};

static int make_pair(void **state)
{
  static struct pair pair;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.fds), 0);
  pair.module = channel_init(pair.fds[0], LINK_MODULE_SIGNIN, PARTY_MODULE);
  pair.signin = channel_init(pair.fds[1], LINK_MODULE_SIGNIN, PARTY_SIGNIN);
  *state = &pair;
  return 0;
}

static int close_pair(void **state)
{
  struct pair *pair = *state;
  cleanup_fd(&pair->fds[0]);
  cleanup_fd(&pair->fds[1]);
  return 0;
}

enum { HANG_MS = 60000 };

static int64_t soon(void)
{
  return clock_monotonic_ms() + HANG_MS;
}

static enum status send_request(struct pair *pair)
{
  static const struct message_request REQUEST = {.login = "alice@acme.test", .service = "sshd"};
  return channel_send(&pair->module, MESSAGE_AUTH, &REQUEST, soon());
}

static enum status receive(struct channel *channel, enum message_type *ret_type)
{
  void *value = NULL;
  enum status status = channel_receive(channel, soon(), ret_type, &value);
  if (status == STATUS_OK) {
    channel_free_message(*ret_type, value);
  }
  return status;
}

static void a_sign_in_is_a_request_prompts_and_a_verdict(void **state)
{
  struct pair *pair = *state;
  enum message_type type;
  const struct message_prompt prompt = {.echo = 1, .text = "Enter: "};
  struct message_answer answer = {.given = 1};
  const struct message_verdict verdict = {.verdict = VERDICT_GRANTED};
  assert_int_equal(send_request(pair), STATUS_OK);
  assert_int_equal(receive(&pair->signin, &type), STATUS_OK);
  assert_int_equal(type, MESSAGE_AUTH);
  assert_int_equal(channel_send(&pair->signin, MESSAGE_PROMPT, &prompt, soon()), STATUS_OK);
  assert_int_equal(receive(&pair->module, &type), STATUS_OK);
  assert_int_equal(channel_send(&pair->module, MESSAGE_ANSWER, &answer, soon()), STATUS_OK);
  assert_int_equal(receive(&pair->signin, &type), STATUS_OK);
  assert_int_equal(channel_send(&pair->signin, MESSAGE_VERDICT, &verdict, soon()), STATUS_OK);
  assert_int_equal(receive(&pair->module, &type), STATUS_OK);
  assert_int_equal(pair->module.phase, PHASE_ENDED);
  assert_int_equal(pair->signin.phase, PHASE_ENDED);
}

// What may be sent first by each side of each link; all else is refused in both directions.
static bool may_begin(enum link link, enum party party, enum message_type type)
{
  if (link == LINK_MODULE_SIGNIN) {
    return party == PARTY_MODULE && type >= MESSAGE_AUTH && type <= MESSAGE_CHAUTHTOK;
  }
  if (link == LINK_SYNC_FLEET) {
    return party == PARTY_SYNC && type == MESSAGE_OPEN;
  }
  return party == PARTY_SIGNIN && (type == MESSAGE_SIGN_IN || type == MESSAGE_DISCOVER || type == MESSAGE_TXT ||
                                   type == MESSAGE_MAIL || type == MESSAGE_REFRESH);
}

static void only_requests_begin_an_exchange(void **state)
{
  struct pair *pair = *state;
  static const struct {
    enum link link;
    enum party party;
  } ENDS[] = {{LINK_MODULE_SIGNIN, PARTY_MODULE}, {LINK_MODULE_SIGNIN, PARTY_SIGNIN}, {LINK_SIGNIN_OIDC, PARTY_SIGNIN},
              {LINK_SIGNIN_OIDC, PARTY_OIDC},     {LINK_SYNC_FLEET, PARTY_SYNC},      {LINK_SYNC_FLEET, PARTY_FLEET}};
  for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
    for (int type = MESSAGE_AUTH; type < MESSAGE_COUNT; type++) {
      struct channel channel = channel_init(pair->fds[0], ENDS[i].link, ENDS[i].party);
      void *value = calloc(1, protocol_record((enum message_type)type)->struct_size);
      enum status status = channel_send(&channel, (enum message_type)type, value, soon());
      bool legal = may_begin(ENDS[i].link, ENDS[i].party, (enum message_type)type);
      assert_int_equal(status, legal ? STATUS_OK : STATUS_PROTOCOL);
      free(value);
    }
  }
}

static void put_frame(struct pair *pair, uint32_t length, uint32_t tail, size_t payload)
{
  unsigned char frame[PROTOCOL_HEADER_SIZE + 64] = {0};
  endian_put_u32(frame, length);
  endian_put_u32(frame + 4, tail);
  size_t whole = PROTOCOL_HEADER_SIZE + payload;
  assert_int_equal(write(pair->fds[0], frame, whole), whole);
}

static uint32_t tail_of(enum message_type type, uint32_t version)
{
  return (uint32_t)type | version << 16;
}

static void wrong_order_version_and_length_end_the_exchange(void **state)
{
  static const struct {
    uint32_t length;
    uint32_t type;
    uint32_t version;
    enum status status;
  } CASES[] = {
      {0, MESSAGE_ANSWER, PROTOCOL_VERSION, STATUS_PROTOCOL},  // nothing was asked
      {0, MESSAGE_VERDICT, PROTOCOL_VERSION, STATUS_PROTOCOL}, // not theirs to send
      {0, 0, PROTOCOL_VERSION, STATUS_PROTOCOL},
      {0, 999, PROTOCOL_VERSION, STATUS_PROTOCOL},
      {0, MESSAGE_AUTH, PROTOCOL_VERSION + 1, STATUS_PROTOCOL},
      {PROTOCOL_PAYLOAD_MAX + 1, MESSAGE_AUTH, PROTOCOL_VERSION, STATUS_PROTOCOL},
      {0xffffffff, MESSAGE_AUTH, PROTOCOL_VERSION, STATUS_PROTOCOL},
      {0, MESSAGE_AUTH, PROTOCOL_VERSION, STATUS_CORRUPT},
      {16, MESSAGE_AUTH, PROTOCOL_VERSION, STATUS_PROTOCOL}, // zeros are another payload version
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    enum message_type type;
    struct pair *pair = *state;
    put_frame(pair, CASES[i].length, tail_of((enum message_type)CASES[i].type, CASES[i].version),
              CASES[i].length <= 64 ? CASES[i].length : 0);
    assert_int_equal(receive(&pair->signin, &type), CASES[i].status);
    assert_int_equal(pair->signin.phase, PHASE_ENDED);
    assert_int_equal(close_pair(state), 0);
    assert_int_equal(make_pair(state), 0);
  }
}

static void a_cut_frame_is_not_a_message(void **state)
{
  struct pair *pair = *state;
  char whole[4096];
  assert_int_equal(send_request(pair), STATUS_OK);
  ssize_t length = read(pair->fds[1], whole, sizeof whole);
  assert_true(length > PROTOCOL_HEADER_SIZE);
  for (ssize_t cut = 0; cut < length; cut++) {
    enum message_type type;
    assert_int_equal(close_pair(state), 0);
    assert_int_equal(make_pair(state), 0);
    pair = *state;
    assert_int_equal(write(pair->fds[0], whole, (size_t)cut), cut);
    cleanup_fd(&pair->fds[0]);
    pair->fds[0] = -1;
    assert_int_equal(receive(&pair->signin, &type), STATUS_CLOSED);
  }
}

static void H53_a_slow_drip_does_not_beat_the_deadline(void **state)
{
  struct pair *pair = *state;
  enum message_type type;
  void *value = NULL;
  put_frame(pair, 40, tail_of(MESSAGE_AUTH, PROTOCOL_VERSION), 1);
  int64_t start = clock_monotonic_ms();
  assert_int_equal(channel_receive(&pair->signin, start + 200, &type, &value), STATUS_TIMEOUT);
  assert_in_range(clock_monotonic_ms() - start, 190, HANG_MS);
  assert_int_equal(pair->signin.phase, PHASE_ENDED);
}

static void H48_writing_to_a_closed_end_raises_no_signal(void **state)
{
  struct pair *pair = *state;
  (void)signal(SIGPIPE, SIG_DFL);
  cleanup_fd(&pair->fds[1]);
  pair->fds[1] = -1;
  assert_true(channel_is_closed(&pair->module));
  assert_int_equal(send_request(pair), STATUS_CLOSED);
}

static void secrets_come_through_with_their_length(void **state)
{
  struct pair *pair = *state;
  enum message_type type;
  void *value = NULL;
  struct channel to = channel_init(pair->fds[0], LINK_SIGNIN_OIDC, PARTY_SIGNIN);
  struct channel from = channel_init(pair->fds[1], LINK_SIGNIN_OIDC, PARTY_OIDC);
  struct message_sign_in request = {.issuer = "https://idp.test"};
  assert_int_equal(bytes_append(&request.client_secret, "s\0t", 3), STATUS_OK);
  assert_int_equal(channel_send(&to, MESSAGE_SIGN_IN, &request, soon()), STATUS_OK);
  assert_int_equal(channel_receive(&from, soon(), &type, &value), STATUS_OK);
  const struct message_sign_in *got = value;
  assert_int_equal(got->client_secret.length, 3);
  assert_memory_equal(got->client_secret.data, "s\0t", 3);
  assert_string_equal(got->issuer, "https://idp.test");
  channel_free_message(type, value);
  bytes_done(&request.client_secret);
}

static struct message_texts new_texts(void)
{
  struct message_texts texts = {.lookup = LOOKUP_TEXTS, .detail = "NOERROR"};
  assert_int_equal(bytes_append(&texts.list, "\1\0x", 3), STATUS_OK);
  return texts;
}

static void a_look_up_is_answered_once_by_oidc_and_by_nothing_else(void **state)
{
  struct pair *pair = *state;
  static const struct message_txt request = {.name = "_ssoorg-verify.acme.test", .timeout_s = 8};
  struct message_texts texts = new_texts();
  for (int type = MESSAGE_AUTH; type < MESSAGE_COUNT; type++) {
    struct channel asking = channel_init(pair->fds[0], LINK_SIGNIN_OIDC, PARTY_SIGNIN);
    struct channel asked = channel_init(pair->fds[1], LINK_SIGNIN_OIDC, PARTY_OIDC);
    enum message_type got;
    void *value = type == MESSAGE_TEXTS ? NULL : calloc(1, protocol_record((enum message_type)type)->struct_size);
    assert_int_equal(channel_send(&asking, MESSAGE_TXT, &request, soon()), STATUS_OK);
    assert_int_equal(receive(&asked, &got), STATUS_OK);
    assert_int_equal(got, MESSAGE_TXT);
    bool legal = type == MESSAGE_TEXTS || type == MESSAGE_FAILED;
    enum status status = channel_send(&asked, (enum message_type)type, value != NULL ? value : &texts, soon());
    assert_int_equal(status, legal ? STATUS_OK : STATUS_PROTOCOL);
    assert_int_equal(legal ? receive(&asking, &got) : STATUS_OK, STATUS_OK);
    if (legal) {
      assert_int_equal(got, type);
      assert_int_equal(asking.phase, PHASE_ENDED);
      assert_int_equal(channel_send(&asked, MESSAGE_TEXTS, &texts, soon()), STATUS_PROTOCOL);
    }
    free(value);
  }
  bytes_done(&texts.list);
}

static void cut_or_longer_values_of_a_look_up_are_no_message(void **state)
{
  struct pair *pair = *state;
  char whole[512];
  struct message_texts texts = new_texts();
  struct channel asked = {pair->fds[1], LINK_SIGNIN_OIDC, PARTY_OIDC, PHASE_LOOKING_UP};
  assert_int_equal(channel_send(&asked, MESSAGE_TEXTS, &texts, soon()), STATUS_OK);
  ssize_t length = read(pair->fds[0], whole, sizeof whole);
  bytes_done(&texts.list);
  for (uint32_t payload = 0; payload <= (uint32_t)length - PROTOCOL_HEADER_SIZE + 1; payload++) {
    struct channel asking = {pair->fds[0], LINK_SIGNIN_OIDC, PARTY_SIGNIN, PHASE_LOOKING_UP};
    enum message_type type;
    char frame[sizeof whole] = {0};
    memcpy(frame, whole, (size_t)length);
    endian_put_u32((unsigned char *)frame, payload); // the frame is whole: its contents are cut, or one byte too long
    ssize_t size = PROTOCOL_HEADER_SIZE + (ssize_t)payload;
    assert_int_equal(write(pair->fds[1], frame, (size_t)size), size);
    enum status wanted = size == length ? STATUS_OK : STATUS_CORRUPT;
    assert_int_equal(receive(&asking, &type), wanted);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_sign_in_is_a_request_prompts_and_a_verdict, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(only_requests_begin_an_exchange, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(wrong_order_version_and_length_end_the_exchange, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(a_cut_frame_is_not_a_message, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(H53_a_slow_drip_does_not_beat_the_deadline, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(H48_writing_to_a_closed_end_raises_no_signal, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(a_look_up_is_answered_once_by_oidc_and_by_nothing_else, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(cut_or_longer_values_of_a_look_up_are_no_message, make_pair, close_pair),
      cmocka_unit_test_setup_teardown(secrets_come_through_with_their_length, make_pair, close_pair),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
