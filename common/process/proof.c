// SPDX-License-Identifier: Apache-2.0
#include "process/proof.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

enum { SHOWN_SIZE = 120 };

static const struct {
  const char *word;
  const char *sentence;
  bool is_answer;
} RESULTS[] = {
    [PROOF_FAILED] = {"failed", "the record could not be looked up", false},
    [PROOF_FOUND] = {"found", "the record is there", true},
    [PROOF_OTHER_TXT] = {"other-txt", "there are TXT records at the name, but none has this value", true},
    [PROOF_NO_TXT] = {"no-txt", "the name is there, but has no TXT record", true},
    [PROOF_NO_NAME] = {"no-such-name", "there is no such name (NXDOMAIN)", true},
    [PROOF_TIMEOUT] = {"timeout", "no name server was reached, or none answered in time", false},
    [PROOF_SERVER_FAILURE] = {"server-failure", "the name server failed or refused to answer", false},
};

enum status proof_name(const char *domain, char name[static PROTOCOL_NAME_SIZE])
{
  int length = snprintf(name, PROTOCOL_NAME_SIZE, "_ssoorg-verify.%s", domain);
  return length > 0 && length < DOMAIN_SIZE ? STATUS_OK : STATUS_TOO_LARGE;
}

void proof_value(const char *token, char value[static PROOF_VALUE_SIZE])
{
  (void)snprintf(value, PROOF_VALUE_SIZE, "ssoorg-verify=%.40s", token);
}

const char *proof_word(enum proof_result result)
{
  return (size_t)result < COUNT_OF(RESULTS) ? RESULTS[result].word : "?";
}

const char *proof_sentence(enum proof_result result)
{
  return (size_t)result < COUNT_OF(RESULTS) ? RESULTS[result].sentence : "?";
}

bool proof_is_answer(enum proof_result result)
{
  return (size_t)result < COUNT_OF(RESULTS) && RESULTS[result].is_answer;
}

static void fail(struct proof *proof, const char *why)
{
  *proof = (struct proof){.result = PROOF_FAILED};
  text_escape(why, strlen(why), proof->detail, sizeof proof->detail);
}

// The first of the other values and how many there are, as one line.
static void describe(const struct bytes *list, size_t first, size_t count, struct proof *proof)
{
  char shown[SHOWN_SIZE];
  const unsigned char *data = (const unsigned char *)list->data;
  text_escape(data + 2, first, shown, sizeof shown);
  (void)snprintf(proof->detail, sizeof proof->detail, count > 1 ? "\"%s\" and %zu more" : "\"%s\"", shown, count - 1);
}

static void judge_values(const struct bytes *list, const char *value, struct proof *proof)
{
  const unsigned char *data = (const unsigned char *)list->data;
  size_t wanted = strlen(value);
  size_t first = 0;
  size_t count = 0;
  bool found = false;
  size_t at = 0;
  while (list->length - at >= 2) {
    size_t length = data[at] | (size_t)data[at + 1] << 8;
    if (length > list->length - at - 2) {
      break;
    }
    found = found || (length == wanted && memcmp(data + at + 2, value, wanted) == 0);
    first = count++ == 0 ? length : first;
    at += 2 + length;
  }
  if (at != list->length || count == 0) {
    fail(proof, "the helper's list of values is not sound");
    return;
  }
  *proof = (struct proof){.result = found ? PROOF_FOUND : PROOF_OTHER_TXT};
  if (!found) {
    describe(list, first, count, proof);
  }
}

void proof_judge(const struct message_texts *texts, const char *value, struct proof *ret_proof)
{
  static const enum proof_result WITHOUT_TEXTS[] = {[LOOKUP_TIMEOUT] = PROOF_TIMEOUT,
                                                    [LOOKUP_SERVER] = PROOF_SERVER_FAILURE,
                                                    [LOOKUP_NO_NAME] = PROOF_NO_NAME,
                                                    [LOOKUP_NO_TXT] = PROOF_NO_TXT};
  if (texts->lookup == LOOKUP_TEXTS) {
    judge_values(&texts->list, value, ret_proof);
    return;
  }
  if (texts->lookup > LOOKUP_TEXTS || texts->list.length > 0) {
    fail(ret_proof, "the helper's answer is not sound");
    return;
  }
  *ret_proof = (struct proof){.result = WITHOUT_TEXTS[texts->lookup]};
  if (!proof_is_answer(ret_proof->result)) {
    text_escape(texts->detail, strlen(texts->detail), ret_proof->detail, sizeof ret_proof->detail);
  }
}

void proof_receive(struct oidc *oidc, const char *value, int64_t deadline_ms, struct proof *ret_proof)
{
  enum message_type type;
  void *message = NULL;
  enum status status = channel_receive(&oidc->channel, deadline_ms, &type, &message);
  if (status == STATUS_TIMEOUT) {
    *ret_proof = (struct proof){.result = PROOF_TIMEOUT};
    return;
  }
  if (status != STATUS_OK) {
    fail(ret_proof, status_text(status));
    return;
  }
  if (type == MESSAGE_TEXTS) {
    proof_judge(message, value, ret_proof);
  } else if (type == MESSAGE_FAILED) {
    fail(ret_proof, ((const struct message_failed *)message)->detail);
  } else {
    fail(ret_proof, status_text(STATUS_PROTOCOL));
  }
  channel_free_message(type, message);
}
