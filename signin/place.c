// SPDX-License-Identifier: Apache-2.0
#include "place.h"

#include <stdio.h>
#include <syslog.h>

#include "paths.h"
#include "policy/person.h"
#include "policy/throttle.h"

enum {
  EARLIER_WAIT_MS = 3000,
  PROMPTS_AFTER_MS = 900000 // that follow the answer
};

// Nobody on this host is kept out by a sign-in under their name that another user has begun.
static void name_source(const struct message_request *request, char source[static SIGN_IN_SOURCE_SIZE])
{
  if (request->rhost[0] != '\0') {
    (void)snprintf(source, SIGN_IN_SOURCE_SIZE, "%s", request->rhost);
  } else {
    (void)snprintf(source, SIGN_IN_SOURCE_SIZE, "uid %u", request->caller_uid);
  }
}

enum status place_take(struct session *s, const struct facts *facts, int64_t longest_ms,
                       struct sign_in_limit *ret_limit)
{
  char source[SIGN_IN_SOURCE_SIZE];
  char address[THROTTLE_ADDRESS_SIZE];
  bool remote = s->request->rhost[0] != '\0';
  name_source(s->request, source);
  throttle_address(s->request->rhost, address);
  const struct sign_in_limit_request request = {.login = s->request->login,
                                                .source = source,
                                                .address = remote ? address : source,
                                                .console = !remote && s->request->caller_uid == 0,
                                                .max_sign_ins = s->config.max_sign_ins,
                                                .owner = policy_is_owner(&facts->person),
                                                .stranger = !facts->person.known,
                                                .wait_ms = EARLIER_WAIT_MS,
                                                .longest_ms = longest_ms + PROMPTS_AFTER_MS};
  enum status status = sign_in_limit_take(PATH_RUN, &request, ret_limit);
  if (status == STATUS_OK && ret_limit->instead) {
    session_log(LOG_INFO, "login=%s rhost=%s: an earlier sign-in from there is given up for this one",
                s->request->login, s->request->rhost);
  }
  if (status == STATUS_OK) {
    return STATUS_OK;
  }
  bool under_way = status == STATUS_EXISTS;
  enum notice notice = under_way ? NOTICE_UNDER_WAY : NOTICE_TOO_MANY;
  session_count_refusal(s, notice, "", ""); // nobody has proven to be anybody yet
  return session_refuse(s, under_way ? "K7" : "T", notice, status_text(status));
}
