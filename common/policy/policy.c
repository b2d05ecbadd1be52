// SPDX-License-Identifier: Apache-2.0
#include "policy/policy.h"

#include <string.h>

#include "base/cleanup.h"
#include "policy/rows.h"

void policy_decide(const struct policy_question *question, struct policy_decision *ret_decision)
{
  struct policy_decision decision = {.row = "-", .verdict = VERDICT_REFUSED, .notice = NOTICE_INTERNAL};
  switch (question->stage) {
  case STAGE_LOGIN: policy_login(question, &decision); break;
  case STAGE_ANSWER:
    if (question->answer.of_host) {
      policy_social(question, &decision);
    } else {
      policy_answer(question, &decision);
    }
    break;
  case STAGE_SESSION: policy_session(question, &decision); break;
  }
  *ret_decision = decision;
}

enum policy_service policy_service_of(const char *name)
{
  static const char *const LOGIN_SERVICES[] = {"sshd", "login"};
  for (size_t i = 0; i < COUNT_OF(LOGIN_SERVICES); i++) {
    if (strcmp(name, LOGIN_SERVICES[i]) == 0) {
      return SERVICE_LOGIN;
    }
  }
  return SERVICE_OTHER;
}
