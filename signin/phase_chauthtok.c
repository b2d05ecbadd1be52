// SPDX-License-Identifier: Apache-2.0
// passwd: a person changes their own stored password (POLICY W1). PAM asks twice: whether it may be, and then for it.
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "change/password.h"
#include "new_password.h"
#include "phases.h"
#include "policy/person.h"

enum { TYPING_MS = 300000 };

// Only a password that opens something is changed: not that of an enforced member (row L6).
static bool may_change(struct session *s, const struct facts *facts)
{
  struct policy_question question = {
      .stage = STAGE_LOGIN, .service = policy_service_of(s->request->service), .person = facts->person};
  policy_decide(&question, &s->decision);
  return s->decision.verdict == VERDICT_OFFER && s->decision.offer_password && !facts->person.locked;
}

// The old password is asked for, whoever runs passwd.
static enum status ask_old(struct session *s, const struct facts *facts, struct bytes *ret_old)
{
  const struct own_password question = {"Current password: ", clock_monotonic_ms() + TYPING_MS,
                                        policy_is_owner(&facts->person)};
  enum status status = session_ask_own_password(s, &facts->account, &question, ret_old);
  if (status == STATUS_NOT_FOUND) {
    return session_refuse(s, s->decision.row, NOTICE_WRONG_PASSWORD, "");
  }
  return status;
}

static enum status change(struct session *s, const struct facts *facts)
{
  struct bytes old CLEANUP(bytes_done) = BYTES_EMPTY;
  char hash[PASSWORD_HASH_SIZE] = "";
  const struct password_change in = {s->request->login, facts->account.password, hash};
  struct change_done ignored;
  enum status status = ask_old(s, facts, &old);
  if (status == STATUS_OK) {
    status = new_password_ask(s, &old, hash);
  }
  if (status == STATUS_OK) {
    status = session_change(s, change_password_change(&in, &ignored));
  }
  explicit_bzero(hash, sizeof hash);
  return status;
}

// A name that is not ours is left to the other modules; one that has no account yet is nobody's to change.
static enum verdict verdict_for_unknown(const struct facts *facts)
{
  const struct policy_person *person = &facts->person;
  bool eligible = (person->governing.id != 0 || person->invite_count > 0) && !person->local_user;
  bool unreadable = !person->store_readable && !person->local_user;
  return eligible ? VERDICT_REFUSED : unreadable ? VERDICT_UNAVAILABLE : VERDICT_NOT_OURS;
}

void phase_chauthtok(struct session *s, struct message_verdict *verdict)
{
  struct facts facts;
  bool prelim = (s->request->flags & REQUEST_PRELIM) != 0;
  session_load(s, &facts);
  if (!facts.person.known || facts.person.local_user) {
    verdict->verdict = (uint8_t)verdict_for_unknown(&facts);
  } else if (!may_change(s, &facts)) {
    session_refuse(s, s->decision.row, NOTICE_NO_PASSWORD, "");
  } else if (prelim || change(s, &facts) == STATUS_OK) {
    verdict->verdict = VERDICT_GRANTED;
  }
  record_done(&ACCOUNT_RECORD, &facts.account);
}
