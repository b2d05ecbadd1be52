// SPDX-License-Identifier: Apache-2.0
// What libcurl says of connections that end while TLS is agreed on: http_error.h goes by its words, which are no
// promise of its own.
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "http.h"
#include "http_error.h"
#include "unit.h"

enum ending { END_CLOSES_AT_ONCE, END_CLOSES, END_RESETS, END_SPEAKS_HTTP };

struct server {
  int fd;
  uint16_t port;
  enum ending ending;
  pthread_t thread;
};

static void *serve_one(void *context)
{
  const struct server *server = context;
  static const char HTTP[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  const struct linger now = {.l_onoff = 1};
  char hello[64];
  int fd = accept(server->fd, NULL, NULL);
  if (server->ending != END_CLOSES_AT_ONCE) {
    (void)!recv(fd, hello, sizeof hello, 0); // a part of it: what is left unread resets the connection as well
  }
  if (server->ending == END_CLOSES) {
    (void)shutdown(fd, SHUT_WR);
    while (recv(fd, hello, sizeof hello, 0) > 0) {
    }
  } else if (server->ending == END_SPEAKS_HTTP) {
    (void)!send(fd, HTTP, sizeof HTTP - 1, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    while (recv(fd, hello, sizeof hello, 0) > 0) {
    }
  } else if (server->ending == END_RESETS) {
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }
  (void)close(fd);
  return NULL;
}

static void start(struct server *server, enum ending ending)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  server->ending = ending;
  server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(server->fd >= 0);
  assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(server->fd, 1), 0);
  assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &length), 0);
  server->port = ntohs(address.sin_port);
  assert_int_equal(pthread_create(&server->thread, NULL, serve_one, server), 0);
}

// What becomes of a request over TLS to a server that ends so.
static enum status ask(enum ending ending, struct failure *ret_failure, bool *ret_lost)
{
  static const struct bytes NOTHING = BYTES_EMPTY;
  struct http *http CLEANUP(http_done) = NULL;
  struct http_answer answer CLEANUP(http_answer_done) = {.status = 0};
  struct server server;
  char url[64];
  int parent[2];
  start(&server, ending);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, parent), 0);
  (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", server.port);
  const struct http_settings settings = {&NOTHING, false, parent[0], clock_monotonic_ms() + 60000, false};
  assert_int_equal(http_new(&settings, &http), STATUS_OK);
  enum status status = http_send(http, &(struct http_request){.url = url}, ret_failure, &answer);
  *ret_lost = http_was_lost(http);
  assert_int_equal(pthread_join(server.thread, NULL), 0);
  (void)close(server.fd);
  (void)close(parent[0]);
  (void)close(parent[1]);
  return status;
}

static void a_connection_that_ends_in_the_handshake_may_do_better_the_next_time(void **state)
{
  static const enum ending ENDINGS[] = {END_CLOSES_AT_ONCE, END_CLOSES, END_RESETS};
  (void)state;
  for (size_t i = 0; i < COUNT_OF(ENDINGS); i++) {
    struct failure failure = {.detail = ""};
    bool lost = false;
    assert_int_equal(ask(ENDINGS[i], &failure, &lost), STATUS_IO);
    assert_int_equal(failure.reason, FAILURE_UNREACHABLE);
    assert_true(lost);
  }
}

static void a_server_that_speaks_no_tls_will_not(void **state)
{
  struct failure failure = {.detail = ""};
  bool lost = true;
  (void)state;
  assert_int_equal(ask(END_SPEAKS_HTTP, &failure, &lost), STATUS_REFUSED);
  assert_int_equal(failure.reason, FAILURE_TLS);
  assert_false(lost);
}

static void words_count_only_with_the_code_of_the_handshake(void **state)
{
  (void)state;
  assert_true(http_error_is_lost(CURLE_SSL_CONNECT_ERROR, "Recv failure: Connection reset by peer"));
  assert_false(http_error_is_tls(CURLE_SSL_CONNECT_ERROR, "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection"));
  assert_true(http_error_is_tls(CURLE_PEER_FAILED_VERIFICATION, "Recv failure: Connection reset by peer"));
  assert_false(http_error_is_lost(CURLE_PEER_FAILED_VERIFICATION, "Recv failure: Connection reset by peer"));
  assert_true(http_error_is_tls(CURLE_SSL_CONNECT_ERROR, "wrong version number"));
  assert_false(http_error_is_tls(CURLE_COULDNT_CONNECT, ""));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_connection_that_ends_in_the_handshake_may_do_better_the_next_time),
      cmocka_unit_test(a_server_that_speaks_no_tls_will_not),
      cmocka_unit_test(words_count_only_with_the_code_of_the_handshake),
  };
  if (http_start_up() != STATUS_OK) {
    return 1;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
