// SPDX-License-Identifier: Apache-2.0
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "active_org_prompt.h"
#include "ask_again.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "change/ticket.h"
#include "home.h"
#include "mapped_groups.h"
#include "phases.h"
#include "policy/person.h"
#include "run_ticket.h"
#include "store/endings.h"
#include "store/groups.h"
#include "subids_give.h"

// Reads the session's ticket without using it up. No ticket, an unknown one or another account's means key (K4).
static struct ticket read_ticket(const struct session *s, const struct facts *facts)
{
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  struct ticket ticket = {.way = WAY_KEY};
  if (s->request->ticket[0] == '\0' || !facts->person.known) {
    return ticket;
  }
  enum status status = session_read(NULL, &store, &txn);
  if (status == STATUS_OK) {
    status = ticket_get(txn, s->request->ticket, clock_now_s(), &ticket);
  }
  if (status != STATUS_OK) {
    status = run_ticket_get(s->request->ticket, clock_now_s(), &ticket);
  }
  if (status != STATUS_OK || ticket.account_id != facts->account.id) {
    return (struct ticket){.way = WAY_KEY};
  }
  return ticket;
}

// A ticket that cannot be used up opens nothing (POLICY K4).
static bool redeem_ticket(struct session *s, const struct ticket *ticket)
{
  const struct ticket_redeem redeem = {ticket->id};
  struct change_done ignored;
  if (ticket->id[0] == '\0' || run_ticket_remove(ticket->id) == STATUS_OK) {
    return true;
  }
  enum status status = session_change(s, change_ticket_redeem(&redeem, &ignored));
  if (status != STATUS_OK) {
    session_refuse(s, "K4", session_notice_of(status), status_text(status));
  }
  return status == STATUS_OK;
}

static void cleanup_file(FILE **file)
{
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

static bool is_confirmed(const struct policy_person *person, int64_t org_id)
{
  const struct policy_membership *membership = policy_membership_in(person, org_id);
  return membership != NULL && membership->org.has_connection && !membership->org.unconfirmed;
}

// What a session of ACCOUNT_ID opens.
struct opening {
  const struct policy_decision *decision;
  const struct policy_question *question;
  int64_t account_id;
  size_t active;
};

static enum status add_mapped(struct store_txn *txn, const struct opening *o, struct u32_list *groups)
{
  const struct policy_made *made = &o->question->made;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < o->decision->opened_count; i++) {
    int64_t org_id = o->decision->opened[i];
    bool by_own = made->way == WAY_SSO && made->org_id == org_id;
    const struct mapped_groups_of of = {o->account_id, org_id, by_own && is_confirmed(&o->question->person, org_id)};
    status = mapped_groups_add(txn, &of, groups);
  }
  return status;
}

static enum status fill_orgs(const struct opening *o, struct message_verdict *verdict)
{
  const struct policy_decision *decision = o->decision;
  int64_t now_s = clock_now_s();
  struct store *store CLEANUP(store_close) = NULL;
  struct store_txn *txn CLEANUP(store_abort) = NULL;
  enum status status = session_read(NULL, &store, &txn);
  for (size_t i = 0; status == STATUS_OK && i < decision->opened_count; i++) {
    struct org org;
    struct membership membership;
    struct u32_list *groups = &verdict->groups;
    status = org_get(txn, decision->opened[i], &org);
    if (status == STATUS_OK) {
      status = membership_get(txn, o->account_id, org.id, &membership);
    }
    if (status != STATUS_OK || groups->count + 2 > U32_LIST_MAX) {
      break;
    }
    verdict->ends_at_s = ends_earlier(verdict->ends_at_s, membership_ends_session_at(&membership, now_s));
    membership = membership_at(&membership, now_s);
    groups->values[groups->count++] = org.gid;
    if (membership.role != ROLE_VIEWER) {
      groups->values[groups->count++] = org.admins_gid;
    }
    if (i == o->active) {
      memcpy(verdict->org, org.slug, sizeof verdict->org);
      (void)snprintf(verdict->role, sizeof verdict->role, "%s", role_word(membership.role));
    }
  }
  return status == STATUS_OK ? add_mapped(txn, o, &verdict->groups) : status;
}

// The groups that /etc/group lists somebody in: root gave them, by name, and cron, at and user managers have them too.
static enum status add_local_groups(const char *login, struct message_verdict *verdict)
{
  FILE *file CLEANUP(cleanup_file) = fopen("/etc/group", "re");
  struct u32_list *groups = &verdict->groups;
  if (file == NULL) {
    return STATUS_IO;
  }
  for (const struct group *entry = fgetgrent(file); entry != NULL; entry = fgetgrent(file)) {
    for (char *const *member = entry->gr_mem; *member != NULL; member++) {
      if (strcmp(*member, login) == 0 && groups->count < U32_LIST_MAX && !groups_hold(groups, entry->gr_gid)) {
        groups->values[groups->count++] = entry->gr_gid;
        break;
      }
    }
  }
  return STATUS_OK;
}

// The session must be of the account that is stored, by its number (POLICY N4). Under `login` the name may not have
// been looked up yet. sshd has been told the number before the sign-in: if a local user has come to hold the name since
// then, it is still the account's.
static bool number_differs(const struct session *s, const struct facts *facts)
{
  return facts->person.known && s->request->nss_known == 1 &&
         (s->request->nss_uid != facts->account.uid ||
          (facts->account.mapped == 0 && s->request->nss_gid != facts->account.gid));
}

static void tell_end(struct session *s, int64_t ends_at_s)
{
  char when[CLOCK_TEXT_SIZE];
  char line[CLOCK_TEXT_SIZE + 64];
  if (ends_at_s != 0) {
    clock_text(ends_at_s, when);
    (void)snprintf(line, sizeof line, "This session ends at %s, as your access does.", when);
    session_tell(s, MESSAGE_INFO, line);
  }
}

// sshd has taken a key, and nothing else is to come that could be decided by.
static bool is_key_login(const struct session *s, const struct ticket *ticket)
{
  return s->type == MESSAGE_ACCOUNT && ticket->way == WAY_KEY &&
         policy_service_of(s->request->service) == SERVICE_LOGIN;
}

// Somebody with a key of theirs is refused for want of a provider's word: it is in the audit trail.
static void note_unasked(struct session *s)
{
  if (s->type == MESSAGE_ACCOUNT && strcmp(s->decision.row, "K9") == 0) {
    session_note_refused(s, s->org, s->decision.row, notice_name(s->decision.notice));
  }
}

static void decide(struct session *s, bool redeem, struct message_verdict *verdict)
{
  struct facts facts;
  struct policy_question question = {.stage = STAGE_SESSION};
  session_load(s, &facts);
  question.person = facts.person;
  question.service = policy_service_of(s->request->service);
  const struct ticket ticket = read_ticket(s, &facts);
  if (is_key_login(s, &ticket) && ask_again(s, &facts)) {
    record_done(&ACCOUNT_RECORD, &facts.account);
    session_load(s, &facts);
    question.person = facts.person;
  }
  question.made = (struct policy_made){.way = ticket.way,
                                       .org_id = ticket.org_id,
                                       .with_key = ticket.with_key == 1,
                                       .later = s->type != MESSAGE_ACCOUNT};
  policy_decide(&question, &s->decision);
  if (s->decision.verdict == VERDICT_NOT_OURS && ticket.way != WAY_KEY) { // the name was ours when it began
    session_refuse(s, "N4", NOTICE_NUMBER, "");
  } else if (s->decision.verdict == VERDICT_NOT_OURS) {
    verdict->verdict = VERDICT_NOT_OURS;
  } else if (s->decision.verdict == VERDICT_UNAVAILABLE) {
    session_refuse(s, s->decision.row, s->decision.notice, "");
    verdict->verdict = VERDICT_UNAVAILABLE;
  } else if (number_differs(s, &facts)) {
    session_refuse(s, "N4", NOTICE_NUMBER, "");
  } else if (s->decision.verdict != VERDICT_GRANTED) {
    note_unasked(s);
    session_refuse(s, s->decision.row, s->decision.notice, "");
  } else if (home_is_anothers(&facts.account)) {
    session_refuse(s, "N8", NOTICE_HOME, facts.account.home);
  } else if ((!redeem || redeem_ticket(s, &ticket)) &&
             fill_orgs(&(struct opening){&s->decision, &question, facts.account.id,
                                         active_org_find(&facts.account, &ticket, &s->decision)},
                       verdict) == STATUS_OK &&
             add_local_groups(facts.account.login, verdict) == STATUS_OK) {
    verdict->uid = facts.account.uid;
    // A local user's group may have been changed by root since.
    bool mapped = facts.account.mapped == 1 && s->request->nss_known == 1;
    verdict->gid = mapped ? s->request->nss_gid : facts.account.gid;
    verdict->verdict = VERDICT_GRANTED;
    if (s->type != MESSAGE_ACCOUNT) { // setcred comes before the session's modules
      home_tell(s, &facts.account);
      tell_end(s, verdict->ends_at_s);
      subids_give(s, &facts.account);
    }
  }
  record_done(&ACCOUNT_RECORD, &facts.account);
}

void phase_account(struct session *s, struct message_verdict *verdict)
{
  decide(s, false, verdict);
}

void phase_cred(struct session *s, struct message_verdict *verdict)
{
  decide(s, true, verdict);
}

void phase_session(struct session *s, struct message_verdict *verdict)
{
  decide(s, false, verdict);
}
