// SPDX-License-Identifier: Apache-2.0
// The wire of a fleet's engine, and what a helper may say to who asks.
#include <sys/socket.h>

#include "base/clock.h"
#include "fleet/engine_parts.h"
#include "unit.h"

enum { HANG_MS = 60000 };

static int64_t soon(void)
{
  return clock_monotonic_ms() + HANG_MS;
}

// Who may say what at which time; all else is refused in both directions.
static bool is_legal(enum party party, enum phase phase, enum message_type type)
{
  if (party == PARTY_SYNC) {
    bool asks = type == MESSAGE_ASK || type == MESSAGE_LISTEN || type == MESSAGE_SCRIPT;
    return (phase == PHASE_REQUEST && type == MESSAGE_OPEN) || (phase == PHASE_OPEN && asks);
  }
  bool anytime = type == MESSAGE_FAILED || (type == MESSAGE_TOLD && phase != PHASE_OPENING);
  return (phase == PHASE_OPENING && (anytime || type == MESSAGE_READY)) || (phase == PHASE_OPEN && anytime) ||
         (phase == PHASE_ASKED && (anytime || type == MESSAGE_ROWS || type == MESSAGE_DONE));
}

static void each_side_says_what_is_its_turn(void **state)
{
  static const enum party PARTIES[] = {PARTY_SYNC, PARTY_FLEET};
  int fds[2];
  (void)state;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  for (size_t party = 0; party < COUNT_OF(PARTIES); party++) {
    for (int phase = PHASE_REQUEST; phase <= PHASE_ENDED; phase++) {
      for (int type = MESSAGE_AUTH; type < MESSAGE_COUNT; type++) {
        struct channel from = {fds[0], LINK_SYNC_FLEET, PARTIES[party], (enum phase)phase};
        struct channel to = {fds[1], LINK_SYNC_FLEET, PARTIES[1 - party], (enum phase)phase};
        void *value = calloc(1, protocol_record((enum message_type)type)->struct_size);
        void *back = NULL;
        enum message_type got;
        bool legal = is_legal(PARTIES[party], (enum phase)phase, (enum message_type)type);
        enum status wanted = legal ? STATUS_OK : STATUS_PROTOCOL;
        assert_int_equal(channel_send(&from, (enum message_type)type, value, soon()), wanted);
        free(value);
        if (legal) {
          assert_int_equal(channel_receive(&to, soon(), &got, &back), STATUS_OK);
          assert_int_equal(got, type);
          assert_int_equal(from.phase, to.phase);
          channel_free_message(got, back);
        }
      }
    }
  }
  cleanup_fd(&fds[0]);
  cleanup_fd(&fds[1]);
}

// An engine whose helper is the test.
struct stand_in {
  struct engine *engine;
  struct channel helper;
};

static int begin(void **state)
{
  static struct stand_in s;
  int fds[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  s.engine = calloc(1, sizeof *s.engine);
  assert_non_null(s.engine);
  s.engine->process = (struct process){fds[0], -1};
  s.engine->channel = (struct channel){fds[0], LINK_SYNC_FLEET, PARTY_SYNC, PHASE_OPEN};
  s.helper = (struct channel){fds[1], LINK_SYNC_FLEET, PARTY_FLEET, PHASE_ASKED};
  *state = &s;
  return 0;
}

static int end(void **state)
{
  struct stand_in *s = *state;
  engine_end(&s->engine);
  cleanup_fd(&s->helper.fd);
  return 0;
}

static void say(struct stand_in *s, enum message_type type, const void *value)
{
  s->helper.phase = PHASE_ASKED;
  assert_int_equal(channel_send(&s->helper, type, value, soon()), STATUS_OK);
}

static void say_rows(struct stand_in *s, uint32_t columns, uint32_t rows, size_t values)
{
  struct message_rows message = {.columns = columns, .rows = rows};
  for (size_t i = 0; i < values; i++) {
    assert_int_equal(value_list_add(&message.values, &(struct engine_value){"7", 1, false}), STATUS_OK);
  }
  say(s, MESSAGE_ROWS, &message);
  bytes_done(&message.values);
}

static enum status ask(struct stand_in *s, struct engine_answer *answer)
{
  struct error error;
  return engine_ask(s->engine, ENGINE_HEAD, NULL, soon(), &error, answer);
}

static void rows_of_several_messages_are_one_answer(void **state)
{
  struct stand_in *s = *state;
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  int64_t number = 0;
  say_rows(s, 2, 1, 2);
  say(s, MESSAGE_TOLD, &(struct message_told){1, 2});
  say_rows(s, 2, 2, 4);
  say(s, MESSAGE_DONE, &(struct message_done){.columns = 2, .rows = 3});
  assert_int_equal(ask(s, &answer), STATUS_OK);
  assert_int_equal(answer.rows, 3);
  assert_int_equal(engine_cell_i64(&answer, 2, 1, &number), STATUS_OK);
  assert_int_equal(number, 7);
  assert_true(engine_is_open(s->engine));
}

static void H35_what_a_helper_must_not_say_ends_the_connection(void **state)
{
  static const struct {
    uint32_t columns;
    uint32_t rows;
    size_t values; // that there are
    struct message_done done;
  } CASES[] = {
      {2, 1, 1, {.columns = 2, .rows = 1}},
      {2, 1, 3, {.columns = 2, .rows = 1}},
      {2, 1, 2, {.columns = 2, .rows = 2}},
      {2, 1, 2, {.columns = 1, .rows = 1}},
      {0, 1, 0, {.columns = 0, .rows = 1}},
      {1, 0, 0, {.columns = 1, .rows = 0}},
      {UINT32_MAX, UINT32_MAX, 1, {.columns = UINT32_MAX, .rows = UINT32_MAX}},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct stand_in *s = *state;
    struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
    say_rows(s, CASES[i].columns, CASES[i].rows, CASES[i].values);
    say(s, MESSAGE_DONE, &CASES[i].done);
    assert_int_equal(ask(s, &answer), STATUS_CORRUPT);
    assert_string_equal(answer.sqlstate, "");
    assert_false(engine_is_open(s->engine));
    assert_int_equal(ask(s, &answer), STATUS_CLOSED);
    assert_int_equal(end(state), 0);
    assert_int_equal(begin(state), 0);
  }
}

static void an_answer_without_end_is_refused(void **state)
{
  struct stand_in *s = *state;
  struct message_rows rows = {.columns = 1, .rows = 1};
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  size_t taken = 0;
  assert_int_equal(bytes_reserve(&rows.values, PROTOCOL_FLEET_VALUES_MAX), STATUS_OK);
  rows.values.length = PROTOCOL_FLEET_VALUES_MAX;
  memset(rows.values.data, 0, rows.values.length);
  while (engine_answer_add(&answer, &rows) == STATUS_OK) {
    taken++;
  }
  bytes_done(&rows.values);
  assert_int_equal(taken, ENGINE_ANSWER_MAX / PROTOCOL_FLEET_VALUES_MAX);
  (void)s;
}

static void each_sqlstate_has_its_status_and_the_connection_goes_on(void **state)
{
  static const struct {
    const char *sqlstate;
    enum status status;
  } CASES[] = {
      {"SF001", STATUS_REFUSED},   {"SF004", STATUS_CORRUPT}, {"SF005", STATUS_BUSY},     {"SF007", STATUS_EXISTS},
      {"SF009", STATUS_NOT_FOUND}, {"57014", STATUS_TIMEOUT}, {"53100", STATUS_NO_SPACE}, {"23505", STATUS_EXISTS},
      {"23514", STATUS_INVALID},   {"40P01", STATUS_BUSY},    {"XX000", STATUS_IO},       {"54000", STATUS_TOO_LARGE},
  };
  struct stand_in *s = *state;
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
    struct message_done done = {.message = "words"};
    (void)snprintf(done.sqlstate, sizeof done.sqlstate, "%s", CASES[i].sqlstate);
    say_rows(s, 1, 1, 1); // what came before an error counts for nothing
    say(s, MESSAGE_DONE, &done);
    assert_int_equal(ask(s, &answer), CASES[i].status);
    assert_string_equal(answer.sqlstate, CASES[i].sqlstate);
    assert_string_equal(answer.message, "words");
    assert_int_equal(answer.rows, 0);
    assert_true(engine_is_open(s->engine));
  }
}

static void N7_no_text_of_a_helper_is_taken_as_it_came(void **state)
{
  static const char *const ILLEGAL[] = {"0", "SF0\n1", "sf001", "SF01"};
  struct stand_in *s = *state;
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  say(s, MESSAGE_DONE, &(struct message_done){.sqlstate = "SF001", .message = "\x1b[2J\n\xff"});
  assert_int_equal(ask(s, &answer), STATUS_REFUSED);
  assert_string_equal(answer.message, "?[2J??");
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    struct message_done done = {.message = "words"};
    (void)snprintf(done.sqlstate, sizeof done.sqlstate, "%s", ILLEGAL[i]);
    assert_int_equal(end(state), 0);
    assert_int_equal(begin(state), 0);
    say(s, MESSAGE_DONE, &done);
    assert_int_equal(ask(s, &answer), STATUS_CORRUPT);
  }
}

static void a_helper_that_goes_on_telling_is_not_heard_beyond_the_deadline(void **state)
{
  struct stand_in *s = *state;
  struct error error;
  struct engine_event event;
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  for (int i = 0; i < 100; i++) {
    say(s, MESSAGE_TOLD, &(struct message_told){1, i});
  }
  assert_int_equal(engine_await(s->engine, -1, clock_monotonic_ms(), &error, &event), STATUS_TIMEOUT);
  assert_int_equal(
      engine_next(s->engine, clock_monotonic_ms(), "what", &error, &(enum message_type){0}, &(void *){NULL}),
      STATUS_TIMEOUT);
  assert_false(engine_is_open(s->engine));
  assert_int_equal(ask(s, &answer), STATUS_CLOSED);
}

static void a_helper_that_says_nothing_is_not_waited_for(void **state)
{
  struct stand_in *s = *state;
  struct error error;
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  assert_int_equal(engine_ask(s->engine, ENGINE_HEAD, NULL, clock_monotonic_ms() + 50, &error, &answer),
                   STATUS_TIMEOUT);
  assert_false(engine_is_open(s->engine));
}

static void what_is_told_is_had_once_and_of_orgs_that_are_listened_to(void **state)
{
  struct stand_in *s = *state;
  struct error error;
  struct engine_event event;
  say(s, MESSAGE_DONE, &(struct message_done){.columns = 0});
  assert_int_equal(engine_listen(s->engine, (const int64_t[]){5, 6}, 2, soon(), &error), STATUS_OK);
  say(s, MESSAGE_TOLD, &(struct message_told){6, 1});
  say(s, MESSAGE_TOLD, &(struct message_told){7, 1}); // nobody's
  say(s, MESSAGE_TOLD, &(struct message_told){6, 2});
  say(s, MESSAGE_TOLD, &(struct message_told){5, 3});
  say(s, MESSAGE_DONE, &(struct message_done){.columns = 0});
  struct engine_answer answer CLEANUP(engine_answer_done) = {.columns = 0};
  assert_int_equal(ask(s, &answer), STATUS_OK);
  assert_int_equal(engine_await(s->engine, -1, soon(), &error, &event), STATUS_OK);
  assert_int_equal(event.org_id, 5);
  assert_int_equal(engine_await(s->engine, -1, soon(), &error, &event), STATUS_OK);
  assert_true(event.is_told && event.org_id == 6 && event.revision == 2);
  assert_int_equal(engine_await(s->engine, -1, clock_monotonic_ms() + 50, &error, &event), STATUS_TIMEOUT);
  assert_true(engine_is_open(s->engine));
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  assert_int_equal(write(pair[0], "", 1), 1);
  say(s, MESSAGE_TOLD, &(struct message_told){7, 1});
  assert_int_equal(engine_await(s->engine, pair[1], soon(), &error, &event), STATUS_OK);
  assert_false(event.is_told);
  cleanup_fd(&pair[0]);
  cleanup_fd(&pair[1]);
  say(s, MESSAGE_FAILED, &(struct message_failed){.reason = FAILURE_UNREACHABLE, .detail = "gone"});
  assert_int_equal(engine_await(s->engine, -1, soon(), &error, &event), STATUS_CLOSED);
  assert_string_equal(error.text, "fleet: gone");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_side_says_what_is_its_turn),
      cmocka_unit_test_setup_teardown(rows_of_several_messages_are_one_answer, begin, end),
      cmocka_unit_test_setup_teardown(H35_what_a_helper_must_not_say_ends_the_connection, begin, end),
      cmocka_unit_test_setup_teardown(an_answer_without_end_is_refused, begin, end),
      cmocka_unit_test_setup_teardown(each_sqlstate_has_its_status_and_the_connection_goes_on, begin, end),
      cmocka_unit_test_setup_teardown(N7_no_text_of_a_helper_is_taken_as_it_came, begin, end),
      cmocka_unit_test_setup_teardown(a_helper_that_goes_on_telling_is_not_heard_beyond_the_deadline, begin, end),
      cmocka_unit_test_setup_teardown(a_helper_that_says_nothing_is_not_waited_for, begin, end),
      cmocka_unit_test_setup_teardown(what_is_told_is_had_once_and_of_orgs_that_are_listened_to, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
