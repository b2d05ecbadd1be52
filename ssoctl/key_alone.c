// SPDX-License-Identifier: Apache-2.0
#include "key_alone.h"

#include "policy/person.h"

static struct policy_decision decide_key(const struct policy_question *asked, bool asks)
{
  struct policy_question question = *asked;
  struct policy_decision decision;
  question.stage = STAGE_SESSION;
  question.made = (struct policy_made){.way = WAY_KEY, .asks = asks};
  policy_decide(&question, &decision);
  return decision;
}

const char *key_alone_word(const struct policy_question *asked)
{
  const struct policy_decision decision = decide_key(asked, false);
  if (policy_any_is_to_be_asked(&asked->person) && asked->service == SERVICE_LOGIN &&
      decide_key(asked, true).verdict == VERDICT_GRANTED) {
    return "asked";
  }
  return decision.verdict == VERDICT_GRANTED   ? "accepted"
         : decision.verdict == VERDICT_REFUSED ? "refused"
                                               : "not ours";
}
