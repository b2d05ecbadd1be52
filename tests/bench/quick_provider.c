// SPDX-License-Identifier: Apache-2.0
#include "quick_provider.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "forge.h"
#include "moment.h"

enum { CODES_MAX = 16384, BACKLOG = 4096, REQUEST_SIZE = 8192, EVENTS = 64, LIFE_S = 600, AHEAD = -15 };

// Digits follow: the number of the code.
static const char DEVICE_CODE[] = "dc-very-secret-";
static const char USER_CODE[] = "STORM-";

struct code {
  char email[EMAIL_SIZE]; // of who approved it, "" for nobody yet
  struct quick_share share;
};

struct client {
  int fd;
  size_t length;
  int64_t spent_ns; // for requests before the one that names a code
  char request[REQUEST_SIZE];
};

struct quick_provider {
  int listener;
  int poller;
  int stop;
  pthread_t thread;
  pthread_mutex_t lock; // of the codes
  char issuer[64];
  struct forge_key key;
  char *discovery;
  char *keys;
  uint32_t count;
  struct code *codes;
};

static void must(bool good, const char *what)
{
  if (!good) {
    perror(what);
    abort();
  }
}

static struct code *find_code(struct quick_provider *p, const char *text, const char *prefix, uint32_t *ret_number)
{
  const char *at = strstr(text, prefix);
  unsigned long number = at != NULL ? strtoul(at + strlen(prefix), NULL, 10) : CODES_MAX;
  if (number >= p->count) {
    return NULL;
  }
  *ret_number = (uint32_t)number;
  return &p->codes[number];
}

static char *device_answer(struct quick_provider *p, struct code **ret_code)
{
  pthread_mutex_lock(&p->lock);
  uint32_t number = p->count++;
  must(number < CODES_MAX, "codes");
  pthread_mutex_unlock(&p->lock);
  *ret_code = &p->codes[number];
  return forge_text("{\"device_code\":\"%s%u\",\"user_code\":\"%s%u\",\"verification_uri\":\"%s/device\","
                    "\"expires_in\":300,\"interval\":1}",
                    DEVICE_CODE, number, USER_CODE, number, p->issuer);
}

static char *tokens_for(const struct quick_provider *p, const char *email)
{
  long long now_s = clock_now_s();
  char *payload CLEANUP(cleanup_free) =
      forge_text("{\"iss\":\"%s\",\"aud\":\"" QUICK_PROVIDER_CLIENT "\",\"sub\":\"s-%s\",\"iat\":%lld,\"exp\":%lld,"
                 "\"email\":\"%s\",\"email_verified\":true,\"name\":\"Person %.40s\"}",
                 p->issuer, email, now_s, now_s + LIFE_S, email, email);
  char *token CLEANUP(cleanup_free) = forge_token(&p->key, "{\"alg\":\"ES256\",\"kid\":\"k-1\"}", payload);
  return forge_text("{\"token_type\":\"Bearer\",\"access_token\":\"at-very-secret\",\"id_token\":\"%s\"}", token);
}

// Whose refresh token stands in REQUEST; "" without one.
static void find_refreshed(const char *request, char email[static EMAIL_SIZE])
{
  static const char FIELD[] = "refresh_token=" QUICK_PROVIDER_REFRESH;
  const char *at = strstr(request, FIELD);
  size_t length = 0;
  for (at = at != NULL ? at + strlen(FIELD) : ""; *at != '\0' && *at != '&' && length + 1 < EMAIL_SIZE; at++) {
    bool encoded = strncmp(at, "%40", 3) == 0;
    email[length++] = encoded ? '@' : *at;
    at += encoded ? 2 : 0;
  }
  email[length] = '\0';
}

// *RET_CODE is whose tokens they are, NULL without any.
static char *token_answer(struct quick_provider *p, const char *request, int *ret_status, struct code **ret_code)
{
  char email[EMAIL_SIZE] = "";
  uint32_t number = 0;
  find_refreshed(request, email);
  if (email[0] != '\0') {
    return tokens_for(p, email);
  }
  pthread_mutex_lock(&p->lock);
  struct code *code = find_code(p, request, DEVICE_CODE, &number);
  if (code != NULL) {
    memcpy(email, code->email, sizeof email);
    code->share.polls++;
  }
  pthread_mutex_unlock(&p->lock);
  if (email[0] != '\0') {
    *ret_code = code;
    return tokens_for(p, email);
  }
  *ret_status = 400;
  return forge_text("{\"error\":\"%s\"}", code != NULL ? "authorization_pending" : "invalid_grant");
}

static bool asks(const char *request, const char *what)
{
  return strncmp(request, what, strlen(what)) == 0;
}

static bool send_answer(const struct client *client, int status, const char *body)
{
  char *text CLEANUP(cleanup_free) = forge_text(
      "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);
  size_t length = strlen(text);
  return send(client->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

// What came before a code was there goes to its account with it.
static void charge(struct quick_provider *p, struct client *client, struct code *code, bool tokens, int64_t start_ns)
{
  int64_t now_ns = moment_now();
  client->spent_ns += now_ns - start_ns;
  if (code == NULL) {
    return;
  }
  pthread_mutex_lock(&p->lock);
  code->share.spent_ns += client->spent_ns;
  code->share.answered_at_ns = tokens ? now_ns : 0;
  pthread_mutex_unlock(&p->lock);
  client->spent_ns = 0;
}

static bool answer(struct quick_provider *p, struct client *client)
{
  int64_t start_ns = moment_now();
  struct code *code = NULL;
  int status = 200;
  bool tokens = asks(client->request, "POST /token ");
  char *made CLEANUP(cleanup_free) = NULL;
  const char *body = NULL;
  if (tokens) {
    body = made = token_answer(p, client->request, &status, &code);
  } else if (asks(client->request, "POST /device ")) {
    body = made = device_answer(p, &code);
  } else if (asks(client->request, "GET /jwks ")) {
    body = p->keys;
  } else if (asks(client->request, "GET /.well-known/openid-configuration ")) {
    body = p->discovery;
  } else {
    body = "{}";
    status = 404;
  }
  bool sent = send_answer(client, status, body);
  charge(p, client, code, tokens, start_ns);
  return sent;
}

static bool is_whole(const struct client *client)
{
  const char *end = strstr(client->request, "\r\n\r\n");
  const char *announced = strcasestr(client->request, "content-length:");
  size_t body = announced != NULL && announced < end ? strtoul(announced + 15, NULL, 10) : 0;
  return end != NULL && client->length >= (size_t)(end + 4 - client->request) + body;
}

// A client waits for its answer before it asks again.
static bool serve(struct quick_provider *p, struct client *client)
{
  ssize_t got = recv(client->fd, client->request + client->length, REQUEST_SIZE - 1 - client->length, 0);
  if (got <= 0) {
    return false;
  }
  client->length += (size_t)got;
  client->request[client->length] = '\0';
  if (!is_whole(client)) {
    return client->length < REQUEST_SIZE - 1;
  }
  client->length = 0;
  return answer(p, client);
}

static void watch(const struct quick_provider *p, int fd, void *whose)
{
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = whose};
  must(epoll_ctl(p->poller, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void take_client(const struct quick_provider *p)
{
  static const int ON = 1;
  int fd = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
  struct client *client = calloc(1, sizeof *client);
  must(fd >= 0 && client != NULL, "accept");
  client->fd = fd;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &ON, sizeof ON);
  watch(p, fd, client);
}

// A process that is just being started may have the socket still: closing it here would not end its being watched.
static void drop_client(const struct quick_provider *p, struct client *client)
{
  must(epoll_ctl(p->poller, EPOLL_CTL_DEL, client->fd, NULL) == 0, "epoll_ctl");
  (void)close(client->fd);
  free(client);
}

static void *run(void *context)
{
  struct quick_provider *p = context;
  struct epoll_event events[EVENTS];
  (void)setpriority(PRIO_PROCESS, (id_t)gettid(), AHEAD);
  for (;;) {
    int count = epoll_wait(p->poller, events, EVENTS, -1);
    for (int i = 0; i < count; i++) {
      struct client *client = events[i].data.ptr;
      if (events[i].data.ptr == &p->stop) {
        return NULL;
      }
      if (events[i].data.ptr == &p->listener) {
        take_client(p);
      } else if (!serve(p, client)) {
        drop_client(p, client);
      }
    }
  }
}

static void make_documents(struct quick_provider *p)
{
  p->key = forge_ec("P-256", "ES256");
  char *jwk CLEANUP(cleanup_free) = forge_jwk(&p->key, "\"kid\":\"k-1\",\"use\":\"sig\"");
  p->keys = forge_text("{\"keys\":[%s]}", jwk);
  p->discovery = forge_text("{\"issuer\":\"%s\",\"device_authorization_endpoint\":\"%s/device\","
                            "\"token_endpoint\":\"%s/token\",\"jwks_uri\":\"%s/jwks\"}",
                            p->issuer, p->issuer, p->issuer, p->issuer);
}

struct quick_provider *quick_provider_start(void)
{
  struct quick_provider *p = calloc(1, sizeof *p);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  must(p != NULL && (p->codes = calloc(CODES_MAX, sizeof *p->codes)) != NULL, "memory");
  p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  p->poller = epoll_create1(EPOLL_CLOEXEC);
  p->stop = eventfd(0, EFD_CLOEXEC);
  must(p->listener >= 0 && p->poller >= 0 && p->stop >= 0, "descriptors");
  must(bind(p->listener, (void *)&address, sizeof address) == 0 && listen(p->listener, BACKLOG) == 0, "listen");
  must(getsockname(p->listener, (void *)&address, &length) == 0, "getsockname");
  (void)snprintf(p->issuer, sizeof p->issuer, "http://127.0.0.1:%u", ntohs(address.sin_port));
  make_documents(p);
  watch(p, p->listener, &p->listener);
  watch(p, p->stop, &p->stop);
  must(pthread_mutex_init(&p->lock, NULL) == 0 && pthread_create(&p->thread, NULL, run, p) == 0, "thread");
  return p;
}

// Clients that are still there end with the program.
void quick_provider_stop(struct quick_provider *p)
{
  must(eventfd_write(p->stop, 1) == 0 && pthread_join(p->thread, NULL) == 0, "stop");
  (void)close(p->listener);
  (void)close(p->poller);
  (void)close(p->stop);
  (void)pthread_mutex_destroy(&p->lock);
  forge_key_done(&p->key);
  free(p->discovery);
  free(p->keys);
  free(p->codes);
  free(p);
}

const char *quick_provider_issuer(const struct quick_provider *p)
{
  return p->issuer;
}

bool quick_provider_approve(struct quick_provider *p, const char *prompt, const char *email, uint32_t *ret_code)
{
  pthread_mutex_lock(&p->lock);
  struct code *code = find_code(p, prompt, USER_CODE, ret_code);
  if (code != NULL) {
    (void)snprintf(code->email, sizeof code->email, "%s", email);
  }
  pthread_mutex_unlock(&p->lock);
  return code != NULL;
}

struct quick_share quick_provider_share(struct quick_provider *p, uint32_t code)
{
  pthread_mutex_lock(&p->lock);
  struct quick_share share = p->codes[code].share;
  pthread_mutex_unlock(&p->lock);
  return share;
}

int64_t quick_provider_cpu_ns(const struct quick_provider *p)
{
  clockid_t clock;
  return pthread_getcpuclockid(p->thread, &clock) == 0 ? moment_on(clock) : 0;
}
