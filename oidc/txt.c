// SPDX-License-Identifier: Apache-2.0
#include "txt.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "helper/dns.h"
#include "helper/failure.h"
#include "txt_answer.h"

enum { SEND_WAIT_MS = 5 * 1000 };

struct search {
  struct address address;
  const struct address *server; // NULL: those of resolv.conf
  int parent_fd;
  int64_t deadline_ms;
};

// What c-ares gave back for one question.
struct reply {
  bool is_over;
  int result; // of c-ares
  enum status status;
  struct bytes data; // empty where no server said anything
};

static void reply_done(struct reply *reply)
{
  bytes_done(&reply->data);
}

static void answer_done(struct txt_answer *answer)
{
  record_done(protocol_record(MESSAGE_TEXTS), &answer->texts);
}

static void keep(struct reply *reply, int result, const void *data, size_t length)
{
  reply->is_over = true;
  reply->result = result;
  if (data != NULL && length > 0) {
    reply->status = bytes_append(&reply->data, data, length);
  }
}

// From c-ares 1.28 on an answer comes as a value, and is written down again as it was on the wire.
#if ARES_VERSION >= 0x011c00
static void take(void *context, ares_status_t result, size_t timeouts, const ares_dns_record_t *record)
{
  unsigned char *data = NULL;
  size_t length = 0;
  (void)timeouts;
  if (record != NULL && ares_dns_write(record, &data, &length) != ARES_SUCCESS) {
    data = NULL;
  }
  keep(context, (int)result, data, length);
  ares_free_string(data);
}

static void send_question(ares_channel channel, const char *name, struct reply *reply)
{
  (void)ares_query_dnsrec(channel, name, ARES_CLASS_IN, ARES_REC_TYPE_TXT, take, reply, NULL);
}
#else
enum { CLASS_IN = 1, TYPE_TXT = 16 };

static void take(void *context, int result, int timeouts, unsigned char *data, int length)
{
  (void)timeouts;
  keep(context, result, data, length > 0 ? (size_t)length : 0);
}

static void send_question(ares_channel channel, const char *name, struct reply *reply)
{
  ares_query(channel, name, CLASS_IN, TYPE_TXT, take, reply);
}
#endif

static enum status ask_once(const struct search *search, const char *name, int flags, struct reply *reply)
{
  struct dns dns CLEANUP(dns_close) = {.channel = NULL};
  enum status status = dns_open(search->server, flags, &dns);
  if (status != STATUS_OK) {
    return status;
  }
  send_question(dns.channel, name, reply);
  while (status == STATUS_OK && !reply->is_over) {
    status = dns_step(&dns, search->parent_fd, search->deadline_ms);
  }
  if (status == STATUS_TIMEOUT) {
    ares_cancel(dns.channel); // calls back, while REPLY is there
    reply->result = ARES_ETIMEOUT;
    status = STATUS_OK;
  }
  return status == STATUS_OK ? reply->status : status;
}

// c-ares goes on to the next server where one fails, and then does not say how: the failure is asked for once more.
static enum status ask(const struct search *search, const char *name, struct reply *reply)
{
  enum status status = ask_once(search, name, 0, reply);
  if (status != STATUS_OK) {
    return status;
  }
  if (reply->result == ARES_ECONNREFUSED && reply->data.length == 0) {
    *reply = (struct reply){.is_over = false};
    return ask_once(search, name, ARES_FLAG_NOCHECKRESP, reply);
  }
  return STATUS_OK;
}

// Without an answer: whether that was for want of a server.
static enum status explain(const struct reply *reply, struct message_texts *texts)
{
  bool unreached = reply->result == ARES_ETIMEOUT || reply->result == ARES_ECONNREFUSED;
  texts->lookup = unreached ? LOOKUP_TIMEOUT : LOOKUP_SERVER;
  if (reply->result == ARES_ENOMEM) {
    return STATUS_NO_MEMORY;
  }
  return text_copy(reply->result == ARES_ETIMEOUT ? "no name server answered in time" : ares_strerror(reply->result),
                   texts->detail, sizeof texts->detail);
}

static enum status ask_and_read(const struct search *search, const char *name, unsigned aliases_max,
                                struct txt_answer *answer)
{
  struct reply reply CLEANUP(reply_done) = {.is_over = false};
  enum status status = ask(search, name, &reply);
  if (status != STATUS_OK) {
    return status;
  }
  return reply.data.length > 0 ? txt_answer_read(reply.data.data, reply.data.length, name, aliases_max, answer)
                               : explain(&reply, &answer->texts);
}

// An alias may lead to a name that the server does not know itself: that one is asked for then.
static enum status look_up(const struct search *search, const char *name, struct txt_answer *answer)
{
  char current[PROTOCOL_NAME_SIZE];
  unsigned left = TXT_ALIASES_MAX;
  enum status status = text_copy(name, current, sizeof current);
  do {
    answer_done(answer);
    answer->aliases = 0;
    answer->next[0] = '\0';
    status = status == STATUS_OK ? ask_and_read(search, current, left, answer) : status;
    left -= answer->aliases <= left ? answer->aliases : left;
    memcpy(current, answer->next, sizeof current);
  } while (status == STATUS_OK && current[0] != '\0');
  return status;
}

static enum status check(const struct message_txt *request, struct search *search, struct failure *r)
{
  if (!txt_name_is_legal(request->name)) {
    return failure_set(r, FAILURE_REQUEST, "name: is not a name of DNS");
  }
  if (request->timeout_s == 0 || request->timeout_s > TXT_TIMEOUT_MAX_S) {
    return failure_set(r, FAILURE_REQUEST, "timeout: %u is not 1 to %d seconds", request->timeout_s, TXT_TIMEOUT_MAX_S);
  }
  search->deadline_ms = clock_monotonic_ms() + (int64_t)request->timeout_s * 1000;
  if (request->server[0] == '\0') {
    return STATUS_OK;
  }
  search->server = &search->address;
  return address_parse(request->server, ADDRESS_DNS_PORT, &search->address) == STATUS_OK
             ? STATUS_OK
             : failure_set(r, FAILURE_REQUEST, "server: is not an address");
}

enum status txt_serve(struct channel *c, const struct message_txt *request)
{
  struct txt_answer answer CLEANUP(answer_done) = {.aliases = 0};
  struct search search = {.parent_fd = c->fd};
  struct failure failure = {.reason = FAILURE_INTERNAL};
  enum status status = check(request, &search, &failure);
  status = status != STATUS_OK ? status : look_up(&search, request->name, &answer);
  if (status == STATUS_CLOSED) {
    return status;
  }
  int64_t deadline_ms = clock_monotonic_ms() + SEND_WAIT_MS;
  if (status == STATUS_OK) {
    return channel_send(c, MESSAGE_TEXTS, &answer.texts, deadline_ms);
  }
  if (failure.detail[0] == '\0') {
    (void)failure_set(&failure, FAILURE_INTERNAL, "%s", status_text(status));
  }
  struct message_failed failed = {.reason = failure.reason};
  memcpy(failed.detail, failure.detail, sizeof failed.detail);
  return channel_send(c, MESSAGE_FAILED, &failed, deadline_ms);
}
