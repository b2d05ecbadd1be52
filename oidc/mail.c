// SPDX-License-Identifier: Apache-2.0
#include "mail.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/url.h"
#include "curl_options.h"
#include "helper/failure.h"
#include "http_error.h"
#include "http_hosts.h"
#include "mail_message.h"
#include "protocol/oauth.h"
#include "transfer.h"

enum { SEND_WAIT_MS = 5000, CONNECT_TIMEOUT_MS = 10000, REPLY_SIZE = 256 };

struct mail {
  const struct message_mail *request;
  int lacks_landlock;
  CURLM *multi;
  CURL *easy;
  struct curl_slist *to;
  struct curl_slist *hosts; // resolved
  bool plain;               // without TLS, to this machine itself
  struct bytes text;
  size_t sent;              // of TEXT
  size_t replies;           // bytes of the server's, so far
  char reply[REPLY_SIZE];   // the last line of one that is not against it
  char refusal[REPLY_SIZE]; // the last line of one that is (4yz, 5yz)
  char problem[CURL_ERROR_SIZE];
  int parent_fd;
  int64_t deadline_ms;
};

static void mail_done(struct mail *mail)
{
  curl_easy_cleanup(mail->easy);
  if (mail->multi != NULL) {
    (void)curl_multi_cleanup(mail->multi);
  }
  curl_slist_free_all(mail->to);
  curl_slist_free_all(mail->hosts);
  bytes_done(&mail->text);
}

static size_t give_text(char *to, size_t one, size_t room, void *context)
{
  struct mail *mail = context;
  size_t left = mail->text.length - mail->sent;
  size_t length = room * one < left ? room * one : left;
  memcpy(to, bytes_text(&mail->text) + mail->sent, length);
  mail->sent += length;
  return length;
}

// libcurl calls the lines of replies headers.
static size_t take_reply(char *line, size_t one, size_t length, void *context)
{
  struct mail *mail = context;
  (void)one;
  mail->replies += length;
  size_t shown = length;
  while (shown > 0 && (line[shown - 1] == '\n' || line[shown - 1] == '\r')) {
    shown--;
  }
  if (shown > 0 && (line[0] == '4' || line[0] == '5')) {
    text_escape(line, shown, mail->refusal, sizeof mail->refusal);
  } else if (shown < 3 || memcmp(line, "221", 3) != 0) { // what follows QUIT says nothing of the mail
    text_escape(line, shown, mail->reply, sizeof mail->reply);
  }
  return mail->replies > MAIL_REPLIES_MAX ? 0 : length;
}

static bool is_host(const char *host)
{
  size_t length = strlen(host);
  return length > 0 && host[0] != '.' && host[0] != '-' &&
         strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == length;
}

static bool is_text(const struct bytes *text)
{
  const char *at = bytes_text(text);
  const char *end = at + text->length;
  while (at < end) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = stop != NULL ? (size_t)(stop - at) : (size_t)(end - at);
    if (!text_is_clean(at, length)) {
      return false;
    }
    at += length + 1;
  }
  return text->length > 0;
}

static enum status check_login(const struct message_mail *request, struct failure *r)
{
  const struct bytes *password = &request->password;
  bool user = request->user[0] != '\0';
  if (user != (password->length > 0)) {
    return failure_set(r, FAILURE_REQUEST, "mail: a user and a password go together");
  }
  if (user && (!oauth_is_visible(request->user, strlen(request->user)) ||
               !text_is_clean(bytes_text(password), password->length))) {
    return failure_set(r, FAILURE_REQUEST, "mail: user or password is not printable");
  }
  return STATUS_OK;
}

static enum status check(const struct message_mail *request, struct failure *r)
{
  const struct bytes *text = &request->text;
  if (!url_is_mail_server(request->server)) {
    return failure_set(r, FAILURE_REQUEST, "mail server: must be smtps://HOST[:PORT] or smtp://HOST[:PORT]");
  }
  if (!name_is_email(request->from) || !name_is_email(request->to) || !is_host(request->host)) {
    return failure_set(r, FAILURE_REQUEST, "mail: sender, receiver or host is not a legal name");
  }
  if (request->subject[0] == '\0' || !text_is_clean(request->subject, strlen(request->subject)) || !is_text(text)) {
    return failure_set(r, FAILURE_REQUEST, "mail: subject or text is empty, or is not text");
  }
  if (request->timeout_s == 0 || request->timeout_s > MAIL_TIMEOUT_MAX_S) {
    return failure_set(r, FAILURE_REQUEST, "timeout: %u is not 1 to %d seconds", request->timeout_s,
                       MAIL_TIMEOUT_MAX_S);
  }
  return check_login(request, r);
}

static bool set_server(struct mail *mail)
{
  const struct message_mail *request = mail->request;
  CURL *e = mail->easy;
  char url[PROTOCOL_URL_SIZE + PROTOCOL_NAME_SIZE + 2];
  bool secure = strncmp(request->server, "smtps:", 6) == 0;
  long tls = mail->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL;
  (void)snprintf(url, sizeof url, "%s/%s", request->server, request->host); // whom EHLO says that we are
  bool ok = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, secure ? "smtps" : "smtp") == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_URL, url) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_USE_SSL, tls) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_RESOLVE, mail->hosts) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)request->timeout_s) == CURLE_OK;
  if (request->user[0] != '\0') {
    ok = ok && curl_easy_setopt(e, CURLOPT_USERNAME, request->user) == CURLE_OK;
    ok = ok && curl_easy_setopt(e, CURLOPT_PASSWORD, bytes_text(&request->password)) == CURLE_OK;
  }
  return ok;
}

static bool set_mail(struct mail *mail)
{
  CURL *e = mail->easy;
  bool ok = curl_easy_setopt(e, CURLOPT_MAIL_FROM, mail->request->from) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_MAIL_RCPT, mail->to) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_UPLOAD, 1L) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_READFUNCTION, give_text) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_READDATA, mail) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->text.length) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, take_reply) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_HEADERDATA, mail) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, transfer_open_socket) == CURLE_OK;
  ok = ok && curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, &mail->plain) == CURLE_OK;
  return ok && curl_easy_setopt(e, CURLOPT_ERRORBUFFER, mail->problem) == CURLE_OK;
}

static enum status prepare(struct mail *mail)
{
  mail->multi = curl_multi_init();
  mail->easy = curl_easy_init();
  mail->to = curl_slist_append(NULL, mail->request->to);
  if (mail->multi == NULL || mail->easy == NULL || mail->to == NULL) {
    return STATUS_NO_MEMORY;
  }
  enum status status = mail_message_compose(mail->request, clock_now_s(), &mail->text);
  if (status != STATUS_OK) {
    return status;
  }
  bool set = curl_options_fix(mail->easy) && curl_options_trust(mail->easy, &mail->request->ca_pem) &&
             set_server(mail) && set_mail(mail);
  return set && curl_multi_add_handle(mail->multi, mail->easy) == CURLM_OK ? STATUS_OK : STATUS_NO_MEMORY;
}

// What the server has said last decides, where it has said anything against it (RFC 5321 4.2.1).
static enum status explain(const struct mail *mail, CURLcode code, struct failure *r)
{
  long replied = 0;
  struct shown where = failure_show(mail->request->server, strlen(mail->request->server));
  const char *words = mail->problem[0] != '\0' ? mail->problem : curl_easy_strerror(code);
  struct shown why = failure_show(words, strlen(words));
  (void)curl_easy_getinfo(mail->easy, CURLINFO_RESPONSE_CODE, &replied);
  if (mail->replies > MAIL_REPLIES_MAX) {
    return failure_set(r, FAILURE_MISCONFIGURED, "%s: its replies are longer than %d bytes", where.text,
                       MAIL_REPLIES_MAX);
  }
  if (code == CURLE_LOGIN_DENIED) { // without its words, which may be what was sent to it
    return failure_set(r, FAILURE_CLIENT, "%s: does not take user and password", where.text);
  }
  if (code == CURLE_USE_SSL_FAILED) {
    return failure_set(r, FAILURE_TLS, "%s: does not offer TLS (STARTTLS), or fails at it", where.text);
  }
  if (http_error_is_tls(code, words)) {
    return failure_set(r, FAILURE_TLS, "%s: %s", where.text, why.text);
  }
  if (code != CURLE_OPERATION_TIMEDOUT && replied >= 400 && replied <= 599) {
    return failure_set(r, replied < 500 ? FAILURE_BUSY : FAILURE_MAIL, "%s: %s", where.text, mail->refusal);
  }
  return failure_set(r, FAILURE_UNREACHABLE, "%s: %s", where.text, why.text);
}

static enum status send_mail(struct mail *mail, struct failure *r)
{
  CURLcode code = CURLE_OK;
  enum status status = http_hosts_add(&mail->hosts, mail->request->server, mail->parent_fd, mail->deadline_ms, r);
  if (status != STATUS_OK) {
    return status;
  }
  status = prepare(mail);
  if (status != STATUS_OK) {
    return status;
  }
  status = transfer_run(mail->multi, mail->parent_fd, mail->deadline_ms, &code);
  if (status == STATUS_TIMEOUT) {
    return explain(mail, CURLE_OPERATION_TIMEDOUT, r);
  }
  return status == STATUS_OK && code != CURLE_OK ? explain(mail, code, r) : status;
}

static enum status say_failed(struct channel *c, const struct mail *mail, struct failure *r, enum status status)
{
  struct message_failed failed = {.reason = FAILURE_INTERNAL, .lacks_landlock = (uint32_t)mail->lacks_landlock};
  if (r->detail[0] == '\0' || status == STATUS_NO_MEMORY) {
    (void)failure_set(r, FAILURE_INTERNAL, "%s", status == STATUS_NO_MEMORY ? "out of memory" : status_text(status));
  }
  failure_blot_out(r, &mail->request->password);
  failure_blot_out(r, &mail->request->secret);
  failed.reason = r->reason;
  memcpy(failed.detail, r->detail, sizeof failed.detail);
  return channel_send(c, MESSAGE_FAILED, &failed, clock_monotonic_ms() + SEND_WAIT_MS);
}

// The reply may hold what was sent.
static enum status say_sent(struct channel *c, const struct mail *mail)
{
  struct message_sent sent = {.reply = "", .lacks_landlock = (uint32_t)mail->lacks_landlock};
  struct failure shown = {.reason = FAILURE_INTERNAL};
  (void)failure_set(&shown, FAILURE_INTERNAL, "%s", mail->reply);
  failure_blot_out(&shown, &mail->request->password);
  failure_blot_out(&shown, &mail->request->secret);
  (void)snprintf(sent.reply, sizeof sent.reply, "%.255s", shown.detail);
  return channel_send(c, MESSAGE_SENT, &sent, clock_monotonic_ms() + SEND_WAIT_MS);
}

enum status mail_serve(struct channel *c, const struct message_mail *request, int lacks_landlock)
{
  struct failure failure = {.reason = FAILURE_INTERNAL};
  struct mail mail CLEANUP(mail_done) = {.request = request,
                                         .lacks_landlock = lacks_landlock,
                                         .parent_fd = c->fd,
                                         .plain =
                                             request->allow_loopback_smtp == 1 && url_is_loopback_smtp(request->server),
                                         .deadline_ms = clock_monotonic_ms() + (int64_t)request->timeout_s * 1000};
  enum status status = check(request, &failure);
  status = status != STATUS_OK ? status : send_mail(&mail, &failure);
  if (status == STATUS_CLOSED) {
    return status;
  }
  return status == STATUS_OK ? say_sent(c, &mail) : say_failed(c, &mail, &failure, status);
}
