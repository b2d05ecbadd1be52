// SPDX-License-Identifier: Apache-2.0
// What is asked of a fleet's engine, its wire, and what a helper may say to who asks.
#include <sys/socket.h>

#include "base/clock.h"
#include "fleet/array.h"
#include "fleet/engine_parts.h"
#include "fleet/hosts.h"
#include "unit.h"

enum { HANG_MS = 60000 };

static int64_t soon(void)
{
  return clock_monotonic_ms() + HANG_MS;
}

static void hosts_are_names_or_numbers_with_ports(void **state)
{
  static const struct {
    const char *text;
    const char *name;
    uint16_t port;
    bool loopback;
  } LEGAL[] = {
      {"db1.example", "db1.example", 5432, false},
      {"db1:1", "db1", 1, false},
      {"192.0.2.1:65535", "192.0.2.1", 65535, false},
      {"[2001:db8::1]:5433", "2001:db8::1", 5433, false},
      {"2001:db8::1", "2001:db8::1", 5432, false},
      {"127.0.0.1", "127.0.0.1", 5432, true},
      {"[::1]:5432", "::1", 5432, true},
      {"db_1.a-b.example:5432", "db_1.a-b.example", 5432, false},
      {"localhost", "localhost", 5432, false}, // a name is whatever a name server says
  };
  static const char *const ILLEGAL[] = {
      "",
      ",",
      "a,",
      ",a",
      "a,,b",
      "a b",
      "/run/postgresql",
      "@abstract",
      "a:0",
      "a:65536",
      "a:5432:",
      "a:+1",
      "a:",
      "-a",
      "a-",
      "a..b",
      ".a",
      "a.",
      "1.2.3",
      "1.2.3.4.",
      "256.1.1.1",
      "a/b",
      "host=a",
      "a'b",
      "[2001:db8::",
      "fe80::1%eth0",
      "a,b,c,d,e,f,g,h,i",
      "a:1e3",
  };
  struct fleet_hosts hosts;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(LEGAL); i++) {
    assert_int_equal(fleet_hosts_parse(LEGAL[i].text, &hosts), STATUS_OK);
    assert_int_equal(hosts.count, 1);
    assert_string_equal(hosts.hosts[0].name, LEGAL[i].name);
    assert_int_equal(hosts.hosts[0].port, LEGAL[i].port);
    assert_int_equal(fleet_hosts_are_loopback(&hosts), LEGAL[i].loopback);
  }
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(fleet_hosts_parse(ILLEGAL[i], &hosts), STATUS_INVALID);
  }
  assert_int_equal(fleet_hosts_parse("127.0.0.1,::1,db1", &hosts), STATUS_OK);
  assert_false(fleet_hosts_are_loopback(&hosts));
}

static void values_are_read_just_as_they_were_added(void **state)
{
  struct engine_value values[3] = {{"a\0b", 3, false}, {NULL, 0, true}, {"", 0, false}};
  struct engine_value back[4];
  struct bytes list CLEANUP(bytes_done) = BYTES_EMPTY;
  (void)state;
  for (size_t i = 0; i < COUNT_OF(values); i++) {
    assert_int_equal(value_list_add(&list, &values[i]), STATUS_OK);
  }
  assert_int_equal(value_list_read(&list, 3, back), STATUS_OK);
  assert_int_equal(back[0].length, 3);
  assert_memory_equal(back[0].data, "a\0b", 3);
  assert_true(back[1].null);
  assert_false(back[2].null);
  assert_int_equal(value_list_read(&list, 2, back), STATUS_CORRUPT);
  assert_int_equal(value_list_read(&list, 4, back), STATUS_CORRUPT);
  for (size_t length = 0; length < list.length; length++) {
    char *cut = malloc(length + 1); // of its own: a read behind the end is one behind the allocation
    memcpy(cut, list.data, length);
    assert_int_equal(value_list_read(&(struct bytes){cut, length, length}, 3, back), STATUS_CORRUPT);
    free(cut);
  }
  assert_int_equal(bytes_append(&list, "", 1), STATUS_OK);
  assert_int_equal(value_list_read(&list, 3, back), STATUS_CORRUPT);
}

// $N of SQL, with the type behind it; NULL without one.
static const char *parameter(const char *sql, size_t number)
{
  char name[8];
  (void)snprintf(name, sizeof name, "$%zu::", number);
  const char *at = strstr(sql, name);
  return at == NULL ? NULL : at + strlen(name);
}

static void each_statement_has_as_many_typed_parameters_as_it_says(void **state)
{
  (void)state;
  for (uint32_t i = 0; i < ENGINE_STATEMENT_COUNT; i++) {
    const struct engine_statement_text *text = engine_statement_text(i);
    size_t dollars = 0;
    assert_non_null(text->sql);
    assert_true(text->count <= ENGINE_VALUES_MAX);
    for (const char *at = text->sql; *at != '\0'; at++) {
      dollars += *at == '$' ? 1 : 0;
    }
    assert_int_equal(dollars, text->count);
    for (size_t n = 1; n <= text->count; n++) {
      const char *type = parameter(text->sql, n);
      assert_non_null(type);
      bool bytea = strncmp(type, "bytea", 5) == 0 && type[5] != '[';
      assert_int_equal(text->bytea >> (n - 1) & 1, bytea);
    }
    assert_int_equal(text->bytea >> text->count, 0);
    assert_null(strchr(text->sql, ';'));
  }
  assert_null(engine_statement_text(ENGINE_STATEMENT_COUNT));
  assert_null(engine_statement_text(UINT32_MAX));
}

static void arrays_are_as_postgresql_reads_them(void **state)
{
  struct bytes array CLEANUP(bytes_done) = BYTES_EMPTY;
  static const char *const ILLEGAL[] = {"", "a,b", "a\"", "{", "a b", "NULL", "null", "a\\"};
  (void)state;
  assert_int_equal(engine_array_end(&array), STATUS_OK);
  assert_string_equal(bytes_text(&array), "{}");
  bytes_clear(&array);
  for (size_t i = 0; i < COUNT_OF(ILLEGAL); i++) {
    assert_int_equal(engine_array_add(&array, ILLEGAL[i]), STATUS_INVALID);
  }
  assert_int_equal(engine_array_add_i64(&array, INT64_MIN), STATUS_OK);
  assert_int_equal(engine_array_add_i64(&array, 7), STATUS_OK);
  assert_int_equal(engine_array_add(&array, "0f-1"), STATUS_OK);
  assert_int_equal(engine_array_add_bytea(&array, "\0\"\\", 3), STATUS_OK);
  assert_int_equal(engine_array_add_bytea(&array, "", 0), STATUS_OK);
  assert_int_equal(engine_array_end(&array), STATUS_OK);
  assert_string_equal(bytes_text(&array), "{-9223372036854775808,7,0f-1,\"\\\\x00225c\",\"\\\\x\"}");
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
      cmocka_unit_test(hosts_are_names_or_numbers_with_ports),
      cmocka_unit_test(values_are_read_just_as_they_were_added),
      cmocka_unit_test(each_statement_has_as_many_typed_parameters_as_it_says),
      cmocka_unit_test(arrays_are_as_postgresql_reads_them),
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
