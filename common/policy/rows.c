// SPDX-License-Identifier: Apache-2.0
#include "policy/rows.h"

static void decide(const struct policy_row *row, const struct policy_question *question,
                   struct policy_decision *decision)
{
  decision->row = row->name;
  if (row->decide != NULL) {
    row->decide(question, decision);
    return;
  }
  decision->verdict = row->verdict;
  decision->notice = row->notice;
}

void policy_try_rows(const struct policy_row *rows, size_t count, const struct policy_question *question,
                     struct policy_decision *decision)
{
  for (size_t i = 0; i < count; i++) {
    if (rows[i].fits(question)) {
      decide(&rows[i], question, decision);
      return;
    }
  }
}

void policy_refuse(struct policy_decision *decision, enum notice notice)
{
  decision->verdict = VERDICT_REFUSED;
  decision->notice = notice;
}

void policy_grant(struct policy_decision *decision)
{
  decision->verdict = VERDICT_GRANTED;
  decision->notice = NOTICE_NONE;
}

void policy_join(struct policy_decision *decision, enum role role, bool by_invite)
{
  policy_grant(decision);
  decision->join = true;
  decision->accept_invite = by_invite;
  decision->role = role;
}

void policy_ask_consent(struct policy_decision *decision, int64_t org_id)
{
  policy_refuse(decision, NOTICE_NOT_SET_UP);
  decision->ask = ASK_CONSENT;
  decision->ask_org_id = org_id;
}
