// SPDX-License-Identifier: Apache-2.0
#include "polling.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "client_auth.h"
#include "document.h"
#include "helper/form.h"
#include "protocol/oauth.h"
#include "provider.h"

enum {
  HTTP_OK = 200,
  SLOW_DOWN_S = 5,  // RFC 8628 3.5
  BACK_OFF_MAX = 16 // times the interval
};

static const char GRANT_TYPE[] = "urn:ietf:params:oauth:grant-type:device_code";
static const char WHAT[] = "token endpoint";

// What one answer means for the next step.
enum poll_outcome {
  POLL_ENDED = 0, // the status says how
  POLL_PENDING,
  POLL_SLOWER,
  POLL_NO_ANSWER,
};

struct poll {
  enum poll_outcome outcome;
  int64_t retry_after_s; // 0: not said
};

struct pace {
  uint32_t interval_s;
  uint32_t back_off; // 1, or more after a try without an answer
};

void tokens_done(struct tokens *tokens)
{
  bytes_done(&tokens->access_token);
  bytes_done(&tokens->id_token);
  bytes_done(&tokens->refresh_token);
}

// RFC 6750 2.1, so that it can stand in a header.
static bool is_bearer_token(const char *token)
{
  for (const char *at = token; *at != '\0'; at++) {
    if (*at <= ' ' || *at > '~') {
      return false;
    }
  }
  return token[0] != '\0';
}

// RFC 6749 7.1. Some leave it out, though 5.1 requires it; there is one type that could be meant.
static bool is_bearer_type(const struct cJSON *type)
{
  const char *name = document_text(type);
  return type == NULL || (name != NULL && strcasecmp(name, "Bearer") == 0);
}

static bool is_refresh(const struct exchange *x)
{
  return x->request->refresh_token.length > 0;
}

// RFC 6749 A.17. One that cannot be kept is as none: nobody can be asked with it.
static enum status read_refresh_token(const struct exchange *x, const struct cJSON *answer, struct tokens *tokens)
{
  const char *token = document_string(answer, "refresh_token");
  bool wanted = x->request->offline != 0 || is_refresh(x);
  size_t length = token != NULL ? strlen(token) : 0;
  bool kept = wanted && length > 0 && length <= PROTOCOL_SECRET_MAX && oauth_is_visible(token, length);
  tokens->unkept = document_value(answer, "refresh_token") != NULL && !kept;
  return kept ? bytes_append(&tokens->refresh_token, token, length) : STATUS_OK;
}

enum status polling_read(struct exchange *x, const struct cJSON *answer, struct tokens *ret_tokens)
{
  const struct cJSON *type = document_value(answer, "token_type");
  const char *access_token = document_string(answer, "access_token");
  const char *id_token = document_string(answer, "id_token");
  if (provider_error(answer) != NULL) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 6749 5.1: a successful answer with an error in it");
  }
  if (!is_bearer_type(type)) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 6749 5.1: token_type is not Bearer");
  }
  if (access_token == NULL || !is_bearer_token(access_token)) {
    return failure_set(&x->failure, FAILURE_MISCONFIGURED, "RFC 6749 5.1: access_token is missing or not legal");
  }
  if (x->request->speaks == SPEAKS_GITHUB || (id_token == NULL && is_refresh(x))) {
    id_token = ""; // there is none, and of GitHub one would not be looked at
  } else if (id_token == NULL || id_token[0] == '\0') {
    return failure_set(&x->failure, FAILURE_TOKEN, "OIDC Core 3.1.3.3: id_token is missing or not a string");
  }
  struct tokens tokens CLEANUP(tokens_done) = {0};
  enum status status = bytes_append_text(&tokens.access_token, access_token);
  if (status != STATUS_OK) {
    return status;
  }
  status = bytes_append_text(&tokens.id_token, id_token);
  status = status != STATUS_OK ? status : read_refresh_token(x, answer, &tokens);
  if (status != STATUS_OK) {
    return status;
  }
  bytes_take(&ret_tokens->access_token, &tokens.access_token);
  bytes_take(&ret_tokens->id_token, &tokens.id_token);
  bytes_take(&ret_tokens->refresh_token, &tokens.refresh_token);
  ret_tokens->unkept = tokens.unkept;
  return STATUS_OK;
}

// What the errors of a token endpoint mean here: RFC 8628 3.5, and what Microsoft, GitHub and others say instead. The
// reason of those that end it; a code that the provider does not know (any more) is one that has expired.
static const struct {
  const char *error;
  enum poll_outcome outcome;
  enum failure_reason reason;
} ERRORS[] = {
    {"authorization_pending", POLL_PENDING, FAILURE_INTERNAL},
    {"slow_down", POLL_SLOWER, FAILURE_INTERNAL},
    {"access_denied", POLL_ENDED, FAILURE_DECLINED},
    {"authorization_declined", POLL_ENDED, FAILURE_DECLINED},
    {"expired_token", POLL_ENDED, FAILURE_EXPIRED},
    {"code_expired", POLL_ENDED, FAILURE_EXPIRED},
    {"bad_verification_code", POLL_ENDED, FAILURE_EXPIRED},
    {"incorrect_device_code", POLL_ENDED, FAILURE_EXPIRED},
};

// The provider's own policy may be the reason: then it may say so.
static enum status end(struct exchange *x, enum failure_reason reason, const char *error, const struct cJSON *body)
{
  struct shown description = provider_description(body);
  return failure_set(&x->failure, reason, "RFC 8628 3.5: %s%s%s", error, description.text[0] != '\0' ? ": " : "",
                     description.text);
}

static enum status read_error(struct exchange *x, const struct http_answer *answer, const struct cJSON *body,
                              enum poll_outcome *ret_outcome)
{
  const char *error = provider_error(body);
  for (size_t i = 0; error != NULL && i < COUNT_OF(ERRORS); i++) {
    if (strcmp(error, ERRORS[i].error) == 0) {
      *ret_outcome = ERRORS[i].outcome;
      return ERRORS[i].outcome != POLL_ENDED ? STATUS_OK : end(x, ERRORS[i].reason, error, body);
    }
  }
  // What an error says goes before how it is said: some give slow_down with HTTP 429.
  if (provider_is_busy(answer)) {
    (void)provider_refuse(x, WHAT, answer, NULL);
    *ret_outcome = POLL_NO_ANSWER;
    return STATUS_OK;
  }
  return provider_refuse(x, WHAT, answer, body);
}

static bool has_tokens(const struct cJSON *body)
{
  return document_member(body, "access_token") != NULL || document_member(body, "id_token") != NULL;
}

static enum status read_answer(struct exchange *x, const struct http_answer *answer, enum poll_outcome *ret_outcome,
                               struct tokens *ret_tokens)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  enum status status = provider_parse(x, WHAT, answer, &document);
  if (status == STATUS_NO_MEMORY) {
    return status;
  }
  // Some give errors with HTTP 200. An answer with both is neither.
  if (answer->status != HTTP_OK || (provider_error(document) != NULL && !has_tokens(document))) {
    return read_error(x, answer, document, ret_outcome);
  }
  return status != STATUS_OK ? status : polling_read(x, document, ret_tokens);
}

static enum status poll_once(struct exchange *x, const struct device_codes *codes, struct poll *ret_poll,
                             struct tokens *ret_tokens)
{
  struct bytes form CLEANUP(bytes_done) = BYTES_EMPTY;
  struct http_answer answer CLEANUP(http_answer_done) = {0};
  enum status status = form_add(&form, "grant_type", GRANT_TYPE);
  if (status != STATUS_OK) {
    return status;
  }
  status = form_add(&form, "device_code", bytes_text(&codes->device_code));
  if (status != STATUS_OK) {
    return status;
  }
  status = provider_post(x, x->found.token_endpoint, &form, &answer);
  ret_poll->retry_after_s = answer.retry_after_s;
  if (status == STATUS_IO) {
    ret_poll->outcome = POLL_NO_ANSWER;
    return STATUS_OK;
  }
  return status != STATUS_OK ? status : read_answer(x, &answer, &ret_poll->outcome, ret_tokens);
}

static void set_pace(struct pace *pace, const struct poll *poll)
{
  if (poll->outcome == POLL_SLOWER) {
    pace->interval_s += SLOW_DOWN_S;
  }
  if (poll->outcome == POLL_NO_ANSWER) {
    pace->back_off = pace->back_off < BACK_OFF_MAX ? pace->back_off * 2 : BACK_OFF_MAX;
  } else {
    pace->back_off = 1;
  }
}

// Backing off is our own courtesy: it gives way where it would miss the last chance. What the provider says of when to
// come again (RFC 9110 10.2.3) does not.
static int64_t next_poll_ms(const struct pace *pace, const struct poll *last, int64_t expires_at_ms)
{
  int64_t now_ms = clock_monotonic_ms();
  int64_t plain_ms = now_ms + (int64_t)pace->interval_s * 1000;
  int64_t patient_ms = now_ms + (int64_t)pace->interval_s * pace->back_off * 1000;
  int64_t next_ms = patient_ms < expires_at_ms ? patient_ms : plain_ms;
  int64_t most_s = (expires_at_ms - now_ms) / 1000 + 1;
  int64_t told_ms = now_ms + (last->retry_after_s < most_s ? last->retry_after_s : most_s) * 1000;
  return told_ms > next_ms ? told_ms : next_ms;
}

// The next poll would come too late: the rest of the time passes without one.
static enum status expire(struct exchange *x, int64_t expires_at_ms, enum poll_outcome last)
{
  enum status status = http_wait(x->http, expires_at_ms);
  if (status != STATUS_OK) {
    return status;
  }
  if (last != POLL_NO_ANSWER) {
    (void)failure_set(&x->failure, FAILURE_EXPIRED, "RFC 8628 3.2: expires_in: the time is up");
  }
  return STATUS_TIMEOUT;
}

enum status polling_run(struct exchange *x, const struct device_codes *codes, int64_t expires_at_ms,
                        struct tokens *ret_tokens)
{
  struct pace pace = {codes->interval_s, 1};
  struct poll poll = {POLL_PENDING, 0};
  bool answered = false;
  struct failure told = {0}; // by the last poll, where that had no answer
  for (;;) {
    int64_t next_ms = next_poll_ms(&pace, &poll, expires_at_ms);
    if (next_ms >= expires_at_ms) {
      return expire(x, expires_at_ms, poll.outcome);
    }
    enum status status = http_wait(x->http, next_ms);
    if (status != STATUS_OK) {
      return status;
    }
    poll = (struct poll){POLL_ENDED, 0};
    status = poll_once(x, codes, &poll, ret_tokens);
    if (status == STATUS_TIMEOUT && answered) { // our own deadline cut off a provider that had answered till then
      return expire(x, clock_monotonic_ms(), POLL_PENDING);
    }
    if (status == STATUS_TIMEOUT && told.detail[0] != '\0') { // a poll that had no time says nothing of the provider
      x->failure = told;
    }
    if (status == STATUS_REFUSED && client_auth_next(x)) { // the same codes are good for another way to show who asks
      poll.outcome = POLL_PENDING;
      continue;
    }
    if (status == STATUS_OK && poll.outcome == POLL_ENDED) {
      x->failure = (struct failure){0}; // what an earlier try without an answer left there
    }
    if (status != STATUS_OK || poll.outcome == POLL_ENDED) {
      return status;
    }
    answered = poll.outcome != POLL_NO_ANSWER;
    told = answered ? (struct failure){0} : x->failure;
    set_pace(&pace, &poll);
  }
}
