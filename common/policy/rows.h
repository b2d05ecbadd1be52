// SPDX-License-Identifier: Apache-2.0
// The shape of a policy table, and the tables' entry points; for the files of this folder and their tests.
#pragma once
#include "policy/person.h"

// Whether a row fits, and what it leads to. A row's decide function starts from a refusal with the row's name.
struct policy_row {
  const char *name;
  bool (*fits)(const struct policy_question *question);
  void (*decide)(const struct policy_question *question, struct policy_decision *decision); // NULL: always what follows
  enum verdict verdict; // a refusal where nothing is said
  enum notice notice;
};

// Tries COUNT rows in order; the first that fits decides.
void policy_try_rows(const struct policy_row *rows, size_t count, const struct policy_question *question,
                     struct policy_decision *decision);

void policy_login(const struct policy_question *question, struct policy_decision *decision);
void policy_answer(const struct policy_question *question, struct policy_decision *decision);
void policy_social(const struct policy_question *question, struct policy_decision *decision);
void policy_session(const struct policy_question *question, struct policy_decision *decision);

// What rows of all tables lead to.
void policy_refuse(struct policy_decision *decision, enum notice notice);
void policy_grant(struct policy_decision *decision);

// Granted, with a membership to store.
void policy_join(struct policy_decision *decision, enum role role, bool by_invite);

// Refused until the person has said yes or no to the invite of org ORG_ID.
void policy_ask_consent(struct policy_decision *decision, int64_t org_id);

// The answer has an address that is one.
bool policy_has_email(const struct policy_answer *a);

// The answer names the person's own address, proven, and this org may vouch for it.
bool policy_vouches(const struct policy_answer *a);

// Why it may not, or does not: the message of rows S9 and S13.
enum notice policy_why_not_vouched(const struct policy_answer *a);

// Rows S10 to S12.
bool policy_is_new(const struct policy_question *question);
bool policy_fits_s10(const struct policy_question *question);
void policy_decide_s10(const struct policy_question *question, struct policy_decision *decision);
bool policy_fits_s11(const struct policy_question *question);
void policy_decide_s11(const struct policy_question *question, struct policy_decision *decision);
void policy_decide_s12(const struct policy_question *question, struct policy_decision *decision);
