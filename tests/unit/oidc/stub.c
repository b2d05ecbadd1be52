// SPDX-License-Identifier: Apache-2.0
#include "stub.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "forge.h"

enum { REPLIES_MAX = 32, PATHS_MAX = 16, REQUEST_MAX = 16384, STEP_MS = 100 };

struct route {
  char path[64];
  struct stub_reply replies[REPLIES_MAX];
  size_t reply_count;
  size_t asked;
  char *last;
  int64_t last_ms;
  long pause_ms;
};

struct stub {
  int listener;
  int stop[2];
  pthread_t thread;
  pthread_mutex_t lock;
  char issuer[64];
  struct route routes[PATHS_MAX];
  size_t route_count;
};

static void must(bool good, const char *what)
{
  if (!good) {
    perror(what);
    abort();
  }
}

// Waits until FD can be read; false once the stub is to stop.
static bool wait_for(const struct stub *s, int fd, int timeout_ms)
{
  struct pollfd entries[2] = {{.fd = s->stop[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};
  int ready = poll(entries, 2, timeout_ms);
  return ready >= 0 && entries[0].revents == 0;
}

static bool send_text(int fd, const char *text, size_t length)
{
  while (length > 0) {
    ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    text += sent;
    length -= (size_t)sent;
  }
  return true;
}

static bool is_gone(int fd)
{
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

// Reads a head and as much of a body as it announces into TEXT of REQUEST_MAX bytes. False at the end of the
// connection.
static bool read_request(const struct stub *s, int fd, char *text)
{
  size_t length = 0;
  for (;;) {
    text[length] = '\0';
    const char *end = strstr(text, "\r\n\r\n");
    const char *announced = strcasestr(text, "content-length:");
    if (end != NULL) {
      size_t body = announced != NULL ? strtoul(announced + 15, NULL, 10) : 0;
      if (length >= (size_t)(end + 4 - text) + body) {
        return true;
      }
    }
    if (!wait_for(s, fd, -1) || length + 1 >= REQUEST_MAX) {
      return false;
    }
    ssize_t got = recv(fd, text + length, REQUEST_MAX - 1 - length, 0);
    if (got <= 0 || text[0] < 'A' || text[0] > 'Z') {
      return false; // the end, or something else than HTTP, such as a TLS greeting
    }
    length += (size_t)got;
  }
}

static struct route *find_route(struct stub *s, const char *path, size_t length)
{
  for (size_t i = 0; i < s->route_count; i++) {
    if (strlen(s->routes[i].path) == length && memcmp(s->routes[i].path, path, length) == 0) {
      return &s->routes[i];
    }
  }
  return NULL;
}

// A body that tells the client what it just sent.
static char *repeat(const char *text, const char *member)
{
  const char *value = strstr(text, member);
  value = value != NULL ? value + strlen(member) : "";
  return forge_text("{\"error\":\"echo\",\"error_description\":\"%.*s\"}", (int)strcspn(value, "&"), value);
}

// Notes the request and gives the next reply for its path; its body is a copy.
static struct stub_reply take_reply(struct stub *s, const char *text)
{
  struct stub_reply reply = {.status = 404, .type = "text/plain"};
  const char *path = text + strcspn(text, " ");
  path += *path == ' ';
  pthread_mutex_lock(&s->lock);
  struct route *route = find_route(s, path, strcspn(path, " ?"));
  if (route != NULL) {
    int64_t now_ms = clock_monotonic_ms();
    route->pause_ms = (long)(now_ms - route->last_ms);
    route->last_ms = now_ms;
    free(route->last);
    route->last = strdup(text);
    if (route->reply_count > 0) {
      reply = route->replies[route->asked < route->reply_count ? route->asked : route->reply_count - 1];
    }
    route->asked++;
  }
  reply.body = reply.echo != NULL ? repeat(text, reply.echo) : strdup(reply.body != NULL ? reply.body : "");
  pthread_mutex_unlock(&s->lock);
  return reply;
}

static bool drip(const struct stub *s, int fd, const char *body)
{
  for (; *body != '\0'; body++) {
    if (!wait_for(s, fd, STEP_MS) || is_gone(fd) || !send_text(fd, body, 1)) {
      return false;
    }
  }
  return true;
}

static bool flood(const struct stub *s, int fd, const char *head, const char *chunk)
{
  bool open = send_text(fd, head, strlen(head));
  while (open && wait_for(s, fd, 0)) {
    open = send_text(fd, chunk, strlen(chunk));
  }
  return false;
}

static bool answer(const struct stub *s, int fd, const struct stub_reply *reply)
{
  static char chunk[4096];
  char *head CLEANUP(cleanup_free) =
      forge_text("HTTP/1.1 %d X\r\nContent-Type: %s\r\n%s", reply->status != 0 ? reply->status : 200,
                 reply->type != NULL ? reply->type : "application/json", reply->more != NULL ? reply->more : "");
  char *sized CLEANUP(cleanup_free) = forge_text("%sContent-Length: %zu\r\n\r\n", head, strlen(reply->body));
  char *unsized CLEANUP(cleanup_free) = forge_text("%s\r\n{", head);
  memset(chunk, ' ', sizeof chunk - 1);
  switch (reply->manner) {
  case STUB_ANSWER: return send_text(fd, sized, strlen(sized)) && send_text(fd, reply->body, strlen(reply->body));
  case STUB_HANG:
    while (wait_for(s, fd, STEP_MS) && !is_gone(fd)) {
    }
    return false;
  case STUB_DRIP: return send_text(fd, sized, strlen(sized)) && drip(s, fd, reply->body);
  case STUB_ENDLESS: return flood(s, fd, unsized, chunk);
  case STUB_HEADERS: return flood(s, fd, head, "X-More: 0123456789012345678901234567890123456789\r\n");
  case STUB_CLOSE: return false;
  }
  return false;
}

static void serve(struct stub *s, int fd)
{
  static char text[REQUEST_MAX];
  bool open = true;
  while (open && read_request(s, fd, text)) {
    struct stub_reply reply = take_reply(s, text);
    open = answer(s, fd, &reply);
    free((void *)(uintptr_t)reply.body);
  }
}

static void *run(void *context)
{
  struct stub *s = context;
  while (wait_for(s, s->listener, -1)) {
    int fd CLEANUP(cleanup_fd) = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0) {
      serve(s, fd);
    }
  }
  return NULL;
}

struct stub *stub_start(void)
{
  struct stub *s = calloc(1, sizeof *s);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  must(s != NULL, "calloc");
  s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(s->listener >= 0 && bind(s->listener, (void *)&address, sizeof address) == 0, "bind");
  must(listen(s->listener, 8) == 0 && getsockname(s->listener, (void *)&address, &length) == 0, "listen");
  must(pipe2(s->stop, O_CLOEXEC) == 0 && pthread_mutex_init(&s->lock, NULL) == 0, "pipe");
  (void)snprintf(s->issuer, sizeof s->issuer, "http://127.0.0.1:%u", ntohs(address.sin_port));
  must(pthread_create(&s->thread, NULL, run, s) == 0, "pthread_create");
  return s;
}

static void empty(struct route *route)
{
  for (size_t i = 0; i < route->reply_count; i++) {
    free((void *)(uintptr_t)route->replies[i].body);
  }
  free(route->last);
  char path[sizeof route->path];
  memcpy(path, route->path, sizeof path);
  memset(route, 0, sizeof *route);
  memcpy(route->path, path, sizeof path);
}

void stub_stop(struct stub *s)
{
  must(write(s->stop[1], "x", 1) == 1, "stop");
  must(pthread_join(s->thread, NULL) == 0, "pthread_join");
  for (size_t i = 0; i < s->route_count; i++) {
    empty(&s->routes[i]);
  }
  (void)close(s->listener);
  (void)close(s->stop[0]);
  (void)close(s->stop[1]);
  (void)pthread_mutex_destroy(&s->lock);
  free(s);
}

const char *stub_issuer(const struct stub *s)
{
  return s->issuer;
}

static char *with_issuer(const struct stub *s, const char *body)
{
  char *text = forge_text("%s", "");
  for (const char *at = body; *at != '\0';) {
    size_t length = strcspn(at, "~");
    char *before CLEANUP(cleanup_free) = text;
    text = forge_text("%s%.*s%s", before, (int)length, at, at[length] == '~' ? s->issuer : "");
    at += length + (at[length] == '~');
  }
  return text;
}

static struct route *route_of(struct stub *s, const char *path)
{
  struct route *route = find_route(s, path, strlen(path));
  if (route == NULL) {
    must(s->route_count < PATHS_MAX && strlen(path) < sizeof route->path, "too many paths");
    route = &s->routes[s->route_count++];
    (void)snprintf(route->path, sizeof route->path, "%s", path);
  }
  return route;
}

void stub_reply(struct stub *s, const char *path, const struct stub_reply *reply)
{
  pthread_mutex_lock(&s->lock);
  struct route *route = route_of(s, path);
  must(route->reply_count < REPLIES_MAX, "too many replies");
  struct stub_reply *added = &route->replies[route->reply_count++];
  *added = *reply;
  added->body = with_issuer(s, reply->body != NULL ? reply->body : "");
  pthread_mutex_unlock(&s->lock);
}

void stub_forget(struct stub *s, const char *path)
{
  pthread_mutex_lock(&s->lock);
  empty(route_of(s, path));
  pthread_mutex_unlock(&s->lock);
}

size_t stub_count(struct stub *s, const char *path)
{
  pthread_mutex_lock(&s->lock);
  size_t count = route_of(s, path)->asked;
  pthread_mutex_unlock(&s->lock);
  return count;
}

char *stub_last(struct stub *s, const char *path)
{
  pthread_mutex_lock(&s->lock);
  const char *last = route_of(s, path)->last;
  char *copy = strdup(last != NULL ? last : "");
  pthread_mutex_unlock(&s->lock);
  return copy;
}

long stub_pause_ms(struct stub *s, const char *path)
{
  pthread_mutex_lock(&s->lock);
  long pause = route_of(s, path)->pause_ms;
  pthread_mutex_unlock(&s->lock);
  return pause;
}
